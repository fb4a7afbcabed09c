"""The first steps without make: what they would install and run; containers run the same."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from studykit import __main__ as first

ROOT = Path(__file__).parents[2]
CPU = "https://download.pytorch.org/whl/cpu"


def test_without_an_index_pip_installs_the_kit_for_readers():
    make, install = first.plan(Path("none"))
    assert make == [sys.executable, "-m", "venv", "none"]
    assert install[1:] == ["-m", "pip", "install", "--quiet", "--editable", ".[lab]"]


def test_pytorch_comes_first_and_from_the_index_alone():
    _, torch, install = first.plan(Path("none"), "dev", CPU)
    assert [re.split(">=", word)[0] for word in torch[5:7]] == ["torch", "torchvision"]
    assert torch[7:] == ["--index-url", CPU] and install[-1] == ".[dev]"
    project = (ROOT / "pyproject.toml").read_text()
    assert all(f'"{word}"' in project for word in torch[5:7])


def test_an_environment_is_made_once_and_again_when_what_it_needs_changes(tmp_path, monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(first.subprocess, "run", lambda words, **_: ran.append(words))
    (tmp_path / "pyproject.toml").write_text('    "torch>=2.6",\n    "torchvision>=0.21",\n')
    monkeypatch.setattr(first, "ROOT", tmp_path)
    venv = tmp_path / "venv"
    venv.mkdir()
    for expected in (2, 0):
        assert first.install(venv) == first.interpreter(venv)
        assert len(ran) == expected
        ran.clear()
    first.install(venv, index=CPU)
    assert "is there already: delete it to take PyTorch from" in capsys.readouterr().out and not ran
    os.utime(tmp_path / "pyproject.toml", (2e9, 2e9))
    first.install(venv)
    assert len(ran) == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lab", "--no-browser"], [*first.COMMANDS["lab"], "--no-browser"]),
        (["study"], ["-m", "xivlab", "study"]),
    ],
)
def test_a_python_that_has_the_kit_is_used_as_it_is(monkeypatch, words, expected):
    monkeypatch.setattr(first, "installed_here", lambda: True)
    monkeypatch.setattr(first, "_run", lambda command: command)
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    copied = []
    monkeypatch.setattr(first, "copies", lambda python: copied.append(python) or 0)
    assert first.main(words) == [sys.executable, *expected]
    assert copied == ([Path(sys.executable)] if words[0] == "lab" else [])


def test_without_copies_to_work_in_nothing_is_opened(monkeypatch):
    monkeypatch.setattr(first, "installed_here", lambda: True)
    monkeypatch.setattr(first, "copies", lambda _: 3)
    monkeypatch.setattr(first, "_run", lambda command: pytest.fail(f"ran {command}"))
    assert first.main(["lab"]) == 3


def test_otherwise_that_of_the_environment_which_is_made_before(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(first, "installed_here", lambda: False)
    monkeypatch.setattr(first, "install", lambda *given: asked.append(given) or Path("its python"))
    monkeypatch.setattr(first, "_run", lambda command: command)
    monkeypatch.setattr(first, "copies", lambda python: 0)
    monkeypatch.setenv("TORCH_INDEX", CPU)  # as `make lab TORCH_INDEX=...` hands it on
    assert first.main(["lab", "--venv", str(tmp_path)])[0] == "its python"
    assert asked == [(tmp_path, "lab", CPU)]


def test_the_status_is_that_of_pip(monkeypatch, tmp_path):
    def fails(*_):
        raise subprocess.CalledProcessError(7, "pip")

    monkeypatch.setattr(first, "install", fails)
    assert first.main(["install", "--venv", str(tmp_path)]) == 7


def test_it_needs_nothing_but_python():
    """-S: without the packages that are installed."""
    words = [sys.executable, "-S", "-m", "studykit", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--torch-index" in done.stdout


def test_containers_run_the_commands_of_the_readme():
    """No container engine is needed to see that: their commands are those that people type."""
    readme = (ROOT / "README.md").read_text()
    docker = (ROOT / "Dockerfile").read_text()
    there = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    ran = re.findall(r"python -m studykit (\w+)", docker)
    assert ran == ["install", "fill"] and '["python", "-m", "studykit", "lab"' in docker
    assert re.findall(r"python -m studykit (\w+)", json.dumps(there)) == ["install", "fill", "lab"]
    assert f"TORCH_INDEX={CPU}\n" in docker and there["containerEnv"]["TORCH_INDEX"] == CPU in readme
    for line in re.findall(r"#     (docker .+)", docker):
        assert line in readme
    for word in ("lab", "study"):
        assert f"py -m studykit {word}" in readme
        assert f"$(BIN)/python -m studykit {word}\n" in (ROOT / "Makefile").read_text()


def test_what_the_dockerfile_copies_is_there():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv*", "runs"} <= set(ignored)
    assert not {"results", "xivlab", "studykit", "notebooks", "README.md", "pyproject.toml"} & set(ignored)
