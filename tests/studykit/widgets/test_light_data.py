"""What a garment does with light: carbon told from dye, and what a camera is left with."""

import numpy as np
import pytest

from studykit.widgets.light.data import absorbed, fate, materials, telling, visible, weights
from xivlab.world import spectra
from xivlab.world.world import World


@pytest.mark.parametrize("level", range(5))
def test_carbon_is_told_from_dye_by_the_spectrum_alone(level):
    """The mixed fabrics know how much carbon they hold (K/S, in their source); reading it off knows nothing of that."""
    name = f"fabric:black-c{level}"
    holds = float(spectra.load().about.loc[name, "source"].rpartition(" ")[2])
    assert absorbed(name, 850).carbon == pytest.approx(
        holds, rel=0.02, abs=0.01
    )  # dyes leave a trace at 800 nm
    # Black dye is as strong as 26 at its peaks, and gone where the camera's lamp is.
    assert absorbed(name, 580).dye > 20 and absorbed(name, 850).dye < 0.02


@pytest.mark.parametrize(
    ("fabric", "nanometres", "words"),
    [
        ("fabric:black-c0", 850, "turned bright, 2% → 64%: its dye"),
        ("fabric:black-c4", 850, "stays dark, 1% → 5%: carbon"),
        ("fabric:black-c0", 500, "stays dark, 2% → 1%: its dye"),
        ("fabric:polyester-black", 850, "turned bright, 2% → 74%: its dye"),
        ("fabric:yellow-c0", 440, "turned dark"),
        ("fabric:white-c0", 850, "hardly changes, 59% → 64%"),
    ],
)
def test_fates_of_fabrics(fabric, nanometres, words):
    assert fate(fabric, nanometres).startswith(words)


def test_the_curve_of_the_camera_is_light_filter_and_sensor():
    table = spectra.load()
    curve, left = weights("light:tungsten", "filter:ir-pass")
    product = table["light:tungsten"] * table["filter:ir-pass"] * table["sensor:mono"]
    np.testing.assert_allclose(curve * product.max(), product)
    assert left == pytest.approx(product.sum() / (table["light:tungsten"] * table["sensor:mono"]).sum())
    assert weights("light:daylight", "filter:none")[1] == 1


def test_materials_are_those_that_show():
    world = World("synthetic-sysu")
    found = materials(world, 0)
    own = world.person(int(world.index["person"][0]))["materials"]
    for one in found:
        assert all(own[name.replace(" ", "_")] == one.name for name in one.parts.split(", "))
    assert len({one.name for one in found}) == len(found) <= 6


def test_telling_people_train_and_differ_in_colour():
    world = World("synthetic-sysu")
    people = telling(world, 5)
    split = world.index.groupby("person")["split"].first()
    assert len(set(people)) == 5 and set(split[people]) == {"train"}
    upper, lower = (world.person(people[0])["materials"][part] for part in ("upper", "lower"))
    assert abs(visible(upper) - visible(lower)) < 0.1  # alike for the eye
