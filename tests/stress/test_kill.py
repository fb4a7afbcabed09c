"""SIGKILL at any moment: what is there afterwards is whole, and going on ends as if nothing had happened, bit for bit.

Half of the moments are drawn in time, half before a change of the folder that is made, where harm could be done.
"""

import os

import numpy as np
import pytest
from stress import jobs
from stress.children import Child
from stress.whole import nothing_half, remove, same

from studykit.studies.answers import read_table

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


@pytest.mark.parametrize(("job", "moment"), list(cases()))
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


@pytest.mark.stress
def test_the_table_of_a_study_is_whole(undisturbed):
    """What the comparisons above compare with."""
    (path,) = (undisturbed(jobs.studying).folder / "made" / "tables").glob("*.csv")
    assert len(read_table(path)) == 2 * (1 + 3 + 3)
