"""Embeddings in which right images are near, and not always the nearest."""

import numpy as np

from xivlab.evaluation.embeddings import Embeddings


def thirty_people() -> Embeddings:
    """Thirty people, their infrared features near to their visible ones."""
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(30), 4)
    centre = rng.normal(size=(30, 16))[person]
    infrared, visible, x = (centre + rng.normal(scale=0.8, size=centre.shape) for _ in range(3))
    return Embeddings(
        infrared, visible, x, person, np.tile([3, 3, 6, 6], 30), person, np.tile([1, 2, 4, 5], 30)
    )
