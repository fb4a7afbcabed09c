"""What a reader does on a map: keys, the pointer over a point, another colour, a map that is not stored."""

from pathlib import Path

import pytest

CELL = f"""
import os
os.chdir({str(Path(__file__).parents[2])!r})  # where the stored results are
from studykit import widgets
widgets.tsne_explorer()
"""
# A map of points that nobody has stored, which takes a while on any machine.
SLOWLY = """
import time
from studykit.widgets.tsne import data as tsne_data
draw, tsne_data.stored_map = tsne_data.draw_map, lambda points, perplexity, run: None
tsne_data.draw_map = lambda *how: time.sleep(2) or draw(*how)
"""


@pytest.fixture
def known():
    """A point that no other hides, from the same stored map: where it is, its number, and its labels."""
    import numpy as np
    from scipy.spatial.distance import cdist

    from studykit.widgets import tsne_explorer

    widget = tsne_explorer()
    places, points = widget.places(), widget._map.points
    number = int((cdist(places, places) + 1e9 * np.eye(len(places))).min(1).argmax())
    modality = str(points.modality[number]).replace("x", "X")
    about = f"Person {points.person[number]}, camera {points.camera[number]}, {modality}."
    return places[number], number, about, widget.point.value


def test_keys_and_pointer_choose_a_point_and_show_its_image(lab, known):
    (x, y), number, about, start = known
    notebook = lab.open(CELL)
    page, words = notebook.page, notebook.words(1)
    before, map_before = notebook.source(1), notebook.source(0)
    slider = notebook.slider("point")
    slider.focus()
    page.keyboard.press("ArrowRight")  # exactly one point
    notebook.until(lambda: notebook.source(1) != before, "another image")
    notebook.until(lambda: slider.get_attribute("aria-valuenow") == f"{start + 1}.0", "the slider")

    box, wide = notebook.image(0).bounding_box(), notebook.wide(0)
    scale = box["width"] / wide
    page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
    notebook.until(lambda: words.inner_text().startswith(about), f"{about} under the pointer")
    notebook.until(lambda: slider.get_attribute("aria-valuenow") == f"{number}.0", "the slider")
    notebook.until(lambda: notebook.source(0) != map_before, "the ring around the point")
    assert notebook.image(0).bounding_box() == box, "the page has jumped"

    at_point = notebook.source(0)
    notebook.menu("colour by").select_option("person")
    notebook.until(lambda: notebook.source(0) != at_point, "other colours")
    assert words.inner_text().startswith(about)


def test_a_stored_map_comes_at_once(lab):
    lab.follow(CELL, "perplexity", ["ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowRight"])


def test_a_map_that_is_not_stored_comes_after_a_sentence(lab):
    notebook = lab.open(SLOWLY + CELL)
    before = notebook.source(0)
    notebook.menu("run").select_option("stored: Baseline")
    notebook.until(lambda: "is being computed" in notebook.words(0).inner_text(), "the sentence")
    notebook.until(lambda: "neighbours" in notebook.words(0).inner_text(), "the map")
    notebook.until(lambda: notebook.source(0) != before, "its picture")
