"""The map of the study `when`: gains in their two parts at every point, and what predicts them."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from studykit.analysis.effects import Effects, effects

PARTS = Effects._fields  # training, test, whole
PREDICTORS = {
    "linear": "how well the best linear mix of R, G, B predicts the infrared",
    "overfitting": "how much better the Baseline knows its training people",
    "colour_cost": "what turning V gray at test costs the Baseline",
}
# Three predictors of three effects are nine tests: together they are wrong once in twenty times.
LEVEL = 1 - 0.05 / (len(PREDICTORS) * len(PARTS))
RESAMPLES = 5000
FEWEST = 8  # points: of fewer, those drawn with repetition are too often all of one kind


def gains(table: pd.DataFrame, metric: str = "rank1", baseline: str = "Baseline") -> pd.DataFrame:
    """Every method's gain over the Baseline at every point, in points.

    Args:
        table: as `studykit.studies.when` stores it, of one or more rows.
        metric: column of the score, in [0, 1].
        baseline: the method without X.

    Returns:
        columns row, point, method, part ("training", "test", "whole"), mean, low, high, seeds.
    """
    found = []
    asked = table[table["query"] == "infrared"].rename(columns={"method": "variant"})
    for (row, point), scores in asked.groupby(["row", "point"], sort=False):
        for method in scores["variant"].unique():
            if method == baseline:
                continue
            parts = effects(scores, method, baseline, metric)
            for name, one in zip(PARTS, parts, strict=True):
                about = {"row": row, "point": point, "method": method, "part": name}
                found.append(
                    about
                    | {
                        "mean": 100 * one.mean,
                        "low": 100 * one.low,
                        "high": 100 * one.high,
                        "seeds": one.count,
                    }
                )
    return pd.DataFrame(found)


class Correlation(NamedTuple):
    """Spearman's rank correlation over points, with an interval by bootstrap.

    Attributes:
        value, low, high: in [-1, 1], NaN where a column is constant; the interval is as wide as nine tests ask for, and
            all of [-1, 1] where there are fewer than FEWEST points.
        points: how many.
    """

    value: float
    low: float
    high: float
    points: int

    @property
    def says(self) -> str:
        """What it shows, in words."""
        if self.low > 0:
            return "rises with it"
        return "falls with it" if self.high < 0 else "nothing shown"


def correlation(x: pd.Series, y: pd.Series, seed: int = 0) -> Correlation:
    """Rank correlation of two columns, points drawn with repetition.

    Args:
        x: (n,), n at least 2.
        y: (n,).
        seed: of the draws.
    """
    both = np.column_stack([x, y]).astype(float)
    if np.ptp(both, axis=0).min() == 0:  # a constant goes along with nothing
        return Correlation(np.nan, np.nan, np.nan, len(both))
    from scipy.stats import rankdata, spearmanr  # here, as in `intervals`

    value = float(spearmanr(x, y).statistic)
    if len(both) < FEWEST:
        return Correlation(value, -1.0, 1.0, len(both))
    rng = np.random.default_rng(seed)
    drawn = both[rng.integers(0, len(both), (RESAMPLES, len(both)))]  # (RESAMPLES, n, 2)
    ranks = rankdata(drawn, axis=1)
    ranks -= ranks.mean(1, keepdims=True)
    spread = np.sqrt(np.square(ranks).sum(1).prod(1))
    values = np.divide(ranks.prod(2).sum(1), spread, out=np.full(RESAMPLES, np.nan), where=spread > 0)
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Correlation(value, float(low), float(high), len(both))


def explained(gained: pd.DataFrame, why: pd.DataFrame, method: str) -> pd.DataFrame:
    """What predicts a method's gain: a row per predictor and part.

    Args:
        gained: of `gains`.
        why: as `studykit.studies.why` stores it.
        method: that has an X.

    Returns:
        index predictor and part, columns value, low, high, points, says.
    """
    places = reasons(why)
    rows = {}
    for part in PARTS:
        mine = gained[(gained["method"] == method) & (gained["part"] == part)].set_index("point")["mean"]
        both = places.join(mine, how="inner")
        for predictor in PREDICTORS:
            found = correlation(both[predictor], both["mean"])
            rows[predictor, part] = {**found._asdict(), "says": found.says}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["predictor", "part"])
    return table


def reasons(why: pd.DataFrame) -> pd.DataFrame:
    """The predictors of every point, over seeds: index point, columns PREDICTORS."""
    wide = why.assign(overfitting=why["train"] - why["val"])
    return wide.groupby("point", sort=False)[list(PREDICTORS)].mean()
