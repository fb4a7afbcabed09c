"""Ranked lists: what a query finds first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xivlab.embed import Embeddings, TestDistance
from xivlab.evaluate import hidden_images
from xivlab.gallery import Protocol, Sampling, galleries


@dataclass(frozen=True)
class RankedList:
    """What one infrared query finds first among the visible images.

    Attributes:
        query: row of the query among the infrared images of the split.
        found: (n,), rows among the visible images of the split, nearest first.
        right: (n,), whether each shows the query's person.
    """

    query: int
    found: NDArray[np.intp]
    right: NDArray[np.bool_]


def ranked_list(
    embeddings: Embeddings,
    query: int,
    protocol: Protocol = "sysu",
    distance: TestDistance = "v+x",
    length: int = 10,
) -> RankedList:
    """Search one query in the first sampled gallery, or in all visible images with `regdb`.

    Args:
        embeddings: of one split.
        query: row of the query among the infrared images.
        protocol: whose rules; images that they hide from the query are left out.
        distance: through V, X or both.
        length: how many are listed at most.

    Raises:
        XivlabError: as `test_distance`.
    """
    sampling = Sampling() if protocol == "regdb" else Sampling(trials=1)
    rows = galleries(embeddings.visible_person, embeddings.visible_camera, protocol, sampling)[0]
    camera = embeddings.infrared_camera[query : query + 1]
    same = (embeddings.visible_person[rows] == embeddings.infrared_person[query])[None]
    hidden = hidden_images(protocol, same, camera, embeddings.visible_camera[rows])[0]
    distances = embeddings.distance("infrared", "visible", rows, distance)[query]
    order = np.argsort(distances, kind="stable")
    order = order[~hidden[order]][:length]
    return RankedList(query, rows[order], same[0, order])


def first_of_each_person(embeddings: Embeddings, people: int = 3) -> list[int]:
    """The first infrared image of each of the first few people: queries chosen by rule, not by beauty."""
    return np.sort(np.unique(embeddings.infrared_person, return_index=True)[1])[:people].tolist()
