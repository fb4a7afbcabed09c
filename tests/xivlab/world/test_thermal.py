"""Temperatures: skin warmer than cloth, cloth warmer than air, and all of it marked as assumed."""

import numpy as np

from xivlab.world import labels, thermal


def test_every_label_of_a_person_has_a_temperature():
    assert set(labels.NAMES[1:]) <= set(thermal.load().index)


def test_all_temperatures_are_marked_assumed():
    assert set(thermal.load()["origin"]) == {"assumed"}


def test_skin_is_warmer_than_cloth_than_bag_than_air():
    at = thermal.load()["temperature"]
    assert at["skin"] > at["upper"] > at["shoe"] > at["bag"] > thermal.AIR


def test_a_material_without_an_entry_has_the_temperature_of_the_air():
    assert thermal.of_material("scene:glass") == thermal.AIR


def test_the_automatic_gain_keeps_the_order_and_uses_the_range():
    ramp = np.linspace(thermal.COLDEST, thermal.WARMEST, 64)[None]
    image = thermal.automatic_gain(ramp, np.random.default_rng(0))
    assert (np.diff(image[0]) > 0).all()
    assert image.min() < 0.15 and image.max() > 0.85  # its ends drift by about a degree
