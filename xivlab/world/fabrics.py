"""Fabrics mixed of dyes and carbon on measured white cotton, by Kubelka and Munk (1931).

A fabric is dark by dye, which absorbs in bands and vanishes beyond the longest of them, or by carbon, which absorbs
alike from 400 to 1000 nm and stays. `assets/dyes.csv` has the bands, chosen by eye for everyday colours.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from xivlab.errors import XivlabError
from xivlab.files import ASSETS, NEW_ASSETS, read_csv, reading

PATH = ASSETS / "dyes.csv"
FIBRE = "fabric:cotton-white"
# Long-wave half of a band, as a share of its short-wave half: 0.55 is as steep as in the measured dyed fabrics.
STEEP = 0.55
# K/S of carbon in a fabric that has some; a bright colour cannot carry more without turning into another one.
CARBON, CARBON_IF_LIGHT = (0.16, 9.0), (0.02, 0.16)
_NAME = re.compile(r"fabric:(?P<colour>[a-z]+) carbon (?P<carbon>[\d.]+) edge (?P<edge>[\d.]+)")


def kubelka_munk(reflectance: np.ndarray) -> np.ndarray:
    """K/S of an opaque layer of the given reflectance in (0, 1)."""
    return (1 - reflectance) ** 2 / (2 * reflectance)


def reflectance_of(ks: np.ndarray) -> np.ndarray:
    """Reflectance of an opaque layer of the given K/S: the inverse of `kubelka_munk`."""
    return 1 + ks - np.sqrt(ks * ks + 2 * ks)


@cache
def dyes() -> dict[str, list[tuple[float, float, float]]]:
    """Bands of every colour: centre and width in nm, strength in units of K/S.

    Raises:
        XivlabError: the table is missing or damaged.
    """
    with reading(PATH, NEW_ASSETS):
        table = read_csv(PATH)
        bands = table.groupby("colour", sort=False)[["centre", "width", "strength", "light"]]
        return {
            str(colour): [
                (centre, width, strength) for centre, width, strength, _ in rows.to_numpy() if strength > 0
            ]
            for colour, rows in bands
        }


@cache
def is_light(colour: str) -> bool:
    """Whether a colour is one that carries little carbon."""
    with reading(PATH, NEW_ASSETS):
        table = read_csv(PATH)
        return bool(table.loc[table["colour"] == colour, "light"].iloc[0])


def absorption(colour: str, wavelength: np.ndarray, edge: float = STEEP) -> np.ndarray:
    """K/S of the dyes of a colour.

    Args:
        colour: a key of `dyes`.
        wavelength: nm.
        edge: long-wave half of each band, as a share of its short-wave half.
    """
    out = np.zeros(len(wavelength))
    for centre, width, strength in dyes()[colour]:
        reach = np.where(wavelength > centre, edge, 1.0) * width
        out += strength * np.exp(-(((wavelength - centre) / reach) ** 2))
    return out


def name_of(colour: str, carbon: float, edge: float) -> str:
    """The name under which `xivlab.world.spectra` mixes a fabric.

    Args:
        colour: a key of `dyes`.
        carbon: K/S of the carbon in it.
        edge: of its dyes.

    Example:
        >>> name_of("navy", 0.25, 0.8)
        'fabric:navy carbon 0.25 edge 0.8'
    """
    return f"fabric:{colour} carbon {carbon:.4g} edge {edge:.4g}"


def mixed(name: str, fibre: np.ndarray, wavelength: np.ndarray) -> np.ndarray | None:
    """The reflectance of a fabric by the name that `name_of` gives it, None if it is no such name.

    Args:
        name: of the fabric.
        fibre: reflectance of the undyed one.
        wavelength: of each value, nm.
    """
    found = _NAME.fullmatch(name)
    if not found or found["colour"] not in dyes():
        return None
    dye = absorption(found["colour"], wavelength, float(found["edge"]))
    return reflectance_of(kubelka_munk(fibre) + dye + float(found["carbon"]))


def carbon_of(colour: str, draw: float) -> float:
    """K/S of the carbon in a fabric that has some, evenly on a scale of ratios.

    Args:
        colour: a key of `dyes`.
        draw: uniform in [0, 1].
    """
    low, high = CARBON_IF_LIGHT if is_light(colour) else CARBON
    return float(low * (high / low) ** draw)


def check_colour(colour: str) -> None:
    """Refuse a colour that has no dyes."""
    if colour not in dyes():
        raise XivlabError(f"There is no colour {colour!r}: choose {', '.join(dyes())}.")
