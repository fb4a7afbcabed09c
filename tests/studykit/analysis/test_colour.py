"""What colour carries, on features and people for which it is known."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from toy import split

from studykit.analysis.colour import colour_counts, doubles, found_first, in_grey
from xivlab.data.images import Images
from xivlab.evaluation.embeddings import Embeddings
from xivlab.model import gray
from xivlab.world.world import World, exposed_patch

PERSON, CAMERA = np.repeat(np.arange(8), 4), np.tile([1, 2, 4, 5], 8)


def embeddings(features):
    return Embeddings(features[:2], features, None, PERSON[:2], CAMERA[:2], PERSON, CAMERA)


def test_images_in_grey_have_the_luma_three_times():
    images = Images.of(split(3, 0, 1), 16, 8)
    grey = in_grey(images)
    rows = np.arange(len(images.pixels))
    luma = gray(images.batch(rows, torch.device("cpu")))[:, 0].numpy()
    assert (np.ptp(grey.pixels, axis=3) == 0).all()
    assert np.abs(grey.pixels[..., 0] / 255 - luma).max() < 0.003
    assert np.array_equal(grey.person, images.person)


def test_a_search_never_finds_its_own_camera():
    assert found_first(embeddings(PERSON[:, None] * 1.0)).all()
    # The own camera is by far the nearest, with everybody in it; it is hidden, and behind it people tell.
    assert found_first(embeddings(np.stack([CAMERA * 100.0, PERSON], axis=1))).all()


def test_with_one_camera_an_image_only_misses_itself():
    one = np.arange(4.0)[:, None] // 2
    e = Embeddings(one, one, None, PERSON[:4], np.ones(4), np.array([1, 1, 2, 2]), np.ones(4))
    assert found_first(e).all()


def test_colour_counts_the_hits_that_it_brings():
    with_colour, without = PERSON[:, None] * 1.0, np.random.default_rng(0).normal(size=(32, 1))
    found = colour_counts(embeddings(with_colour), embeddings(without))
    assert found.colour.mean == 1
    assert found.difference.mean == pytest.approx(1 - found.grey.mean)
    assert found.difference.low > 0


def test_doubles_by_a_slow_loop():
    world = World("synthetic-sysu")
    people = world.index[world.index["split"] == "val"]["person"].unique()[:25]
    shares = doubles(world, people)
    looks = {}
    for name, camera in (("visible", world.cameras[5]), ("infrared", world.cameras[6])):
        worn = [[world.person(int(p))["materials"][g] for g in ("upper", "lower")] for p in people]
        looks[name] = np.array(
            [
                np.concatenate([exposed_patch(m, camera).clip(0, 1) ** (1 / 2.2) for m in both])
                for both in worn
            ]
        )
    alike = {name: (cdist(one, one, "chebyshev") < 0.1).sum(1) > 1 for name, one in looks.items()}
    assert shares["visible"] == pytest.approx(alike["visible"].mean())
    assert shares["infrared"] == pytest.approx(alike["infrared"].mean())
    assert shares["infrared only"] == pytest.approx((alike["infrared"] & ~alike["visible"]).mean())


def test_everybody_is_alike_if_nobody_looks_closely():
    world = World("synthetic-sysu")
    assert doubles(world, np.array([1, 2]), 2.0) == {"visible": 1, "infrared": 1, "infrared only": 0}
    assert doubles(world, np.array([1, 2]), 0.0) == {"visible": 0, "infrared": 0, "infrared only": 0}
