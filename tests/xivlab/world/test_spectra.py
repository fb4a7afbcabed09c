"""The table of spectra: complete, physical, and honest about where each column comes from."""

import numpy as np
import pytest

from xivlab.errors import XivlabError
from xivlab.world import spectra


@pytest.fixture(scope="module")
def table():
    return spectra.load()


def test_grid_is_400_to_1000_nm_in_steps_of_10(table):
    assert table.wavelength.tolist() == list(range(400, 1001, 10))


def test_every_column_names_its_kind_origin_and_source(table):
    assert set(table.about["origin"]) == {"measured", "mixed", "assumed"}
    assert set(table.about["kind"]) == {"fabric", "skin", "hair", "scene", "light", "filter", "sensor"}
    assert table.about["source"].str.len().gt(3).all()
    assert table.about.index.is_unique


def test_all_values_are_shares(table):
    values = np.stack(list(table.value.values()))
    assert np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1


@pytest.mark.parametrize(
    ("fabric", "nanometres", "reflectance"),
    [  # read off the USGS files by eye, to two digits
        ("fabric:polyester-black", 550, 0.01),
        ("fabric:polyester-black", 850, 0.74),
        ("fabric:cotton-white", 650, 0.62),
        ("fabric:cotton-white", 850, 0.64),
        ("fabric:nylon-coated", 850, 0.35),
    ],
)
def test_measured_fabrics_have_the_published_reflectance(table, fabric, nanometres, reflectance):
    assert table.about.loc[fabric, "origin"] == "measured"
    assert table.at(fabric, nanometres) == pytest.approx(reflectance, abs=0.011)


@pytest.mark.parametrize("colour", ["navy", "black", "red", "green", "brown"])
def test_dyes_are_transparent_beyond_750_nm_and_carbon_is_not(table, colour):
    cotton = table.at("fabric:cotton-white", 850)
    dyed = table.at(f"fabric:{colour}-c0", 850)
    with_carbon = [table.at(f"fabric:{colour}-c{level}", 850) for level in range(5)]
    assert dyed == pytest.approx(cotton, abs=0.02)
    assert with_carbon == sorted(with_carbon, reverse=True)
    assert with_carbon[-1] < 0.1


def test_a_band_weighs_to_one_around_its_centre(table):
    band = table.band(655, 20)
    assert band.sum() == pytest.approx(1)
    assert (band @ table.wavelength) == pytest.approx(655, abs=0.5)


@pytest.mark.parametrize("nanometres", [399, 1001])
def test_a_band_outside_the_table_is_refused_in_a_sentence(table, nanometres):
    with pytest.raises(XivlabError, match="choose a wavelength from 400 to 1000 nm"):
        table.band(nanometres)


def test_an_unknown_name_is_refused_in_a_sentence(table):
    with pytest.raises(XivlabError, match="no spectrum 'fabric:tartan'"):
        table["fabric:tartan"]
