"""The table of spectra, made: resampling, and which mixtures are columns of it."""

import numpy as np

from data_prep.people.spectra import CARBON_OF, WAVELENGTHS, resample
from xivlab.world.fabrics import dyes


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
    assert set(CARBON_OF) == set(dyes())
    assert all(levels[0] == "c0" for levels in CARBON_OF.values())
