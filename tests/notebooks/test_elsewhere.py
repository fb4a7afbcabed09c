"""A notebook of stored results, opened outside of the kit: what it shows was stored, and nothing is trained."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from studykit.report.notebooks import kernel

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "08_lambda.ipynb"
STORED = """
from studykit.studies import answers, embeddings, generators, maps, measures, store
from xivlab.scale import current
table = answers.answers("lambda")
print(set(table["source"]), len(generators.at_hand(current())) > 10, len(list(maps.maps_folder().glob("*.npz"))))
print(len(measures.measured("gap", {"Baseline": {"method": "baseline"}}, current())) > 1)
run = next(maps.maps_folder().glob("*.npz")).stem
print(len(embeddings.read_embeddings(run)[0].infrared) > 10, answers.tables())
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with nothing but the wheel's packages in it."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    built = subprocess.run(
        [*pip, "wheel", "--no-deps", "-w", folder / "wheel", ROOT],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if built.returncode:
        pytest.skip(f"no wheel can be built here: {built.stderr.strip().splitlines()[-1]}")
    (wheel,) = (folder / "wheel").iterdir()
    subprocess.run([*pip, "install", "--no-deps", "--target", folder / "packages", wheel], check=True)
    return folder / "packages"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Not of a project, and without settings; the exposed images of the user may be used."""
    for name in ("XIVLAB_SCALE", "XIVLAB_DATA", "XIVLAB_RUNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(folder, packages):
    """A copy of the notebook, executed in a folder: all its outputs as text."""
    notebook = nbformat.read(shutil.copy(NOTEBOOK, folder), as_version=4)
    client, env = kernel(notebook, folder, 600)
    with client.setup_kernel(env=env | {"PYTHONPATH": str(packages)}):
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
    return nbformat.writes(notebook), sorted(path.name for path in folder.iterdir())


def test_a_notebook_outside_of_the_clone_trains_nothing(folder):
    text, files = run(folder, ROOT)
    assert "lambda on synthetic-sysu: stored results of 40 runs" in text and "Training " not in text
    assert files == [NOTEBOOK.name]


def test_a_notebook_with_an_installed_kit_trains_nothing(folder, installed):
    text, files = run(folder, installed)
    assert "lambda on synthetic-sysu: stored results of 40 runs" in text and "Training " not in text
    assert files == [NOTEBOOK.name]


def test_an_installed_kit_has_all_that_is_stored(folder, installed):
    env = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run([sys.executable, "-c", STORED], check=True, env=env, cwd=folder, capture_output=True, text=True)  # fmt: skip
    first, about, *_, gap, shipped = done.stdout.splitlines()
    assert "stored results of 40 runs" in first
    shipped_maps = len(list((ROOT / "results" / "maps").glob("*.npz")))
    assert shipped_maps and (about, gap) == (f"{{'stored'}} True {shipped_maps}", "True")
    assert shipped == f"True {installed / 'studykit' / 'results' / 'tables'}"
    assert list(folder.iterdir()) == []
