"""Folder tree of a source: its lists, its folders, and what a reader makes of them."""

import os
import posixpath
import re
from collections.abc import Collection
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from data_prep.spelling import SUFFIXES, fold, near, shown, whole_number
from xivlab.errors import XivlabError
from xivlab.files import check_regular
from xivlab.resources import in_words

Layout = Literal["sysu-mm01", "regdb", "llcm"]
MOST_BYTES = 20_000_000  # of a list: ten times the longest known


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


def check_spelling(path: Path) -> None:
    """Refuse the path of a list that is there only under another spelling.

    Args:
        path: of a file in a folder of the tree, such as ROOT/exp/train_id.txt.
    """
    found = near(path.parents[1], f"{path.parent.name}/{path.name}")
    if found not in (None, path):
        raise XivlabError(f"{path} is missing, but {found} is there: rename it.")


def read_text(path: Path) -> str:
    """The text of a list, with any line ends, with or without a byte-order mark.

    Raises:
        XivlabError: it is not there, or spelled in another way, or is not text, or longer than any list.
    """
    check_spelling(path)
    try:
        check_regular(path)
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ValueError(f"its {in_words(size)} are more than any list has")
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise XivlabError(f"{path} is missing: copy it from the data set's archive.") from None
    except (OSError, ValueError) as error:
        raise XivlabError(f"{path} cannot be read ({error}): take it from the archive again.") from error


def read_numbers(path: Path) -> list[int]:
    """People listed as one line of numbers with commas between them, ascending.

    Raises:
        XivlabError: the list is missing, empty or malformed, or a number is longer than any of a person.
    """
    words = [word.strip() for word in read_text(path).split(",")]
    numbers = {word: whole_number(word) for word in words}
    for word, number in numbers.items():
        if not (word.isascii() and word.isdecimal()):
            raise XivlabError(
                f"{path} is not one line of numbers with commas between them: take it from the archive again."
            )
        if number is None:
            raise XivlabError(
                f"{path} lists {shown(word, 30)}, a number of {len(word):,} digits: take it from the archive again."
            )
    return sorted({number for number in numbers.values() if number is not None})


def read_paths(path: Path) -> list[str]:
    """The image paths of a list of lines "path label", in its order. A path may hold spaces.

    Other systems' separators and roundabout ways, as in `.\\vis//0001`, are taken as what they are: `vis/0001`.

    Raises:
        XivlabError: the list is missing, empty or malformed, or names an image twice.
    """
    lines = [line.rsplit(maxsplit=1) for line in read_text(path).splitlines() if line.strip()]
    for number, line in enumerate(lines, start=1):
        if len(line) != 2 or not line[1].isdecimal():
            raise XivlabError(f"Line {number} of {path} is not a path and a label: take the list anew.")
    if not lines:
        raise XivlabError(f"{path} is empty: take it from the archive again.")
    images, seen = [posixpath.normpath(line[0].strip().replace("\\", "/")) for line in lines], set()
    for image in images:
        if image in seen:
            raise XivlabError(f"{path} lists {shown(image, 200)} twice: take it from the archive again.")
        seen.add(image)
    return images


def absent(root: Path, image: str, path: Path) -> XivlabError:
    """The error that an image of a list is not in the tree; it names what is there under nearly its name."""
    found = near(root, image.strip("/"))
    listed = f"{root / shown(image, 200)}, listed in {path}, is not there"
    if found is None:
        return XivlabError(f"{listed}: unpack the archive again.")
    if found == root / image:
        return XivlabError(f"{found}, listed in {path}, is no JPEG, PNG or BMP: take the list anew.")
    return XivlabError(f"{listed}, but {found} is: rename it or mend the list.")


def images_in(folder: Path) -> list[str]:
    """Names of the images in a folder, sorted; none if there is no such folder.

    Hidden files, which desktops leave behind (.DS_Store, ._0001.jpg), and other kinds are no images.

    Raises:
        XivlabError: one is no plain file, or has a name that no list can hold, or two are one image under two
            names, as 0001.jpg and 1.JPG.
    """
    if not folder.is_dir():
        return []
    names, seen = [], {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name[0] == "." or not entry.name.lower().endswith(SUFFIXES):
                continue
            if re.search("[\0-\x1f\x7f\ud800-\udfff]", entry.name):
                raise XivlabError(
                    f"{folder / shown(entry.name)} has no name in UTF-8 on one line: rename it."
                )
            # A link that leads to itself makes `entry.is_file` raise.
            if not (entry.is_file(follow_symlinks=False) or os.path.isfile(entry.path)):
                raise XivlabError(f"{folder / entry.name} is no plain file: take it from the archive again.")
            names.append(entry.name)
    names.sort()
    for name in names:
        if (other := seen.setdefault(fold(name), name)) != name:
            raise XivlabError(
                f"{folder / other} and {name} are one image under two names: remove one of the two."
            )
    return names


def people_in(folder: Path, people: Collection[int]) -> set[int]:
    """Who of some people has a folder in a folder, named by four digits or more, as 0001.

    Raises:
        XivlabError: one's folder has another name, as 1 or 001, or two names, or is no folder.
    """
    found = {}
    for name in sorted(os.listdir(folder)):
        person = whole_number(name)
        if person is None or person not in people:
            continue
        if person in found:
            raise XivlabError(
                f"{folder / found[person]} and {name} are of one person: put what they hold into one of them."
            )
        found[person] = name
        if not (folder / name).is_dir():
            raise XivlabError(f"{folder / name} is no folder: unpack the archive again.")
    for person, name in found.items():
        if name != f"{person:04d}":
            raise XivlabError(f"{folder / f'{person:04d}'} is not there, but {folder / name} is: rename it.")
    return set(found)


def need_folders(root: Path, folders: Collection[str]) -> None:
    """Check that the folders of a tree are there.

    Raises:
        XivlabError: one is not; the sentence names it, and what is there under nearly its name.
    """
    if not root.is_dir():
        raise XivlabError(f"There is no folder {root}: give the root of the unpacked archive.")
    for folder in folders:
        found = near(root, folder)
        if found is None or not found.is_dir():
            raise XivlabError(f"There is no folder {root / folder}: give the root of the unpacked archive.")
        if found != root / folder:
            raise XivlabError(f"There is no folder {root / folder}, but {found} is there: rename it.")
