"""Share of identity that colour carries: what every answer to the modality gap has to do without."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from studykit.analysis.intervals import Interval, over_people, person_means
from xivlab.data.images import Images
from xivlab.evaluation.embeddings import Embeddings
from xivlab.model import gray
from xivlab.world.world import World, exposed_patch

GARMENTS = ("upper", "lower")
ALIKE = 0.1  # of the range from black to white, as a camera stores it


class Colour(NamedTuple):
    """Rank-1 from visible to visible images of another camera, with intervals over people.

    Attributes:
        colour: of the images as they are.
        grey: of the same images without colour.
        difference: what colour adds.
    """

    colour: Interval
    grey: Interval
    difference: Interval


def in_grey(images: Images) -> Images:
    """The same images without colour: three channels, each the luma of ITU-R BT.601."""
    pixels = np.empty(images.pixels.shape, np.uint8)
    for start in range(0, len(pixels), 512):
        rows = np.arange(start, min(start + 512, len(pixels)))
        luma = gray(images.batch(rows, torch.device("cpu")))
        pixels[rows] = (255 * luma).round().byte().permute(0, 2, 3, 1).numpy()
    return replace(images, pixels=pixels)


def found_first(embeddings: Embeddings) -> NDArray[np.bool_]:
    """Whether the nearest visible image of any other camera shows the same person, (N_visible,).

    Where there is one visible camera, as in RegDB, any other image counts: an easier search.
    """
    distance = cdist(embeddings.visible, embeddings.visible)
    camera = embeddings.visible_camera
    own = camera[:, None] == camera[None, :]
    distance[np.eye(len(own), dtype=bool) if own.all() else own] = np.inf
    return embeddings.visible_person[distance.argmin(1)] == embeddings.visible_person


def colour_counts(colour: Embeddings, grey: Embeddings) -> Colour:
    """What a search among visible images loses with colour.

    Args:
        colour: embeddings of a split by a model.
        grey: of the same split by the same model, its images `in_grey`.
    """
    hits = [person_means(found_first(one), one.visible_person).to_numpy()[:, 0] for one in (colour, grey)]

    def of(values: NDArray) -> Interval:
        return over_people(lambda rows: values[rows].mean(-1), len(values))

    return Colour(of(hits[0]), of(hits[1]), of(hits[0] - hits[1]))


def doubles(world: World, people: NDArray[np.integer], threshold: float = ALIKE) -> dict[str, float]:
    """Share of people who have a double: somebody whose clothes a camera cannot tell from theirs.

    Two people are alike if upper and lower garments differ by less than `threshold` in every channel,
    as a camera's sensors see the plain cloth; cut, pattern, build and hair are left aside.

    Args:
        world: a synthetic world of visible and near-infrared cameras.
        people: numbers, at least two.
        threshold: of the range from black to white, after the camera's gamma.

    Returns:
        shares in [0, 1]: "visible", "infrared", and "infrared only": somebody is alike in infrared and
        nobody is in visible light.
    """
    seen = {}
    for name in ("visible", "infrared"):
        camera = next(c for c in reversed(world.cameras.values()) if c.infrared == (name == "infrared"))
        looks = [
            np.concatenate([exposed_patch(world.person(int(p))["materials"][g], camera) for g in GARMENTS])
            for p in people
        ]
        looks = np.clip(looks, 0, 1) ** (1 / camera.gamma)
        alike = cdist(looks, looks, "chebyshev") < threshold
        np.fill_diagonal(alike, False)
        seen[name] = alike.any(1)
    only = seen["infrared"] & ~seen["visible"]
    return {name: float(one.mean()) for name, one in (seen | {"infrared only": only}).items()}
