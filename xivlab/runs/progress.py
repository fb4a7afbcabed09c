"""Progress of a training: what it tells who watches it, how it is stopped, and what several processes share of that."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tqdm.auto import tqdm

from xivlab.model import Networks
from xivlab.runs.devices import any_process, first_alone

if TYPE_CHECKING:
    from lightning_fabric import Fabric

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


@contextmanager
def pausing(model: Networks, pause: Callable[[], None]) -> Iterator[None]:
    """Have `pause` called before each batch that a model's f sees, so that an evaluation can be left."""
    hook = model.learner.register_forward_pre_hook(lambda *_: pause())
    try:
        yield
    finally:
        hook.remove()


class Session(ExitStack):
    """What stands around the steps of one training: its bar, Ctrl-C, who watches, and other processes.

    Args:
        fabric: the processes that train.
        progress: how far the training is.
        name: of the run, beside the bar.
        quiet: show nothing.
        watch: asked whether to stop, in the first process alone.
    """

    def __init__(
        self,
        fabric: "Fabric",
        progress: Callable[[Doing], Progress],
        name: str,
        quiet: bool,
        watch: Watch | None,
    ) -> None:
        super().__init__()
        self._fabric, self._progress, self._name = fabric, progress, name
        self._silent = quiet or not fabric.is_global_zero
        self._watch = watch if fabric.is_global_zero else None
        # Without somebody who watches, a line says that another process is waited for.
        self.waiting = None if watch is None else lambda: self._stop_if(self._asked("waiting"))

    def begin(self, words: str) -> None:
        """Show the bar below some words; from now on the first Ctrl-C is a wish to stop."""
        begun = self._progress("learning")
        bar = tqdm(total=begun.steps, initial=begun.step, desc=self._name, unit="step", disable=self._silent)
        self._bar: tqdm = self.enter_context(bar)
        self._interrupted = self.enter_context(interruptible())
        self.say(words)

    def say(self, words: str) -> None:
        """Print a line above the bar."""
        if not self._silent:
            self._bar.write(words)

    def alone(self, act: Callable[..., Any], *arguments: Any) -> None:
        """Let the first process act, and the others wait for it."""
        first_alone(self._fabric, act, *arguments)

    def between_steps(self, summary: dict[str, str] | None = None) -> None:
        """Move the bar on, if there is a summary of a step; raise Stopped in all processes if any was asked to."""
        if summary is not None:
            self._bar.update()
            self._bar.set_postfix(summary, refresh=False)
        here = self._asked("learning") or self._interrupted()
        self._stop_if(any_process(self._fabric, here))

    def pause(self, doing: Doing) -> None:
        """Raise Stopped in the middle of an evaluation, if that was asked for and this is the only process."""
        here = self._asked(doing) or self._interrupted()
        # An evaluation is the first process's alone: the others, waiting for its end, would not stop.
        self._stop_if(here and self._fabric.world_size == 1)

    def _asked(self, doing: Doing) -> bool:
        return self._watch is not None and bool(self._watch(self._progress(doing)))

    @staticmethod
    def _stop_if(asked: bool) -> None:
        if asked:
            raise Stopped
