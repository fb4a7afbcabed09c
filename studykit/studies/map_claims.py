"""The paper's claims at the points of the map of `when`, by the rule of `studykit.analysis.verdicts`, and trends along a knob."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from studykit.analysis.intervals import LEVEL, Interval, paired
from studykit.analysis.verdicts import verdict
from studykit.studies.claims import Gain, Side

FIRST, THEN, FIXED = "Baseline+X", "Baseline+X+CMG", "V"
CLAIMS: Mapping[str, Gain] = {
    "X helps": Gain(Side(FIRST, "v+x"), Side("Baseline", "v")),
    "the cross-modality loss helps": Gain(Side(THEN, "v+x"), Side(FIRST, "v+x")),
    "the whole beats the Baseline": Gain(Side(THEN, "v+x"), Side("Baseline", "v")),
    "training with both makes a better f": Gain(Side(THEN, "v"), Side("Baseline", "v")),
    "searching by X as well helps": Gain(Side(THEN, "v+x"), Side(THEN, "v")),
    "a learned X beats V in its place": Gain(Side(FIRST, "v+x"), Side(FIXED, "v+x")),
}


def _of(scores: pd.DataFrame, side: Side) -> pd.DataFrame:
    rows = scores[(scores["method"] == side.variant) & (scores["test_distance"] == side.distance)]
    return rows.assign(variant=str(side))


def judge_map(table: pd.DataFrame, knob: str, axis: Mapping[str, str], metric: str = "rank1") -> pd.DataFrame:
    """Every claim at the stored points along a knob.

    Args:
        table: scores, as `studykit.studies.when` stores them, of all rows that have a point of the axis.
        knob: its name.
        axis: the points by label, as of `studykit.studies.when.axis`.
        metric: "rank1" or "mAP".

    Returns:
        a row per claim and point, with the columns that `studykit.plots.verdicts.verdict_grid` draws: world is the
        knob, study the label. A claim whose methods were not asked at a point has no row there.
    """
    rows = []
    asked = table[table["query"] == "infrared"]
    for label, point in axis.items():
        scores = asked[asked["point"] == point].drop_duplicates(["run", "test_distance"])
        for says, gain in CLAIMS.items():
            sides = [_of(scores, side) for side in gain]
            if any(side.empty for side in sides):
                continue
            found = paired(pd.concat(sides), str(gain.better), str(gain.worse), metric)
            points = Interval(*(100 * part for part in found[:3]), found.count)
            rows.append(
                {
                    "claim": says, "world": knob, "study": label, "metric": metric, "gain": str(gain),
                    "difference": points.mean, "low": points.low, "high": points.high, "seeds": points.count,
                    "verdict": verdict(points),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Trend:
    """How a gain changes along a knob.

    Attributes:
        change: from the first value to the last, along the straight line through all of them, in points; its interval is
            that of least squares, with a height of its own for each seed, so what bends counts as noise.
        values: how many.
    """

    change: Interval
    values: int

    @property
    def says(self) -> str:
        """In a word."""
        if self.change.low > 0:
            return "grows"
        return "falls" if self.change.high < 0 else "undecided"


def by_seed(table: pd.DataFrame, point: str, gain: Gain, metric: str = "rank1") -> pd.Series:
    """A gain at a point, in points, a number per seed that both sides have; empty where one side is not stored.

    Args:
        table: as of `judge_map`.
        point: its name.
        gain: whose.
        metric: "rank1" or "mAP".
    """
    asked = table[(table["query"] == "infrared") & (table["point"] == point)]
    scores = asked.drop_duplicates(["run", "test_distance"])
    better, worse = (_of(scores, side).set_index("seed")[metric] for side in gain)
    return 100 * (better - worse).dropna()


def trend(
    table: pd.DataFrame, points: Sequence[str], gain: Gain, metric: str = "rank1", level: float = LEVEL
) -> Trend | None:
    """The trend of a gain along some points, in their order; None if fewer than three of them are stored.

    Args:
        table: as of `judge_map`.
        points: names of them.
        gain: whose.
        metric: "rank1" or "mAP".
        level: of the interval; who asks of many knobs asks for more than 95 %.
    """
    columns = [one for point in points if len(one := by_seed(table, point, gain, metric))]
    if len(columns) < 3:
        return None
    gains = pd.concat(columns, axis=1, join="inner").to_numpy()  # (seeds, values)
    seeds, values = gains.shape
    place = np.linspace(-0.5, 0.5, values)
    change = float((gains @ place).mean() / (place @ place))  # over the whole width
    left = gains - gains.mean(1, keepdims=True) - change * place
    freedom = seeds * values - seeds - 1
    error = np.sqrt(np.square(left).sum() / freedom / (seeds * (place @ place)))
    half = float(stdtrit(freedom, (1 + level) / 2) * error)
    return Trend(Interval(change, change - half, change + half, seeds), values)
