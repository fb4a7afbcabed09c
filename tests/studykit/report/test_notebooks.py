import os
import re
import signal
import subprocess
import sys
import time

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
    (done,) = execute([path], results, SMOKE)
    assert (done.name, done.failure) == ("00_good", None)
    assert done.seconds > 0
    printed, shown = nbformat.read(results / "00_good.ipynb", as_version=4).cells[1:]
    assert printed.outputs[0].text == "at smoke scale, in notebooks\n"
    assert list(shown.outputs[0].data) == ["text/plain"], "a widget shows nothing without a kernel"
    page = (results / "00_good.html").read_text()
    assert "at smoke scale, in notebooks" in page
    assert "in words" in page
    assert path.read_bytes() == before


def test_a_picture_of_the_page_says_what_it_shows(tmp_path, results):
    path = tmp_path / "00_pictures.ipynb"
    shown = [f"plot_axes(Picture(1.0, '{words}', 1.0), 'x', 'y').figure" for words in ("a < b & 7", "plain")]
    photo = "image_strip([np.zeros((8, 4, 3), np.uint8)], alt='a photograph')"
    imports = "import numpy as np\nfrom studykit.plots import Picture, image_strip, plot_axes"
    write_notebook(path, imports, *shown, photo)
    assert execute([path], results, SMOKE)[0].failure is None
    page = (results / "00_pictures.html").read_text(encoding="utf-8")
    assert re.findall(r'<img[^>]* alt="([^"]*)"', page) == ["a &lt; b &amp; 7", "plain", "a photograph"]
    assert "No description" not in page


def test_the_kernel_is_that_of_this_python(tmp_path, results, monkeypatch):
    """Whatever else is called python3 where Jupyter looks for kernels."""
    other = tmp_path / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": ["false"], "display_name": "other", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    path = tmp_path / "00_python.ipynb"
    write_notebook(path, "import sys\nprint(sys.executable)")
    assert execute([path], results, SMOKE)[0].failure is None
    assert nbformat.read(results / path.name, 4).cells[1].outputs[0].text == f"{sys.executable}\n"


@pytest.mark.parametrize("cell", ["1", "1 / 0"])
def test_no_kernel_is_left_running(cell, tmp_path, results):
    """Eleven notebooks whose kernels stay hold ten gigabytes."""
    path = tmp_path / "00_kernel.ipynb"
    write_notebook(path, f"import os, pathlib\npathlib.Path('pid').write_text(str(os.getpid()))\n{cell}")
    execute([path], results, SMOKE)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_failure_is_named_with_its_cell_and_overwrites_nothing(tmp_path, results):
    path = tmp_path / "03_losses.ipynb"
    write_notebook(path, "x = 1", "# by hand\nint('seven')")
    (results / path.name).write_text("good")
    (done,) = execute([path], results, {})
    assert done.failure == (
        "cell 3 of 3 ('# by hand') failed: ValueError: invalid literal for int() with base 10: 'seven'"
    )
    assert [file.name for file in results.iterdir()] == [path.name]
    assert (results / path.name).read_text() == "good"


def test_a_cell_that_takes_too_long(tmp_path, results):
    path = tmp_path / "00_slow.ipynb"
    write_notebook(path, "import time; time.sleep(60)")
    assert execute([path], results, {}, cell_seconds=1)[0].failure.endswith("it took longer than 1 s")


def test_a_kernel_that_dies(tmp_path, results):
    path = tmp_path / "00_dies.ipynb"
    write_notebook(path, "import os; os._exit(1)")
    assert execute([path], results, {})[0].failure.endswith("failed: the kernel died")


def test_a_file_that_is_no_notebook(tmp_path, results):
    path = tmp_path / "00_torn.ipynb"
    path.write_text('{"cells": [')
    assert execute([path], results, {})[0].failure.startswith("it could not be started: ")


def test_ctrl_c_stops_at_once(tmp_path, results, monkeypatch):
    def press(self, cell, index):
        raise KeyboardInterrupt

    monkeypatch.setattr("studykit.report.notebooks.NotebookClient.execute_cell", press)
    write_notebook(tmp_path / "00_good.ipynb", GOOD)
    with pytest.raises(KeyboardInterrupt):
        execute([tmp_path / "00_good.ipynb"], results, {})
    assert not list(results.iterdir())


def test_notebooks_run_side_by_side_and_are_told_in_order(tmp_path, results):
    """Each waits for a file of the other: one after the other, neither would end."""
    wait = "import pathlib, time\npathlib.Path('{0}').touch()\nwhile not pathlib.Path('{1}').exists(): time.sleep(0.05)"
    write_notebook(tmp_path / "00_one.ipynb", wait.format("one", "two"), "time.sleep(0.5)")
    write_notebook(tmp_path / "01_two.ipynb", wait.format("two", "one"))
    write_notebook(tmp_path / "02_bad.ipynb", "1 / 0")
    told = []
    done = execute(notebooks_in(tmp_path), results, {}, cell_seconds=60, at_once=2, tell=told.append)
    assert told == done and [one.name for one in done] == ["00_one", "01_two", "02_bad"]
    assert [bool(one.failure) for one in done] == [False, False, True]
    assert sorted(path.name for path in results.glob("*.ipynb")) == ["00_one.ipynb", "01_two.ipynb"]


def running(pid):
    """Whether a process is there, and not only as one whose end nobody has asked about."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see whether a process has ended")
def test_ctrl_c_leaves_no_kernel_of_those_side_by_side(tmp_path, results):
    begun = (
        "import os, pathlib, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "pathlib.Path('{0}').write_text(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(60)"
    )
    for name in ("00_one", "01_two"):
        write_notebook(tmp_path / f"{name}.ipynb", begun.format(name))
    code = f"""
from pathlib import Path
from studykit.report.notebooks import execute, notebooks_in
execute(notebooks_in(Path({str(tmp_path)!r})), Path({str(results)!r}), {{}}, at_once=2)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    while not all(
        (tmp_path / name).is_file() and (tmp_path / name).read_text() for name in ("00_one", "01_two")
    ):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) and "KeyboardInterrupt" in process.stderr.read()
    for pid in " ".join((tmp_path / name).read_text() for name in ("00_one", "01_two")).split():
        assert not running(int(pid))


def test_notebooks_in_order(tmp_path):
    for name in ("10_last", "00_first", "scratch"):
        (tmp_path / f"{name}.ipynb").touch()
    assert [path.stem for path in notebooks_in(tmp_path)] == ["00_first", "10_last"]
    with pytest.raises(XivlabError, match="There is no notebook NN_name.ipynb in .*elsewhere"):
        notebooks_in(tmp_path / "elsewhere")
