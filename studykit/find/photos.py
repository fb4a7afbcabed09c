"""Pictures in files and folders of one's own: found, known by their content, and decoded by the kit's one reader."""

import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from data_prep.pictures import read_picture
from data_prep.spelling import shown
from xivlab.errors import XivlabError
from xivlab.files import check_regular, digest_of

FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF")
IN_WORDS = "JPEG, PNG, BMP, WebP or TIFF"
MOST_PIXELS = 100_000_000
SCENE_PIXELS = 1_000_000  # from here on a picture is rather of a scene than of one person, cut out


@dataclass(frozen=True)
class Photo:
    """One decoded picture.

    Attributes:
        path: of its file.
        digest: SHA-256 of the file.
        pixels: (H, W, 3) uint8, RGB in [0, 255], at the size that the network sees.
        scene: whether it was large enough to be of a whole scene.
    """

    path: Path
    digest: str
    pixels: NDArray[np.uint8]
    scene: bool


@dataclass(frozen=True)
class LeftOut:
    """A file that is not searched, and why, in a sentence that names it."""

    path: Path
    reason: str


def files_of(places: Iterable[Path]) -> list[Path]:
    """Files that are named, and those in folders that are named and below them, by name; hidden ones are not looked at.

    Raises:
        XivlabError: a name is neither a file nor a folder.
        OSError: a folder cannot be looked into.
    """
    found: dict[Path, None] = {}  # each once, in order
    for place in places:
        if place.is_dir():
            inside = (path for path in place.rglob("*") if not path.is_dir())
            found |= dict.fromkeys(sorted(path for path in inside if not _hidden(path.relative_to(place))))
        elif place.exists():
            found[place] = None
        else:
            raise XivlabError(f"There is nothing at {shown(str(place), 400)}: name a picture or a folder.")
    return list(found)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def content_and_digest(path: Path) -> tuple[bytes, str]:
    """The bytes of a file, and their SHA-256.

    Raises:
        XivlabError: it cannot be read, or is no plain file.
    """
    try:
        check_regular(path)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise XivlabError(f"{path} cannot be read ({reason}): make it readable.") from error
    return content, digest_of(content)


def decoded(content: bytes, path: Path, size: tuple[int, int]) -> tuple[NDArray[np.uint8], bool]:
    """A picture at a size, as `data_prep.pictures.read_picture` sees it, and whether it is large.

    Args:
        content: of the file.
        path: for the sentence alone.
        size: height and width; proportions are not kept, as the data sets are packed.

    Returns:
        (H, W, 3) uint8, RGB in [0, 255]; and whether it had `SCENE_PIXELS` or more.

    Raises:
        XivlabError: it is no picture, too large, damaged, or one whose levels are unknown.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a sentence is enough
            image = read_picture(io.BytesIO(content), str(path), FORMATS, MOST_PIXELS)
            scene = image.width * image.height >= SCENE_PIXELS
            return np.array(image.resize(size[::-1], Image.Resampling.LANCZOS)), scene
    except XivlabError:
        raise
    except UnidentifiedImageError:
        raise XivlabError(f"{path} is no {IN_WORDS} picture: convert it.") from None
    except Exception as error:  # Pillow's decoders raise half a dozen kinds
        raise XivlabError(f"{path} is cut short or damaged: save or copy it again.") from error


def photos(paths: Iterable[Path], size: tuple[int, int]) -> Iterator[Photo | LeftOut]:
    """Every file as a picture, or why it is none, one at a time."""
    for path in paths:
        try:
            content, digest = content_and_digest(path)
            yield Photo(path, digest, *decoded(content, path, size))
        except XivlabError as error:
            yield LeftOut(path, str(error))
