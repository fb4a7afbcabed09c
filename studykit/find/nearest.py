"""Nearest pictures of a gallery by the test distance (Eq. 2), by comparing with each of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xivlab.evaluation.embeddings import test_distance
from xivlab.model import Face, TestDistance

# Digits that count. Equal pictures are equally far and stay in the order of the gallery; with more digits, that would
# hang on the order in which a processor adds up.
DIGITS = 9
AT_ONCE = 2**21  # numbers of a matrix of distances

Faces = Mapping[Face, NDArray[np.float32]]


@dataclass(frozen=True)
class Nearest:
    """Ranked lists.

    Attributes:
        rows: (Q, k) integer, of the gallery, nearest first; equal distances in the order of the gallery.
        distance: (Q, k) float64, by the test distance, at least 0.
    """

    rows: NDArray[np.intp]
    distance: NDArray[np.float64]


def nearest(infrared: NDArray[np.float32], gallery: Faces, kind: TestDistance, count: int) -> Nearest:
    """The nearest pictures of each query, compared with every picture of the gallery.

    Args:
        infrared: embeddings of the queries, (Q, D).
        gallery: embeddings of the gallery by face: "visible", (G, D), and "x" where there is g.
        kind: through V, X or both (Eq. 2 is "v+x").
        count: k, at most G.

    Raises:
        XivlabError: as `xivlab.evaluation.embeddings.test_distance`.
    """
    size = len(gallery["visible"])
    parts = [
        test_distance(infrared[rows], gallery["visible"], gallery.get("x"), kind)
        for rows in _blocks(len(infrared), size)
    ]
    everybody = np.arange(size)
    ranked = [ranked_rows(row, everybody, count) for part in parts for row in part]
    return Nearest(np.stack([rows for rows, _ in ranked]), np.stack([far for _, far in ranked]))


def ranked_rows(
    distance: NDArray[np.float64], rows: NDArray[np.intp], count: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The first `count` of some rows of a gallery by their distance to one query, and those distances."""
    far = distance.round(DIGITS)
    order = np.lexsort((rows, far))[:count]
    return rows[order], far[order]


def _blocks(queries: int, size: int) -> Iterator[slice]:
    step = max(1, AT_ONCE // size)
    return (slice(start, start + step) for start in range(0, queries, step))
