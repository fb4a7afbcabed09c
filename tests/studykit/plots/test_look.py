"""Every figure looks as it does, whatever the reader has set for matplotlib, and the reader's settings stay theirs."""

import ast
import hashlib
import inspect
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import matplotlib.style
import pytest
from every_picture import EXAMPLES, as_images, as_in_a_cell, drawn, makers
from hostile_look import HOW_SHOWN, as_file, changed
from matplotlib import rcParams, rcParamsDefault, rcsetup
from matplotlib.lines import Line2D

from studykit.look import own_look
from studykit.plots.picture import Picture, PictureAxes, encode, key, plot_axes

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "studykit").rglob("*.py"))
MAKERS = {
    f"matplotlib.{one}" for one in ("lines", "patches", "collections", "text", "textpath", "font_manager")
}
HOSTILE = changed()
ALONE = {
    name: {name: HOSTILE[name]}
    for name in ("text.usetex", "path.sketch", "path.effects", "axes.prop_cycle", "figure.autolayout", "font.family")
}  # fmt: skip
STYLES = {name: dict(dict.items(style)) for name, style in matplotlib.style.library.items()}
SETTINGS = ALONE | STYLES | {"all at once": HOSTILE}


@pytest.fixture(autouse=True)
def usual():
    """Whatever a test sets is gone after it."""
    before = dict(dict.items(rcParams))
    yield
    dict.update(rcParams, before)


def settings():
    return dict(dict.items(rcParams))


@pytest.fixture(scope="module")
def plain():
    return drawn()


@pytest.mark.parametrize("name", SETTINGS)
def test_a_picture_made_and_shown_with_any_settings(name, plain):
    dict.update(rcParams, SETTINGS[name])
    set_before = settings()
    assert encode(as_in_a_cell())[1] == plain["as_in_a_cell"]
    assert settings() == set_before


def test_settings_changed_between_making_and_showing(plain):
    made = as_in_a_cell(), as_images()
    dict.update(rcParams, HOSTILE)
    assert [encode(one)[1] for one in made] == [plain["as_in_a_cell"], plain["as_images"]]
    made = as_in_a_cell()
    dict.update(rcParams, rcParamsDefault | {})
    assert encode(made)[1] == plain["as_in_a_cell"]


def test_every_figure_of_the_kit_with_all_settings_changed(plain):
    assert len(HOSTILE) > 300
    dict.update(rcParams, HOSTILE)
    now = drawn()
    assert [name for name in plain if now[name] != plain[name]] == []


def test_none_is_forgotten():
    assert {inspect.unwrap(one) for one in makers()} == {inspect.unwrap(one) for one in EXAMPLES}


def test_a_matplotlibrc_and_an_unknown_backend(tmp_path, plain):
    """Some settings are asked once for all, when matplotlib is imported."""
    (tmp_path / "matplotlibrc").write_text(f"{as_file()}backend: nonsense\nno line\n", encoding="utf-8")
    code = "import hashlib, every_picture as e\nfor k, v in e.drawn().items(): print(k, hashlib.sha256(v).hexdigest())"
    env = {"MPLBACKEND": "nonsense", "MATPLOTLIBRC": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run(
        [sys.executable, "-c", code], check=False, env=os.environ | env, capture_output=True, text=True
    )
    assert other.returncode == 0, other.stderr
    mine = [f"{name} {hashlib.sha256(picture).hexdigest()}" for name, picture in plain.items()]
    assert other.stdout.split("\n")[:-1] == mine


def test_a_file_is_written_in_the_own_look(tmp_path, monkeypatch):
    def written():
        out = io.BytesIO()
        as_in_a_cell().savefig(out, format="png", metadata={"Software": None})
        return out.getvalue()

    before = written()
    dict.update(rcParams, HOSTILE)
    assert written() == before


NO_BACKEND, NO_TEXT = b"", b"lines.linewidth: 3 # \xff\xfe"


@pytest.mark.parametrize(
    ("start", "file"),
    [("studykit.widgets", NO_BACKEND), ("studykit.analysis.activation", NO_BACKEND), ("studykit.plots", NO_TEXT)],
)  # fmt: skip
def test_what_draws_is_imported_whatever_matplotlib_is_told(tmp_path, start, file):
    (tmp_path / "matplotlibrc").write_bytes(file)
    env = os.environ | {"MATPLOTLIBRC": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    env["MPLBACKEND"] = "agg" if file else "nonsense"
    code = f"import {start}, os; from matplotlib import pyplot; print(os.environ['MPLBACKEND'], pyplot.get_backend())"
    done = subprocess.run([sys.executable, "-c", code], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [env["MPLBACKEND"], "agg"], "the variable is not ours to change"


def test_matplotlib_comes_by_the_look():
    """Each package and module that imports matplotlib has imported `studykit.look` by then."""
    first = {ROOT / "studykit" / "plots", ROOT / "studykit" / "widgets"}
    for package in first:
        imported = [
            line
            for line in (package / "__init__.py").read_text(encoding="utf-8").splitlines()
            if "import" in line
        ]
        assert "studykit.look import" in imported[0] or any(
            line.startswith("import studykit.look") for line in imported
        )
    for path in SOURCES:
        lines = path.read_text(encoding="utf-8").splitlines()
        others = [line for line in lines if line.startswith(("from matplotlib", "import matplotlib"))]
        if others and not first & set(path.parents) and path.name != "look.py":
            assert lines.index("import studykit.look  # noqa: F401, before matplotlib") < lines.index(
                others[0]
            ), path


def artists_made_outside(path):
    """Lines on which an artist or a font is made by itself, in no function that is drawn in the own look."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in MAKERS
        for name in node.names
    }

    def walk(node, safe):
        looks = [ast.unparse(one) for one in getattr(node, "decorator_list", ())]
        safe = safe or "own_look()" in looks
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in made and not safe:
            yield node.lineno
        for child in ast.iter_child_nodes(node):
            yield from walk(child, safe)

    return list(walk(tree, False))


def test_artists_that_no_axes_make_are_made_in_the_own_look():
    assert {path.name: found for path in SOURCES if (found := artists_made_outside(path))} == {}


def test_the_reader_s_settings_are_back_after_an_error():
    dict.update(rcParams, HOSTILE)
    before = settings()
    with pytest.raises(ZeroDivisionError), own_look():
        assert rcParams["lines.linewidth"] == rcParamsDefault["lines.linewidth"]
        _ = 1 / 0
    with pytest.raises(ValueError):
        plot_axes(Picture(1.0, ""), "x", "y").plot([1], [2, 3])
    assert settings() == before


def test_one_look_within_another_is_the_same():
    rcParams["lines.linewidth"] = 20
    with own_look():
        with own_look():
            pass
        assert rcParams["lines.linewidth"] == rcParamsDefault["lines.linewidth"]
    assert rcParams["lines.linewidth"] == 20


def test_what_another_thread_sets_meanwhile_stays():
    other = threading.Thread(target=lambda: rcParams.update({"lines.linewidth": 20}))
    with own_look():
        other.start(), other.join()
    assert rcParams["lines.linewidth"] == 20


def test_two_threads_draw_in_turn(plain):
    dict.update(rcParams, HOSTILE)
    found = []
    threads = [threading.Thread(target=lambda: found.append(encode(as_in_a_cell())[1])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [plain["as_in_a_cell"]] * 4
    assert {name: rcParams[name] for name in HOSTILE} == HOSTILE


def test_a_list_of_fonts_changed_in_place(plain):
    """As many guides to fonts advise; matplotlib's defaults hold the same list."""
    rcParams["font.sans-serif"].insert(0, "DejaVu Serif")
    rcParams["font.family"].insert(0, "DejaVu Serif")
    try:
        assert encode(as_in_a_cell())[1] == plain["as_in_a_cell"]
    finally:
        rcParams["font.sans-serif"].pop(0), rcParams["font.family"].pop(0)


@pytest.mark.parametrize("backend", ["svg", "agg", rcsetup._auto_backend_sentinel])
def test_how_pyplot_shows_figures_is_left_alone(backend):
    """A backend that was not chosen yet is not chosen by us, and one that was stays."""
    dict.__setitem__(rcParams, "backend", backend)
    before = {name: dict.__getitem__(rcParams, name) for name in HOW_SHOWN}
    with own_look():
        shown = {name: dict.__getitem__(rcParams, name) for name in HOW_SHOWN}
        # Without a choice whoever reads all settings, as a box plot does, would make one.
        assert shown == (before if isinstance(backend, str) else before | {"backend": "agg"})
    encode(as_in_a_cell())
    assert {name: dict.__getitem__(rcParams, name) for name in HOW_SHOWN} == before


def test_axes_of_every_kind_have_the_own_look():
    picture = Picture(1.0, "")
    found = [picture.add_subplot(1, 2, 1), picture.add_axes((0, 0, 1, 1)), *picture.subplots(1, 2), plot_axes(picture, "", "")]  # fmt: skip
    assert all(isinstance(axes, PictureAxes) for axes in found)


def test_an_entry_of_a_legend_is_made_in_the_own_look():
    dict.update(rcParams, HOSTILE)
    with own_look():
        usual_line = Line2D([], [])
    assert key("a").get_linewidth() == usual_line.get_linewidth()
