"""Uploaded picture of the reader's own, from bytes to an array; whatever the bytes are, the answer is an array or one sentence.

The bytes come from a browser, so nothing in them is believed: only three formats are tried, the size is checked
before a pixel is decoded, and the file's name is for the sentence alone, never for opening.
"""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from xivlab.errors import XivlabError

FORMATS = ("JPEG", "PNG", "WEBP")
# Jupyter's server hangs up on messages of more than 10 MiB, so a larger file would never arrive.
MOST_BYTES = 8_000_000
# A file of some kilobytes can claim a gigabyte of pixels; those of a good camera are below this.
MOST_PIXELS = 40_000_000


def open_picture(content: bytes, name: str, width: int, height: int) -> NDArray[np.uint8]:
    """Decode an uploaded picture, turned as its camera was held, and fit it into a box.

    Transparent parts become white; grey, palette, 16-bit and CMYK pictures become RGB; of an animation the
    first frame is taken.

    Args:
        content: the file, JPEG, PNG or WebP.
        name: what the sentence calls the file.
        width, height: of the box in pixels; the picture fills one of them and keeps its proportions.

    Returns:
        (H, W, 3) uint8, 1 <= H <= height and 1 <= W <= width.

    Raises:
        XivlabError: the file or the picture is too large, of another kind, cut short or damaged.
    """
    name = _shown(name)
    if len(content) > MOST_BYTES:
        raise XivlabError(
            f"{name} has {len(content) / 1e6:.1f} MB: choose a picture of at most {MOST_BYTES / 1e6:.0f} MB."
        )
    stream = io.BytesIO(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a sentence is enough
            image = Image.open(stream, formats=FORMATS)
            pixels = image.width * image.height
    except Image.DecompressionBombError:
        raise XivlabError(_too_many(name)) from None
    except UnidentifiedImageError:
        raise XivlabError(f"{name} is no JPEG, PNG or WebP picture: choose one that is.") from None
    except Exception as error:  # Pillow's decoders raise half a dozen kinds, here and below
        raise XivlabError(_damaged(name)) from error
    if pixels > MOST_PIXELS:
        raise XivlabError(_too_many(name))
    try:
        image.draft(None, (width, height))  # lets JPEG decode at an eighth of the size, if that is enough
        image.load()
        return np.array(_fit(_rgb(ImageOps.exif_transpose(image)), width, height))
    except Exception as error:
        raise XivlabError(_damaged(name)) from error


def _rgb(image: Image.Image) -> Image.Image:
    """Eight bits each of R, G and B, on white where it is transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip instead of scaling
        return Image.fromarray((np.asarray(image, float) / 257).round().astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def _fit(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(scale * image.width)), max(1, round(scale * image.height)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _shown(name: str) -> str:
    """A name that fits a sentence: one line, not long."""
    name = "".join(letter if letter.isprintable() else "?" for letter in name).strip() or "The picture"
    return name if len(name) <= 60 else f"{name[:30]}...{name[-25:]}"


def _too_many(name: str) -> str:
    return f"{name} has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller first."


def _damaged(name: str) -> str:
    return f"{name} is cut short or damaged: save or copy it again, or choose another picture."
