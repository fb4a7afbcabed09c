"""Patterns of surfaces and prints of clothes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.people.patterns import PATTERNS, print_mask, value_noise

GRID = np.stack(np.meshgrid(np.linspace(-3, 3, 60), np.linspace(0, 3, 40)), -1).reshape(-1, 2)


@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 3))
def test_noise_is_between_zero_and_one_and_repeats(seed, scale):
    noise = value_noise(GRID, scale, seed)
    assert noise.min() >= 0 and noise.max() <= 1
    np.testing.assert_array_equal(noise, value_noise(GRID, scale, seed))


def test_noise_is_smooth():
    line = np.stack([np.linspace(0, 1, 10_001), np.zeros(10_001)], 1)
    assert np.abs(np.diff(value_noise(line, 0.1, 0))).max() < 0.002  # slope at most 1.5 / scale


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_a_brightness(name):
    values = PATTERNS[name](GRID)
    assert values.shape == (len(GRID),)
    assert np.isfinite(values).all() and values.min() > 0 and values.max() <= 2


def mask(kind, across, height, sleeve=False, front=True):
    one = np.array([0.0])
    return bool(print_mask(kind, one + across, one + height, one + sleeve > 0, one + front > 0, 0.05, 0.3)[0])


def test_stripes_alternate_with_height_and_checks_with_both():
    assert mask("stripes", 0, 0.01) != mask("stripes", 0, 0.06)
    assert mask("stripes", 0, 0.01) == mask("stripes", 0.06, 0.01)
    assert mask("checks", 0.01, 0.01) != mask("checks", 0.06, 0.01) == mask("checks", 0.01, 0.06)


def test_a_logo_sits_on_the_chest_only():
    assert mask("logo", 0, 0.3)
    assert not mask("logo", 0, 0.3, front=False)
    assert not mask("logo", 0, 0.3, sleeve=True)
    assert not mask("logo", 0.2, 0.3)


def test_plain_has_no_second_colour():
    assert not mask("plain", 0, 0)
