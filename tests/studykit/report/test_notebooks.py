import nbformat
import pytest
from small_study import GOOD, write_notebook

from studykit.report.notebooks import WIDGET, execute, notebooks_in
from xivlab.errors import XivlabError

SMOKE = {"XIVLAB_SCALE": "smoke"}
SHOW = (
    f"from IPython.display import display\ndisplay({{'{WIDGET}': {{}}, 'text/plain': 'in words'}}, raw=True)"
)


@pytest.fixture
def results(tmp_path):
    (tmp_path / "results").mkdir()
    return tmp_path / "results"


def test_a_notebook_becomes_a_notebook_and_a_page(tmp_path, results):
    path = tmp_path / "notebooks" / "00_good.ipynb"
    write_notebook(path, GOOD, SHOW)
    before = path.read_bytes()
    done = execute(path, results, SMOKE)
    assert (done.name, done.failure) == ("00_good", None)
    assert done.seconds > 0
    printed, shown = nbformat.read(results / "00_good.ipynb", as_version=4).cells[1:]
    assert printed.outputs[0].text == "at smoke scale, in notebooks\n"
    assert list(shown.outputs[0].data) == ["text/plain"], "a widget shows nothing without a kernel"
    page = (results / "00_good.html").read_text()
    assert "at smoke scale, in notebooks" in page
    assert "in words" in page
    assert path.read_bytes() == before


def test_a_failure_is_named_with_its_cell_and_overwrites_nothing(tmp_path, results):
    path = tmp_path / "03_losses.ipynb"
    write_notebook(path, "x = 1", "# by hand\nint('seven')")
    (results / path.name).write_text("good")
    done = execute(path, results, {})
    assert done.failure == (
        "cell 3 of 3 ('# by hand') failed: ValueError: invalid literal for int() with base 10: 'seven'"
    )
    assert [file.name for file in results.iterdir()] == [path.name]
    assert (results / path.name).read_text() == "good"


def test_a_cell_that_takes_too_long(tmp_path, results):
    path = tmp_path / "00_slow.ipynb"
    write_notebook(path, "import time; time.sleep(60)")
    assert execute(path, results, {}, cell_seconds=1).failure.endswith("it took longer than 1 s")


def test_a_kernel_that_dies(tmp_path, results):
    path = tmp_path / "00_dies.ipynb"
    write_notebook(path, "import os; os._exit(1)")
    assert execute(path, results, {}).failure.endswith("failed: the kernel died")


def test_a_file_that_is_no_notebook(tmp_path, results):
    path = tmp_path / "00_torn.ipynb"
    path.write_text('{"cells": [')
    assert execute(path, results, {}).failure.startswith("it could not be started: ")


def test_ctrl_c_stops_at_once(tmp_path, results, monkeypatch):
    def press(self, cell, index):
        raise KeyboardInterrupt

    monkeypatch.setattr("studykit.report.notebooks.NotebookClient.execute_cell", press)
    write_notebook(tmp_path / "00_good.ipynb", GOOD)
    with pytest.raises(KeyboardInterrupt):
        execute(tmp_path / "00_good.ipynb", results, {})
    assert not list(results.iterdir())


def test_notebooks_in_order(tmp_path):
    for name in ("10_last", "00_first", "scratch"):
        (tmp_path / f"{name}.ipynb").touch()
    assert [path.stem for path in notebooks_in(tmp_path)] == ["00_first", "10_last"]
    with pytest.raises(XivlabError, match="There is no notebook NN_name.ipynb in .*elsewhere"):
        notebooks_in(tmp_path / "elsewhere")
