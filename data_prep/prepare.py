"""Packing of a real data set: its lists read, its images decoded, all of it in one packed folder."""

import hashlib
import json
import os
import warnings
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from PIL import Image, UnidentifiedImageError
from tqdm.auto import tqdm

from data_prep import llcm, regdb, sysu_mm01
from data_prep.pictures import read_picture
from data_prep.places import block_of, check_place, check_room, is_free
from data_prep.resumable import resumable_folder, scratch_of
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
from xivlab.files import check_regular

READERS = {"sysu-mm01": sysu_mm01.read_tree, "regdb": regdb.read_tree, "llcm": llcm.read_tree}
FORMATS = ("JPEG", "PNG", "BMP")  # of the files that `data_prep.tree` takes for images
MOST_SIDE = 65_535  # of a JPEG: no picture of a person is as high or wide
MOST_PIXELS = 100_000_000  # of an image of a tree; a good camera has half of them


def read_source(layout: Layout, root: str | Path) -> Source:
    """Read and check the lists and folders of a tree; no image is opened.

    Raises:
        XivlabError: as the reader of the layout: the tree is not whole, or a list is malformed; or a folder
            may not be read.
    """
    check_place(Path(root))
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
        XivlabError: `size` makes no sense or takes more than is free, an image cannot be decoded, `out` cannot be
            written, or holds something else.
    """
    root, out = Path(root), Path(out)
    if min(size) < 1 or max(size) > MOST_SIDE:
        raise XivlabError(
            f"Images of {_side(size[0])} x {_side(size[1])} pixels cannot be: give 1 to {MOST_SIDE:,} for each side."
        )
    check_index(source.index)
    try:
        if _is_there(source, out, size):
            return False
        check_room(out.resolve(), scratch_of(out) / "pixels.npy", len(source.index), size)
        # Another root may hold other images under the same names.
        about = json.dumps([source.name, size, os.fspath(root.resolve())]).encode()
        with resumable_folder(out, about + b"\n" + index_bytes(source.index)) as folder:
            _write_pixels(folder / "pixels.npy", source, root, size)
            seal(folder, source.name, size, source.index)
    except OSError as error:
        if isinstance(error, FileExistsError) and _is_there(source, out, size):  # another command was quicker
            return False
        raise XivlabError(
            f"{out} cannot be written ({error.strerror}): free some space there, or name another folder."
        ) from error
    return True


def _side(pixels: int) -> str:
    return f"{pixels:,}" if abs(pixels) < 10**15 else f"{pixels:.0e}"


def _is_there(source: Source, out: Path, size: tuple[int, int]) -> bool:
    if is_free(out):
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
    images, block = [root / image for image in source.index["path"]], block_of(size)
    head, image_bytes = header(len(images), size), size[0] * size[1] * 3
    # A plain file and not a memory map: on a full disk a write raises, a memory map kills the process.
    with open(path, "ab") as file:
        done = max(file.tell() - len(head), 0) // image_bytes
        if done == 0:
            file.truncate(0)
            file.write(head)
        file.truncate(len(head) + done * image_bytes)  # an image half written is none
        with (
            warnings.catch_warnings(),
            tqdm(
                total=len(images), initial=done, desc=f"Packing {source.name}", unit=" images", leave=False
            ) as bar,
            Parallel(n_jobs=-1, backend="threading") as parallel,  # Pillow decodes without Python's lock
        ):
            warnings.simplefilter("ignore")  # of Pillow, on what is odd in a file: a sentence is enough
            for start in range(done, len(images), block):
                decoded = parallel(delayed(decode)(image, size) for image in images[start : start + block])
                file.writelines(pixels.data for pixels in decoded)
                file.flush()  # what is decoded outlives the process
                bar.update(len(decoded))


def decode(path: Path, size: tuple[int, int]) -> np.ndarray:
    """One image as uint8, H x W x 3, RGB in [0, 255], turned and on white as `data_prep.pictures` says.

    Raises:
        XivlabError: the file is not a whole image, or one that cannot be taken as it is, or `size` is too large
            for the memory.
    """
    try:
        check_regular(path)
        with open(path, "rb") as file:
            image = read_picture(file, str(path), FORMATS, MOST_PIXELS)
    except XivlabError:
        raise
    except Exception as error:  # Pillow raises half a dozen kinds for a damaged file
        odd = isinstance(error, UnidentifiedImageError)
        reason = "it is no JPEG, PNG or BMP" if odd else str(error).partition("\n")[0]
        raise XivlabError(
            f"{path} is not a whole image ({reason}): take it from the archive again."
        ) from error
    try:
        if image.size != size[::-1]:
            image = image.resize(size[::-1], Image.Resampling.LANCZOS)
        return np.asarray(image)
    except MemoryError as error:
        raise XivlabError(
            f"There is too little memory for images of {size[0]:,} x {size[1]:,} pixels: give a smaller --height and "
            "--width, or free some."
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
