"""Processes that can be killed at any moment, and cost milliseconds: forked from one that has imported everything."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing import forkserver
from pathlib import Path

import torch

FORKS = multiprocessing.get_context("forkserver")
# What changes a folder, by the names of Python's audit events; PyTorch's own writing is not among them.
CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}


def warm() -> None:
    """Start the process that all others are forked from; it computes nothing, so it has no threads."""
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
    new = one_thread | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    old = {name: os.environ.get(name) for name in new}
    os.environ.update(new)
    try:
        FORKS.set_forkserver_preload(["stress.jobs", "pytest", "lightning_fabric"])
        forkserver.ensure_running()
    finally:
        for name, value in old.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Child:
    """A process that does one job in a folder.

    Args:
        job: of `stress.jobs`.
        folder: it says there what it would print (`said.txt`), and how often it changed the folder (`changes`).
        die_at: the change, counted from 0, before which it kills itself.
    """

    def __init__(self, job: Callable[[Path], None], folder: Path, die_at: int | None = None) -> None:
        self.folder, self.began = folder, time.monotonic()
        self.process = FORKS.Process(target=_work, args=(job, folder, die_at))
        self.process.start()

    def kill(self, after: float) -> bool:
        """Kill it some seconds after it began; whether it was still at work."""
        self.process.join(max(0.0, self.began + after - time.monotonic()))
        self.process.kill()
        return self.killed()

    def killed(self) -> bool:
        """Wait for its end; whether it was killed, if not it is done."""
        self.process.join(300)
        assert self.process.exitcode in (0, -signal.SIGKILL), self.said()
        return self.process.exitcode != 0

    def done(self) -> float:
        """Wait until it is done; how long that took, in seconds."""
        assert not self.killed(), self.said()
        return time.monotonic() - self.began

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that it brings about."""
        while not true():
            assert self.process.is_alive(), self.said()
            time.sleep(0.005)

    def said(self) -> str:
        """All that it and others in the folder have printed."""
        return (self.folder / "said.txt").read_text()


def _work(job: Callable[[Path], None], folder: Path, die_at: int | None) -> None:
    said = os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(said, 1)
    os.dup2(said, 2)
    torch.set_num_threads(1)
    with _counted(folder / "made", die_at) as changes:
        job(folder)
    (folder / "changes").write_text(str(next(changes)))


@contextmanager
def _counted(made: Path, die_at: int | None) -> Iterator[Iterator[int]]:
    """Count the changes inside a folder, and die before one of them."""
    made.mkdir(exist_ok=True)
    changes, active = count(), True

    def audit(event: str, arguments: tuple) -> None:
        if active and event in CHANGES and any(str(made) in str(one) for one in arguments):
            reads = event == "open" and not any(letter in str(arguments[1]) for letter in "wax+")
            if not reads and next(changes) == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)
    try:
        yield changes
    finally:
        active = False


def at_work(session: int, seconds: float = 0.5) -> bool:
    """Whether a process of a session computes, by the process table of Linux."""
    before = _computed(session)
    time.sleep(seconds)
    return _computed(session) != before


def _computed(session: int) -> int:
    """How long the processes of a session have computed, in hundredths of a second."""
    total = 0
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) * (int(fields[3]) == session)
    return total
