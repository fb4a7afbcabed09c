"""A notebook that was run, saved and opened again when its kernel has gone."""

import json
import urllib.request

import pytest
from browser.every_widget import HEAD

from studykit.server import WIDGET

SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_still_picture_stands_where_the_widget_was(lab, app):
    notebook = lab.open(HEAD + "widgets.loss_geometry()", "day.ipynb", app)
    notebook.page.evaluate(SAVE)
    notebook.until(lambda: "image/png" in (lab.folder / "day.ipynb").read_text(), "the notebook on disk")
    assert notebook.slider("λ").is_visible(), "the open page has lost its widget"
    lab.close()
    sessions = json.load(urllib.request.urlopen(lab.address + "/api/sessions"))
    assert not sessions and WIDGET not in (lab.folder / "day.ipynb").read_text()

    page = lab.visit("day.ipynb", app)
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    still = page.locator(".jp-OutputArea-output img")
    still.wait_for()
    page.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel")
    page.wait_for_timeout(1500)  # what comes late
    assert still.evaluate("image => image.naturalWidth") > 600
    assert page.get_by_text("Error displaying widget").count() == 0
    assert not [text for text in errors if "model" in text]
