"""Packed data sets: every image of a set in one array, with who it shows, where and in what light.

A packed data set is a folder of three files:

- `pixels.npy`: uint8, N x H x W x 3, RGB in [0, 255], opened memory-mapped;
- `index.csv`: one row per image: path, person, camera, modality (0 visible, 1 infrared), split;
- `meta.json`: format, name, size, images per split, fingerprint of the source, checksum of all this.

    >>> data = load("synthetic-sysu")       # doctest: +SKIP
    >>> data.train.pixels.shape             # doctest: +SKIP
    (4800, 128, 64, 3)
"""

import io
import json
import os
import warnings
import zlib
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache as cached
from pathlib import Path

import numpy as np
import pandas as pd
import platformdirs
from joblib import Parallel, delayed
from tqdm.auto import tqdm

from xivlab.errors import XivlabError
from xivlab.files import new_folder
from xivlab.world import SYNTHETIC, World

FORMAT = 1  # of the packed folder; another number is not read
SPLITS = ("train", "val", "test")
COLUMNS = ("path", "person", "camera", "modality", "split")
BACKEND = "loky"  # of joblib
CHUNK = 64  # images exposed at a time: enough to keep a core busy, few enough for a smooth progress bar


@dataclass(frozen=True, eq=False)
class Split:
    """The images of one split; row i of every array is image i.

    Attributes:
        pixels: uint8, N x H x W x 3, RGB in [0, 255], read-only and memory-mapped.
        person: int64, N. Numbers are the source's own: not contiguous, unique over all splits.
        camera: int64, N, from 1.
        modality: int64, N: 0 visible, 1 infrared.
        path: str, N: the image's path in the source's folder tree, with forward slashes.
    """

    pixels: np.ndarray
    person: np.ndarray
    camera: np.ndarray
    modality: np.ndarray
    path: np.ndarray

    def __len__(self) -> int:
        return len(self.person)

    def select(self, mask: np.ndarray) -> "Split":
        """The images where `mask` (bool, N) holds, or whose rows `mask` (int, any length) lists.

        Their pixels are copied into memory: select as little as is needed.
        """
        return Split(
            self.pixels[mask], self.person[mask], self.camera[mask], self.modality[mask], self.path[mask]
        )


@dataclass(frozen=True, eq=False)
class DataSet:
    """Three splits that share no person, and the fingerprint of the source they were made from."""

    name: str
    fingerprint: str
    train: Split
    val: Split
    test: Split


def load(name: str | Path, cache: str | Path | None = None) -> DataSet:
    """Open a data set.

    The synthetic sets are exposed from the shipped asset the first time, on all cores, and kept in the
    cache; a cached copy that is cut short, corrupt or of another version is made again.

    Args:
        name: "synthetic-sysu", "synthetic-regdb", or the folder of a packed data set.
        cache: folder for the exposed synthetic sets; `cache_folder()` if not given.

    Raises:
        XivlabError: there is no such data set, or the folder's files are not whole, or the cache
            cannot be written.
    """
    if name in SYNTHETIC:
        return _load_synthetic(str(name), Path(cache) if cache else cache_folder())
    if not Path(name).is_dir():
        raise XivlabError(
            f"There is no data set {str(name)!r}: give {' or '.join(SYNTHETIC)}, or the folder of a packed one."
        )
    return read_packed(name)


def cache_folder() -> Path:
    """The folder named by the environment variable XIVLAB_CACHE, else the user's cache folder."""
    return Path(os.environ.get("XIVLAB_CACHE") or platformdirs.user_cache_dir("xivlab", appauthor=False))


def _load_synthetic(name: str, cache: Path) -> DataSet:
    world = World(name)
    # The fingerprint is in the folder's name, so that two versions of the world never fight over one folder.
    folder = cache / f"{name}-{world.fingerprint[:16]}"
    with suppress(XivlabError):  # missing or damaged: both are mended below
        data = read_packed(folder)
        if data.fingerprint == world.fingerprint:
            return data
    try:
        _expose(world, name, folder)
    except OSError as error:
        another_was_quicker = isinstance(error, FileExistsError) and folder.is_dir()
        if not another_was_quicker:  # if it was, its images are the same
            raise XivlabError(
                f"The images of {name} cannot be kept in {cache} ({error.strerror}): free some space there, "
                "or name another folder in the environment variable XIVLAB_CACHE."
            ) from error
    return read_packed(folder)


def _expose(world: World, name: str, folder: Path) -> None:
    rows = np.arange(len(world.index))
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    # Processes, since threads would wait for each other; joblib's need no guard in the user's script.
    images = Parallel(n_jobs=-1, backend=BACKEND, return_as="generator")(
        delayed(_exposed)(name, chunk) for chunk in chunks
    )
    # An interrupted build leaves the generator, which stops the chunks under way; joblib's word about it is no news.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*successfully executed", category=UserWarning)
        with closing(images):
            write_packed(folder, name, world.fingerprint, world.size, world.index, images, folder.exists())


def _exposed(name: str, rows: np.ndarray) -> np.ndarray:
    return _world(name).expose(rows)


@cached
def _world(name: str) -> World:
    """Opened once per process, not once per chunk."""
    return World(name)


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
            (0 visible, 1 infrared) and split; rows in the order train, val, test.
        images: chunks of uint8, n x H x W x 3, any n, together the images of all rows in order.
        replace: put the new folder in the place of what is there.

    Raises:
        XivlabError: the index breaks one of these rules, or a person is in two splits, or a path is
            there twice, or the images do not fit the index.
        FileExistsError: `folder` is there, is not empty, and is not to be replaced.
    """
    check_index(index)
    index = index[list(COLUMNS)]
    raw = index.to_csv(index=False, lineterminator="\n").encode()
    meta = {
        "format": FORMAT,
        "name": name,
        "size": [int(side) for side in size],
        "counts": {split: int((index["split"] == split).sum()) for split in SPLITS},
        "fingerprint": fingerprint,
    }
    checksum = _checksum(meta, raw)
    shape = (len(index), *meta["size"], 3)
    done = 0
    # A plain file and not a memory map: on a full disk a write raises, a memory map kills the process.
    with (
        new_folder(Path(folder), replace) as new,
        open(new / "pixels.npy", "wb") as file,
        tqdm(total=len(index), desc=f"Writing {name}", unit=" images", leave=False) as bar,
    ):
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        for chunk in images:
            if chunk.dtype != np.uint8 or chunk.shape[1:] != shape[1:]:
                raise XivlabError(
                    f"Images {done} and on of {name} are {chunk.dtype} {chunk.shape[1:]}: "
                    f"give uint8 {shape[1:]}."
                )
            chunk = np.ascontiguousarray(chunk)
            file.write(chunk)
            checksum = zlib.crc32(chunk, checksum)
            done += len(chunk)
            bar.update(len(chunk))
        if done != len(index):
            raise XivlabError(f"{name} has {len(index)} rows in its index but {done} images: give one each.")
        (new / "index.csv").write_bytes(raw)
        (new / "meta.json").write_text(json.dumps(meta | {"checksum": f"{checksum:08x}"}, indent=2) + "\n")


def read_packed(folder: str | Path) -> DataSet:
    """Open a packed data set. Every byte is compared with the checksum: 0.1 s per 250 MB.

    Raises:
        XivlabError: a file is missing, cut short, changed since it was written, or of another format.
    """
    folder = Path(folder)
    try:
        meta = json.loads((folder / "meta.json").read_text())
        if meta["format"] != FORMAT:
            raise ValueError(f"its format is {meta['format']}, and this version reads {FORMAT}")
        checksum = meta.pop("checksum")
        raw = (folder / "index.csv").read_bytes()
        pixels = np.load(folder / "pixels.npy", mmap_mode="r")
        if f"{zlib.crc32(pixels, _checksum(meta, raw)):08x}" != checksum:
            raise ValueError("its files have changed since they were written")
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise XivlabError(f"{folder} is not a whole packed data set ({error}): make it again.") from error
    index = pd.read_csv(io.BytesIO(raw), dtype={"path": str}, keep_default_na=False)
    splits, start = {}, 0
    for split in SPLITS:
        stop = start + meta["counts"][split]
        rows = index.iloc[start:stop]
        splits[split] = Split(
            pixels[start:stop],
            rows["person"].to_numpy(np.int64),
            rows["camera"].to_numpy(np.int64),
            rows["modality"].to_numpy(np.int64),
            rows["path"].to_numpy(str),
        )
        start = stop
    return DataSet(meta["name"], meta["fingerprint"], **splits)


def check_index(index: pd.DataFrame) -> None:
    """Check an index before its images are written; see `write_packed` for the columns.

    Raises:
        XivlabError: one sentence that names the first broken rule and the row or person that breaks it.
    """
    if missing := set(COLUMNS) - set(index.columns):
        raise XivlabError(f"The index has no column {min(missing)}: it needs {', '.join(COLUMNS)}.")
    if index.empty:
        raise XivlabError("The index has no rows: a data set needs at least one image.")
    for column in ("person", "camera", "modality"):
        if not pd.api.types.is_integer_dtype(index[column]):
            raise XivlabError(f"Column {column} of the index is {index[column].dtype}: give whole numbers.")
    if not index["modality"].isin((0, 1)).all():
        raise XivlabError("Column modality of the index may hold only 0 (visible) and 1 (infrared).")
    order = index["split"].map(dict(zip(SPLITS, range(len(SPLITS)))))
    if order.isna().any() or not order.is_monotonic_increasing:
        raise XivlabError(f"The index is not in the order of its splits: sort it by {', '.join(SPLITS)}.")
    if (repeated := index["path"].duplicated()).any():
        raise XivlabError(f"{index['path'][repeated].iloc[0]} is in the index twice: list every image once.")
    splits = index.groupby("person")["split"].nunique()
    if (splits > 1).any():
        raise XivlabError(f"Person {splits[splits > 1].index[0]} is in two splits: keep each person in one.")


def _checksum(meta: dict, index: bytes) -> int:
    """CRC-32 of everything but the pixels; that of the pixels is then chained to it.

    It guards against accidents, not against an enemy, and is three times faster than SHA-256.
    """
    return zlib.crc32(index, zlib.crc32(json.dumps(meta, sort_keys=True).encode()))
