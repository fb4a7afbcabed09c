"""Temperatures: skin warmer than cloth, cloth warmer than air, and all of it marked as assumed."""

import numpy as np
import pytest

from xivlab.world import labels, thermal


def test_every_label_of_a_person_has_a_temperature():
    assert set(labels.NAMES[1:]) <= set(thermal.load().index)


def test_all_temperatures_are_marked_assumed():
    assert set(thermal.load()["origin"]) == {"assumed"}


def test_skin_is_warmer_than_cloth_than_bag_than_air():
    at = thermal.load()["value"]
    assert at["skin"] > at["upper"] > at["shoe"] > at["bag"] > thermal.value("air")


def test_a_material_without_an_entry_has_the_temperature_of_the_air():
    assert thermal.of_material("scene:glass") == thermal.value("air")


def test_the_automatic_gain_keeps_the_order_and_uses_the_range():
    ramp = np.linspace(thermal.value("gain-black"), thermal.value("gain-white"), 64)[None]
    image = thermal.automatic_gain(ramp, np.random.default_rng(0))
    assert (np.diff(image[0]) > 0).all()
    assert image.min() < 0.15 and image.max() > 0.85  # its ends drift by about a degree


def test_thick_cloth_is_cooler_and_bare_skin_is_skin():
    assert thermal.through(0.0, 32.0) == 32.0
    assert 32.0 > thermal.through(0.1, 32.0) > thermal.through(0.4, 32.0) > thermal.value("air")


def test_daylight_warms_as_the_balance_of_heat_says():
    """What arrives from the skin and is absorbed is what is lost to the air."""
    insulation, absorbed, skin = 0.2, 0.8, thermal.value("skin")
    shade = thermal.through(insulation, skin)
    lit = shade + thermal.heating(np.array([shade]), np.array([absorbed]))[0]
    arrives = (skin - lit) / insulation + absorbed * thermal.value("daylight")
    assert arrives == pytest.approx(thermal.value("heat-transfer") * (lit - thermal.value("air")), rel=1e-9)


def test_skin_is_kept_at_its_temperature_and_black_cloth_gains_most():
    shade = np.array([thermal.value("skin"), 22.0, 22.0])
    skin, black, white = thermal.heating(shade, np.array([0.5, 0.95, 0.3]))
    assert skin == 0 and white == pytest.approx(black * 0.3 / 0.95) and 1 < white < black < 20


def surface(warmth=1.0, light=0.7, label=0):
    """Of an image of one pixel: labels 0 (a person's, 27 degrees in the shade, 10 more in the sun) and 1 (scene, 19)."""
    planes, back = np.float32([1, light, 1]).reshape(3, 1, 1), np.ones((3, 1, 1), np.float32)
    names, celsius = np.full((2, 2), label, np.uint8), np.float32([27, 19])
    out = thermal.surface(
        names, celsius, np.float32([10, 0]), 1, np.full((1, 1), np.float32(warmth)), planes, back
    )
    return float(out[0, 0])


def test_warmth_is_a_factor_on_the_persons_excess_and_light_adds_to_it():
    assert surface(light=0.7) == pytest.approx(27 + 7)
    assert surface(warmth=1.2) - surface() == pytest.approx(0.2 * 10)
    assert surface(label=1) == surface(label=1, warmth=1.5, light=0.2) == 19


def test_more_than_a_third_of_daylight_is_near_infrared():
    nanometres = np.arange(400, 1001, 10.0)
    share = thermal.daylight(nanometres)
    assert share.sum() == pytest.approx(1)
    assert 1 / 3 < share[nanometres > 700].sum() < 0.42
    assert nanometres[share.argmax()] == 500  # Wien: 2898 micrometres K / 5800 K
