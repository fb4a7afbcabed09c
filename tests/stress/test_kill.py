"""SIGKILL at any moment: what is there afterwards is whole, and going on ends as if nothing had happened, bit for bit.

Half of the moments are drawn in time, half before a change of the folder that is made, where harm could be done.
"""

import os
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from stress import jobs
from stress.children import Child, warm
from tiny import assert_same, result, rows

from xivlab.packed import read_packed
from xivlab.runs import Run
from xivlab.stored import read_table

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no SIGKILL and no fork")
SEED = 0
# How often each is killed in the long run, and in the quick one.
KILLS = {
    jobs.training: (14, 2),
    jobs.training_on_all: (6, 0),
    jobs.packing: (10, 2),
    jobs.exporting: (8, 1),
    jobs.exposing: (6, 1),
    jobs.studying: (8, 0),
}
assert sum(long for long, _ in KILLS.values()) >= 50


class Undisturbed(NamedTuple):
    """A job that nobody interrupted: where it was done, how long it took, how often it changed its folder."""

    folder: Path
    seconds: float
    changes: int


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """Where all jobs of this file are done, beside what they read."""
    warm()
    folder = tmp_path_factory.mktemp("ground")
    Child(jobs.places, folder).done()
    return folder


@pytest.fixture(scope="module")
def undisturbed(ground):
    """Each job once, undisturbed."""
    done = {}

    def of(job):
        if job not in done:
            folder = ground / f"undisturbed-{job.__name__}"
            folder.mkdir()
            seconds = Child(job, folder).done()
            done[job] = Undisturbed(folder, seconds, int((folder / "changes").read_text()))
        return done[job]

    return of


@pytest.fixture
def folder(ground):
    """An empty one."""
    folder = next(path for number in count() if not (path := ground / str(number)).exists())
    folder.mkdir()
    return folder


def cases():
    """Every job with every number of a moment; those of the long run are marked."""
    for job, (long, quick) in KILLS.items():
        for moment in range(long):
            yield pytest.param(
                job,
                moment,
                id=f"{job.__name__}-{moment}",
                marks=pytest.mark.stress if moment >= quick else (),
            )


@pytest.mark.parametrize(("job", "moment"), cases())
def test_killed_and_done_again(job, moment, undisturbed, folder, counted):
    expected = undisturbed(job)
    random = np.random.default_rng([SEED, list(KILLS).index(job), moment])
    for _ in range(1 + (moment % 3 == 2)):  # every third is killed again as it goes on
        kill(job, folder, expected, in_time=moment % 2 == 0, random=random)
        nothing_half(folder / "made", expected.folder / "made")
    Child(job, folder).done()
    same(folder / "made", expected.folder / "made")
    counted(f"SIGKILL: {job.__name__.replace('_', ' ')}")


def kill(job, folder, expected, in_time, random):
    """Do the job until the moment, which is earlier if the job was quicker than expected."""
    share = random.uniform()
    while True:
        if in_time:
            killed = Child(job, folder).kill(share * expected.seconds)
        else:
            killed = Child(job, folder, die_at=int(share * expected.changes)).killed()
        if killed:
            return
        # It was done: what went on had less to do than the whole, or the machine was faster.
        same(folder / "made", expected.folder / "made")
        remove(folder / "made")
        share /= 2


def remove(folder):
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def nothing_half(made, expected):
    """Every file with a name of its own is as whole as in the undisturbed folder, if perhaps of an earlier moment."""
    for path in made.rglob("*"):
        if path.is_dir() or any(part.startswith(".") for part in path.relative_to(made).parts):
            continue
        there = expected / path.relative_to(made)
        if path.name == "metrics.csv":
            found = path.read_text()
            assert found.endswith("\n") and there.read_text().startswith(found)
        elif path.name == "log.csv":
            run, whole = (rows(Run(one.parent), one.name) for one in (path, there))
            assert [row["loss"] for row in run] == [row["loss"] for row in whole][: len(run)]
        elif path.name == "state.pt":
            assert Run(path.parent).state()["step"] > 0
        elif path.name == "model.safetensors":
            assert Run(path.parent).weights().keys() == Run(there.parent).weights().keys()
        elif path.name == "embeddings.npz":
            assert_same(result(Run(path.parent)), result(Run(there.parent)))
        elif path.name in ("pixels.npy", "index.csv", "meta.json"):
            read_packed(path.parent)
        else:
            assert path.read_bytes() == there.read_bytes()


def same(made, expected):
    """Everything is as if never interrupted, and nothing is left over."""
    # A lock may stay; its content is nothing.
    assert names(made) - {".lock"} == names(expected) - {".lock"}
    assert not [name for name in names(made) if name.startswith(".scratch") or name.endswith("-partial")]
    for path in expected.rglob("*"):
        there = made / path.relative_to(expected)
        if path.name == "embeddings.npz":
            assert_same(result(Run(there.parent)), result(Run(path.parent)))
        elif path.name == "state.pt":
            states = [Run(one.parent).state() for one in (there, path)]
            assert [state["step"] for state in states] == [states[0]["step"]] * 2
            for name, tensor in states[0]["model"].items():
                assert tensor.equal(states[1]["model"][name])
        elif path.is_file() and path.name not in (".lock", "log.csv"):  # the log says how fast
            assert there.read_bytes() == path.read_bytes(), path


def names(folder):
    return {path.name for path in folder.rglob("*")}


@pytest.mark.stress
def test_the_table_of_a_study_is_whole(undisturbed):
    """What the comparisons above compare with."""
    (path,) = (undisturbed(jobs.studying).folder / "made" / "tables").iterdir()
    assert len(read_table(path)) == 2 * (1 + 3 + 3)
