"""Every widget of the kit as a reader opens it, with the slider and the picture that the tests and timings use."""

from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]
HEAD = f"""
import os
os.chdir({str(PROJECT)!r})  # where the stored results are
from studykit import widgets
"""
FORTH_AND_BACK = ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft") * 5
BACK_AND_FORTH = ("ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight") * 5


class Example(NamedTuple):
    """A widget as it is opened.

    Attributes:
        call: in the cell, after the import of `widgets`.
        slider: the label of the one to move.
        picture: which of the widget's, counted from 0: the last one to follow that slider.
        keys: twenty, each of which changes the picture.
        controls: labels of all that can be set or pressed, from the first to the last.
    """

    call: str
    slider: str
    picture: int
    keys: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def code(self) -> str:
        """The cell."""
        return HEAD + self.call


WIDGETS = {
    "frame_slider": Example(
        """import numpy as np
from studykit.plots import image_strip
grey = range(0, 255, 5)
pictures = [image_strip([np.full((128, 64, 3), (v, 255 - v, i * 40), np.uint8) for i in range(6)], alt=f"{v}") for v in grey]
widgets.frame_slider(grey, pictures, "level")""",
        "level", 0, ("ArrowRight",) * 20, ("level",),
    ),
    "ladder": Example(
        """import sys, tempfile, pytest
from pathlib import Path
sys.path.insert(0, "tests/helpers")
import small_ladder
with pytest.MonkeyPatch.context() as patch:
    small_ladder.install(Path(tempfile.mkdtemp()), patch)
    widget = widgets.ladder()
widget""",
        "method", 3, FORTH_AND_BACK, ("method", "query"),
    ),
    "lambda_explorer": Example(
        "widgets.lambda_explorer()", "λ", 3, FORTH_AND_BACK, ("λ", "query", "distance"),
    ),
    "loss_geometry": Example(
        "widgets.loss_geometry()", "α₁, between", 1, ("ArrowRight",) * 20,
        (
            "start", "Reset", "pairs of", "anchor", "arrows and steps lower", "One gradient step", "Play",
            "λ", "α₁, between", "α₂, within", "More", "learning rate", "point", "to the right", "upwards",
        ),
    ),
    "own_search": Example(
        """import sys, tempfile
sys.path[:0] = ["tests", "tests/helpers"]
from own_pictures import small_run
from toy import dataset
widgets.own_search(small_run(tempfile.mkdtemp()), dataset())""",
        "distance", 0, BACK_AND_FORTH, ("distance", "An infrared picture of your own"),
    ),
    "search": Example(
        "widgets.search()", "query", 1, ("ArrowRight",) * 20, ("query", "previous", "next"),
    ),
    "train_live": Example(
        "widgets.train_live()", "steps", 1, BACK_AND_FORTH,
        ("method", "X is", "λ", "steps", "More", "α₁, between", "α₂, within", "seed", "Train"),
    ),
    "tsne_explorer": Example(
        "widgets.tsne_explorer()", "point", 1, ("ArrowRight",) * 20,
        ("run", "perplexity", "colour by", "point"),
    ),
    "wavelength": Example(
        "widgets.wavelength()", "wavelength", 2, ("ArrowLeft",) * 20,
        ("wavelength", "person", "light of the grey camera", "its filter"),
    ),
    "when_does_x_help": Example(
        """import sys, tempfile, pytest
from pathlib import Path
sys.path.insert(0, "tests/helpers")
import made_up_map
with pytest.MonkeyPatch.context() as patch:
    made_up_map.install(Path(tempfile.mkdtemp()), patch)
    widget = widgets.when_does_x_help()
widget.prediction.value = "grows"
widget""",
        "value", 3, BACK_AND_FORTH,
        ("knob", "method", "the gain along the knob, you predict", "value"),
    ),
    "x_studio": Example(
        "widgets.x_studio()", "w R", 1, ("ArrowRight",) * 20,
        (
            "numbers", "trained g", *(f"w {c}" for c in "RGB"), "b", *(f"a {c}" for c in "RGB"),
            *(f"d {c}" for c in "RGB"), "Other people", "A picture of your own",
        ),
    ),
}  # fmt: skip
