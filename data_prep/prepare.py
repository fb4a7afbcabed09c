"""Packing of a real data set: its lists read, its images decoded, all of it in one packed folder."""

import hashlib
import json
import os
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from PIL import Image
from tqdm.auto import tqdm

from data_prep import llcm, regdb, sysu_mm01
from data_prep.resumable import resumable_folder
from data_prep.tree import Layout, Source
from xivlab.data.packed import (
    SPLITS,
    TRIAL_SPLITS,
    check_index,
    describe,
    header,
    index_bytes,
    read_packed,
    write_labels,
)
from xivlab.errors import XivlabError

READERS = {"sysu-mm01": sysu_mm01.read_tree, "regdb": regdb.read_tree, "llcm": llcm.read_tree}
FORMATS = ("JPEG", "PNG", "BMP")  # of the files that `data_prep.tree` takes for images
BLOCK = 256  # images decoded between two writes: 25 MB at 256 x 128


def read_source(layout: Layout, root: str | Path) -> Source:
    """Read and check the lists and folders of a tree; no image is opened.

    Raises:
        XivlabError: as the reader of the layout: the tree is not whole, or a list is malformed; or a folder
            may not be read.
    """
    try:
        return READERS[layout](Path(root))
    except OSError as error:
        raise XivlabError(
            f"{error.filename} cannot be read ({error.strerror}): check who owns it."
        ) from error


def pack(source: Source, root: str | Path, out: str | Path, size: tuple[int, int] = (256, 128)) -> bool:
    """Decode all images of a tree, on all cores, and write them as a packed data set.

    If this is interrupted, or the process killed, the same call goes on where it stopped, from a hidden
    folder beside `out`. An error leaves nothing.

    Args:
        source: of `read_source`.
        root: the tree.
        out: the folder to make.
        size: height and width of the packed images; others are resized (Lanczos).

    Returns:
        whether there was something to do: False if `out` is this data set already.

    Raises:
        XivlabError: `size` makes no sense, an image cannot be decoded, `out` cannot be written, or holds
            something else.
    """
    root, out = Path(root), Path(out)
    if min(size) < 1:
        raise XivlabError(f"Images of {size[0]} x {size[1]} pixels cannot be: give at least 1 x 1.")
    check_index(source.index)
    if _is_there(source, out, size):
        return False
    try:
        # Another root may hold other images under the same names.
        about = json.dumps([source.name, size, os.fspath(root.resolve())]).encode()
        with resumable_folder(out, about + b"\n" + index_bytes(source.index)) as folder:
            _write_pixels(folder / "pixels.npy", source, root, size)
            seal(folder, source.name, size, source.index)
    except FileExistsError:  # another command was quicker
        return not _is_there(source, out, size)
    except OSError as error:
        raise XivlabError(
            f"{out} cannot be written ({error.strerror}): free some space there, or name another folder."
        ) from error
    return True


def _is_there(source: Source, out: Path, size: tuple[int, int]) -> bool:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    try:
        meta = read_packed(out).meta
        same = (meta["name"], meta["size"]) == (source.name, list(size))
        if same and (out / "index.csv").read_bytes() == index_bytes(source.index):
            return True
        found = "another data set"
    except XivlabError as error:
        found = f"something else: {error}"
    raise XivlabError(
        f"{out} is there already and holds {found.rstrip('.')}; name a new folder, or delete it."
    )


def _write_pixels(path: Path, source: Source, root: Path, size: tuple[int, int]) -> None:
    """Append what is missing to `pixels.npy`, in the order of the index."""
    images = [root / image for image in source.index["path"]]
    head, image_bytes = header(len(images), size), size[0] * size[1] * 3
    # A plain file and not a memory map: on a full disk a write raises, a memory map kills the process.
    with open(path, "ab") as file:
        done = max(file.tell() - len(head), 0) // image_bytes
        if done == 0:
            file.truncate(0)
            file.write(head)
        file.truncate(len(head) + done * image_bytes)  # an image half written is none
        with (
            tqdm(
                total=len(images), initial=done, desc=f"Packing {source.name}", unit=" images", leave=False
            ) as bar,
            Parallel(n_jobs=-1, backend="threading") as parallel,  # Pillow decodes without Python's lock
        ):
            for start in range(done, len(images), BLOCK):
                block = parallel(delayed(decode)(image, size) for image in images[start : start + BLOCK])
                file.write(np.stack(block))
                file.flush()  # what is decoded outlives the process
                bar.update(len(block))


def decode(path: Path, size: tuple[int, int]) -> np.ndarray:
    """One image as uint8, H x W x 3, RGB in [0, 255]. Grey images get three equal channels.

    Raises:
        XivlabError: the file is not a whole image.
    """
    try:
        # No other formats: some are programs, which Pillow hands to others to run.
        with Image.open(path, formats=FORMATS) as image:
            image = image.convert("RGB")
            if image.size != size[::-1]:
                image = image.resize(size[::-1], Image.Resampling.LANCZOS)
            return np.asarray(image)
    except Exception as error:  # Pillow raises half a dozen kinds for a damaged file
        raise XivlabError(
            f"{path} is not a whole image ({error}): take it from the archive again."
        ) from error


def summary(source: Source, out: str | Path) -> str:
    """One line: images of each split and modality, and the size on disk."""
    size = sum(file.stat().st_size for file in Path(out).iterdir())
    index = source.index
    if "split" in index:
        parts = {split: rows for split, rows in index.groupby("split")}
        images = "; ".join(f"{split} {_counts(parts[split])}" for split in SPLITS if split in parts)
    else:
        images = f"{_counts(index)}, in {len(TRIAL_SPLITS)} random halves to train and to test on"
    return f"{source.name} is in {out}: {images}; {size / 1e6:,.0f} MB."


def _counts(index: pd.DataFrame) -> str:
    visible, infrared = (int((index["modality"] == modality).sum()) for modality in (0, 1))
    return f"{index['person'].nunique():,} people, {visible:,} visible and {infrared:,} infrared images"


def seal(folder: Path, name: str, size: tuple[int, int], index: pd.DataFrame) -> None:
    """Make a packed data set of a folder whose `pixels.npy` is whole, reading it once.

    The fingerprint is that of name, size, index and all pixels. The index must have been checked.
    """
    raw, meta = index_bytes(index), describe(name, size, index)
    digest = hashlib.sha256(json.dumps([meta["name"], meta["size"]]).encode() + raw)
    checksum = 0
    with open(folder / "pixels.npy", "rb") as file:
        file.seek(len(header(len(index), size)))
        while block := file.read(1 << 24):
            digest.update(block)
            checksum = zlib.crc32(block, checksum)
    write_labels(folder, raw, meta | {"fingerprint": digest.hexdigest()}, checksum)
