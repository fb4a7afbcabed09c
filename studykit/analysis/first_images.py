"""First images of every person and camera: a split small enough to ship, and to draw."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xivlab.data.images import Modality
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import groups

LIGHTS: tuple[Modality, ...] = ("infrared", "visible")
SHOTS = 2  # images of each person in each camera that are kept


def shortened(embeddings: Embeddings) -> tuple[Embeddings, dict[Modality, NDArray[np.integer]]]:
    """The first images of every person and camera, as they are shipped.

    Args:
        embeddings: of one split.

    Returns:
        their embeddings, without places in official permutations; and their rows among the infrared and
        among the visible images of the split, by modality.
    """
    rows: dict[Modality, NDArray[np.integer]] = {
        light: first_shots(embeddings.people(light), embeddings.cameras(light)) for light in LIGHTS
    }
    return replace(embeddings, permutation=None).select(rows["infrared"], rows["visible"]), rows


def first_shots(
    person: NDArray[np.integer], camera: NDArray[np.integer], shots: int = SHOTS
) -> NDArray[np.intp]:
    """Rows of the first images of each person in each camera, ascending."""
    return np.sort(np.concatenate([rows[:shots] for rows in groups(person, camera)]))
