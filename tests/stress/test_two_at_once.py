"""Two processes at one thing: nothing is lost, nothing done twice, and nobody waits for one that was killed."""

import os
import time

import numpy as np
import pytest
from stress import jobs
from stress.children import Child, at_work
from stress.whole import same

from xivlab.runs.run import Run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no SIGKILL and no fork")
STEPS = {jobs.training: 12, jobs.studying: 6 * 8}
PER_EPOCH = 4  # steps between two states


def work(folder):
    """What was noted, line by line."""
    return (folder / "work").read_text().splitlines() if (folder / "work").exists() else []


@pytest.mark.parametrize("job", [jobs.training, pytest.param(jobs.studying, marks=pytest.mark.stress)])
def test_two_share_the_work(job, undisturbed, folder, counted):
    both = [Child(job, folder) for _ in range(2)]
    for child in both:
        child.done()
    assert len(work(folder)) == STEPS[job]
    same(folder / "made", undisturbed(job).folder / "made")
    counted("two at once: shared")


@pytest.mark.parametrize("moment", [0, *(pytest.param(n, marks=pytest.mark.stress) for n in range(1, 8))])
@pytest.mark.parametrize("job", [jobs.training, pytest.param(jobs.studying, marks=pytest.mark.stress)])
def test_one_is_killed_and_the_other_goes_on(job, moment, undisturbed, folder, counted):
    step = int(np.random.default_rng([7, moment]).integers(1, STEPS[job]))
    first = Child(job, folder)
    first.until(lambda: work(folder))
    second = Child(job, folder)
    first.until(lambda: len(work(folder)) >= step)
    assert first.kill(0)
    second.done()
    same(folder / "made", undisturbed(job).folder / "made")
    # Of a run, what came after its last state is done again; two runs of a study are under way at a time.
    lost = PER_EPOCH * (2 if job is jobs.studying else 1)
    assert len(work(folder)) <= STEPS[job] + lost
    counted("two at once: one killed")


def test_two_packings(undisturbed, folder, counted):
    """The second is refused in a sentence, and all images are decoded once."""
    first = Child(jobs.packing, folder)
    first.until(lambda: work(folder))
    Child(jobs.refused_packing, folder).done()
    first.done()
    refusals = [line for line in work(folder) if line.startswith("refused")]
    images = len(work(undisturbed(jobs.packing).folder))
    assert len(work(folder)) == images + len(refusals) and len(refusals) <= 1
    for line in refusals:
        assert line.endswith("out: wait until it is done.") and "Another command is writing" in line
    same(folder / "made", undisturbed(jobs.packing).folder / "made")
    counted("two at once: refused")


@pytest.mark.stress
@pytest.mark.parametrize("moment", range(4))
def test_a_packing_is_killed_beside_another(moment, undisturbed, folder, counted):
    """Its part stays, whoever comes next."""
    images = len(work(undisturbed(jobs.packing).folder))
    first = Child(jobs.packing, folder)
    first.until(lambda: len(work(folder)) > images * moment // 5)
    second = Child(jobs.refused_packing, folder)
    first.kill(0)
    second.done()
    Child(jobs.packing, folder).done()
    decoded = [line for line in work(folder) if not line.startswith("refused")]
    assert len(decoded) <= images + 10  # a block that had not been written
    same(folder / "made", undisturbed(jobs.packing).folder / "made")
    counted("two at once: one killed")


@pytest.mark.parametrize(
    "job", [jobs.exposing, pytest.param(jobs.refused_exporting, marks=pytest.mark.stress)]
)
def test_two_writers_of_one_folder(job, undisturbed, folder, counted):
    """Both write the same; one is quicker."""
    expected = undisturbed(job)
    first, second = (Child(job, folder) for _ in range(2))
    first.kill(np.random.default_rng(3).uniform(0, expected.seconds))
    second.done()
    Child(job, folder).done()
    assert all(line.endswith("name another folder.") for line in work(folder))
    same(folder / "made", expected.folder / "made")
    counted("two at once: one killed")


@pytest.mark.stress
@pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs the process table of Linux")
def test_a_killed_study_leaves_nobody_at_work(undisturbed, folder, counted):
    """Its workers are processes of their own, which nobody tells."""
    study = Child(jobs.studying_in_processes, folder)
    study.until(lambda: list((folder / "made").glob("runs/*/state.pt")))
    session = int((folder / "session").read_text())
    assert study.kill(0)
    killed = time.monotonic()
    while at_work(session):
        assert time.monotonic() < killed + 60
    assert not all(Run(path).finished for path in (folder / "made" / "runs").iterdir())
    Child(jobs.studying, folder).done()
    same(folder / "made", undisturbed(jobs.studying).folder / "made")
    counted("two at once: one killed")
