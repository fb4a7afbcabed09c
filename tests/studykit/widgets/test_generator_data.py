"""Distances and histograms of the X studio: what the package measures, only faster."""

import numpy as np
import pytest
from toy import split

from studykit.analysis.x_images import WEIGHTS, from_numbers, intensities, shifts, shown
from studykit.widgets.generator.data import SMALL, People, draw_people, draw_sample, to_show
from studykit.widgets.generator.weights import Generator, hidden, spread
from xivlab.data.images import Images
from xivlab.errors import XivlabError

SPLIT = split(6, 100, 1)
RNG = np.random.default_rng(0)
G = Generator((0.7, 0.4, -0.3, -0.1, 1.3, 0.6, -0.8, 0.1, -0.05, 0.9))


def test_people_are_the_same_in_both_rows_and_drawn_by_seed():
    people = draw_people(SPLIT, 4, seed=2)
    assert people.visible.shape == people.infrared.shape == (4, 128, 64, 3)
    # A person of the toy data is a coarse random picture whose brightness is seen in both.
    brightness = [one.astype(float).mean(3).reshape(4, -1) for one in (people.visible, people.infrared)]
    likeness = np.corrcoef(*brightness)[:4, 4:]
    assert (likeness.argmax(1) == np.arange(4)).all()
    assert np.array_equal(people.visible, draw_people(SPLIT, 4, seed=2).visible)
    assert not np.array_equal(people.visible, draw_people(SPLIT, 4, seed=3).visible)


def test_there_may_be_fewer_people_but_not_nobody():
    assert len(draw_people(SPLIT, 50).visible) == 6
    with pytest.raises(XivlabError, match="Nobody was seen in both"):
        draw_people(SPLIT.select(SPLIT.modality == 0), 3)


def test_distance_to_infrared_is_the_packages_between_the_pixels_of_two_images():
    people = draw_people(SPLIT, 3)
    x = 255 * spread(G, hidden(G, people.light))
    wanted = [shifts(a.reshape(-1, 3), b.reshape(-1, 3)).mean() for a, b in zip(x, people.infrared)]
    np.testing.assert_allclose(people.apart(x), wanted, rtol=1e-5)  # single precision
    plain = [
        shifts(a.reshape(-1, 3), b.reshape(-1, 3)).mean() for a, b in zip(people.visible, people.infrared)
    ]
    np.testing.assert_allclose(people.visible_apart, plain, rtol=1e-5)


def test_distance_does_not_ask_where_a_pixel_is():
    images = RNG.integers(0, 256, (1, 128, 64, 3), np.uint8)
    people = People(images, images[:, ::-1, ::-1])
    assert people.visible_apart[0] == 0
    assert people.apart(images.astype(np.float32) + 7)[0] == pytest.approx(7)


def test_histograms_are_of_the_packages_intensities():
    sample = draw_sample(SPLIT, count=5, seed=1)
    assert sample.visible.shape == sample.infrared.shape == (5, 3)
    pixels = np.round(255 * sample.light).astype(np.uint8).reshape(5, *SMALL, 3)
    none = np.zeros(5, int)
    images = Images(pixels, none, none, none)
    rows = np.arange(5)
    np.testing.assert_allclose(sample.visible, intensities(images, rows), atol=1e-3)
    own = from_numbers(dict(zip(WEIGHTS, G.numbers)))
    np.testing.assert_allclose(sample.x(G), intensities(images, rows, own), atol=1e-2)  # levels of 255
    assert sample.apart(sample.infrared) == 0
    assert sample.apart(sample.infrared + 3) == pytest.approx(3)


def test_x_is_shown_as_the_package_shows_it():
    people = draw_people(SPLIT, 2)
    ours = to_show(255 * spread(G, hidden(G, people.light))).astype(int)
    theirs = shown(from_numbers(dict(zip(WEIGHTS, G.numbers))), people.visible).astype(int)
    assert np.abs(ours - theirs).max() <= 1  # a half may be rounded to either side
    assert ours.min() == 0 and ours.max() == 255  # both ends were clamped
