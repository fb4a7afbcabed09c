"""What the files around the package say agrees."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from lowest_versions import lowest

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10, where pytest brings the same under its old name
    import tomli as tomllib

import xivlab
from studykit.__main__ import plan

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_NAME = {"torch": "pytorch"}  # where conda-forge's name is another


def test_conda_environment_asks_for_the_same_packages():
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["lab"]
    wanted = {re.sub(r"^[\w-]+", lambda name: CONDA_NAME.get(name[0], name[0]), line) for line in wanted}
    wanted |= {"python" + PROJECT["requires-python"], "pip"}
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert {line for line in environment if isinstance(line, str)} == wanted


def test_the_citation_is_of_this_version_and_this_licence():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == xivlab.__version__
    assert citation["license"] == PROJECT["license"]
    assert (ROOT / "LICENSE").read_text().startswith(f"{citation['license']} License")
    assert citation["references"][0]["doi"] == "10.1609/aaai.v34i04.5891"


def test_the_extension_of_jupyterlab_is_installed_and_of_this_version():
    folder = ROOT / "studykit" / "labextension"
    about = json.loads((folder / "package.json").read_text())
    assert about["version"] == xivlab.__version__
    script = (folder / about["jupyterlab"]["_build"]["load"]).read_text()
    assert f"_JUPYTERLAB.{about['name']} =" in script  # by this name JupyterLab looks for it
    shared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    place = shared["shared-data"]["studykit/labextension"]
    assert place == f"share/jupyter/labextensions/{about['name']}"
    there = Path(sys.prefix) / place
    assert all((there / one.relative_to(folder)).is_file() for one in folder.rglob("*.*"))


def test_the_entry_point_exists():
    module, function = PROJECT["scripts"]["xivlab"].split(":")
    assert callable(getattr(__import__(module, fromlist=[function]), function))


def test_readers_get_nothing_that_is_for_developers():
    """`make lab` and `make study` install the extra [lab] alone."""
    extras = PROJECT["optional-dependencies"]
    names = {extra: {re.match(r"[\w-]+", line)[0] for line in lines} for extra, lines in extras.items()}
    assert not names["lab"] & names["dev"] and "xivlab" in names["dev"]
    makefile = (ROOT / "Makefile").read_text()
    for target, stamp in {"lab": "installed", "study": "installed", "test": "installed-dev"}.items():
        assert f"\n{target}: $(VENV)/{stamp}\n" in makefile
    assert "install --venv $(VENV)\n\n" in makefile and plan(Path("venv"))[-1][-1] == ".[lab]"


def test_every_dependency_has_a_lowest_version():
    """Each bound is `name>=version`, so that `make lowest` can install just that version."""
    wanted = [*PROJECT["dependencies"], *itertools.chain(*PROJECT["optional-dependencies"].values())]
    wanted = [line for line in wanted if not line.startswith("xivlab[")]
    assert [line.replace("==", ">=") for line in lowest(wanted)] == wanted
    assert lowest(['torch>=2.6; extra == "lab"', "xivlab[lab]"]) == ["torch==2.6"]  # as metadata have it


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("test", "python -m pytest --numprocesses 2 --dist loadfile"),
        ("notebooks", "python -m notebooks.tools.build"),
        ("study", "python -m studykit study"),
        ("bench", "python -m benchmarks"),
        ("lab", "python -m studykit lab"),
    ],
)
def test_make_does_nothing_twice(tmp_path, target, command):
    """With an up-to-date environment, make goes straight to the command."""
    (tmp_path / "venv").mkdir()
    for stamp in ("installed", "installed-dev"):  # the second is made after the first
        (tmp_path / "venv" / stamp).touch()
    words = ["make", "--dry-run", "--no-print-directory", target, f"VENV={tmp_path / 'venv'}"]
    plan = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert plan.stdout == f"{tmp_path}/venv/bin/{command}\n"
