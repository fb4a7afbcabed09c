"""How sure a number is: means over seeds with their intervals, and paired differences."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from xivlab.errors import XivlabError

LEVEL = 0.95


class Interval(NamedTuple):
    """A mean and how far off it may be: the true one lies in [low, high] with the given confidence.

    Attributes:
        mean: of the values.
        low, high: ends of the interval; NaN for a single value, which says nothing of its spread.
        count: how many values.
    """

    mean: float
    low: float
    high: float
    count: int

    @property
    def half(self) -> float:
        """Half the width: mean ± half."""
        return (self.high - self.low) / 2


def interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Mean of independent values, such as the scores of several seeds, by Student's t.

    Args:
        values: (n,), n at least 1.
        level: confidence, in (0, 1).

    Raises:
        XivlabError: there are no values.

    Example:
        >>> interval([1.0, 2.0, 3.0])
        Interval(mean=2.0, low=-0.48..., high=4.48..., count=3)
    """
    values = np.asarray(values, float)
    if values.size == 0:
        raise XivlabError("There are no values to take a mean of.")
    mean = float(values.mean())
    if len(values) == 1:
        return Interval(mean, np.nan, np.nan, 1)
    error = values.std(ddof=1) / np.sqrt(len(values))  # of the mean
    half = float(stdtrit(len(values) - 1, (1 + level) / 2) * error)
    return Interval(mean, mean - half, mean + half, len(values))


def by_variant(table: pd.DataFrame, metric: str = "rank1") -> pd.DataFrame:
    """Mean and interval over seeds of each variant.

    Args:
        table: rows of one data set, direction and test distance, with columns variant, seed and `metric`.
        metric: whose.

    Returns:
        index variant in the order of the table, columns mean, low, high, count.
    """
    rows = {name: interval(rows[metric]) for name, rows in table.groupby("variant", sort=False)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(Interval._fields)).rename_axis("variant")


def paired(table: pd.DataFrame, better: str, worse: str, metric: str = "rank1") -> Interval:
    """Difference of two variants, seed by seed: what both owe to a seed cancels.

    The two runs of a seed start from the same weights, as far as both have them, and see the same
    people in the same order.

    Args:
        table: as of `by_variant`.
        better: variant whose score comes first.
        worse: variant that is subtracted.
        metric: whose.

    Raises:
        XivlabError: a variant is not there, or the two were not run with the same seeds.
    """
    scores = {}
    for name in (better, worse):
        rows = table[table["variant"] == name]
        if rows.empty or rows["seed"].duplicated().any():
            raise XivlabError(f"The table needs one row per seed of {name!r}, and has {len(rows)} rows.")
        scores[name] = rows.set_index("seed")[metric].sort_index()
    if not scores[better].index.equals(scores[worse].index):
        raise XivlabError(f"{better!r} and {worse!r} were not run with the same seeds.")
    return interval(scores[better] - scores[worse])
