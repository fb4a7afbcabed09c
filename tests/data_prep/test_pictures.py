"""Pictures of every kind: what a viewer sees is what is packed, and what an upload shows; or one sentence says why not."""

import io
import os
import struct
import warnings
from dataclasses import replace

import numpy as np
import pytest
from foreign_pictures import (
    COLOUR,
    COLOUR_ALPHA,
    GREY,
    GREY_ALPHA,
    PNGS,
    Png,
    chunk,
    drawn_png,
    saved,
    turned,
)
from PIL import Image, ImageFile

from data_prep import pictures
from data_prep.pictures import read_picture
from data_prep.prepare import decode
from studykit.widgets.generator.upload import open_picture
from xivlab.errors import XivlabError

MAY_BE_14 = r"0001.png has 16 bits and no level above [\d,]+, so 10, 12 or 14 of them may be .*'mogrify"


def packed(content, folder, shape):
    (folder / "0001.png").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as where all images are packed
        return decode(folder / "0001.png", shape[:2])


def read(content, formats=("TIFF",)):
    return np.asarray(read_picture(io.BytesIO(content), "0001.png", formats, 1_000_000))


def both(content, folder, shape):
    """What is packed; an upload must show the same."""
    pixels = packed(content, folder, shape)
    np.testing.assert_array_equal(open_picture(content, "0001.png", shape[1], shape[0]), pixels)
    return pixels


@pytest.mark.parametrize("orientation", [None, 6])
@pytest.mark.parametrize(("kind", "depth", "see"), PNGS)
def test_every_kind_of_png_is_packed_as_it_is_seen(kind, depth, see, orientation, tmp_path):
    picture = drawn_png(kind, depth, see, orientation)
    seen = picture.seen
    pixels = both(picture.content, tmp_path, seen.shape)
    # Pillow rounds the mixing with white, and cuts colour and alpha of 16 bits where grey is rounded.
    assert np.abs(pixels - seen).max() <= (2 if depth == 16 else 1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_packed_as_its_camera_was_held(kind, orientation, tmp_path):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 5, 3), np.uint8))
    seen = turned(np.asarray(Image.open(io.BytesIO(saved(image, kind)))), orientation)
    np.testing.assert_array_equal(both(saved(image, kind, orientation), tmp_path, seen.shape), seen)


def test_exif_that_cannot_be_read_turns_nothing(tmp_path):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 5, 3), np.uint8))
    for bad in (b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0nonsense", b"Exif\0\0"):
        np.testing.assert_array_equal(
            both(saved(image, "PNG", exif=bad), tmp_path, (9, 5)), np.asarray(image)
        )


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_bitmaps_of_every_mode(mode, tmp_path):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 5, 3), np.uint8)).convert(mode)
    seen = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(packed(saved(image, "BMP"), tmp_path, (9, 5)), seen)


def test_a_bitmap_with_alpha_is_on_white(tmp_path):
    head = struct.pack(
        "<IiiHHIIiiII4I", 108, 2, -1, 1, 32, 3, 8, 0, 0, 0, 0, 0xFF0000, 0xFF00, 0xFF, 0xFF000000
    )
    head += bytes(108 - len(head))
    content = (
        b"BM" + struct.pack("<IHHI", 14 + 108 + 8, 0, 0, 14 + 108) + head + bytes([9, 8, 7, 255, 9, 8, 7, 0])
    )
    assert packed(content, tmp_path, (1, 2)).tolist() == [[[7, 8, 9], [255, 255, 255]]]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_photographs_of_every_mode(mode, tmp_path):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 5, 3), np.uint8)).convert(mode)
    content = saved(image, "JPEG")
    seen = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    np.testing.assert_array_equal(both(content, tmp_path, (9, 5)), seen)


# Sixteen bits


def grey(*levels, **more):
    return Png(np.array(levels).reshape(1, -1, 1), 16, GREY, **more)


def test_sixteen_bits_of_grey_are_scaled(tmp_path):
    levels = (0, 128, 129, 8_000, 40_000, 65_535)  # 128.5 is half a step
    assert both(grey(*levels).content, tmp_path, (1, 6))[0, :, 0].tolist() == [0, 0, 1, 31, 156, 255]


@pytest.mark.parametrize("form", ["<u2", ">u2"])
def test_both_orders_of_bytes(form):
    levels = np.array([[0, 8_000, 40_000]], form)
    image = Image.frombytes("I;16" if form == "<u2" else "I;16B", (3, 1), levels.tobytes())
    assert read(saved(image, "TIFF"))[0, :, 1].tolist() == [0, 31, 156]


@pytest.mark.parametrize("picture", [
    grey(0, 16_383),
    grey(1),
    grey(0, 8_191, significant=(14,)),
    grey(0, 4_095, significant=(12,)),
    grey(0, 1_023, transparent=(3,)),
    Png(np.array([[[200, 16_383, 0]]]), 16, COLOUR),
    Png(np.array([[[16_383, 65_535]]]), 16, GREY_ALPHA),
    Png(np.array([[[16_383, 1, 2, 65_535]]]), 16, COLOUR_ALPHA),
])  # fmt: skip
def test_what_may_be_of_fourteen_bits_is_refused(picture, tmp_path):
    with pytest.raises(XivlabError, match=MAY_BE_14):
        packed(picture.content, tmp_path, (1, 1))
    with pytest.raises(XivlabError, match=MAY_BE_14):
        open_picture(picture.content, "0001.png", 9, 9)


@pytest.mark.parametrize(("picture", "seen"), [
    (grey(0, 0), [0, 0]),
    (grey(0, 16_384), [0, 64]),
    (grey(0, 8_000, significant=(16,)), [0, 31]),
    (grey(0, 8_000, significant=(12,)), [0, 31]),  # more than 12 bits hold: spread over 16, as PNG wants it
    (grey(0, 40_000, significant=(14,)), [0, 156]),
    (Png(np.array([[[8_000] * 3, [0] * 3]]), 16, COLOUR, significant=(16, 16, 16)), [31, 0]),
])  # fmt: skip
def test_what_is_certainly_of_sixteen_bits_is_taken(picture, seen, tmp_path):
    assert both(picture.content, tmp_path, (1, 2))[0, :, 0].tolist() == seen


def test_a_transparent_level_is_compared_at_its_own_depth(tmp_path):
    """40,000 and 40,001 become one level of 8 bits, and one of them is transparent."""
    assert both(grey(40_000, 40_001, transparent=(40_001,)).content, tmp_path, (1, 2))[0, :, 0].tolist() == [
        156,
        255,
    ]


def test_a_transparent_colour_of_sixteen_bits_is_refused(tmp_path):
    picture = Png(np.array([[[65_535, 0, 0]]]), 16, COLOUR, transparent=(65_535, 0, 0))
    with pytest.raises(XivlabError, match="0001.png has one transparent colour of 16 bits: save it with an"):
        packed(picture.content, tmp_path, (1, 1))


@pytest.mark.parametrize("mode", ["I", "F"])
def test_levels_of_thirty_two_bits_are_refused(mode):
    content = saved(Image.new(mode, (2, 2), 70_000), "TIFF")
    with pytest.raises(
        XivlabError, match="0001.png holds levels of 32 bits, whose white is unknown: convert"
    ):
        read(content)


def test_a_word_on_bits_that_is_cut_short_says_nothing(tmp_path):
    content = grey(0, 8_000).content
    for odd in (chunk(b"sBIT", b""), chunk(b"gAMA", b"\0\0\xb1\x8f") + chunk(b"sBIT", b"\x10")):
        changed = content[:33] + odd + content[33:]
        if b"gAMA" in odd:
            assert both(changed, tmp_path, (1, 2))[0, :, 0].tolist() == [0, 31]
        else:
            with pytest.raises(XivlabError, match=MAY_BE_14):
                packed(changed, tmp_path, (1, 2))


# What is no picture, or too large a one


def large(width, height):
    content = Png(np.zeros((1, 1, 3), int), 8, COLOUR).content
    head = content[16:33]
    return (
        content[:8]
        + chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + head[8:13])
        + content[33:]
    )


@pytest.mark.parametrize("size", [(100_001, 1_000), (10_001, 10_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_before_one_is_decoded(size, tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(
        XivlabError, match="0001.png has more than 100 million pixels: make it smaller first."
    ):
        packed(large(*size), tmp_path, (4, 4))


def test_memory_is_reckoned_before_it_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decoded"))
    monkeypatch.setattr(pictures, "free_memory", lambda: 300_000_000)
    says = "takes 320.0 MB of memory to decode its 5,000 x 4,000 pixels, and 300.0 MB is free: free some, or make"
    with pytest.raises(XivlabError, match=f"0001.png {says}"):
        packed(large(5_000, 4_000), tmp_path, (4, 4))
    with pytest.raises(XivlabError, match=f"mine.png {says}"):
        open_picture(large(5_000, 4_000), "mine.png", 4, 4)


@pytest.mark.parametrize("error", [MemoryError(), OSError("out of memory when reading image file")])
def test_too_little_memory_is_no_damage(error, tmp_path, monkeypatch):
    def starved(self):
        raise error

    content = saved(Image.new("RGB", (3, 4)), "BMP")
    monkeypatch.setattr(ImageFile.ImageFile, "load", starved)
    with pytest.raises(
        XivlabError, match="0001.png takes 0.0 MB of memory to decode its 3 x 4 pixels: free some"
    ):
        packed(content, tmp_path, (4, 3))


def test_an_image_of_a_size_that_memory_cannot_hold_is_no_damage(tmp_path, monkeypatch):
    def starved(*_):
        raise MemoryError

    monkeypatch.setattr(Image.Image, "resize", starved)
    with pytest.raises(XivlabError, match="^There is too little memory for images of 900 x 800 pixels: give"):
        packed(saved(Image.new("RGB", (3, 4)), "BMP"), tmp_path, (900, 800))


def test_only_plain_files_are_opened(tmp_path):
    for name, make in (
        ("pipe", os.mkfifo),
        ("folder", os.mkdir),
        ("null", lambda path: os.symlink("/dev/null", path)),
        ("loop", lambda path: os.symlink(path, path)),
        ("lost", lambda path: os.symlink("nothing", path)),
    ):
        make(tmp_path / name)
        with pytest.raises(XivlabError, match=f"{name} is not a whole image"):
            decode(tmp_path / name, (4, 4))


def test_plain_pictures_are_what_pillow_alone_makes_of_them(tmp_path):
    """Eight bits of grey or colour: packed sets and their fingerprints stay as they are."""
    random = np.random.default_rng(0)
    for mode, shape in (("RGB", (40, 17, 3)), ("L", (40, 17))):
        image = Image.fromarray(random.integers(0, 256, shape, np.uint8))
        assert image.mode == mode
        for kind in ("JPEG", "PNG", "BMP"):
            content = saved(image, kind)
            plain = Image.open(io.BytesIO(content)).convert("RGB")
            for size in ((40, 17), (16, 8), (64, 32)):
                resized = (
                    plain if plain.size == size[::-1] else plain.resize(size[::-1], Image.Resampling.LANCZOS)
                )
                np.testing.assert_array_equal(packed(content, tmp_path, size), np.asarray(resized))


def test_the_chunk_is_as_pillow_reads_it():
    """The PNGs written here by hand are PNGs to others, too."""
    picture = replace(drawn_png(COLOUR, 8, False), significant=(8, 8, 8), orientation=3)
    image = Image.open(io.BytesIO(picture.content))
    np.testing.assert_array_equal(np.asarray(image), picture.samples)
    assert image.getexif()[0x0112] == 3
