"""`xivlab doctor`: a row for everything, and a remedy beside what is wrong."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import torch
import yaml

from studykit import commands, doctor
from studykit.studies import store
from xivlab.errors import XivlabError
from xivlab.scale import current

ROOT = Path(__file__).parents[2]


def row(what):
    return next(one for one in doctor.examine() if one.what == what)


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """An empty machine: no cache, no runs, nothing said in the environment."""
    for name in doctor.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XIVLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XIVLAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("xivlab.resources.idle_cores", lambda: None)
    current.cache_clear()
    yield
    current.cache_clear()


def test_a_machine_that_is_well_has_no_remedies(tmp_path):
    rows = doctor.examine()
    assert [one.what for one in rows] == list(doctor.CHECKS)
    assert [one for one in rows if one.remedy] == []
    assert not list(tmp_path.iterdir()), "nothing is made"
    text = doctor.as_text(rows)
    assert f"PyTorch         {torch.__version__}" in text and sys.executable in text
    assert "1 for slim (the network is small)" in text
    assert "synthetic-sysu (exposed at its first use)" in text


def test_the_command_says_it_and_ends_with_1_if_something_is_wrong(monkeypatch, capsys):
    commands.doctor()
    assert "a first kernel runs on it" in capsys.readouterr().out
    monkeypatch.setitem(doctor.CHECKS, "memory", lambda: ("0.1 GB free", "close other programs"))
    with pytest.raises(SystemExit) as end:
        commands.doctor()
    assert end.value.code == 1
    marked = [line for line in capsys.readouterr().out.splitlines() if line.startswith("!") or "->" in line]
    assert [line.split() for line in marked] == [
        ["!", "memory", "0.1", "GB", "free"],
        ["->", "close", "other", "programs"],
    ]


def test_whatever_a_row_raises_the_others_are_there(monkeypatch):
    def broken():
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setitem(doctor.CHECKS, "cache", broken)
    assert row("cache").remedy.startswith("ZeroDivisionError: by: ")
    assert row("kernel").remedy == ""


def test_a_gpu_whose_first_kernel_fails(monkeypatch):
    def broken(model, device):
        raise XivlabError(
            "The GPU does not work (no kernel image): set CUDA_VISIBLE_DEVICES= to use the CPU."
        )

    monkeypatch.setattr(doctor, "to_device", broken)
    assert row("device") == (
        "device",
        "does not work",
        "The GPU does not work (no kernel image): set CUDA_VISIBLE_DEVICES= to use the CPU.",
    )


@pytest.mark.parametrize(("built", "remedy"), [(None, "built for it"), ("13.0", "update its driver")])
def test_a_gpu_that_is_not_used(built, remedy, monkeypatch):
    monkeypatch.setattr(doctor, "pick_device", lambda: torch.device("cpu"))
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("torch.version.cuda", built)
    assert remedy in row("device").remedy
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert (row("device").remedy == "") == (built is not None), "who hides it knows"


def test_packages_of_the_lab_that_are_missing(monkeypatch):
    listed = ["torch>=2.6", 'no-such-package>=1; extra == "lab"', 'other-package; extra == "dev"']
    monkeypatch.setattr("importlib.metadata.requires", lambda name: listed)
    assert row("packages") == (
        "packages",
        "no-such-package not installed",
        "type pip install '.[lab]' in the project, or make lab",
    )


def test_little_memory_and_a_full_disk(monkeypatch):
    monkeypatch.setattr(doctor, "free_memory", lambda: 5e8)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: shutil._ntuple_diskusage(10, 9, 1))
    assert row("memory").remedy.startswith("close other programs")
    assert row("cache").remedy == "free some space there, in the environment variable XIVLAB_CACHE"


def test_folders_that_cannot_be_written(monkeypatch):
    def refused(dir):
        raise PermissionError(13, "Permission denied", dir)

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    assert "cannot be written (Permission denied)" in row("runs").found
    assert row("runs").remedy == "name another folder, in the environment variable XIVLAB_RUNS"


def test_a_data_set_that_is_not_whole(tmp_path, monkeypatch):
    (tmp_path / "packed").mkdir()
    monkeypatch.setenv("XIVLAB_DATA", str(tmp_path / "packed"))
    current.cache_clear()
    assert str(tmp_path / "packed") in row("data sets").remedy


def test_stored_results_that_were_changed_or_are_not_there(tmp_path, monkeypatch):
    kit = shutil.copytree(
        store.results("measures").parent, tmp_path / "kit", ignore=shutil.ignore_patterns("*.html")
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "SHIPPED", (kit,))
    assert row("stored results").remedy == ""
    table = kit / "measures" / "gap.csv"
    table.write_text(table.read_text().replace("1", "2", 1))
    assert "gap.csv: it has changed since it was written" in row("stored results").found
    monkeypatch.setattr(store, "SHIPPED", ())
    assert "install the package anew" in row("stored results").remedy


def test_an_asset_that_was_changed(tmp_path, monkeypatch):
    copy = shutil.copytree(doctor.ASSETS, tmp_path / "assets", ignore=shutil.ignore_patterns("synthetic*"))
    monkeypatch.setattr(doctor, "ASSETS", copy)
    (copy / "paper.csv").write_bytes((copy / "paper.csv").read_bytes() + b"\n")
    assert "paper.csv: it has changed" in row("XIV-Lab").found and "install" in row("XIV-Lab").remedy


def test_the_kernel_of_another_python(tmp_path, monkeypatch):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    for command, well in (("/opt/other/python", False), ("python3", True), (sys.executable, True)):
        spec = {"argv": [command, "-m", "ipykernel"], "display_name": "other", "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
        assert (row("kernel").remedy == "") == well
        assert well or "ipykernel install --sys-prefix" in row("kernel").remedy


def test_reports_are_asked_for_it():
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text())
    asked = {one["id"]: one for one in form["body"]}
    assert "xivlab doctor" in asked["doctor"]["attributes"]["label"]
    assert asked["doctor"]["validations"]["required"]
    assert "`xivlab doctor`" in (ROOT / "README.md").read_text()
