"""Uploaded picture of the reader's own, from bytes to an array; whatever the bytes are, the answer is an array or one sentence.

The bytes come from a browser, so nothing in them is believed: only three formats are tried, the size is checked
before a pixel is decoded, and the file's name is for the sentence alone, never for opening.
"""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from data_prep.pictures import read_picture
from data_prep.spelling import shown
from xivlab.errors import XivlabError

FORMATS = ("JPEG", "PNG", "WEBP")
# Jupyter's server hangs up on messages of more than 10 MiB, so a larger file would never arrive.
MOST_BYTES = 8_000_000
# A file of some kilobytes can claim a gigabyte of pixels; those of a good camera are below this.
MOST_PIXELS = 40_000_000


def open_picture(content: bytes, name: str, width: int, height: int) -> NDArray[np.uint8]:
    """Decode an uploaded picture, turned as its camera was held, and fit it into a box.

    It is decoded as `data_prep.pictures.read_picture` says, by which the images of real data sets are read, too.

    Args:
        content: the file, JPEG, PNG or WebP.
        name: what the sentence calls the file.
        width, height: of the box in pixels; the picture fills one of them and keeps its proportions.

    Returns:
        (H, W, 3) uint8, 1 <= H <= height and 1 <= W <= width.

    Raises:
        XivlabError: the file or the picture is too large, of another kind, cut short or damaged, or its levels cannot
            be scaled with certainty.
    """
    name = shown(name) or "The picture"
    if len(content) > MOST_BYTES:
        raise XivlabError(
            f"{name} has {len(content) / 1e6:.1f} MB: choose a picture of at most {MOST_BYTES / 1e6:.0f} MB."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a sentence is enough
            image = read_picture(io.BytesIO(content), name, FORMATS, MOST_PIXELS, (width, height))
            return np.array(_fit(image, width, height))
    except XivlabError:
        raise
    except UnidentifiedImageError:
        raise XivlabError(f"{name} is no JPEG, PNG or WebP picture: choose one that is.") from None
    except Exception as error:  # Pillow's decoders raise half a dozen kinds
        raise XivlabError(
            f"{name} is cut short or damaged: save or copy it again, or choose another picture."
        ) from error


def _fit(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(scale * image.width)), max(1, round(scale * image.height)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
