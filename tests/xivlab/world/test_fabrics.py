"""Mixed fabrics: Kubelka-Munk there and back, dyes that end, carbon that does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xivlab.errors import XivlabError
from xivlab.world import fabrics, spectra
from xivlab.world.fabrics import carbon_of, dyes, is_light, kubelka_munk, name_of, reflectance_of

TABLE = spectra.load()


@given(st.floats(0.01, 0.99))
def test_kubelka_munk_there_and_back(reflectance):
    assert reflectance_of(kubelka_munk(np.array(reflectance))) == pytest.approx(reflectance, abs=1e-9)


@given(st.floats(0.05, 0.95), st.floats(0.0, 20.0))
def test_more_absorption_never_makes_brighter(reflectance, added):
    assert reflectance_of(kubelka_munk(np.array(reflectance)) + added) <= reflectance + 1e-12


def test_undyed_without_carbon_is_the_measured_cotton():
    np.testing.assert_allclose(TABLE[name_of("white", 0, 0.55)], TABLE[fabrics.FIBRE])


@pytest.mark.parametrize("colour", dyes())
def test_steep_dyes_with_a_columns_carbon_are_that_column(colour):
    np.testing.assert_allclose(TABLE[name_of(colour, 0.16, 0.55)], TABLE[f"fabric:{colour}-c1"], atol=1e-4)


def test_black_dye_vanishes_in_the_infrared_unless_it_reaches_far():
    steep, far, carbon = (TABLE.at(name_of("black", *of), 850) for of in ((0, 0.55), (0, 2.0), (9, 0.55)))
    assert steep > 0.5 and far < 0.15 and carbon < 0.1
    assert all(TABLE.at(name_of("black", 0, edge), 550) < 0.05 for edge in (0.55, 2.0))


def test_carbon_is_drawn_evenly_over_ratios_and_little_of_it_in_light_colours():
    assert [carbon_of("navy", draw) for draw in (0, 0.5, 1)] == pytest.approx([0.16, 1.2, 9.0])
    assert is_light("pink") and carbon_of("pink", 1) == pytest.approx(0.16)
    assert not is_light("navy")


@pytest.mark.parametrize(
    "name", ["fabric:tartan carbon 0 edge 1", "fabric:navy carbon x edge 1", "fabric:navy"]
)
def test_what_is_no_fabric_is_refused(name):
    with pytest.raises(XivlabError, match="no spectrum"):
        TABLE[name]
