"""A widget in Jupyter Notebook 7: it shows itself, follows keys and the mouse, and has its names."""

import pytest
from browser.every_widget import WIDGETS


def test_loss_geometry_in_notebook_7(lab):
    notebook = lab.open(WIDGETS["loss_geometry"].code, app="notebook")
    page, words = notebook.page, notebook.words(0)
    assert page.evaluate("window.jupyterapp.name") == "Jupyter Notebook"
    notebook.until(lambda: "8a pays 6.21" in words.inner_text(), "the words")
    before = [notebook.source(number) for number in (0, 1)]
    notebook.slider("α₁, between").focus()
    page.keyboard.press("ArrowRight")  # 0.5 to 0.6
    notebook.until(lambda: "8a pays 6.31" in words.inner_text(), "one step of the margin")
    notebook.until(lambda: all(notebook.source(n) != before[n] for n in (0, 1)), "the pictures")
    notebook.until(
        lambda: notebook.slider("α₁, between").get_attribute("aria-label") == "α₁, between", "the name"
    )

    box = notebook.image(0).bounding_box()
    scale = box["width"] / notebook.wide(0)
    x, y = box["x"] + 348 * scale, box["y"] + 130 * scale  # V 8b
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 40, steps=5)
    page.mouse.up()
    notebook.until(lambda: notebook.menu("point").input_value() == "V 8b", "the point under the mouse")
    notebook.until(lambda: "8a pays 6.31" not in words.inner_text(), "the words of the new place")
    assert notebook.image(0).bounding_box() == box, "the page has jumped"


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_keys_are_the_controls_own(lab, app):
    """Notebook 7 moves between cells by arrow keys, and edits by Enter, wherever the focus is in the notebook."""
    notebook = lab.open(WIDGETS["loss_geometry"].code, app=app)
    page = notebook.page
    notebook.button("One gradient step").focus()
    page.keyboard.press("Enter")
    notebook.until(lambda: "after 1 step" in notebook.words(1).inner_text(), "Enter on a button")
    page.keyboard.press("Space")
    notebook.until(lambda: "after 2 steps" in notebook.words(1).inner_text(), "Space on a button")
    menu = notebook.menu("pairs of")
    menu.focus()
    page.keyboard.press("ArrowUp")
    notebook.until(lambda: menu.input_value() == "X among I (Eq. 6)", "an arrow key in a menu")
    notebook.until(lambda: "X among I" in notebook.words(0).inner_text(), "the words")
    page.keyboard.press("b")  # no entry begins with it, and for a notebook it is a new cell
    page.wait_for_timeout(1500)  # which ends the word that a menu looks for
    page.keyboard.press("v")
    notebook.until(lambda: menu.input_value() == "V among I (Eq. 6)", "the first letter of an entry")
    assert page.locator(".jp-Notebook .jp-Cell").count() == 1
