"""Learning curves of a training so far, as arrays."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from studykit.plots.charts import smooth
from studykit.plots.terms import terms_in
from xivlab.methods import METHODS

POINTS = 600  # of a curve at most: more than the picture has pixels


@dataclass(frozen=True)
class Learnt:
    """The curves of a run, as far as it is.

    Attributes:
        steps: of the whole run.
        step: (n,) numbers of the steps that are drawn; all of them if they are few.
        terms: (n,) by name in the log: each loss term at those steps.
        means: (n,) the running mean of each, over a twentieth of what is there.
        first: value of the loss at step 1.
        evaluated: (m,) steps after which the validation people were searched.
        rank1: (m,) by test distance, in [0, 1], of infrared queries.
    """

    steps: int
    step: NDArray[np.integer]
    terms: dict[str, NDArray[np.floating]]
    means: dict[str, NDArray[np.floating]]
    first: float
    evaluated: NDArray[np.integer]
    rank1: dict[str, NDArray[np.floating]]

    @property
    def done(self) -> int:
        """Steps done."""
        return int(self.step[-1]) if len(self.step) else 0


def learnt(log: pd.DataFrame, metrics: pd.DataFrame, steps: int) -> Learnt:
    """The curves of a run.

    Args:
        log: rows of `log.csv`; may be empty.
        metrics: rows of `metrics.csv`; may be empty, and those of the test people are left out.
        steps: of the whole run.
    """
    names = terms_in(log)
    mean = smooth(log[names])
    kept = np.unique(np.linspace(0, len(log) - 1, min(len(log), POINTS)).astype(int))
    rank1, evaluated = {}, np.array([], int)
    if len(metrics):
        val = metrics[(metrics["split"] == "val") & (metrics["query"] == "infrared")]
        for distance, rows in val.groupby("test_distance", sort=False):
            rank1[str(distance)], evaluated = rows["rank1"].to_numpy(), rows["step"].to_numpy()
    return Learnt(
        steps,
        log["step"].to_numpy()[kept] if len(log) else kept,
        {name: log[name].to_numpy()[kept] for name in names},
        {name: mean[name].to_numpy()[kept] for name in names},
        float(log["loss"].iloc[0]) if len(log) else math.nan,
        evaluated,
        rank1,
    )


def terms_of(method: str) -> list[str]:
    """The loss terms that a method has, by their names in the log.

    >>> terms_of("baseline")
    ['loss', 'loss_infrared', 'loss_visible']
    """
    return ["loss", *METHODS[method].terms]
