"""A training watched in a page: it grows, the kernel answers meanwhile, it stops and goes on."""

import re

CELL = """
import numpy as np
import tempfile
from pathlib import Path
from IPython.display import display
from tiny import TINY
from toy import dataset

from studykit import widgets
from studykit.plots import image_strip
from xivlab.scale import Scale

changes = TINY | {"epochs": 4, "steps_per_epoch": 50}
scale = Scale("smoke", "demo", "a few seconds", changes=changes, runs=Path(tempfile.mkdtemp()))
display(widgets.train_live(dataset(), scale))
pictures = [image_strip([np.full((64, 32), v, np.uint8)] * 3, alt=f"grey level {v}") for v in (0, 120, 240)]
display(widgets.frame_slider([0, 120, 240], pictures, "level"))
"""
LOSSES, RANK1, OTHER = 0, 1, 2  # pictures in the page


def test_a_training_grows_stops_and_goes_on_while_the_kernel_answers(lab):
    notebook = lab.open(CELL)
    train, stop = notebook.button("Train"), notebook.button("Stop")
    status = notebook.page.locator(".xivlab-panel .widget-html-content", has_text="Baseline+X+CMG").first
    assert "Not trained yet" in status.inner_text() and stop.is_disabled()
    nothing = notebook.source(LOSSES)

    train.focus()
    notebook.page.keyboard.press("Enter")
    notebook.until(lambda: notebook.words(LOSSES).inner_text().startswith("Step"), "the first step")
    some = notebook.source(LOSSES)
    assert some != nothing
    notebook.until(lambda: notebook.source(LOSSES) != some, "the picture to grow")
    notebook.slider("level").focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.until(lambda: notebook.words(OTHER).inner_text() == "grey level 120", "another widget")
    assert train.is_disabled() and notebook.menu("method").is_disabled()  # it is still under way

    stop.click()
    notebook.until(lambda: "Stopped after step" in status.inner_text(), "the stop")
    step = int(re.search(r"Stopped after step (\d+) of 200", status.inner_text())[1])
    notebook.until(lambda: notebook.words(LOSSES).inner_text().startswith(f"Step {step} of 200"), "its words")
    assert "test people" not in notebook.words(RANK1).inner_text() and not train.is_disabled()

    train.click()
    notebook.until(lambda: "Finished in" in status.inner_text(), "the end")
    notebook.until(lambda: "On the test people" in notebook.words(RANK1).inner_text(), "the last words")
    assert notebook.words(LOSSES).inner_text().startswith("Step 200 of 200: the loss L went from")
    said = notebook.words(RANK1).inner_text()
    assert re.match(r"Rank-1 on 10 validation people by distance v\+x: [\d.]+% after step 200", said)
    assert re.search(r"On the test people, searched once at the end: [\d.]+%\.$", said)
    assert not train.is_disabled() and stop.is_disabled()
