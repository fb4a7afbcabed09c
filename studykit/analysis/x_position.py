"""Position of X between visible and infrared features, with intervals over people.

    0            position            1
    visible ----------|-------- infrared         the line joins the two means
                      |  off the line
                      X

Images of one person are alike, so people are drawn anew, not images (bootstrap by person).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.intervals import Interval, over_people, person_means, shared
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings


class Place(NamedTuple):
    """Where something lies with respect to the line from visible to infrared.

    Attributes:
        along: 0 at the visible mean, 1 at the infrared mean; may be outside of both.
        off: distance off the line, at least 0, the distance between the two means being 1.
    """

    along: Interval
    off: Interval


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
