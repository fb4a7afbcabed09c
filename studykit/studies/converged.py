"""What training to the end comes to: the stored ablation over seeds, to stand beside a run of a minute.

>>> print(converged(current()))                               # doctest: +SKIP
Trained to the end (1,200 steps, 5 seeds): ...
"""

from dataclasses import dataclass

import pandas as pd

from studykit.analysis.effects import Effects, effects
from studykit.analysis.intervals import Interval, by_variant
from studykit.analysis.verdicts import verdict
from studykit.studies.answers import judged, read_tables, tables
from studykit.studies.grid import runs_of
from studykit.studies.questions import STUDIES
from xivlab.scale import Scale

BASELINE, WHOLE = "Baseline", "Baseline+X+CMG"


@dataclass(frozen=True)
class Converged:
    """The stored ablation on one data set.

    Attributes:
        steps: that every run was trained for.
        seeds: how many runs of each method.
        scores: rank-1 in [0, 1] with its interval, by method; each by its own test distance.
        gain: of the whole method over the Baseline, in its two parts.
    """

    steps: int
    seeds: int
    scores: dict[str, Interval]
    gain: Effects

    def share(self, rank1: float) -> float:
        """How far a score is, as a share of the converged Baseline's."""
        return rank1 / self.scores[BASELINE].mean

    def __str__(self) -> str:
        rows = [f"{name} {_percent(one)}" for name, one in self.scores.items()]
        whole, training, test = (
            _points(one) for one in (self.gain.whole, self.gain.training, self.gain.test)
        )
        word = verdict(Interval(*(100 * part for part in self.gain.whole[:3]), self.seeds))
        return (
            f"Trained to the end ({self.steps:,} steps, {self.seeds} seeds, stored), rank-1: {', '.join(rows)}. "
            f"The whole over the Baseline: {whole}: {word}; training effect {training}, test effect {test}."
        )


def converged(scale: Scale) -> Converged | None:
    """The stored ablation of a scale's data; None where nobody stored it, as for data of one's own.

    Raises:
        XivlabError: the stored tables are damaged.
    """
    if scale.data_name not in STUDIES["ablation"].data:
        return None
    configs = [config for _, config in STUDIES["ablation"].configs(scale)]
    known = read_tables(tables())
    if known is None or not {run.folder.name for run in runs_of(configs, scale)} <= set(known["run"]):
        return None
    table = pd.concat(
        known[known["run"] == run.folder.name].assign(variant=name, study="ablation")
        for (name, _), run in zip(STUDIES["ablation"].configs(scale), runs_of(configs, scale))
    )
    table = table[table["query"] == "infrared"]
    own = by_variant(judged(table), "rank1")
    scores = {str(name): Interval(*row) for name, row in zip(own.index, own.to_numpy())}
    steps = configs[0].epochs * (configs[0].steps_per_epoch or 0)
    return Converged(steps, table["seed"].nunique(), scores, effects(table, WHOLE, BASELINE))


def _percent(one: Interval) -> str:
    return f"{100 * one.mean:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"


def _points(one: Interval) -> str:
    return f"{100 * one.mean:+.1f} points ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
