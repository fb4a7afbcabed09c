"""Background job in a thread, so that the kernel answers meanwhile: one at a time, stopped when asked, waited for when wanted."""

import atexit
import threading
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
# Two trainings at once would take more than twice as long and hold two networks in memory.
_TURN = threading.Lock()
_LIVE: "weakref.WeakSet[Job]" = weakref.WeakSet()


class Job(Generic[T]):
    """One piece of work in a thread of its own; of all jobs of a process one works at a time.

    Args:
        work: called in the thread; asks `stopping` often and then returns early.
        after: called in the thread when the work has ended, in whatever way.

    Attributes:
        result: what the work returned; None before, and if it was stopped before its turn came.
        error: what it raised, if it did.
    """

    def __init__(self, work: Callable[["Job[T]"], T], after: Callable[["Job[T]"], None]) -> None:
        self.result: T | None = None
        self.error: Exception | None = None
        self._work, self._after = work, after
        self._stop, self._end = threading.Event(), threading.Event()
        self._begun = False
        # A daemon, since a kernel must be able to leave; `_leave` lets the work end cleanly before.
        self._thread = threading.Thread(target=self._run, name="xivlab-job", daemon=True)

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    @property
    def running(self) -> bool:
        """Whether its thread is at work, or waits for its turn."""
        return self._begun and not self._end.is_set()

    def start(self) -> None:
        """Begin, at once or when the job before has ended."""
        self._begun = True
        _LIVE.add(self)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop; returns at once."""
        self._stop.set()

    def join(self) -> T | None:
        """Wait for the end; Ctrl-C asks it to stop and waits for that.

        Returns:
            its result.

        Raises:
            Exception: what the work raised.
        """
        while self.running:
            try:
                # Not Thread.join, after whose interruption older Pythons take the thread for dead; and not
                # without end, which would not hear Ctrl-C on every system.
                self._end.wait(0.2)
            except KeyboardInterrupt:
                self.stop()
        if self.error is not None:
            raise self.error
        return self.result

    def _run(self) -> None:
        try:
            while not _TURN.acquire(timeout=0.05):
                if self.stopping:
                    return
            try:
                if not self.stopping:
                    self.result = self._work(self)
            finally:
                _TURN.release()
        except Exception as error:  # noqa: BLE001 (`after` and `join` tell it)
            self.error = error
        finally:
            try:
                self._after(self)
            finally:
                self._end.set()


def busy() -> bool:
    """Whether a job is at work in this process."""
    return _TURN.locked()


@atexit.register
def _leave() -> None:
    """When Python ends, so do the jobs, with what they keep written."""
    jobs = [job for job in _LIVE if job.running]
    for job in jobs:
        job.stop()
    for job in jobs:
        job._end.wait(10)
