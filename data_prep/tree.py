"""Folder tree of a source: its lists, its folders, and what a reader makes of them."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from xivlab.errors import XivlabError

Layout = Literal["sysu-mm01", "regdb", "llcm"]
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")


class Source(NamedTuple):
    """What the lists and folders of a tree say.

    Attributes:
        name: of the data set: the official one's, or with "-like" if the tree is another of its form.
        index: as `xivlab.data.packed.write_packed` takes it; paths are from the tree's root.
        note: a sentence that the user should see.
    """

    name: str
    index: pd.DataFrame
    note: str | None = None


def read_text(path: Path) -> str:
    """The text of a list, with any line ends, with or without a byte-order mark.

    Raises:
        XivlabError: it is not there, or is not text.
    """
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise XivlabError(f"{path} is missing: copy it from the data set's archive.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise XivlabError(f"{path} cannot be read ({error}): take it from the archive again.") from error


def read_numbers(path: Path) -> list[int]:
    """People listed as one line of numbers with commas between them, ascending.

    Raises:
        XivlabError: the list is missing, empty or malformed.
    """
    words = read_text(path).strip().split(",")
    if not all(word.strip().isdecimal() for word in words):
        raise XivlabError(
            f"{path} is not one line of numbers with commas between them: take it from the archive again."
        )
    return sorted({int(word) for word in words})


def read_paths(path: Path) -> list[str]:
    """The image paths of a list of lines "path label", in its order. A path may hold spaces.

    Raises:
        XivlabError: the list is missing, empty or malformed, or names an image twice.
    """
    lines = [line.rsplit(maxsplit=1) for line in read_text(path).splitlines() if line.strip()]
    for number, line in enumerate(lines, start=1):
        if len(line) != 2 or not line[1].isdecimal():
            raise XivlabError(f"Line {number} of {path} is not a path and a label: take the list anew.")
    images = [line[0] for line in lines]
    if not images:
        raise XivlabError(f"{path} is empty: take it from the archive again.")
    if len(set(images)) < len(images):
        twice = next(image for image in images if images.count(image) > 1)
        raise XivlabError(f"{path} lists {twice} twice: take it from the archive again.")
    return images


def images_in(folder: Path) -> list[str]:
    """Names of the images in a folder, sorted; none if there is no such folder.

    Hidden files, which desktops leave behind (.DS_Store, ._0001.jpg), and other kinds are no images.
    """
    if not folder.is_dir():
        return []
    names = (entry.name for entry in folder.iterdir())
    return sorted(name for name in names if name[0] != "." and name.lower().endswith(SUFFIXES))


def need_folders(root: Path, folders: Collection[str]) -> None:
    """Check that the folders of a tree are there.

    Raises:
        XivlabError: one is not; the sentence names it.
    """
    for folder in (".", *folders):
        if not (root / folder).is_dir():
            raise XivlabError(f"There is no folder {root / folder}: give the root of the unpacked archive.")
