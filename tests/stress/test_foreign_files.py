"""What others write, drawn: pictures of every kind, lists in every spelling, settings of matplotlib, damaged pictures."""

import io
import random
import warnings

import numpy as np
import pytest
from every_picture import drawn
from foreign_pictures import PNGS, drawn_png
from hostile_look import changed
from matplotlib import rcParams
from PIL import Image

from data_prep.pictures import read_picture
from data_prep.prepare import FORMATS, decode
from data_prep.tree import read_paths
from studykit.widgets.generator.upload import open_picture
from xivlab.errors import XivlabError

QUICK, LONG = 2, 40
draws = pytest.mark.parametrize("draws", [QUICK, pytest.param(LONG, marks=pytest.mark.stress)])


@draws
@pytest.mark.parametrize(("kind", "depth", "see"), PNGS)
def test_pictures_are_read_as_they_are_seen(kind, depth, see, draws, tmp_path, counted):
    """Of any size and turn; what is packed is what an upload shows, to the bit."""
    for seed in range(draws):
        picture = drawn_png(kind, depth, see, random.Random(seed).choice([None, *range(1, 9)]), seed)
        path = tmp_path / "0001.png"
        path.write_bytes(picture.content)
        height, width, _ = picture.seen.shape
        pixels = decode(path, (height, width))
        assert np.abs(pixels - picture.seen).max() <= (2 if depth == 16 else 1), seed
        np.testing.assert_array_equal(open_picture(picture.content, "0001.png", width, height), pixels)
    counted("pictures of others", draws)


MODES = {
    "JPEG": ("L", "RGB", "CMYK"),
    "BMP": ("1", "L", "P", "RGB"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
}


@draws
@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form, modes in MODES.items() for mode in modes])
def test_damaged_pictures_are_refused_or_read(form, mode, draws, tmp_path, counted):
    """Cut or with a few bytes changed: an array of the right form, or one sentence that names the file."""
    out = io.BytesIO()
    levels = np.random.default_rng(0).integers(0, 65_536, (24, 16), np.uint16)
    image = (
        Image.fromarray(levels)
        if mode == "I;16"
        else Image.fromarray((levels >> 8).astype(np.uint8)).convert(mode)
    )
    image.save(out, form)
    path = tmp_path / f"0001.{form.lower()}"
    for seed in range(draws):
        draw, content = random.Random(seed), bytearray(out.getvalue())
        if draw.random() < 0.5:
            del content[draw.randrange(len(content)) :]
        else:
            for _ in range(draw.randrange(1, 6)):
                content[draw.randrange(len(content))] = draw.randrange(256)
        path.write_bytes(content)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # as the packing does
                assert decode(path, (8, 4)).shape == (8, 4, 3)
        except XivlabError as error:
            assert "\n" not in str(error) and path.name in str(error)
    counted("damaged pictures of others", draws)


WAYS = (
    lambda path: path,
    lambda path: path.replace("/", "\\"),
    lambda path: f"./{path}",
    lambda path: ".\\" + path.replace("/", "\\"),
    lambda path: path.replace("/", "//"),
    lambda path: f"elsewhere/../{path}",
    lambda path: f"  {path}\t ",
)


@draws
def test_lists_in_every_spelling(draws, tmp_path, counted):
    """Every line in another way; a line that comes twice is noticed under any spelling."""
    path = tmp_path / "idx" / "list.txt"
    path.parent.mkdir()
    for seed in range(draws):
        draw = random.Random(seed)
        names = [f"vis/{draw.randrange(1, 99):04d}/{number:04d} c{number}.jpg" for number in range(40)]
        lines = [f"{draw.choice(WAYS)(draw.choice(WAYS[:-1])(name))} {draw.randrange(9)}" for name in names]
        end, code = draw.choice(["\n", "\r\n"]), draw.choice(["utf-8", "utf-8-sig"])
        path.write_text(end.join(lines), encoding=code, newline="")
        assert read_paths(path) == names, seed
        path.write_text(
            end.join([*lines, f"{draw.choice(WAYS)(draw.choice(names))} 1"]), encoding=code, newline=""
        )
        with pytest.raises(XivlabError, match="twice"):
            read_paths(path)
    counted("lists in other spellings", draws)


@pytest.fixture
def settings():
    """The settings of matplotlib, which are put back."""
    before = dict(dict.items(rcParams))
    yield lambda some: dict.update(rcParams, before | some)
    dict.update(rcParams, before)


@pytest.mark.parametrize(
    "draws", [pytest.param(1, marks=pytest.mark.slow), pytest.param(8, marks=pytest.mark.stress)]
)  # a round is 24 pictures
def test_figures_under_settings_of_any_kind(draws, settings, counted):
    """Some of the settings changed, others not, as a reader's matplotlibrc has them."""
    every = changed()
    usual = drawn()
    for seed in range(draws):
        draw = random.Random(seed)
        settings({name: every[name] for name in draw.sample(sorted(every), draw.randrange(1, len(every)))})
        found = drawn()
        assert [name for name in usual if found[name] != usual[name]] == [], seed
    counted("figures under a reader's settings", draws * len(usual))


@draws
def test_bytes_that_are_no_picture(draws, counted):
    for seed in range(draws):
        draw = random.Random(seed)
        content = draw.choice([b"", b"GIF89a", b"%!PS", b"\x89PNG\r\n\x1a\n", b"BM", b"\xff\xd8\xff"])
        with pytest.raises(Exception) as caught:  # Pillow's decoders raise half a dozen kinds
            read_picture(io.BytesIO(content + draw.randbytes(draw.randrange(99))), "0001.png", FORMATS, 10**6)
        assert not isinstance(caught.value, AssertionError)
    counted("bytes that are no picture", draws)
