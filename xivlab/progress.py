"""What a training tells who watches it, and how it is stopped."""

from collections.abc import Callable, Sequence
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
