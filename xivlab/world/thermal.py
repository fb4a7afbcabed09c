"""Temperatures of the synthetic world and the automatic gain of a thermal camera. All values are assumed, and say so."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from xivlab.files import ASSETS, NEW_ASSETS, read_csv, reading

PATH = ASSETS / "thermal.csv"
AIR = 17.0  # degrees Celsius
COLDEST, WARMEST = 14.0, 35.0  # what the camera's automatic gain maps to black and white


@cache
def load() -> pd.DataFrame:
    """A row per label or scene material: temperature and its spread over people (degrees Celsius), origin, source.

    Raises:
        XivlabError: the table is missing or damaged.
    """
    with reading(PATH, NEW_ASSETS):
        return read_csv(PATH, index_col="name")


@cache
def of_material(name: str) -> float:
    """Temperature of a scene material in degrees Celsius; the air's where the table has none."""
    table = load()["temperature"]
    return float(table.get(name, AIR))


def automatic_gain(temperature: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Temperatures (h, w) in degrees Celsius as brightness in [0, 1], float32.

    Radiance in the long-wave window grows with the fourth power of the absolute temperature (Stefan-Boltzmann); the
    camera stretches the range it sees, whose ends drift a little from image to image.
    """
    low = COLDEST + 0.8 * rng.standard_normal()
    high = WARMEST + 1.0 * rng.standard_normal()
    power = [np.square(np.square(t + 273.15)) for t in (temperature, low, high)]
    return ((power[0] - power[1]) / (power[2] - power[1])).astype(np.float32)
