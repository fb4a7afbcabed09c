"""All widgets at once, moved fast from several threads while one of them trains: what settles is right."""

import ast
import random
import threading
import time
from pathlib import Path

import made_up_map
import numpy as np
import pytest
import small_ladder
from own_pictures import small_run
from tiny import TINY
from toy import dataset

from studykit import widgets
from studykit.plots.images import image_strip
from studykit.plots.picture import Picture
from studykit.widgets import controls
from studykit.widgets.canvas import Canvas
from studykit.widgets.panel import Panel
from studykit.widgets.training import job
from xivlab.scale import Scale

MOVES = 8  # of each thread; two threads move each widget
FOLDER = Path(widgets.__file__).parent


class Bars(Panel):
    """The least that a widget can be: two bars as long as two sliders say."""

    def __init__(self):
        picture = Picture(1, "", 2, layout=None)
        canvas = Canvas(picture)
        self.bars = [canvas.moving(bar) for bar in picture.add_subplot(xlim=(0, 1)).barh([0, 1], [0, 0])]
        self.lengths = [controls.slider(f"length {i}", 0.5, 0, 1, 0.05) for i in range(2)]
        super().__init__(self.lengths, {"bars": canvas}, self.lengths)

    def draw(self):
        for bar, length in zip(self.bars, self.lengths):
            bar.set_width(length.value)
        return {"bars": " and ".join(f"{length.value:.2f}" for length in self.lengths)}


def frames():
    grey = [np.full((16, 8), level, np.uint8) for level in range(0, 250, 25)]
    pictures = [image_strip([image], alt=f"level {image[0, 0]}") for image in grey]
    return widgets.frame_slider([image[0, 0] for image in grey], pictures, "level")


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Every widget of the kit, by name, on small data of their own."""
    root = tmp_path_factory.mktemp("project")
    # Enough steps to be under way as long as the others are moved.
    changes = TINY | {"steps_per_epoch": 60}
    scale = Scale("smoke", "demo", "a few seconds", changes=changes, runs=root / "runs")
    with pytest.MonkeyPatch.context() as monkeypatch:
        small_ladder.install(root, monkeypatch)
        made_up_map.install(root / "map", monkeypatch)
        special = {
            "bars": Bars,
            "frame_slider": frames,
            "own_search": lambda: widgets.own_search(small_run(root / "own"), dataset()),
            "train_live": lambda: widgets.train_live(dataset(), scale),
            "x_studio": lambda: widgets.x_studio(data=dataset()),
        }
        with_pictures = [name for name in widgets.__all__ if name not in ("quiz", "predict")]
        yield {name: getattr(widgets, name) for name in with_pictures} | special
    small_ladder.forget()


def move(control, rng):
    """Set a control to something that its own hand could choose."""
    if hasattr(control, "options"):
        control.index = rng.randrange(len(control.options))
    else:
        steps = round((control.max - control.min) / control.step)
        control.value = type(control.value)(control.min + rng.randint(0, steps) * control.step)


def settle(panel):
    """Until nothing is computed in a thread any more."""
    if hasattr(panel, "wait"):
        panel.wait()


def like(panel, fresh):
    """Set a fresh widget to the same values; twice, since a value may only fit once others are there."""
    for _ in range(2):
        fresh.set({own: moved.value for own, moved in zip(fresh._follows, panel._follows)})
        settle(fresh)
    return fresh


def shown(panel):
    return {name: (view.mime, view.data, view.words) for name, view in panel.views.items()}


@pytest.mark.slow
def test_what_settles_is_what_a_fresh_widget_shows(make):
    panels = {name: one() for name, one in make.items()}
    live, failures = panels["train_live"], []
    begin = threading.Barrier(2 * len(panels) + 1)

    def hand(panel, seed):
        rng = random.Random(seed)
        begin.wait()
        for _ in range(MOVES):
            try:
                move(rng.choice(panel._follows), rng)
            except Exception as error:  # noqa: BLE001 (whichever it is)
                failures.append(f"{type(panel).__name__}: {error!r}")
            time.sleep(rng.uniform(0, 0.01))

    def note(what):
        failures.append(f"{what.thread.name}: {what.exc_value!r}")

    hands = [
        threading.Thread(target=hand, args=(panel, f"{name} {n}"), name=name)
        for name, panel in panels.items()
        for n in range(2)
    ]
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(threading, "excepthook", note)
        live.train()
        for thread in hands:
            thread.start()
        begin.wait()
        moved_while_training = job.busy()
        for thread in hands:
            thread.join()
        live.stop()
        live.join()
    assert not failures
    assert moved_while_training
    for name, panel in panels.items():
        settle(panel)
        fresh = like(panel, make[name]())
        assert shown(panel) == shown(fresh), name
        assert panel.notice.value == fresh.notice.value


def forbidden(source):
    """What a callback of a widget must not use, as it mixes up threads or prints into other cells."""
    bad = {"pyplot", "pylab", "Output", "interact", "interactive", "interactive_output"}
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names if bad & set(name.name.split("."))}
        elif isinstance(node, ast.ImportFrom):
            outside = (node.module or "").split(".")[0] in ("matplotlib", "ipywidgets")
            parts = {*(node.module or "").split("."), *(name.name for name in node.names)}
            found |= bad & parts if outside else set()
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ("ipywidgets", "widgets", "matplotlib") and node.attr in bad:
                found.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            found.add("print")
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_no_widget_uses_what_mixes_threads_up(path):
    assert not forbidden(path.read_text())


@pytest.mark.parametrize(
    "source",
    [
        "import matplotlib.pyplot as plt",
        "from matplotlib import pyplot",
        "from matplotlib.pyplot import plot",
        "import pylab",
        "from ipywidgets import Output",
        "import ipywidgets\nipywidgets.Output()",
        "import ipywidgets\nipywidgets.interactive_output(f, {})",
        "print('moved')",
    ],
)
def test_what_mixes_threads_up_would_be_found(source):
    assert forbidden(source)


def test_a_network_has_outputs_all_the_same():
    assert not forbidden("from xivlab.model import Output\nOutput(1, 2, 3)")
