"""Warmth of every point of a clothed person: by how much its surface is warmer or cooler than the rest of its garment.

In the steady state a surface passes on to the air what reaches it from the skin, through cloth and the air under it:

    (T - air) / (skin - air) = 1 / (1 + h (R_cloth + R_gap)),    R_gap = 1 / (k / gap + h_r)

so cloth that touches is warm, cloth that hangs loose is cool, folds, which are lifted and touch in turn, show, and in a
coat all of it shows less. The skin beneath differs from place to place, too. All of this is one factor, *warmth*, on the
excess over the air; it is 1 for cloth GAP away from skin of the mean temperature. Sites and gaps are assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from data_prep.people.look import Look, garments
from xivlab.world import labels, thermal

if TYPE_CHECKING:
    from data_prep.people.person import Person

GAP = 0.010  # metres of still air under a garment where its insulation is as thermal.csv says
GAPS = (0.0005, 0.025)  # what touches is not closer, what hangs loose not farther: there the air moves
AIR_CONDUCTIVITY = 0.026  # W/mK
ACROSS_GAP = 5.0  # W/m2K, radiation from skin to cloth
# Assumed, in kelvin from the mean of the skin: joint, metres from it (x outwards, y backwards, z up), radius, kelvin.
SITES = (
    ("upperarm01", (-0.03, 0.00, -0.09), 0.06, 2.0),  # armpit
    ("upperleg01", (-0.05, -0.04, -0.02), 0.07, 1.2),  # groin
    ("spine01", (0.0, -0.10, 0.02), 0.11, 0.8),  # chest
    ("spine01", (0.0, 0.10, 0.02), 0.12, 1.0),  # between the shoulder blades
    ("spine04", (0.0, -0.12, 0.00), 0.10, -0.8),  # belly
    ("neck02", (0.0, 0.00, 0.00), 0.08, 1.0),
    ("lowerarm01", (0.0, -0.04, 0.00), 0.05, 0.8),  # crook of the arm
    ("lowerleg01", (0.0, 0.06, -0.01), 0.05, 1.0),  # hollow of the knee
    ("lowerleg01", (0.0, -0.06, 0.00), 0.06, -1.5),  # kneecap
    ("lowerleg02", (0.0, 0.05, 0.05), 0.09, -1.2),  # calf
    ("upperleg01", (0.02, 0.12, -0.03), 0.10, -1.5),  # buttock
    ("upperleg02", (0.05, -0.03, 0.00), 0.12, -1.0),  # outside of the thigh
    ("upperarm02", (0.05, 0.00, 0.02), 0.08, -1.0),  # outside of the arm
    ("finger3-1", (0.0, 0.00, 0.00), 0.09, -3.0),  # hand
    ("eye", (-0.03, -0.03, -0.035), 0.018, -2.0),  # nose
    ("eye", (0.0, -0.01, -0.04), 0.03, -0.8),  # cheek
)
HAIR = 0.25  # m2K/W, of hair and air at GAP from the scalp
EVEN = (
    labels.SHOE,
    labels.BAG,
    labels.STRAP,
    labels.EYE,
    labels.HAT,
    labels.SCARF,
)  # as thermal.csv says, all over


def skin_kelvin(person: Person) -> np.ndarray:
    """How much warmer (K) the skin at or beneath each vertex is than the mean of the skin, (n,)."""
    out = np.zeros(len(person.rest))
    for joint, offset, radius, kelvin in SITES:
        for side, x in ((".L", 1), (".R", -1)) if f"{joint}.L" in person.body.bone else (("", 1),):
            centre = person.heads[person.body.bone[joint + side]] + np.multiply(offset, [x, 1, 1])
            out += kelvin * np.exp(-((person.rest - centre) ** 2).sum(1) / (2 * radius**2))
    return out


def gaps(person: Person) -> np.ndarray:
    """Metres from each vertex (n,) to the skin in the rest pose, along the normal of the skin there."""
    skin = np.arange(len(person.points)) < person.body.faces.max() + 1
    _, nearest = cKDTree(person.points[skin]).query(person.rest)
    out = ((person.rest - person.points[nearest]) * person.normals[nearest]).sum(1)
    out[: person.part_start[1]] = GAP  # the body, which is drawn in where a garment covers it
    return out


def resistance(gap: np.ndarray) -> np.ndarray:
    """Thermal resistance (m2K/W) of still air of a thickness (m)."""
    return 1 / (AIR_CONDUCTIVITY / np.clip(gap, *GAPS) + ACROSS_GAP)


def warmth(look: Look, label: np.ndarray, kelvin: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Factor (n,) on the excess over the air of points with a label, skin beneath them and a gap to it (m)."""
    upper, lower = (thermal.value(name) for name in garments(look))
    insulation = {
        labels.UPPER: upper,
        labels.UPPER_PRINT: upper,
        labels.LOWER: lower,
        labels.LOWER_PRINT: lower,
    }
    insulation |= {labels.INNER: thermal.value("t-shirt"), labels.HAIR: HAIR}
    out = 1 + kelvin / (thermal.value("skin") - thermal.value("air"))
    loss, more = thermal.value("heat-transfer"), resistance(gap) - resistance(np.float64(GAP))
    for number, whole in insulation.items():
        on = label == number
        out[on] *= (1 + loss * whole) / (1 + loss * (whole + more[on]))
    return np.where(np.isin(label, EVEN), 1.0, out)
