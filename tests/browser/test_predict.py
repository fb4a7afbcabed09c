"""A prediction in a real JupyterLab: by keys alone, and nothing of the answer before the choice."""

import nbformat
import pytest

from notebooks.tools.build import METADATA
from studykit import progress
from studykit.predictions import prediction

ASKED = prediction("00.1")
BUTTON = ".xivlab-predict button"
CELLS = ('from studykit import widgets\nwidgets.predict("00.1")', 'print("the picture")')
ANSWER = ".jp-CodeCell:nth-of-type(2) .jp-OutputArea-output"


@pytest.fixture
def opened(lab):
    """Two cells that *Run All* has run: a prediction, and what answers it; in a folder that notes progress."""
    (lab.folder / progress.NAME).write_text("{}")
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), lab.folder / "ask.ipynb")
    yield lambda app="lab", **look: run(lab, app, **look)
    (lab.folder / progress.NAME).unlink()


def run(lab, app, width=1366, **look):
    page = lab.visit("ask.ipynb", app, width, 768, **look)
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
    page.locator(BUTTON).first.wait_for()
    page.get_by_text("the picture", exact=True).wait_for(state="attached")
    return page


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_keys_alone_commit_and_only_then_the_picture_is_shown(opened, lab, app):
    page = opened(app)
    picture = page.get_by_text("the picture", exact=True)
    assert not picture.is_visible()
    page.locator(".xivlab-predict input").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the second option
    page.wait_for_function(f"() => !document.querySelector('{BUTTON}').disabled")
    assert not picture.is_visible()
    page.locator(BUTTON).first.focus()
    page.keyboard.press("Enter")
    picture.wait_for(state="visible")
    assert progress.read(lab.folder)["predictions"] == {"00.1": "B"}
    assert page.get_by_text(ASKED.why[0]).count() == 0
    page.locator(BUTTON).nth(1).focus()
    page.keyboard.press("Enter")
    page.get_by_text(ASKED.why[0]).wait_for()


def test_the_next_day_the_choice_is_still_made(opened, lab):
    page = opened()
    page.locator(".xivlab-predict input").nth(1).check()
    page.locator(BUTTON).first.click()
    page.get_by_text("the picture", exact=True).wait_for(state="visible")
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    lab.close()
    page = lab.visit("ask.ipynb", "lab", 1366, 768)
    page.get_by_text(ASKED.text).wait_for()
    assert page.get_by_text("Error displaying widget").count() == 0
    page = run(lab, "lab")
    page.get_by_text("You predicted B.").first.wait_for()
    assert page.get_by_text("the picture", exact=True).is_visible()


def test_on_a_narrow_page_every_button_stands_before_the_first_line_of_its_option(opened, lab):
    page = opened(width=900)
    labels = page.locator(".xivlab-predict .widget-radio-box label").all()
    assert max(label.bounding_box()["height"] for label in labels) > 30, "no option takes two lines"
    for label in labels:
        place, button = label.bounding_box(), label.locator("input").bounding_box()
        assert button["x"] - place["x"] < 5 and button["y"] - place["y"] < 8
    panel = page.locator(".xivlab-predict").first
    assert panel.evaluate("one => one.scrollWidth - one.clientWidth") == 0
