"""What a page is given of a figure: words as words, colours that a theme may change, photographs as they are."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from studykit.plots.picture import DPI, INK, Picture
from studykit.widgets.canvas import Canvas


@pytest.fixture
def canvas():
    picture = Picture(100 / DPI, "", 200 / DPI, layout=None)
    picture.text(0.5, 0.5, "a < b", color=INK, ha="center", va="baseline", fontsize=9)
    canvas = Canvas(picture)
    canvas.line = canvas.moving(
        picture.add_axes((0, 0, 1, 1)).plot([0, 1], [0, 1], lw=1.8, color="#0072B2")[0]
    )
    canvas.place = canvas.photo(10, 20, 30, 60)
    return canvas


def elements(layer, kind):
    root = ElementTree.fromstring(f'<svg xmlns:xlink="http://www.w3.org/1999/xlink">{layer}</svg>')
    return list(root.iter(kind))


def test_words_are_words_at_their_place_in_pixels(canvas):
    (word,) = (one for one in elements(canvas.layers()[0], "text") if one.text == "a < b")
    assert float(word.get("x")) == pytest.approx(100, abs=0.1) and float(word.get("y")) == pytest.approx(
        50, abs=0.1
    )
    assert "text-anchor: middle" in word.get("style")
    assert f"font-size: max({9 * DPI / 72:.1f}px, var(--least, 0px))" in word.get("style")


def test_a_theme_may_change_every_colour(canvas):
    for layer in canvas.layers():
        assert re.search(r"var\(--x[0-9a-f]{6}, #", layer)
        assert not re.search(r"(?<!, )#[0-9a-f]{6}", layer)


def test_only_what_moves_is_drawn_again(canvas):
    still, moving = canvas.layers()
    canvas.line.set_ydata([1, 0])
    again = canvas.layers()
    assert again[0] == still and again[1] != moving
    assert "stroke-width: 2.75" in moving  # 1.8 points


def test_a_photograph_fills_its_place_as_it_is(canvas):
    assert not elements(canvas.layers()[1], "image")
    canvas.place.show(np.zeros((4, 2, 3), np.uint8))
    (photo,) = elements(canvas.layers()[1], "image")
    assert [photo.get(name) for name in ("x", "y", "width", "height")] == ["10", "20", "30", "60"]
    assert photo.get("href").startswith("data:image/jpeg;base64,")


def test_nothing_in_it_speaks_of_the_rest_of_the_page(canvas):
    assert not elements(canvas.layers()[0], "style") and not elements(canvas.layers()[0], "metadata")
