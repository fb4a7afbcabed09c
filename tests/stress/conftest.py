"""What the stress tests share: a count of the cases, by class, printed at the end."""

from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from stress import jobs
from stress.cases import CASES
from stress.children import Child, warm


@pytest.fixture
def counted():
    """Count a case that ended as it should."""

    def add(kind, cases=1):
        CASES[kind] += cases

    return add


class Undisturbed(NamedTuple):
    """A job that nobody interrupted: where it was done, how long it took, how often it changed its folder."""

    folder: Path
    seconds: float
    changes: int


@pytest.fixture(scope="session")
def ground(tmp_path_factory):
    """Where all jobs are done, beside what they read."""
    warm()
    folder = tmp_path_factory.mktemp("ground")
    Child(jobs.places, folder).done()
    return folder


@pytest.fixture(scope="session")
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


def pytest_terminal_summary(terminalreporter):
    if CASES:
        terminalreporter.section("cases of faults")
        for kind, cases in sorted(CASES.items()):
            terminalreporter.write_line(f"{cases:5}  {kind}")
        terminalreporter.write_line(f"{sum(CASES.values()):5}  in all")
