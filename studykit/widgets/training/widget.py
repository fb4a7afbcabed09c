"""Live training: settings above, its losses and its rank-1 as it learns, and a button that stops it."""

import html
import time
from collections.abc import Mapping
from typing import Any, Protocol

import ipywidgets
import numpy as np
import pandas as pd

from studykit.studies.converged import converged
from studykit.studies.cost import costs
from studykit.studies.questions import HOUSE, KINDS_OF_X, LAMBDAS
from studykit.widgets import controls
from studykit.widgets.panel import Panel
from studykit.widgets.training.data import Learnt, learnt
from studykit.widgets.training.job import Job, busy
from studykit.widgets.training.pictures import LossCanvas, RankCanvas
from studykit.widgets.training.words import OURS, describe, in_words
from xivlab.backbones import weights_file
from xivlab.config import Config
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.files import read_csv, reading
from xivlab.methods import METHODS
from xivlab.runs.progress import Progress
from xivlab.runs.run import Run, run_folder
from xivlab.runs.schedule import epoch_length
from xivlab.scale import Scale, current
from xivlab.train import train

PAUSE = 0.25  # seconds from picture to picture at least
SHARE = 10  # drawing takes at most one part in so many of the time
MARGINS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
# The last ones are too large, on purpose.
MORE_LAMBDAS = (0.02, 0.05, 0.2, 0.5, 2.0, 30.0, 100.0, 300.0)
SEEDS = 20  # the last of them: one each for the pairs of a class
LENGTHS = (1 / 6, 1 / 3, 1 / 2, 1, 2)  # of the scale's own training
CHEAP = 1.1  # times the operations that a step of XIV-ReID takes


class Curve(Protocol):
    """Something that a finished run can be added to, such as the explorer of lambda."""

    def add(self, run: Run, data: DataSet) -> None:
        """Put a run onto the curve."""


class TrainLive(Panel):
    """Train with chosen settings and watch it learn; the kernel stays free meanwhile.

    A run that is finished is shown at once from disk and never trained twice; one that was stopped goes on
    where it was. While it learns, rank-1 is that of the validation people: the test people are searched once,
    at the end.

    Args:
        data: to train on; those of the scale if not given.
        scale: decides the settings that have no control, and where the runs are; the current one if not given.
        explorer: gets every finished run with an X, by its `add`.

    Raises:
        XivlabError: the data cannot be opened.
    """

    def __init__(
        self, data: DataSet | None = None, scale: Scale | None = None, explorer: Curve | None = None
    ) -> None:
        scale = scale or current()
        self.data = scale.load() if data is None else data
        self._scale = scale if data is None else scale.on(data.name)
        self._explorer = explorer
        base = self._base = self._scale.config()
        self._epoch = epoch_length(base, self.data)
        searched = "val" if base.train_on == "train" else ""
        self._people = self.data.index["person"][self.data.index["split"] == searched].nunique()
        self._converged = converged(self._scale)
        self._job: Job[Run] | None = None
        self._last: Job[Run] | None = None
        self._learning: tuple[Config, Learnt] | None = None
        self._news: tuple[Config, str] | None = None
        self._next = 0.0
        self._losses: dict[tuple[str, int], LossCanvas] = {}
        self._ranks: dict[tuple[str, int], RankCanvas] = {}

        kinds = [("learned", "x")] + [(name, c["x"]) for name, c in KINDS_OF_X.items() if "x" in c]
        lengths = sorted({max(1, round(self._epoch * part)) * base.epochs for part in LENGTHS})
        self.method = controls.choice("method", _methods(), base.method)
        self.x = controls.choice("X is", kinds, base.x)
        self.lam = _grid("λ", (*LAMBDAS, *MORE_LAMBDAS), base.lam)
        self.margin_cross = _grid("α₁, between", MARGINS, base.margin_cross)
        self.margin_respective = _grid("α₂, within", MARGINS, base.margin_respective)
        self.steps = controls.steps("steps", lengths, self._epoch * base.epochs)
        self.seed = controls.whole("seed", base.seed, 0, max(SEEDS, base.seed))
        self.train_button = controls.button("Train", "Train with these settings, or go on with them")
        self.stop_button = controls.button("Stop", "Stop, and keep what was learnt to go on from")
        self.bar = ipywidgets.FloatProgress(0, min=0, max=1, layout=ipywidgets.Layout(width="200px"))
        self.status = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%", min_height="40px"))
        self.stop_button.disabled = True
        self.train_button.on_click(lambda _: self.train())
        self.stop_button.on_click(lambda _: self.stop())
        margins = [self.margin_cross, self.margin_respective]
        follows = [self.method, self.x, self.lam, *margins, self.steps, self.seed]
        often = [self.method, self.x, self.lam, self.steps]
        running = [self.train_button, self.stop_button, self.bar, self.status]
        row = [*often, *controls.more(*margins, self.seed), *running]
        super().__init__(row, {"losses": self._loss_canvas(base), "rank1": self._rank_canvas(base)}, follows)
        self.add_class("xivlab-long-words")

    def recording(self) -> None:
        """Nothing: a training needs a kernel."""

    def config(self) -> Config:
        """The settings that the controls ask for.

        What a method does not use is left at the scale's own value, so that it is not another run; and a loss
        whose cross-modality term counts nothing is that of Baseline+X. A method that is none of Table 4 has the
        settings of the house, as in the study "table1", and may be found there.
        """
        name = self.method.value
        if name not in OURS:
            return self._long(HOUSE[name] | {"seed": self.seed.value})
        if name == "baseline+x+cmg" and self.lam.value == 0:
            name = "baseline+x"
        method = METHODS[name]
        changes = {"method": name, "margin_respective": self.margin_respective.value, "seed": self.seed.value}
        if method.weighed:
            changes |= {"lam": self.lam.value, "margin_cross": self.margin_cross.value}
        if method.has_x:
            changes["x"] = self.x.value
        return self._long(changes)

    def _long(self, changes: Mapping[str, Any]) -> Config:
        """The settings of a training that is as long as the control says."""
        if self.steps.value == self._epoch * self._base.epochs:
            return self._scale.config(**changes)
        epoch = self.steps.value // self._base.epochs
        study = self._scale.study_config(**changes)
        if study.steps_per_epoch == epoch:  # then it is a run of the studies, and found if it is there
            return study
        return self._scale.config(**changes, steps_per_epoch=epoch)

    def run(self, config: Config | None = None) -> Run:
        """The run of these settings, those of the controls if none are given, whether there yet or not."""
        config = config or self.config()
        weights = weights_file(config.weights, config.backbone)
        return run_folder(self._scale.runs, config, self.data.fingerprint, weights)

    def train(self) -> None:
        """Begin, go on, or say that the run is finished already; what the button does."""
        with self._busy:
            if self._job is not None:
                return
            config = self.config()
            run = self.run(config)
            if not run.finished:
                self._job = self._last = Job(lambda job: self._work(job, config), self._ended)
                self._free(False)
                self.say("")
                self._tell("Waiting for another training in this notebook." if busy() else "Making ready.")
                self._job.start()
                return
        self._add(run)

    def stop(self) -> None:
        """Stop after the step under way and keep the state; what the button does. Returns at once."""
        with self._busy:
            job = self._job
            if job is None:
                return
            job.stop()
            self.stop_button.disabled = True
            if self._learning is not None:
                self._tell("Stopping after the step under way.")
                return
            self._job = None  # it has not begun, and ends by itself as soon as it would
        self._free(True)
        self.refresh()

    def join(self) -> Run:
        """Wait for the end of the training, as a notebook without a reader must; ■ or Ctrl-C stops it.

        Returns:
            the run of the last training, or of the controls' settings if there was none; not `finished` if it
            was stopped.

        Raises:
            Exception: what the training raised.
        """
        run = self._last.join() if self._last is not None else None
        return run or self.run()

    def draw(self) -> dict[str, str]:
        self._enable()
        if self._learning is not None:
            config, curves = self._learning
            test = None
        else:
            config = self.config()
            curves, test = self._stored(config)
        canvases = self.canvases
        losses, ranks = canvases["losses"], canvases["rank1"] = (
            self._loss_canvas(config),
            self._rank_canvas(config),
        )
        return {"losses": losses.show(curves), "rank1": ranks.show(curves, config.test_distance, test)}

    def _stored(self, config: Config) -> tuple[Learnt, float | None]:
        """The curves of a run on disk, and its rank-1 on the test people if it is finished; says what it is."""
        run = self.run(config)
        steps = epoch_length(config, self.data) * config.epochs
        begun = run.started or run.finished
        log = _table(run, "log.csv") if begun else pd.DataFrame()
        metrics = _table(run, "metrics.csv") if begun else pd.DataFrame()
        curves = learnt(log, metrics, steps)
        test = None
        if run.finished:
            scores = run.test_scores()
            by = (scores["query"] == "infrared") & (scores["test_distance"] == config.test_distance)
            test = float(scores["rank1"][by].iloc[0])
        if self._job is None:
            if self._news is not None and self._news[0] == config:
                says = self._news[1]
            elif run.finished:
                says = "Trained before: shown from disk, never trained twice."
            elif run.started:
                says = f"Stopped after step {curves.done} of {steps}: Train goes on from there."
            else:
                says = f"Not trained yet, or not in {self._scale.runs.absolute()}. A training of this scale takes {self._scale.training}."
            if test is not None and self._converged is not None:
                share = self._converged.share(test)
                says += f" Its rank-1 is {share:.0%} of that of a Baseline trained to the end, {self._converged.steps:,} steps."
            self.bar.value = 1.0 if run.finished else curves.done / steps
            self._tell(f"{describe(config)}. {says}")
        return curves, test

    def _work(self, job: Job[Run], config: Config) -> Run:
        """In the thread: the training."""
        began = time.monotonic()
        first: tuple[float, int] | None = None

        def watch(now: Progress) -> bool:
            nonlocal first
            with self._busy:
                if job is not self._job or job.stopping:
                    return True
                clock = time.monotonic()
                first = first or (clock, now.step)
                if now.doing != "waiting" and self._learning is None:
                    self._next = 0.0
                if clock >= self._next:
                    self._show(config, now, first)
                    self._next = time.monotonic() + max(PAUSE, SHARE * (time.monotonic() - clock))
            return job.stopping

        run = train(config, self.data, self._scale.runs, quiet=True, watch=watch)
        if run.finished:
            self._news = config, f"Finished in {in_words(time.monotonic() - began)}, and kept on disk."
        return run

    def _show(self, config: Config, now: Progress, first: tuple[float, int]) -> None:
        """In the thread: how far it is, in the pictures, on the bar and in words."""
        if now.doing == "waiting":
            self._tell("Another process trains this very run: waiting for it.")
            return
        curves = learnt(pd.DataFrame(list(now.log)), pd.DataFrame(list(now.metrics)), now.steps)
        self._learning = config, curves
        self.bar.value = now.step / now.steps
        if now.doing == "learning":
            taken = now.step - first[1]
            left = "time left not known yet"
            if taken >= 3:
                each = (time.monotonic() - first[0]) / taken
                left = f"{in_words(each * (now.steps - now.step))} left"
            says = f"Step {now.step} of {now.steps}, {left}."
        elif now.doing == "validation":
            says = f"Step {now.step} of {now.steps}, searching the validation people."
        else:
            says = f"All {now.steps} steps done, searching the test people, once."
        self._tell(f"{describe(config)}. {says}")
        self.refresh()

    def _ended(self, job: Job[Run]) -> None:
        """In the thread: after the training, however it ended."""
        with self._busy:
            if job is not self._job:
                return
            self._job = self._learning = None
        self._free(True)
        self.refresh()
        if isinstance(job.error, XivlabError):
            self.say(str(job.error))
        elif job.error is not None:
            reason = " ".join(str(job.error).split())
            self.say(
                f"The training ended with an error ({type(job.error).__name__}: {reason}). What was saved is kept: "
                "Train goes on from there."
            )
        elif job.result is not None and job.result.finished:
            self._add(job.result)

    def _add(self, run: Run) -> None:
        """Give a finished run to the explorer."""
        self.refresh()
        if self._explorer is not None and METHODS[run.config().method].has_x:
            try:
                self._explorer.add(run, self.data)
            except XivlabError as error:
                self.say(str(error))

    def _free(self, free: bool) -> None:
        """Let the settings be changed and a training begun, or only be stopped."""
        self._enable()
        self.train_button.disabled, self.stop_button.disabled = not free, free

    def _enable(self) -> None:
        """Settings that count can be moved, unless a training is under way."""
        free, method = self._job is None, METHODS[self.method.value]
        ours = free and self.method.value in OURS
        counts = ours and bool(method.weighed)
        for control in (self.method, self.steps, self.seed):
            control.disabled = not free
        self.margin_respective.disabled = not ours
        self.x.disabled = not (ours and method.has_x)
        self.lam.disabled = not counts
        self.margin_cross.disabled = not (counts and self.lam.value > 0)

    def _tell(self, words: str) -> None:
        shown = f'<div class="xivlab-note">{html.escape(words)}</div>'
        if self.status.value != shown:
            self.status.value = shown

    def _loss_canvas(self, config: Config) -> LossCanvas:
        # One for each number of steps too: its axes are then drawn once, and not whenever the slider moves.
        key = config.method, epoch_length(config, self.data) * config.epochs
        if key not in self._losses:
            self._losses[key] = LossCanvas(config.method)
        return self._losses[key]

    def _rank_canvas(self, config: Config) -> RankCanvas:
        key = config.method, epoch_length(config, self.data) * config.epochs
        if key not in self._ranks:
            self._ranks[key] = RankCanvas(METHODS[config.method].distances, self._people)
        return self._ranks[key]


def _methods() -> list[tuple[str, str]]:
    """The rows of Table 4, and the methods of Table 1 with one optimiser whose step costs hardly more; titles with names."""
    known = costs()["operations"]
    others = [
        name
        for name in HOUSE
        if name not in OURS and name in known and len(METHODS[name].players) == 1
        and known[name] <= CHEAP * known["baseline+x+cmg"]
    ]  # fmt: skip
    return [(title, name) for name, title in OURS.items()] + [(METHODS[name].title, name) for name in others]


def _grid(label: str, values: tuple[float, ...], start: float) -> ipywidgets.SelectionSlider:
    """A slider over a few numbers, the starting one among them."""
    return controls.steps(label, [(f"{v:g}", v) for v in np.unique([*values, start]).tolist()], start)


def _table(run: Run, name: str) -> pd.DataFrame:
    """A table of a run; empty if it has none, as a run without evaluations."""
    path = run.folder / name
    with reading(path, "delete the folder to train anew"):
        return read_csv(path) if path.exists() else pd.DataFrame()
