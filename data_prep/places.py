"""Places on a disk, looked at before anything is taken: paths that can be, and room for a packed set."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data_prep.spelling import shown
from xivlab.errors import XivlabError
from xivlab.resources import cores, free_memory, in_words

BLOCK, BLOCK_BYTES = 256, 256_000_000  # images decoded between two writes, at most: 25 MB at 256 x 128
PIXEL_BYTES = 12  # of memory while an image is resized: the image, half resized and resized


def check_place(path: Path) -> None:
    """Refuse a path that the system cannot follow, such as a name of 300 letters or a link that leads to itself.

    Raises:
        XivlabError: it is one; nothing needs to be there.
    """
    with _followed(path), suppress(FileNotFoundError, NotADirectoryError):
        os.stat(path)


def is_free(path: Path) -> bool:
    """Whether nothing is there, or an empty folder.

    Raises:
        XivlabError: the system cannot follow the path, or may not look into the folder.
    """
    check_place(path)
    with _followed(path):
        return not path.exists() or (path.is_dir() and not any(path.iterdir()))


@contextmanager
def _followed(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL character
        reason = getattr(error, "strerror", None) or error
        raise XivlabError(
            f"{shown(os.fspath(path), 400)} cannot be reached ({reason}): name another folder."
        ) from None


def block_of(size: tuple[int, int]) -> int:
    """How many images of a size are decoded between two writes."""
    return max(1, min(BLOCK, BLOCK_BYTES // (size[0] * size[1] * 3)))


def check_room(out: Path, scratch: Path, count: int, size: tuple[int, int]) -> None:
    """Reckon what a packed set takes, of disk and of memory, and refuse what is not free.

    Args:
        out: the folder to be made; it is not yet.
        scratch: what there is of it from an interrupted call, if anything.
        count: of images.
        size: their height and width.

    Raises:
        XivlabError: one of the two is too little; the sentence says how much is needed and how much is free.
        OSError: the disk cannot be asked.
    """
    pixels, block = size[0] * size[1], block_of(size)
    place = next(folder for folder in (out, *out.parents) if folder.exists())
    begun = scratch.stat().st_size if scratch.exists() else 0
    disk, free_disk = count * pixels * 3, shutil.disk_usage(place).free + begun
    memory = pixels * (3 * block + PIXEL_BYTES * min(block, cores()))
    free = free_memory()
    if disk > free_disk or (free is not None and memory > free):
        there = "" if free is None else f" and {in_words(free)}"
        raise XivlabError(
            f"{count:,} images of {size[0]:,} x {size[1]:,} pixels take {in_words(disk)} on the disk of {out} and "
            f"{in_words(memory)} of memory, and {in_words(free_disk)}{there} are free: give a smaller --height and "
            "--width, or make room."
        )
