"""Intensities of V and X, redness and triples, on images whose answer is known."""

import numpy as np
import pytest
import torch
from tiny import tiny
from toy import split

from studykit.analysis.x_images import (
    clamped,
    generator_of,
    intensities,
    random_triples,
    red_excess,
    redness,
    shifts,
    shown,
    worst_triples,
)
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.methods import build_model
from xivlab.model import XGenerator

IMAGES = Images.of(split(6, 0, 1), 16, 8)
RNG = np.random.default_rng(0)


def linear(slopes, offsets=(0, 0, 0)):
    """g that spreads the mean of R, G and B."""
    g = XGenerator()
    g.expand.weight.data = torch.tensor(slopes, dtype=torch.float32).view(3, 1, 1, 1)
    g.expand.bias.data = torch.tensor(offsets, dtype=torch.float32)
    return g


def test_intensities_of_images_are_the_means_of_their_channels():
    rows = IMAGES.rows("visible")
    assert np.allclose(intensities(IMAGES, rows), IMAGES.pixels[rows].mean((1, 2)), atol=1e-3)


def test_intensities_of_x_may_leave_the_scale():
    rows = IMAGES.rows("visible")
    grey = IMAGES.pixels[rows].mean((1, 2, 3))
    x = intensities(IMAGES, rows, linear((1, 3, -1)))
    assert np.allclose(x, grey[:, None] * [1, 3, -1], rtol=1e-3)
    assert x.max() > 255 and x.min() < 0


@pytest.mark.parametrize("x_input", ["unit", "normalized"])
def test_the_generator_of_a_model_gives_x_on_the_scale_of_images(x_input):
    model = build_model(tiny(method="baseline+x", x_input=x_input), 3).eval()
    visible = torch.rand(2, 3, 16, 8)
    assert torch.allclose(model.normalize(generator_of(model)(visible)), model.x_images(visible), atol=1e-5)


def test_the_baseline_has_no_generator():
    with pytest.raises(XivlabError, match="no X"):
        generator_of(build_model(tiny(method="baseline"), 3))


def test_x_is_clamped_to_be_shown():
    pixels = np.full((2, 4, 4, 3), 100, np.uint8)
    g = linear((1, 3, 1), (0, 0, -0.5))
    assert np.unique(shown(g, pixels).reshape(-1, 3), axis=0).tolist() == [[100, 255, 0]]
    assert clamped(g, pixels) == pytest.approx(2 / 3)


def test_shifts_are_the_mean_way():
    one = RNG.normal(100, 10, (50, 3))
    assert np.allclose(shifts(one, one[::-1] + [0, 7, -4]), [0, 7, 4])


def test_redness_of_a_known_tint():
    visible = np.tile([[100.0, 90.0, 80.0]], (60, 1)) + RNG.normal(0, 1, (60, 3))
    x = visible + [30, 0, 0]
    found = redness(visible, x, np.repeat(np.arange(20), 3))
    assert found.visible.low < 10 < found.visible.high + 0.5
    assert found.difference.mean == pytest.approx(30) and found.difference.low > 29
    assert red_excess(np.array([[1.0, 5.0, 3.0]])).tolist() == [-4.0]


def embeddings(people=5):
    person = np.repeat(np.arange(people), 4)
    features = RNG.normal(size=(3, len(person), 4))
    return Embeddings(*features, person, person, person, person)


def test_triples_are_of_one_person_each_and_the_same_for_a_seed():
    e = embeddings()
    visible, infrared = random_triples(e, 3, seed=1)
    assert (e.visible_person[visible] == e.infrared_person[infrared]).all()
    assert len(set(e.visible_person[visible])) == 3
    assert np.array_equal(random_triples(e, 3, seed=1), [visible, infrared])
    assert len(random_triples(e, 99)[0]) == 5


def test_the_worst_triples_by_a_slow_loop():
    e = embeddings()
    visible, infrared, distance = worst_triples(e, 3)
    far = {
        p: max(
            np.linalg.norm(e.infrared[i] - e.x[j])
            for i in np.flatnonzero(e.infrared_person == p)
            for j in np.flatnonzero(e.visible_person == p)
        )
        for p in range(5)
    }
    assert np.allclose(distance, sorted(far.values(), reverse=True)[:3])
    assert (e.visible_person[visible] == e.infrared_person[infrared]).all()
