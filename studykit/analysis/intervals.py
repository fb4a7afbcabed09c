"""Confidence intervals: over seeds (Student's t), over people (bootstrap of their means), and of paired differences."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from xivlab.errors import XivlabError

LEVEL = 0.95
RESAMPLES = 1000


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

    @property
    def points(self) -> "Interval":
        """The same in points, of what is in [0, 1] or a difference of such."""
        return Interval(100 * self.mean, 100 * self.low, 100 * self.high, self.count)


def in_points(one: Interval, sign: str = "+") -> str:
    """A mean in points with its interval, in words; a single value has none.

    Args:
        one: in points.
        sign: "+" for a gain, "" for a score.

    Example:
        >>> in_points(Interval(1.25, -0.5, 3.0, 5)), in_points(Interval(30.0, 28.0, 32.0, 3), sign="")
        ('+1.2 (-0.5 to +3.0)', '30.0 (28.0 to 32.0)')
    """
    reach = "" if np.isnan(one.low) else f" ({one.low:{sign}.1f} to {one.high:{sign}.1f})"
    return f"{one.mean:{sign}.1f}{reach}"


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
    names, seeds, scores = (table[column].to_numpy() for column in ("variant", "seed", metric))
    first, second = (Side(name, seeds[names == name], scores[names == name]) for name in (better, worse))
    return difference(first, second)


class Side(NamedTuple):
    """One of two sides that are compared: what it is called, its seeds and the scores by them, (n,) each."""

    name: str
    seeds: NDArray
    scores: NDArray

    def in_order(self) -> "Side":
        """The same, seeds ascending.

        Raises:
            XivlabError: there are no seeds, or one twice.
        """
        if not len(self.seeds) or len(np.unique(self.seeds)) < len(self.seeds):
            raise XivlabError(
                f"The table needs one row per seed of {self.name!r}, and has {len(self.seeds)} rows."
            )
        order = np.argsort(self.seeds)
        return Side(self.name, self.seeds[order], self.scores[order])


def difference(better: Side, worse: Side) -> Interval:
    """As `paired`, of the rows of two variants.

    Raises:
        XivlabError: as `paired`.
    """
    first, second = better.in_order(), worse.in_order()
    if not np.array_equal(first.seeds, second.seeds):
        raise XivlabError(f"{better.name!r} and {worse.name!r} were not run with the same seeds.")
    return interval(first.scores - second.scores)


def between(one: ArrayLike, other: ArrayLike, level: float = LEVEL) -> Interval:
    """Difference of the means of two independent samples, one minus other, that may be spread unequally (Welch).

    Args:
        one: (n,), n at least 1, such as the gains of several seeds in one world.
        other: (m,), m at least 1, such as those in another.
        level: confidence, in (0, 1).

    Returns:
        the smaller of the two counts with it; no interval (NaN) if that is 1.

    Raises:
        XivlabError: a sample is empty.

    Example:
        >>> between([4.0, 5.0, 6.0], [1.0, 2.0, 3.0])
        Interval(mean=3.0, low=0.73..., high=5.26..., count=3)
    """
    samples = np.asarray(one, float), np.asarray(other, float)
    if not all(sample.size for sample in samples):
        raise XivlabError("There are no values to take a mean of.")
    mean, count = float(samples[0].mean() - samples[1].mean()), min(map(len, samples))
    if count == 1:
        return Interval(mean, np.nan, np.nan, 1)
    parts = np.array([sample.var(ddof=1) / len(sample) for sample in samples])
    if not parts.any():  # all values of a sample alike: no spread, and no degrees of freedom either
        return Interval(mean, mean, mean, count)
    freedom = parts.sum() ** 2 / (parts**2 / [len(sample) - 1 for sample in samples]).sum()
    half = float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(parts.sum()))
    return Interval(mean, mean - half, mean + half, count)


def over_people(statistic: Callable[[NDArray[np.intp]], NDArray], people: int, seed: int = 0) -> Interval:
    """A number with its interval over people: they are drawn with repetition, again and again.

    The percentile bootstrap of `scipy.stats`. It says how much hangs on who was there, and nothing of
    other seeds of a training.

    Args:
        statistic: numbers (...,) of drawn people (..., people), rows of the caller's arrays.
        people: how many there are.
        seed: of the draws; with the same seed two statistics see the same people.

    Returns:
        the number for the people as they are in the place of the mean; no interval (NaN) for one person.

    Example:
        >>> values = np.array([1.0, 2.0, 3.0, 4.0])
        >>> over_people(lambda rows: values[rows].mean(-1), 4).mean
        2.5
    """
    rows = np.arange(people)
    value = float(statistic(rows))
    if people < 2:
        return Interval(value, np.nan, np.nan, people)
    from scipy.stats import bootstrap  # here: whoever only reads a table does without its half a second

    found = bootstrap(
        (rows,), lambda drawn, axis: statistic(drawn), n_resamples=RESAMPLES, batch=50, vectorized=True,
        confidence_level=LEVEL, method="percentile", rng=np.random.default_rng(seed),
    )  # fmt: skip
    return Interval(value, *map(float, found.confidence_interval), people)


def answer(interval: Interval, above: str, below: str) -> str:
    """What an interval says about its sign, in words.

    Args:
        interval: of a difference.
        above: said if all of it is above 0.
        below: said if all of it is below 0.

    Example:
        >>> answer(Interval(0.2, -0.1, 0.5, 9), "redder", "less red")
        'undecided, since the interval holds 0'
    """
    if np.isnan(interval.low):
        return "undecided, since a single value has no interval"
    if interval.low > 0:
        return above
    return below if interval.high < 0 else "undecided, since the interval holds 0"


def person_means(values: ArrayLike, person: ArrayLike) -> pd.DataFrame:
    """The mean of each person's images: every person counts alike, however many images there are.

    Args:
        values: (N, D) features, or (N,) numbers.
        person: (N,) integer.

    Returns:
        a row per person, in ascending order, with the person as index; D columns.
    """
    return pd.DataFrame(np.asarray(values, float)).groupby(np.asarray(person)).mean()


def shared(*means: pd.DataFrame) -> list[NDArray[np.float64]]:
    """The rows of those people whom all tables have, (people, D) each, in the same order.

    Raises:
        XivlabError: nobody is in all of them.
    """
    both = means[0].index
    for other in means[1:]:
        both = both.intersection(other.index)
    if both.empty:
        raise XivlabError("Nobody was seen in all modalities: there is nobody to compare.")
    return [table.loc[both].to_numpy() for table in means]
