"""CMC, mAP and mINP of a matrix of distances, without ranking all of it.

The rank of an image is one more than the number of images nearer than it. So the distances are sorted as bare
numbers, which takes half as long as sorting an order, and the few right images are looked up in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from xivlab.errors import XivlabError

MAX_RANK = 20


class Hits(NamedTuple):
    """What scores need to know of each query, (Q,) each.

    Attributes:
        before: images, or people if people are counted, in front of the first right image; without meaning
            where there is no right image.
        total: right images that the query may see.
        average_precision: AP, in [0, 1]; 0 where there is no right image.
        inverse_penalty: INP, in [0, 1]; 0 where there is no right image.
    """

    before: NDArray[np.integer]
    total: NDArray[np.integer]
    average_precision: NDArray[np.float64]
    inverse_penalty: NDArray[np.float64]


class Gallery:
    """Who is shown in which columns of a matrix of distances.

    Args:
        person: (G,), integer.
        count_people: whether `Hits.before` counts people, not images.
    """

    def __init__(self, person: NDArray[np.integer], count_people: bool) -> None:
        self.person = person
        self.by_person = np.argsort(person, kind="stable")
        self.people, self.begins, self.images = np.unique(
            person[self.by_person], return_index=True, return_counts=True
        )
        self.in_order = bool((np.diff(self.by_person) > 0).all())
        self.count_people = count_people

    def hits(self, distance: NDArray[np.floating], query_person: NDArray[np.integer]) -> Hits:
        """Look every query's own person up.

        Args:
            distance: (Q, G); infinite where the query must not see the image.
            query_person: (Q,), integer.
        """
        columns, right = self._columns(query_person)  # (Q, m)
        matches = np.where(right, np.take_along_axis(distance, columns, axis=1), np.inf)
        matches.sort(axis=1)  # nearest first, what is hidden or not there last
        right = np.isfinite(matches)
        everything = np.sort(distance, axis=1)  # (Q, G)
        # In sorted numbers the place of a distance is how many are smaller: its rank, without ranking anything.
        nearer = torch.searchsorted(torch.from_numpy(everything), torch.from_numpy(matches)).numpy()
        rank, nth = nearer + 1, np.arange(1, matches.shape[1] + 1)  # rank: (Q, m)
        total = right.sum(1)
        divisor = np.maximum(total, 1)
        last = np.take_along_axis(rank, divisor[:, None] - 1, axis=1)[:, 0]
        found = Hits(
            self._people_before(distance, matches[:, 0]) if self.count_people else nearer[:, 0],
            total,
            np.where(right, nth / rank, 0).sum(1) / divisor,
            total / last,
        )
        # A right image as far as any other: the order of the gallery decides. That is rare.
        behind = np.take_along_axis(everything, np.minimum(rank, distance.shape[1] - 1), axis=1)
        tied = (right & (behind == matches) & (rank < distance.shape[1])).any(1)
        if tied.any():
            again = self.hits(_places(distance[tied]), query_person[tied])
            for values, better in zip(found, again):
                values[tied] = better
        return found

    def _columns(self, query_person: NDArray) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The columns of each query's person, filled up to the same number m, and which are no filling, (Q, m)."""
        own = np.minimum(np.searchsorted(self.people, query_person), len(self.people) - 1)
        count = np.where(self.people[own] == query_person, self.images[own], 0)
        nth = np.arange(max(count.max(initial=0), 1))
        right = nth < count[:, None]
        return self.by_person[np.where(right, self.begins[own][:, None] + nth, 0)], right

    def _people_before(self, distance: NDArray, first: NDArray) -> NDArray:
        """How many people have an image nearer than `first`, (Q,)."""
        grouped = distance if self.in_order else distance[:, self.by_person]
        return (np.minimum.reduceat(grouped, self.begins, axis=1) < first[:, None]).sum(1)


def _places(distance: NDArray) -> NDArray[np.float64]:
    """The place of every image in its row, images at equal distance in the order of the gallery; hidden ones
    stay infinite."""
    order = np.argsort(distance, axis=1, kind="stable")
    places = np.empty(distance.shape)
    np.put_along_axis(places, order, np.arange(distance.shape[1], dtype=float)[None], axis=1)
    return np.where(np.isinf(distance), np.inf, places)


@dataclass(frozen=True)
class RetrievalMetrics:
    """Scores of one search, each in [0, 1].

    Attributes:
        cmc: (max_rank,), share of valid queries whose person is among the first k = 1 ... max_rank.
        mAP: mean average precision.
        mINP: mean inverse negative penalty (Ye et al. 2021).
        valid_queries: queries that have a match left in the gallery; the others count nowhere.
    """

    cmc: NDArray[np.float64]
    mAP: float
    mINP: float
    valid_queries: int

    def rank(self, k: int) -> float:
        """Rank-k accuracy, k counted from 1."""
        return float(self.cmc[k - 1])


def metrics_of(parts: Sequence[Hits], max_rank: int) -> RetrievalMetrics:
    """The means over all queries that have a match."""
    before, total, average_precision, inverse_penalty = map(np.concatenate, zip(*parts))
    valid = total > 0
    if not valid.any():
        raise XivlabError("No query has a match in the gallery: check people and cameras.")
    cmc = (before[valid][:, None] < np.arange(1, max_rank + 1)).mean(0)
    return RetrievalMetrics(
        cmc, float(average_precision[valid].mean()), float(inverse_penalty[valid].mean()), int(valid.sum())
    )
