"""Fabrics: every one is in the table, near-infrared brightness spreads, prints can be seen."""

import numpy as np
import pytest

from data_prep.people.dress import Tailor, warm
from data_prep.people.look import garments
from data_prep.people.population import SETS
from xivlab.world import labels, spectra, thermal
from xivlab.world.knobs import Knobs
from xivlab.world.wear import dressed as in_world


@pytest.fixture(scope="module")
def drawn():
    tailor = Tailor(SETS["synthetic-sysu"].seed)
    return [tailor.dress(someone) for someone in SETS["synthetic-sysu"].people()]


@pytest.fixture(scope="module")
def dressed(drawn):
    return list(in_world(drawn, Knobs()).values())


def test_every_label_has_a_spectrum_and_a_temperature(dressed):
    table = spectra.load()
    for record in dressed:
        assert set(labels.NAMES[1:]) == set(record["materials"])
        assert all(len(table[name]) == len(table.wavelength) for name in record["materials"].values())
        assert set(labels.NAMES[1:]) <= set(record["temperatures"])


def test_near_infrared_brightness_spreads_over_people(dressed):
    table = spectra.load()
    upper = np.array([table.at(record["materials"]["upper"], 850) for record in dressed])
    assert (upper < 0.2).mean() > 0.1 and (upper > 0.5).mean() > 0.25
    assert ((upper > 0.2) & (upper < 0.5)).mean() > 0.15


def test_dark_clothes_can_be_bright_in_the_near_infrared(dressed):
    table = spectra.load()
    lower = [record["materials"]["lower"] for record in dressed]
    dark = [name for name in lower if table.at(name, 550) < 0.06]
    bright = [name for name in dark if table.at(name, 850) > 0.4]
    assert 0.1 < len(bright) / len(dark) < 0.6


def test_prints_differ_from_their_garment_in_the_visible(dressed):
    table = spectra.load()
    visible = (table.wavelength >= 450) & (table.wavelength < 680)
    for record in dressed:
        first, second = (table[record["materials"][name]][visible] for name in ("upper", "upper_print"))
        assert np.abs(first - second).mean() > 0.1


def test_the_same_seed_dresses_the_same(drawn):
    tailor = Tailor(SETS["synthetic-sysu"].seed)
    assert [tailor.dress(someone) for someone in SETS["synthetic-sysu"].people()[:30]] == drawn[:30]


def test_who_is_dressed_like_somebody_follows_them(drawn):
    place = {record["person"]: i for i, record in enumerate(drawn)}
    assert all(place[r["like"]["person"]] < i for i, r in enumerate(drawn) if r["like"])
    assert 0.15 < np.mean([record["like"] is not None for record in drawn]) < 0.35


@pytest.fixture(scope="module")
def warmed():
    """Garments and temperatures of the people of the thermal set."""
    people = SETS["synthetic-regdb"].people()
    return [(garments(p.look), warm(p.look, np.random.default_rng([5, p.number]))) for p in people]


def test_every_garment_is_in_the_table_and_worn_by_somebody(warmed):
    worn = {garment for pair, _ in warmed for garment in pair}
    assert worn == {*thermal.load().index[thermal.load()["unit"] == "m2K/W"]} - {"print"}


def test_what_is_worn_decides_how_warm_it_is(warmed):
    uppers = {
        kind: [t["upper"] for (upper, _), t in warmed if upper == kind]
        for kind in ("t-shirt", "jacket", "coat")
    }
    thin, middle, thick = (np.mean(values) for values in uppers.values())
    assert thin > middle + 1 > thick + 1
    # people differ within a garment, by less than garments do
    assert 0.2 < np.std(uppers["t-shirt"]) < thin - thick
    for _, celsius in warmed:
        assert celsius["skin"] > celsius["upper"] > celsius["upper_print"] > thermal.value("air")
