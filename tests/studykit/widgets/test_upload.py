"""Pictures from outside: every kind that is taken, and one sentence for every kind that is not."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studykit.widgets.generator import upload
from studykit.widgets.generator.upload import open_picture
from xivlab.errors import XivlabError

RED, BLUE = (255, 0, 0), (0, 0, 255)
NEAR = 6  # levels: what JPEG and WebP may change of a flat colour


def flag(width=60, height=30):
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def encoded(image, kind, **how):
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def opened(content, width=60, height=60):
    return open_picture(content, "mine.jpg", width, height)


def near(pixels, colour):
    return np.abs(pixels.astype(int) - colour).max() <= NEAR


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_formats_fill_the_box_and_keep_their_proportions(kind):
    picture = opened(encoded(flag(), kind, **{"quality": 95} if kind != "PNG" else {}), 40, 100)
    assert picture.shape == (20, 40, 3) and picture.dtype == np.uint8
    assert near(picture[:, :14], RED) and near(picture[:, -14:], BLUE)


def test_small_pictures_are_enlarged_and_thin_ones_keep_a_pixel():
    assert opened(encoded(flag(6, 3), "PNG"), 60, 60).shape == (30, 60, 3)
    assert opened(encoded(flag(900, 2), "PNG"), 60, 60).shape == (1, 60, 3)


# Where the red half of the flag is, as the viewer should see it, by EXIF orientation.
@pytest.mark.parametrize(
    ("orientation", "where"),
    [
        (1, "left"), (2, "right"), (3, "right"), (4, "left"), (5, "top"), (6, "top"), (7, "bottom"), (8, "bottom"),
    ],
)  # fmt: skip
def test_a_picture_is_turned_as_its_camera_was_held(orientation, where):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = opened(encoded(flag(), "JPEG", quality=95, exif=exif))
    lying = where in ("left", "right")
    assert picture.shape == ((30, 60, 3) if lying else (60, 30, 3))
    side = {"left": np.s_[:, :20], "right": np.s_[:, -20:], "top": np.s_[:20], "bottom": np.s_[-20:]}[where]
    assert near(picture[side], RED)


def test_transparent_parts_are_white():
    image = flag().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 30, 30))
    for content in (encoded(image, "PNG"), encoded(image, "WEBP", lossless=True)):
        picture = opened(content)
        assert (picture[:, :25] == 255).all() and near(picture[:, -25:], BLUE)


def test_palette_with_a_transparent_colour():
    image = flag().quantize(4)
    blue = image.getpixel((59, 0))
    picture = opened(encoded(image, "PNG", transparency=blue))
    assert near(picture[:, :25], RED) and (picture[:, -25:] == 255).all()


def test_sixteen_bits_of_grey_are_scaled_not_clipped():
    ramp = np.array([[0, 128 * 257, 65535]], np.uint16).repeat(30, axis=1).repeat(90, axis=0)
    picture = opened(encoded(Image.fromarray(ramp), "PNG"), 90, 90)
    assert picture[45, [10, 45, 80]].tolist() == [[0] * 3, [128] * 3, [255] * 3]


@pytest.mark.parametrize("mode", ["L", "1", "LA", "CMYK"])
def test_other_modes_become_colour_pictures(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    picture = opened(encoded(Image.new("L", (9, 9), 255).convert(mode), kind))
    assert picture.shape == (60, 60, 3) and near(picture, (255, 255, 255))


def test_of_an_animation_the_first_frame_is_taken():
    first, second = Image.new("RGB", (9, 9), RED), Image.new("RGB", (9, 9), BLUE)
    for kind in ("PNG", "WEBP"):
        content = encoded(first, kind, save_all=True, append_images=[second], lossless=True)
        assert near(opened(content), RED)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_are_refused(kind):
    with pytest.raises(XivlabError, match="^mine.jpg is no JPEG, PNG or WebP picture: choose one that is.$"):
        opened(encoded(flag(), kind))


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(XivlabError, match="is no JPEG, PNG or WebP picture"):
        opened(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_is_refused(kind):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    content = encoded(noise, kind)
    with pytest.raises(XivlabError, match="^mine.jpg is cut short or damaged: save or copy it again"):
        opened(content[: len(content) // 2])


def test_a_file_of_too_many_bytes_is_refused_before_it_is_looked_at():
    with pytest.raises(XivlabError, match=r"^mine.jpg has 9\.0 MB: choose a picture of at most 8 MB\.$"):
        opened(b"\0" * 9_000_000)


def claims(width, height):
    """A PNG of a few bytes that claims to be as large as that."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


# Just above the limit; where Pillow warns; where Pillow refuses.
@pytest.mark.parametrize("size", [(40_001, 1_000), (10_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_before_a_pixel_is_decoded(size, monkeypatch, recwarn):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(
        XivlabError, match="^mine.jpg has more than 40 million pixels: make it smaller first.$"
    ):
        opened(claims(*size))
    assert not recwarn


def test_large_text_in_a_small_file_is_refused():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 50_000_000))
    content = encoded(flag(), "PNG")
    with pytest.raises(XivlabError, match="cut short or damaged"):
        opened(content[:33] + bomb + content[33:])


def test_a_name_is_for_the_sentence_alone(tmp_path):
    path = tmp_path / "flag.png"
    flag().save(path)
    with pytest.raises(XivlabError, match="flag.png is no JPEG"):
        open_picture(b"", str(path)[-50:], 9, 9)
    with pytest.raises(XivlabError, match=r"^a\?b"):
        open_picture(b"", "a\nb", 9, 9)
    with pytest.raises(XivlabError, match="^The picture is"):
        open_picture(b"", "", 9, 9)
    with pytest.raises(XivlabError) as caught:
        open_picture(b"", "x" * 5000, 9, 9)
    assert len(str(caught.value)) < 120


SAMPLES = [encoded(flag(), kind) for kind in ("JPEG", "PNG", "WEBP")]


@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=5))
def test_whatever_the_bytes_are_the_answer_is_a_picture_or_a_sentence(content, changes):
    for place, new in changes:
        start = int(place * len(content))
        content = content[:start] + new + content[start + len(new) :]
    try:
        picture = open_picture(content, "mine", 20, 20)
    except XivlabError as error:
        assert str(error).startswith("mine ")
    else:
        assert picture.dtype == np.uint8 and picture.ndim == 3 and max(picture.shape) <= 20


def test_limits_fit_what_the_server_lets_through():
    assert upload.MOST_BYTES < 10 * 2**20  # tornado's websocket_max_message_size
