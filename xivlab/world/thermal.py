"""Temperatures of the synthetic world, and what a thermal camera makes of them. All values are assumed, and say so.

A surface in the steady state, with a resistance R to warm skin and a loss h to the air around, has the temperature

    T = air + (skin - air) / (1 + h R) + a E R / (1 + h R)

where a is the share of the daylight E that it absorbs: dark cloth is warmer than bright, thick cloth is cooler than
thin in the shade and gains more in the light. Bare skin, R = 0, is kept at its temperature by the blood.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from xivlab.files import ASSETS, NEW_ASSETS, read_csv, reading

PATH = ASSETS / "thermal.csv"


@cache
def load() -> pd.DataFrame:
    """A row per label, scene material, garment or constant: value, its spread, unit, origin, source.

    The spread is over people, and that of insulations (m2K/W) is of their logarithm; of the camera's gain it is over images.

    Raises:
        XivlabError: the table is missing or damaged.
    """
    with reading(PATH, NEW_ASSETS):
        return read_csv(PATH, index_col="name")


@cache
def of_material(name: str) -> float:
    """Temperature of a scene material in degrees Celsius; the air's where the table has none."""
    return float(load()["value"].get(name, value("air")))


@cache
def value(name: str) -> float:
    """A value of the table, in its unit."""
    return float(load()["value"][name])


def through(insulation: float, skin: float) -> float:
    """Temperature (degrees Celsius) in the shade of what lies with an insulation (m2K/W) over skin of a temperature."""
    return value("air") + (skin - value("air")) / (1 + value("heat-transfer") * insulation)


def heating(celsius: np.ndarray, absorbed: np.ndarray) -> np.ndarray:
    """Kelvin that daylight, as it falls on open level ground, adds to labels of a temperature in the shade.

    celsius, absorbed (n,): the latter is a share of the light. As a E R / (1 + h R) above, written with the share
    1 / (1 + h R) of the skin's excess over the air that the temperature in the shade shows.
    """
    share = np.clip((celsius - value("air")) / (value("skin") - value("air")), 0, 1)
    return absorbed * value("daylight") / value("heat-transfer") * (1 - share)


def daylight(nanometres: np.ndarray) -> np.ndarray:
    """Share of the energy of daylight at wavelengths (n,), by Planck's law: it adds to 1.

    The table's light:daylight is a lamp of an inspection booth: to the eye it is daylight, but it has hardly any near
    infrared, which is more than a third of what the sun sends between 400 and 1000 nm and what dyes do not absorb.
    """
    weight = nanometres**-5.0 / np.expm1(1.4388e7 / (nanometres * value("sun")))
    return weight / weight.sum()


def surface(
    names: np.ndarray,
    celsius: np.ndarray,
    sunned: np.ndarray,
    first: int,
    warmth: np.ndarray,
    planes: np.ndarray,
    back: np.ndarray,
) -> np.ndarray:
    """Apparent temperatures of an image in degrees Celsius, (h, w) float32.

    names: (2 h, 2 w), what each sample shows: the person's labels, and from `first` on the scene's; celsius, sunned (n,):
    of each label, in the shade and what daylight adds on level ground (K); warmth: (h, w), factor on the person's excess
    over the air; planes, back: (3, h, w) of the person and of the scene.
    """
    air = np.float32(value("air"))
    excess, own = celsius - air, np.arange(len(celsius)) < first
    facing, light = np.clip(planes[0], 0, 1), np.clip(planes[1], 0, 1)
    out = air + _mean_of_four((excess * own)[names]) * warmth + _mean_of_four((sunned * own)[names]) * light
    out += _mean_of_four((excess * ~own)[names])
    share = _mean_of_four(own.astype(np.float32)[names])
    # hollows that see little sky keep warmth; what is turned away shows a cooler reflection
    out += share * (1.6 * (0.7 - light) - 1.8 * (1 - facing) ** 3)
    return out + (1 - share) * 1.2 * (back[2] - 1)


def _mean_of_four(samples: np.ndarray) -> np.ndarray:
    """(2 h, 2 w) as (h, w), each the mean of 2 x 2."""
    return (
        samples[0::2, 0::2] + samples[0::2, 1::2] + samples[1::2, 0::2] + samples[1::2, 1::2]
    ) / np.float32(4)


def automatic_gain(temperature: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Temperatures (h, w) in degrees Celsius as brightness in [0, 1], float32.

    Radiance in the long-wave window grows with the fourth power of the absolute temperature (Stefan-Boltzmann); the
    camera stretches the range it sees, whose ends drift a little from image to image.
    """
    low, high = (
        value(end) + load()["spread"][end] * rng.standard_normal() for end in ("gain-black", "gain-white")
    )
    power = [np.square(np.square(t + 273.15)) for t in (temperature, low, high)]
    return ((power[0] - power[1]) / (power[2] - power[1])).astype(np.float32)
