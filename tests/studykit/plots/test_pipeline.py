"""The picture of the method: what it says, and that right and wrong images are told apart."""

import io

import numpy as np
import pytest
from PIL import Image

from studykit.plots.picture import COLOUR, encode
from studykit.plots.pipeline import PARTS, lit, pipeline, write_lit


def drawn(right):
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 255, (64, 32, 3), np.uint8)
    names = ("infrared", "visible", "x")
    return pipeline(
        {name: photo for name in names},
        dict(zip(names, rng.normal(size=(3, 2)))),
        rng.normal(size=(5, 2)),
        [photo] * len(right),
        right,
    )


def test_the_words_count_the_right_images_among_those_shown():
    assert (
        "Of the 6 nearest images here 2 show the right person" in drawn([True, False, True] + 5 * [False]).alt
    )
    assert "Of the 3 nearest" in drawn([True, False, True]).alt  # a small gallery leaves places empty


def test_right_and_wrong_are_told_apart_by_sign():
    signs = [text.get_text() for text in drawn([True, False]).axes[0].texts]
    assert "1 ✓" in signs and "2 ✗" in signs
    assert encode(drawn([True, False]))[0] == "image/jpeg"


@pytest.mark.parametrize("part", PARTS)
def test_one_part_stays_and_the_rest_fades(part):
    black = np.zeros((400, 960, 3), np.uint8)  # 100 dots an inch
    shown = lit(black, part)
    covered = np.zeros((400, 960), bool)
    for edges in PARTS[part]:
        left, top, right, bottom = (round(100 * edge) for edge in edges)
        covered[top:bottom, left:right] = True
    assert not shown[covered].any() and shown[~covered].min() > 190


@pytest.mark.parametrize(
    "part, line",
    [
        ("g", (0.54, 1.65, 0.56, 2.0)),  # from V down, to go round X
        ("g", (2.38, 1.01, 3.0, 1.03)),  # from X to f
        ("training", (4.23, 2.04, 4.7, 2.06)),  # from f to the features
    ],
)
def test_a_line_that_leaves_a_part_is_faded_from_its_beginning(part, line):
    with Image.open(io.BytesIO(encode(drawn(6 * [True]), 2)[1])) as image:
        page = np.asarray(image.convert("RGB"))
    left, top, right, bottom = (round(220 * edge) for edge in line)
    assert page[top:bottom, left:right].min() < 100
    assert lit(page, part)[top:bottom, left:right].min() > 190


def test_a_file_for_each_part(tmp_path):
    Image.fromarray(np.zeros((40, 96, 3), np.uint8)).save(tmp_path / "fig2.png")
    write_lit(tmp_path)
    assert {file.stem for file in tmp_path.glob("fig2-*.png")} == {f"fig2-{part}" for part in PARTS}


def test_a_few_bright_dots_keep_their_colour_beside_photographs(tmp_path):
    page = np.full((400, 960, 3), 255, np.uint8)
    page[40:360, 750:940] = np.random.default_rng(0).integers(0, 256, (320, 190, 3))
    wanted = np.array([int(COLOUR["x"][i : i + 2], 16) for i in (1, 3, 5)])
    page[100:110, 600:610] = wanted
    Image.fromarray(page).save(tmp_path / "fig2.png")
    write_lit(tmp_path)
    with Image.open(tmp_path / "fig2-search.png") as lit_page:
        shown = np.array(lit_page.convert("RGB").getpixel((round(605 * 1.65), round(105 * 1.65))))
        ground = lit_page.convert("RGB").getpixel((900, 620))
    assert np.abs(shown - wanted).max() < 10
    assert ground == (255, 255, 255)
