"""Warmth: cloth that touches is warmer than cloth that hangs loose, in a coat less so; hands are cool, armpits warm."""

from types import SimpleNamespace

import numpy as np
import pytest

from data_prep.people.population import SETS
from data_prep.people.warmth import GAP, GAPS, SITES, gaps, resistance, skin_kelvin, warmth
from xivlab.world import labels, thermal

LOOKS = [someone.look for someone in SETS["synthetic-regdb"].people()]
COAT = next(look for look in LOOKS if look.coat_cut > 0)
PLAIN = next(look for look in LOOKS if look.coat_cut == 0 and look.upper == "male_casualsuit04")


def of(look, label, gap, kelvin=0.0):
    return warmth(look, np.array([label]), np.array([kelvin]), np.array([gap]))[0]


def test_the_loss_balances_what_comes_through_cloth_and_air():
    """The temperature that warmth gives is the one at which as much heat arrives from the skin as is lost."""
    gap, garment = 0.002, thermal.value("t-shirt")
    at_gap = thermal.through(garment, 32.5)
    surface = thermal.value("air") + of(PLAIN, labels.UPPER, gap) * (at_gap - thermal.value("air"))
    cloth = garment - resistance(np.float64(GAP))
    arrives = (32.5 - surface) / (cloth + resistance(np.float64(gap)))
    assert arrives == pytest.approx(
        thermal.value("heat-transfer") * (surface - thermal.value("air")), rel=1e-9
    )


def test_cloth_is_warmer_where_it_touches_and_least_so_in_a_coat():
    for look in (PLAIN, COAT):
        assert of(look, labels.UPPER, GAP) == 1
        falling = [of(look, labels.UPPER, gap) for gap in (-0.01, GAPS[0], 0.004, 0.02, GAPS[1], 0.1)]
        assert falling[0] == falling[1] > falling[2] > falling[3] > falling[4] == falling[5]
    assert of(PLAIN, labels.UPPER, 0.001) - 1 > 1.5 * (of(COAT, labels.UPPER, 0.001) - 1)


def test_skin_follows_its_site_and_not_a_gap_and_bags_follow_neither():
    assert of(PLAIN, labels.SKIN, 0.0, kelvin=1.55) == pytest.approx(1.1)
    assert of(PLAIN, labels.BAG, 0.0, kelvin=1.55) == of(PLAIN, labels.SHOE, 0.05, kelvin=-2) == 1


def test_sites_are_warm_and_cool_on_both_sides():
    """A person of joints only: each a metre from the next, the body a plane through the origin."""
    joints = sorted({site[0] for site in SITES})
    names = [f"{joint}{side}" for joint in joints for side in (".L", ".R") if joint != "spine01"] + [
        "spine01"
    ]
    heads = np.array([[1.0 if name[-2:] == ".L" else -1.0, i, 0] for i, name in enumerate(names)])
    body = SimpleNamespace(bone={name: i for i, name in enumerate(names)}, faces=np.array([[0, 1, 2]]))
    person = SimpleNamespace(rest=heads, heads=heads, body=body)
    kelvin = dict(zip(names, skin_kelvin(person)))
    assert kelvin["finger3-1.L"] == pytest.approx(kelvin["finger3-1.R"]) == pytest.approx(-3.0)
    assert kelvin["lowerarm01.L"] > 0 > kelvin["upperleg02.R"]


def test_gaps_are_measured_from_the_skin_and_the_drawn_in_body_has_none_of_its_own():
    plane = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    cloth = plane + [0, 0, 0.02]
    person = SimpleNamespace(
        points=plane, normals=np.tile([0.0, 0, 1], (3, 1)), rest=np.r_[plane - [0, 0, 0.014], cloth],
        body=SimpleNamespace(faces=np.array([[0, 1, 2]])), part_start=np.array([0, 3, 6]),
    )  # fmt: skip
    np.testing.assert_allclose(gaps(person), [GAP] * 3 + [0.02] * 3)
