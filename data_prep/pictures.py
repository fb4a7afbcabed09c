"""Pictures of others, decoded: upright, on white, eight bits each of R, G and B; used for trees and for uploads.

Nothing in a file is believed: only named formats are tried, and size and memory are checked before a pixel is decoded.
"""

import io
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from xivlab.errors import XivlabError
from xivlab.resources import free_memory, in_words

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # by EXIF orientation
PIXEL_BYTES = 16  # of memory while one is decoded: RGBA, white below it, both together, and RGB
FEW_PIXELS = 1_000_000  # whose memory is not worth asking for
# Grey levels of many cameras have 10, 12 or 14 bits and are often stored as they are, in 16. What reaches this level
# has 16 bits; what does not may be a dark picture of 16 bits or a bright one of 14, and nothing in it tells.
SURE_LEVEL = 1 << 14


def read_picture(
    file: BinaryIO, name: str, formats: Sequence[str], most_pixels: int, box: tuple[int, int] | None = None
) -> Image.Image:
    """A picture as RGB, turned as its camera was held, white where it is transparent.

    Grey, palette, 1-bit and CMYK pictures become RGB, 16 bits become 8 (65,535 is 255); of an animation the
    first frame is taken.

    Args:
        file: open in binary mode, at its beginning.
        name: what the sentence calls it.
        formats: that are tried, as Pillow names them. Some others are programs, which Pillow hands to others to run.
        most_pixels: that are decoded.
        box: width and height that the picture will be fitted into: a JPEG may be decoded smaller, but not
            below that.

    Raises:
        XivlabError: there are too many pixels, too little memory, or levels that cannot be scaled with certainty.
        PIL.UnidentifiedImageError: it is of no such format.
        Exception: it is damaged; Pillow's decoders raise half a dozen kinds.
    """
    try:
        image = Image.open(file, formats=formats)
    except Image.DecompressionBombError:
        raise XivlabError(_too_many(name, most_pixels)) from None
    pixels = image.width * image.height
    if pixels > most_pixels:
        raise XivlabError(_too_many(name, most_pixels))
    needed, free = pixels * PIXEL_BYTES, free_memory() if pixels > FEW_PIXELS else None
    if free is not None and needed > free:
        raise XivlabError(_too_little(name, image.size, f", and {in_words(free)} is free"))
    try:
        # PNG alone has levels of 16 bits that Pillow cuts to 8, and a word on the bits that count.
        raw = image.tile[0][3] if image.format == "PNG" else image.mode
        bits = _significant_bits(file) if "16" in raw else None
        if box:
            image.draft(None, box)
        image.load()
        return _upright(image, _on_white(image, raw, bits, name))
    except (MemoryError, OSError) as error:
        if isinstance(error, OSError) and "out of memory" not in str(error):
            raise
        raise XivlabError(_too_little(name, image.size)) from error


def _upright(image: Image.Image, rgb: Image.Image) -> Image.Image:
    """`rgb`, turned as the file of `image` says; as it lies if its EXIF cannot be read."""
    turn = None
    with suppress(Exception):  # Pillow raises half a dozen kinds, and viewers show the picture all the same
        turn = UPRIGHT.get(image.getexif().get(0x0112))
    return rgb if turn is None else rgb.transpose(turn)


def _on_white(image: Image.Image, raw: str, bits: int | None, name: str) -> Image.Image:
    """Eight bits each of R, G and B.

    Args:
        image: loaded.
        raw: the mode in the file.
        bits: of each sample that count, if the file tells.
        name: for the sentence.
    """
    if image.mode.startswith("I;16") or (image.mode == "I" and "16" in raw):
        return _of_16_bits(image, bits, name)
    if image.mode.startswith(("I", "F")):
        raise XivlabError(
            f"{name} holds levels of 32 bits, whose white is unknown: convert all images of the set to 8 bits by "
            "one rule."
        )
    transparent = image.info.get("transparency")
    if "16" in raw:  # of colour or with alpha: Pillow has kept the upper eight bits
        samples = np.asarray(image)
        if image.mode in ("LA", "RGBA"):  # what nobody sees proves nothing
            samples = samples[samples[..., -1] > 0][..., :-1]
        highest = int(samples.max(initial=0))
        _check_level((highest << 8) + 255 if highest else 0, bits, name)
        if transparent is not None:
            raise XivlabError(f"{name} has one transparent colour of 16 bits: save it with an alpha channel.")
    elif image.mode in ("1", "L") and transparent is not None:
        # In a file of 1, 2 or 4 bits the transparent level is counted in those, the pixels are not.
        step = {"1": 255, "L;2": 85, "L;4": 17}.get(raw, 1)
        level = min(transparent * step, 255) if image.mode == "L" else 255 * bool(transparent)
        grey = np.asarray(image.convert("L"))
        return Image.fromarray(np.where(grey == level, np.uint8(255), grey)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def _of_16_bits(image: Image.Image, bits: int | None, name: str) -> Image.Image:
    levels: NDArray = np.asarray(image).astype(np.uint32)
    grey = ((levels + 128) // 257).astype(np.uint8)  # the nearest: 257 has no half
    unseen = levels == image.info.get("transparency", -1)
    _check_level(int(levels[~unseen].max(initial=0)), bits, name)
    grey[unseen] = 255
    return Image.fromarray(grey).convert("RGB")


def _check_level(highest: int, bits: int | None, name: str) -> None:
    """Refuse levels that may be of fewer than 16 bits.

    PNG wants them spread over all 16, however many count, so a file that reaches above the `bits` that it says
    count is of that kind, too. Black is black at any scale.
    """
    if highest in range(1, min(SURE_LEVEL, 1 << (bits or 16))) and (bits or 0) < 15:
        raise XivlabError(
            f"{name} has 16 bits and no level above {highest:,}, so 10, 12 or 14 of them may be what its camera "
            "measured: convert all images of the set to 8 bits by one rule, for 14 bits with ImageMagick's "
            "'mogrify -evaluate multiply 4 -depth 8'."
        )


def _significant_bits(file: BinaryIO) -> int | None:
    """How many bits of a sample count, the fewest of all channels, as chunk sBIT of a PNG says; None if it does not."""
    place = file.tell()
    try:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind == b"sBIT":
                return min(file.read(min(length, 4)), default=None)
            if kind == b"IDAT":
                return None
            file.seek(length + 4, io.SEEK_CUR)
        return None
    finally:
        file.seek(place)


def _too_many(name: str, most: int) -> str:
    return f"{name} has more than {most // 1_000_000} million pixels: make it smaller first."


def _too_little(name: str, size: tuple[int, int], free: str = "") -> str:
    needed = in_words(size[0] * size[1] * PIXEL_BYTES)
    return (
        f"{name} takes {needed} of memory to decode its {size[0]:,} x {size[1]:,} pixels{free}: free some, or make it "
        "smaller first."
    )
