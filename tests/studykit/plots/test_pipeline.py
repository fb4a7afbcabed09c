"""The picture of the method: what it says, and that right and wrong images are told apart."""

import numpy as np
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


def test_one_part_stays_and_the_rest_fades():
    black = np.zeros((400, 960, 3), np.uint8)  # 100 dots an inch
    left, top, right, bottom = (round(100 * edge) for edge in PARTS["g"])
    shown = lit(black, "g")
    assert not shown[top:bottom, left:right].any()
    shown[top:bottom, left:right] = 255
    assert shown.min() > 190


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
    assert np.abs(shown - wanted).max() < 10
