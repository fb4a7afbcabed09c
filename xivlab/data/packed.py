"""Packed data sets: every image of a set in one memory-mapped array, with who it shows, where and in what light.

A packed data set is a folder of three files:

- `pixels.npy`: uint8, N x H x W x 3, RGB in [0, 255], opened memory-mapped;
- `index.csv`: one row per image: path, person, camera, modality (0 visible, 1 infrared), split;
- `meta.json`: format, name, size, images per split, fingerprint of the source, checksum of all this.

A set with ten random halves instead of one split has the columns split_1 ... split_10. A set whose source
publishes random orders of the images, to sample galleries by, has them in the columns shot_0 ... shot_9.
"""

import io
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from xivlab.errors import XivlabError
from xivlab.files import check_regular, content_of, new_folder, reading

FORMAT = 2  # of the packed folder; another number is not read
SPLITS = ("train", "val", "test")
COLUMNS = ("path", "person", "camera", "modality", "split")
TRIALS = 10
TRIAL_SPLITS = tuple(f"split_{trial}" for trial in range(1, TRIALS + 1))
SHOTS = tuple(f"shot_{trial}" for trial in range(TRIALS))


@dataclass(frozen=True, eq=False)
class Packed:
    """What the three files hold.

    Attributes:
        meta: the content of `meta.json`: name, fingerprint, size and more.
        index: one row per image, the columns as `write_packed` takes them.
        pixels: uint8, N x H x W x 3, RGB in [0, 255], read-only and memory-mapped.
    """

    meta: dict
    index: pd.DataFrame
    pixels: np.ndarray


def write_packed(
    folder: str | Path,
    name: str,
    fingerprint: str,
    size: tuple[int, int],
    index: pd.DataFrame,
    images: Iterable[np.ndarray],
    replace: bool = False,
) -> None:
    """Write a packed data set, whole or not at all, with a progress bar.

    Args:
        folder: the folder to make.
        name: of the data set.
        fingerprint: of the source; it changes whenever the images would.
        size: height and width of every image, in pixels.
        index: one row per image with the columns path (str), person (int), camera (int), modality
            (0 visible, 1 infrared) and split; rows in the order train, val, test. In the place of
            split there may be split_1 ... split_10, each train or test, rows in the order of paths.
            Optional: shot_0 ... shot_9 (int), see `xivlab.data.Split.permutation`.
        images: chunks of uint8, n x H x W x 3, any n, together the images of all rows in order.
        replace: put the new folder in the place of what is there.

    Raises:
        XivlabError: the index breaks one of these rules, or a person is in two splits, or a path is
            there twice, or the images do not fit the index.
        FileExistsError: `folder` is there, is not empty, and is not to be replaced.
    """
    check_index(index)
    raw, meta = index_bytes(index), describe(name, size, index) | {"fingerprint": fingerprint}
    shape = (len(index), *meta["size"], 3)
    done = checksum = 0
    # A plain file and not a memory map: on a full disk a write raises, a memory map kills the process.
    with (
        new_folder(Path(folder), replace) as new,
        open(new / "pixels.npy", "wb") as file,
        tqdm(total=len(index), desc=f"Writing {name}", unit=" images", leave=False) as bar,
    ):
        file.write(header(len(index), size))
        for chunk in images:
            if chunk.dtype != np.uint8 or chunk.shape[1:] != shape[1:]:
                raise XivlabError(
                    f"Images {done} and on of {name} are {chunk.dtype} {chunk.shape[1:]}: "
                    f"give uint8 {shape[1:]}."
                )
            chunk = np.ascontiguousarray(chunk)
            file.write(chunk.data)
            checksum = zlib.crc32(chunk.data, checksum)
            done += len(chunk)
            bar.update(len(chunk))
        if done != len(index):
            raise XivlabError(f"{name} has {len(index)} rows in its index but {done} images: give one each.")
        write_labels(new, raw, meta, checksum)


def read_packed(folder: str | Path) -> Packed:
    """Open a packed data set. Every byte is compared with the checksum: 0.1 s per 250 MB.

    Raises:
        XivlabError: a file is missing, cut short, changed since it was written, or of another format.
    """
    folder = Path(folder)
    with reading(folder, "make it again", "is not a whole packed data set ({error})"):
        meta = json.loads(content_of(folder / "meta.json"))
        if meta["format"] != FORMAT:
            raise ValueError(f"its format is {meta['format']}, and this version reads {FORMAT}")
        checksum = meta.pop("checksum")
        raw = content_of(folder / "index.csv")
        check_regular(folder / "pixels.npy")
        pixels = np.load(folder / "pixels.npy", mmap_mode="r", allow_pickle=False)
        if not isinstance(pixels, np.ndarray):
            raise TypeError("pixels.npy holds several arrays")
        if not pixels.flags.c_contiguous or _checksum(zlib.crc32(pixels.data), raw, meta) != checksum:
            raise ValueError("its files have changed since they were written")
        index = pd.read_csv(io.BytesIO(raw), dtype={"path": str}, keep_default_na=False)
        # With a checksum that fits, only another program's files can be wrong.
        check_index(index)
        if pixels.dtype != np.uint8 or pixels.shape != (len(index), *meta["size"], 3):
            raise ValueError(f"its pixels are {pixels.dtype} {pixels.shape}")
        if not all(isinstance(meta[key], str) for key in ("name", "fingerprint")):
            raise ValueError("its name and fingerprint are no words")
    return Packed(meta, index, pixels)


def check_index(index: pd.DataFrame) -> None:
    """Check an index before its images are written; see `write_packed` for the columns.

    Raises:
        XivlabError: one sentence that names the first broken rule and the row or person that breaks it.
    """
    splits = _split_columns(index)
    shots = SHOTS if set(SHOTS) & set(index.columns) else ()
    wanted = (*COLUMNS[:-1], *splits, *shots)
    if missing := set(wanted) - set(index.columns):
        raise XivlabError(f"The index has no column {min(missing)}: it needs {', '.join(wanted)}.")
    if index.empty:
        raise XivlabError("The index has no rows: a data set needs at least one image.")
    for column in ("person", "camera", "modality", *shots):
        if not pd.api.types.is_integer_dtype(index[column]):
            raise XivlabError(f"Column {column} of the index is {index[column].dtype}: give whole numbers.")
    if not index["modality"].isin((0, 1)).all():
        raise XivlabError("Column modality of the index may hold only 0 (visible) and 1 (infrared).")
    if splits == TRIAL_SPLITS:
        if not index[list(splits)].isin(("train", "test")).all(axis=None):
            raise XivlabError("Columns split_1 ... split_10 of the index may hold only train and test.")
        if not index["path"].is_monotonic_increasing:
            raise XivlabError("The index is not in the order of its paths: sort it by path.")
    else:
        order = index["split"].map(dict(zip(SPLITS, range(len(SPLITS)))))
        if order.isna().any() or not order.is_monotonic_increasing:
            raise XivlabError(f"The index is not in the order of its splits: sort it by {', '.join(SPLITS)}.")
    if (repeated := index["path"].duplicated()).any():
        raise XivlabError(f"{index['path'][repeated].iloc[0]} is in the index twice: list every image once.")
    for column in splits:
        people = index.groupby("person")[column].nunique()
        if (people > 1).any():
            where = "two splits" if column == "split" else f"both halves of {column}"
            raise XivlabError(f"Person {people[people > 1].index[0]} is in {where}: keep each person in one.")


def _split_columns(index: pd.DataFrame) -> tuple[str, ...]:
    """The columns that say who trains: one, or ten."""
    return TRIAL_SPLITS if set(TRIAL_SPLITS) & set(index.columns) else ("split",)


def index_bytes(index: pd.DataFrame) -> bytes:
    """The content of `index.csv`: known columns only, in a fixed order."""
    known = (*COLUMNS[:-1], *_split_columns(index), *SHOTS)
    columns = [column for column in known if column in index.columns]
    return index[columns].to_csv(index=False, lineterminator="\n").encode()


def describe(name: str, size: tuple[int, int], index: pd.DataFrame) -> dict:
    """The content of `meta.json`, but for fingerprint and checksum."""
    columns = _split_columns(index)
    counts = {c: {split: int((index[c] == split).sum()) for split in SPLITS} for c in columns}
    return {
        "format": FORMAT,
        "name": name,
        "size": [int(side) for side in size],
        "counts": counts["split"] if columns == ("split",) else counts,
    }


def header(count: int, size: tuple[int, int]) -> bytes:
    """What stands before the pixels in the `pixels.npy` of `count` images."""
    buffer = io.BytesIO()
    shape = (count, *map(int, size), 3)
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def write_labels(folder: Path, index: bytes, meta: dict, pixels: int) -> None:
    """Write `index.csv` and `meta.json` beside pixels whose CRC-32 is `pixels`."""
    (folder / "index.csv").write_bytes(index)
    meta = meta | {"checksum": _checksum(pixels, index, meta)}
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")


def _checksum(pixels: int, index: bytes, meta: dict) -> str:
    """CRC-32 of everything: that of the pixels, to which index and meta are chained.

    It guards against accidents, not against an enemy, and is three times faster than SHA-256.
    """
    return f"{zlib.crc32(json.dumps(meta, sort_keys=True).encode(), zlib.crc32(index, pixels)):08x}"
