"""What a training tells who watches it, and how it is stopped."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

# Waiting for another process that trains the same run, taking steps, or searching the validation people, or
# at the end the test people.
Doing = Literal["waiting", "learning", "validation", "test"]


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes:
        doing: what it is at.
        step: steps done.
        steps: in all.
        log: a row per step done, with the columns of `log.csv`. It still grows: copy what you keep.
        metrics: a row per evaluation of the validation people, direction of search and test distance, with
            the columns of `metrics.csv`. It still grows, too, but never by a row of the test people.
    """

    doing: Doing
    step: int
    steps: int
    log: Sequence[dict[str, Any]]
    metrics: Sequence[dict[str, Any]]


# Told before the first step, after each step, and between the pieces of an evaluation; returns whether to stop.
Watch = Callable[[Progress], bool | None]


class Stopped(Exception):
    """A training was asked to stop: by Ctrl-C, or by who watches it."""


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a flag, so that a step is never cut in half; the second raises."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # only there signals arrive
        yield pressed.is_set
        return

    def note(*_: Any) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, previous)

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
