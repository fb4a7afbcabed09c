"""Mixing dyes: Kubelka-Munk there and back, and resampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.people.spectra import CARBON_OF, DYES, WAVELENGTHS, kubelka_munk, reflectance_of, resample


@given(st.floats(0.01, 0.99))
def test_kubelka_munk_there_and_back(reflectance):
    assert reflectance_of(kubelka_munk(np.array(reflectance))) == pytest.approx(reflectance, abs=1e-9)


@given(st.floats(0.05, 0.95), st.floats(0.0, 20.0))
def test_more_absorption_never_makes_brighter(reflectance, added):
    assert reflectance_of(kubelka_munk(np.array(reflectance)) + added) <= reflectance + 1e-12


def test_resampling_a_line_gives_the_line():
    fine = np.arange(380, 1021, 1.0)
    np.testing.assert_allclose(resample(fine, fine / 1000), WAVELENGTHS / 1000)
    coarse = np.arange(380, 1021, 20.0)
    np.testing.assert_allclose(resample(coarse, coarse / 1000), WAVELENGTHS / 1000)


def test_resampling_leaves_out_what_is_marked_as_no_data():
    fine = np.arange(380, 1021, 1.0)
    values = np.where(np.abs(fine - 600) < 3, -1.23e34, 0.5)
    np.testing.assert_allclose(resample(fine, values), 0.5)


def test_every_colour_comes_without_carbon_first():
    assert set(CARBON_OF) == set(DYES)
    assert all(levels[0] == "c0" for levels in CARBON_OF.values())
