"""A notebook that was run, saved and opened again when its kernel has gone."""

import io
import json
import urllib.request

import pytest
from browser.every_widget import HEAD
from browser.looks import RATIOS, looks
from PIL import Image

from studykit.server import WIDGET

SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


def saved(lab, app):
    """`day.ipynb`, which has been run and saved in a page that is closed, and whose kernel is gone."""
    notebook = lab.open(HEAD + "widgets.loss_geometry()", "day.ipynb", app)
    notebook.page.evaluate(SAVE)
    notebook.until(lambda: "image/png" in (lab.folder / "day.ipynb").read_text(), "the notebook on disk")
    assert notebook.slider("λ").is_visible(), "the open page has lost its widget"
    lab.close()
    sessions = json.load(urllib.request.urlopen(lab.address + "/api/sessions"))
    assert not sessions and WIDGET not in (lab.folder / "day.ipynb").read_text()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_still_picture_stands_where_the_widget_was(lab, app):
    saved(lab, app)
    errors = []
    for ratio in RATIOS:
        page = lab.visit("day.ipynb", app, device_scale_factor=ratio)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        still = page.locator(".jp-OutputArea-output img")
        still.wait_for()
        page.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel")
        page.wait_for_timeout(1500)  # what comes late
        for look in looks(page):
            assert still.evaluate("image => image.naturalWidth") > 600
            still.scroll_into_view_if_needed()
            place, width = still.bounding_box(), page.viewport_size["width"]
            assert place["x"] >= 0 and place["x"] + place["width"] <= width, f"{look}: the picture is cut off"
            ground = Image.open(io.BytesIO(still.screenshot())).convert("L").getpixel((4, 4))
            assert ground < 32 if "dark" in look else ground == 255, look
            assert page.get_by_text("Error displaying widget").count() == 0
        assert not [text for text in errors if "model" in text]
