"""Where X lies between visible and infrared, and how sure that is: positions on a line, intervals over people.

    0            position            1
    visible ----------|-------- infrared         the line joins the two means
                      |  off the line
                      X

Images of one person are alike, so people are drawn anew, not images (bootstrap by person).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from xivlab.embed import Embeddings
from xivlab.errors import XivlabError
from xivlab.intervals import LEVEL, Interval

RESAMPLES = 1000


class Place(NamedTuple):
    """Where something lies with respect to the line from visible to infrared.

    Attributes:
        along: 0 at the visible mean, 1 at the infrared mean; may be outside of both.
        off: distance off the line, at least 0, the distance between the two means being 1.
    """

    along: Interval
    off: Interval


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
    found = stats.bootstrap(
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


def positions(
    thing: NDArray[np.floating], visible: NDArray[np.floating], infrared: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Projection of a mean onto the line from visible to infrared, and its distance off that line.

    Args:
        thing, visible, infrared: means, (..., D).

    Returns:
        along and off, (...,) each, in units of the distance from visible to infrared.

    Raises:
        XivlabError: visible and infrared are the same point.

    Example:
        >>> along, off = positions(np.array([1.0, 3.0]), np.zeros(2), np.array([4.0, 0.0]))
        >>> print(along, off)
        0.25 0.75
    """
    line, way = infrared - visible, thing - visible
    square = (line**2).sum(-1)
    if (square == 0).any():
        raise XivlabError("Visible and infrared have the same mean: there is no line between them.")
    along = (way * line).sum(-1) / square
    off = np.linalg.norm(way - along[..., None] * line, axis=-1) / np.sqrt(square)
    return along, off


def place(
    thing: NDArray[np.floating], visible: NDArray[np.floating], infrared: NDArray[np.floating], seed: int = 0
) -> Place:
    """Where something lies between visible and infrared, with intervals over people.

    Args:
        thing, visible, infrared: (people, D) means of each person's images (`person_means`, `shared`).
        seed: of the draws of people.

    Raises:
        XivlabError: as `positions`.
    """
    arrays = [np.asarray(array, float) for array in (thing, visible, infrared)]

    def either(part: int) -> Interval:
        return over_people(
            lambda rows: positions(*(array[rows].mean(-2) for array in arrays))[part], len(arrays[0]), seed
        )

    return Place(either(0), either(1))


def x_place(embeddings: Embeddings) -> Place:
    """Where the X of a split lies among its features, person by person.

    Raises:
        XivlabError: there is no X; and as `shared`, `positions`.
    """
    if embeddings.x is None:
        raise XivlabError("The baseline has no X to place: take a run of baseline+x or baseline+x+cmg.")
    visible, infrared = embeddings.visible_person, embeddings.infrared_person
    means = [(embeddings.x, visible), (embeddings.visible, visible), (embeddings.infrared, infrared)]
    return place(*shared(*(person_means(*one) for one in means)))
