"""Disks that are full or may only be read, and clocks that go backwards."""

import errno
import itertools
import os
import shutil
import subprocess
import time

import pytest
from fake_world import install
from stress.harm import refused, unchanged
from tiny import assert_same, result, tiny
from toy import dataset

from data_prep import prepare
from data_prep.export import export
from xivlab.data.datasets import load
from xivlab.data.packed import write_packed
from xivlab.runs.run import Run
from xivlab.train import resume, train

pytestmark = pytest.mark.skipif(os.name == "nt", reason="neither mounts nor modes as they are asked for here")


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The fake one, its cache filled."""
    install(monkeypatch, tmp_path / "cache")
    load("synthetic-sysu")


def mounted(folder, *options):
    """Whether a small disk could be mounted there."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *options, str(folder)], check=False, capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path):
    """A disk of some kilobytes, which `disk(size)` makes; a test that needs one is left out where none can be had."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def make(kilobytes):
        if not mounted(folder, "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs"):
            pytest.skip("a small disk can be mounted by root alone, and not in every container")
        return folder

    yield make
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def read_only(folder):
    if not mounted(folder, "-o", "remount,ro"):
        pytest.skip("the disk cannot be made read-only")


def good(disk):
    """A file of the user on the disk."""
    (disk / "good.txt").write_text("mine")
    return disk


def pack(tree, out):
    prepare.pack(prepare.read_source("sysu-mm01", tree), tree, out, (8, 4))


def jobs(folder, tree):
    """Everything that writes, by name: what it does in a folder, and what it needs there before."""
    toy = dataset()
    return {
        "training": lambda: train(tiny(), toy, folder / "runs", quiet=True),
        "packing": lambda: pack(tree, folder / "out"),
        "exporting": lambda: export("synthetic-sysu", "sysu-mm01", folder / "tree"),
        "exposing": lambda: load("synthetic-regdb", cache=folder / "cache"),
    }


NAMES = ["training", "packing", "exporting", "exposing"]
# Kilobytes at which each is short of space: at once, and in the middle.
SIZES = {"training": (8, 1000, 5000), "packing": (8,), "exporting": (8, 100), "exposing": (8,)}
CASES = [
    pytest.param(name, size, marks=() if size == 8 and name != "training" else pytest.mark.stress)
    for name in NAMES
    for size in SIZES[name]
]


@pytest.mark.parametrize(("name", "size"), CASES)
def test_a_full_disk(name, size, disk, world, tmp_path, counted):
    """What is there stays, nothing half is left, and with space the same call comes to its end."""
    export("synthetic-sysu", "sysu-mm01", tmp_path / "tree")
    folder = good(disk(size))
    job = jobs(folder, tmp_path / "tree")[name]
    refused(job)
    assert (folder / "good.txt").read_text() == "mine"
    assert not [path for path in folder.rglob("*") if path.name.startswith(".scratch")]
    for run in (folder / "runs").glob("*"):
        assert not Run(run).finished
        if Run(run).started:
            Run(run).state()
    if not mounted(folder, "-o", "remount,size=64m"):
        pytest.skip("the disk cannot be made larger")
    job()
    if name == "training":
        whole = train(tiny(), dataset(), tmp_path / "runs", quiet=True)
        assert_same(result(Run(next((folder / "runs").iterdir()))), result(whole))
    counted("disks: full")


@pytest.mark.parametrize("name", [pytest.param(NAMES[0], marks=pytest.mark.stress), *NAMES[1:]])
def test_a_read_only_disk(name, disk, world, tmp_path, counted):
    export("synthetic-sysu", "sysu-mm01", tmp_path / "tree")
    folder = good(disk(20_000))
    if name == "training":
        train(tiny(), dataset(), folder / "runs", quiet=True, watch=lambda now: now.step == 6)
    read_only(folder)
    with unchanged(folder):
        refused(jobs(folder, tmp_path / "tree")[name], str(folder))
    counted("disks: read-only")


@pytest.mark.stress
def test_what_is_finished_is_read_from_a_read_only_disk(disk, counted):
    folder = disk(20_000)
    run = train(tiny(), dataset(), folder, quiet=True)
    write_packed(folder / "packed", "toy", "0", (16, 8), dataset().index, [dataset().pixels])
    read_only(folder)
    assert resume(run.folder, dataset()).finished and len(run.test_scores())
    assert len(load(folder / "packed").test)
    counted("disks: read-only")


@pytest.mark.stress
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("call", ["mkdir", "replace", "open"])
def test_whatever_the_system_says_is_one_sentence(call, number, tmp_path, monkeypatch, counted):
    """Also where no disk can be mounted."""
    run = train(tiny(), dataset(), tmp_path, quiet=True, watch=lambda now: now.step == 6)

    def fails(*_, **__):
        raise OSError(number, os.strerror(number))

    with unchanged(tmp_path):
        with monkeypatch.context() as patch:
            patch.setattr("xivlab.files._make_file" if call == "open" else f"os.{call}", fails)
            what = tmp_path / "new" if call == "mkdir" else tmp_path
            refused(lambda: train(tiny(seed=9), dataset(), what, quiet=True), str(tmp_path))
        assert Run(run.folder).state()["step"] == 6
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        for path in tmp_path.iterdir():  # an empty folder of the run that could not begin
            if path != run.folder:
                shutil.rmtree(path)
    counted("disks: errors of the system")


@pytest.mark.parametrize(
    "clock", ["backwards", *(pytest.param(name, marks=pytest.mark.stress) for name in ("still", "jumping"))]
)
def test_clocks(clock, tmp_path, monkeypatch, counted):
    """The wall clock is for words alone: a run under a wrong one is the same run. Even the other may stand still."""
    whole = train(tiny(), dataset(), tmp_path / "whole", quiet=True)
    now, real = itertools.count(), time.time()
    times = {
        "backwards": lambda: real - 10 * next(now),
        "still": lambda: real,
        "jumping": lambda: real + (-1) ** next(now) * 1e6,
    }
    monkeypatch.setattr("time.time", times[clock])
    if clock == "still":
        monkeypatch.setattr("time.perf_counter", lambda: 5.0)
    run = train(tiny(), dataset(), tmp_path / "clock", watch=lambda progress: progress.step == 6)
    assert not run.finished
    again = resume(run.folder, dataset())
    assert_same(result(again), result(whole))
    counted("clocks")
