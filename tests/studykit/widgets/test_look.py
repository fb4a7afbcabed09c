"""Every widget looks as it does, whatever the reader has set for matplotlib, when it opens and when it is moved."""

import tempfile
from pathlib import Path

import made_up_map
import numpy as np
import pytest
import small_ladder
from hostile_look import changed
from matplotlib import rcParams
from own_pictures import small_run
from toy import dataset

from studykit import widgets
from studykit.plots import image_strip
from studykit.widgets.panel import still

HOSTILE = changed()


def of_a_made_up_map():
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        made_up_map.install(Path(folder), patch)
        return widgets.when_does_x_help()


def of_a_small_run():
    with tempfile.TemporaryDirectory() as folder:
        return widgets.own_search(small_run(folder), dataset())


def of_a_small_ladder():
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        small_ladder.install(Path(folder), patch)
        try:
            return widgets.ladder()
        finally:
            small_ladder.forget()


OPENED = {
    "ladder": of_a_small_ladder,
    "frame_slider": lambda: widgets.frame_slider(
        [1, 2],
        [image_strip([np.full((16, 8, 3), shade, np.uint8)], alt="words") for shade in (0, 200)],
        "level",
    ),
    "loss_geometry": widgets.loss_geometry,
    "own_search": of_a_small_run,
    "search": widgets.search,
    "train_live": widgets.train_live,
    "tsne_explorer": widgets.tsne_explorer,
    "wavelength": widgets.wavelength,
    "when_does_x_help": of_a_made_up_map,
    "x_studio": widgets.x_studio,
    "lambda_explorer": widgets.lambda_explorer,
}


def moved(control):
    """Another value of a control, of those that move pictures at once."""
    if len(options := getattr(control, "options", ())) > 1:
        values = [option[1] if isinstance(option, tuple) else option for option in options]
        return next(value for value in reversed(values) if value != control.value)
    if isinstance(control.value, int | float) and hasattr(control, "max"):
        return control.min if control.value == control.max else control.max
    return control.value


def looks(name):
    """All pictures of a widget: as it opens, after each of its controls has moved, and without a kernel."""
    widget = OPENED[name]()
    settle = getattr(widget, "wait", lambda: None)  # a map that is drawn in a thread
    settle()
    found = [{view: one.data for view, one in widget.views.items()}]
    for control in widget._follows:
        control.value = moved(control)
        settle()
        found.append({view: one.data for view, one in widget.views.items()})
    return [*found, still([view for view in widget.views.values() if view.data])]


@pytest.fixture
def hostile():
    before = dict(dict.items(rcParams))
    yield lambda: dict.update(rcParams, HOSTILE)
    dict.update(rcParams, before)


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one == "frame_slider" else pytest.mark.slow) for one in OPENED]
)
def test_a_widget_made_and_moved_with_any_settings(name, hostile):
    plain = looks(name)
    hostile()
    before = dict(dict.items(rcParams))
    assert looks(name) == plain
    assert dict(dict.items(rcParams)) == before


def test_all_widgets_are_looked_at():
    assert OPENED.keys() == set(widgets.__all__) - {"quiz", "predict"}  # which have no pictures
