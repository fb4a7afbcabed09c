"""Names as people and systems write them: what is nearly the same name, numbers of a sensible length, names to show."""

import os
import re
import unicodedata
from pathlib import Path

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
MOST_DIGITS = 9  # of a number: it fits every type of an index


def fold(name: str) -> str:
    """What names have in common that differ in case, in zeros before a number, or in the suffix of a picture.

    >>> fold("0001_F2.JPG") == fold("1_f02.png")
    True
    >>> fold("10.jpg") == fold("1.jpg")
    False
    """
    name = unicodedata.normalize("NFC", name).casefold()
    stem, suffix = os.path.splitext(name)
    return re.sub("(?<![0-9])0+(?=[0-9])", "", stem if suffix in SUFFIXES else name)


def near(root: Path, path: str) -> Path | None:
    """What stands in a tree at a path, or nearly there; None if nothing does.

    Names are compared with those that a folder lists, so the answer is the same on a disk that knows no case.

    Args:
        root: of the tree.
        path: in it, with forward slashes.
    """
    first, _, rest = path.partition("/")
    try:
        names = [name for name in os.listdir(root) if fold(name) == fold(first)]
    except OSError:
        return None
    for name in sorted(names, key=lambda name: (name != first, name)):
        found = near(root / name, rest) if rest else root / name
        if found is not None:
            return found
    return None


def whole_number(word: str) -> int | None:
    """A number in the digits 0 to 9; None if the word is none, or longer than any number of a person or an image.

    >>> whole_number("0012"), whole_number("-1"), whole_number("9" * 1_000_000)
    (12, None, None)
    """
    digits = word.lstrip("0")
    fits = word.isascii() and word.isdecimal() and len(digits) <= MOST_DIGITS
    return int(digits or "0") if fits else None


def shown(name: str, most: int = 60) -> str:
    """A name that fits a sentence: one line, not long."""
    name = "".join(letter if letter.isprintable() else "?" for letter in name).strip()
    return name if len(name) <= most else f"{name[: most // 2]}...{name[5 - most // 2 :]}"
