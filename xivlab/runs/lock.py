"""Lock of a run folder: one process trains it, others wait."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from xivlab.errors import XivlabError


@contextmanager
def alone_in(folder: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock of a folder, after waiting for who holds it; a process that is killed holds nothing back.

    Args:
        folder: that is there.
        waiting: as of `xivlab.runs.run.Run.alone`.

    Raises:
        XivlabError: the folder cannot be locked.
    """
    lock = FileLock(folder / ".lock")
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting is None:
                print(f"Another process trains {folder}: waiting for it.", flush=True)
            while not lock.is_locked:
                if waiting is not None:
                    waiting()
                with suppress(Timeout):
                    lock.acquire(timeout=0.2)
    except (OSError, NotImplementedError) as error:  # not writable; a disk without locks
        raise XivlabError(
            f"{folder} cannot be locked ({error}): make it writable, or name another folder of runs."
        ) from error
    try:
        yield
    finally:
        lock.release()
