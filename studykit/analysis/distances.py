"""Distances of pairs as histograms: of the same person, and of two people."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.gap import BINS, overlap, pair_distances
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Protocol
from xivlab.model import TestDistance

WIDEST = 2.0  # no two features of length 1 are farther from each other


@dataclass(frozen=True, eq=False)
class Distances:
    """How far infrared images lie from others, in % of the pairs per bin.

    Attributes:
        edges: (BINS + 1,) of the bins.
        same, different: (BINS,) pairs of the same person and of two people.
        overlap: area that the two share, in [0, 1].
    """

    edges: NDArray[np.float64]
    same: NDArray[np.float64]
    different: NDArray[np.float64]
    overlap: float


def distances(embeddings: Embeddings, kind: TestDistance, protocol: Protocol) -> Distances:
    """Distances of infrared images to all visible ones that the rules let them see.

    Args:
        embeddings: of one split.
        kind: "v" or "x".
        protocol: whose rules.

    Raises:
        XivlabError: there is no X to be far from.
    """
    same, different = pair_distances(embeddings, kind, protocol)
    edges = np.linspace(0, max(WIDEST, same.max(), different.max()), BINS + 1)
    shares = [100 * np.histogram(values, edges)[0] / len(values) for values in (same, different)]
    return Distances(edges, *shares, overlap(same, different))
