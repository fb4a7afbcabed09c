"""What a reader does with the keys, on a slider over ready pictures."""

CELL = """
import numpy as np
from studykit import widgets
from studykit.plots import image_strip

levels = [0, 120, 240]
pictures = [image_strip([np.full((64, 32), v, np.uint8)] * 3, alt=f"grey level {v}") for v in levels]
widgets.frame_slider(levels, pictures, "level")
"""


def test_an_arrow_key_moves_the_slider_its_words_and_its_picture(lab):
    notebook = lab.open(CELL)
    before = notebook.source()
    assert notebook.words().inner_text() == "grey level 0"
    notebook.slider("level").focus()
    notebook.page.keyboard.press("ArrowRight")  # exactly one step
    notebook.until(lambda: notebook.words().inner_text() == "grey level 120", "the words")
    notebook.until(lambda: notebook.source() != before, "the picture")


def test_handles_and_pictures_have_names_for_those_who_hear_the_page(lab):
    notebook = lab.open(CELL)
    notebook.until(lambda: notebook.slider("level").get_attribute("aria-label") == "level", "the name")
    assert notebook.image().get_attribute("aria-label") == "grey level 0"
