"""Numbers of "When does X help?": gains at every stored point of the study `when`, and one person in each of its worlds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from studykit.analysis.effects import Effects
from studykit.analysis.intervals import Interval, between, interval
from studykit.analysis.verdicts import SMALLEST
from studykit.analysis.x_images import WEIGHTS, Mix, from_numbers, mix_of, shown
from studykit.studies import when, why
from studykit.studies.questions import NEAR_INFRARED
from xivlab.errors import XivlabError
from xivlab.model import SpecialCase
from xivlab.world.world import World

BASELINE = "Baseline"
METHODS = tuple(name for name in when.METHODS_ASKED if name != BASELINE)
SEED = 0  # whose g is shown: the mean of several is no g
COLOUR_CAMERA, NIGHT_CAMERA = 4, 3  # those of `studykit.analysis.predictability`
GROWS, STAYS, FALLS, UNDECIDED = "grows", "stays", "falls", "undecided"
MISSING = 'There is no stored map of the study "when" yet: make it with "make when", which takes a night.'


class Why(NamedTuple):
    """What may explain a gain, at a point, over the seeds of the Baseline.

    Attributes:
        linear: correlation with the infrared of the best linear mix of R, G, B, over garments, in [-1, 1].
        v: the same of V of HSV, the largest of the three.
        colour_cost: rank-1 that the Baseline loses where V is turned gray at test, in points.
    """

    linear: float
    v: float
    colour_cost: float


@dataclass(frozen=True, eq=False)
class Map:
    """All that is stored of the study `when`, in points of rank-1 of infrared queries.

    Attributes:
        axes: by knob, the names of its points by their labels; knobs with two values or more.
        parts: by point and method, the gain in its parts.
        wide: by point and seed, rank-1 of every method and test distance, in points.
        reasons: by point.
        numbers: by point and method, the ten numbers of the g of seed SEED.
        worlds: by point, the name of the data.
    """

    axes: Mapping[str, Mapping[str, str]]
    parts: Mapping[tuple[str, str], Effects]
    wide: pd.DataFrame
    reasons: Mapping[str, Why]
    numbers: Mapping[tuple[str, str], tuple[float, ...]]
    worlds: Mapping[str, str]

    @property
    def reach(self) -> tuple[float, float]:
        """The lowest and the highest end of all intervals, 0 between them."""
        every = [0.0, *(end for parts in self.parts.values() for one in parts for end in one[:3])]
        return float(np.nanmin(every)), float(np.nanmax(every))

    def mix(self, point: str, method: str) -> Mix | None:
        """What X is made of; None where it is a fixed image."""
        found = self.numbers.get((point, method))
        return None if found is None else mix_of(found)

    def change(self, knob: str, method: str) -> Interval:
        """How the gain differs between the last and the first value of a knob, by Welch: seeds of two places are not
        pairs."""
        points = list(self.axes[knob].values())
        gain = self.wide[method, "v+x"] - self.wide[BASELINE, "v"]
        first, last = (gain[point].dropna() for point in (points[0], points[-1]))
        return between(last, first)


def direction(change: Interval) -> str:
    """Which way a gain goes, from the interval of its change in points.

    It stays if the whole interval lies within `studykit.analysis.verdicts.SMALLEST` of 0.

    Example:
        >>> [direction(Interval(m, m - 1, m + 1, 3)) for m in (2, -2, 0.3)]
        ['grows', 'falls', 'undecided']
    """
    if change.low > 0:
        return GROWS
    if change.high < 0:
        return FALLS
    return STAYS if max(-change.low, change.high) < SMALLEST else UNDECIDED


def stored_map() -> Map:
    """The map as far as it is stored.

    Raises:
        XivlabError: nothing is stored, or a table is damaged.
    """
    tables = [when.stored(row).read() for row in ("default", *when.rows())]
    reasons, learned = why.stored().read(), when.generators().read()
    whole = [table for table in tables if table is not None]
    if not whole or reasons is None or learned is None:
        raise XivlabError(MISSING)
    scores = pd.concat(whole, ignore_index=True)
    known = set(scores["point"]) & set(reasons["point"]) & set(learned["point"])
    axes = {
        knob: {label: point for label, point in when.axis(knob).items() if point in known}
        for knob in when.rows()
    }
    axes = {knob: points for knob, points in axes.items() if len(points) > 1}
    if not axes:
        raise XivlabError(MISSING)
    scores = scores[scores["point"].isin(known) & (scores["query"] == "infrared")]
    wide = _wide(scores)
    ours = learned[learned["seed"] == SEED].set_index(["point", "method"])[WEIGHTS]
    means = reasons.groupby("point")[list(Why._fields)].mean()
    means["colour_cost"] *= 100
    return Map(
        axes,
        _parts(wide),
        wide,
        {point: Why(*map(float, row)) for point, row in zip(means.index, means.to_numpy())},
        {key: tuple(map(float, row)) for key, row in zip(ours.index, ours.to_numpy())},
        dict(zip(scores["point"], scores["data"])),
    )


def _wide(scores: pd.DataFrame) -> pd.DataFrame:
    """Rank-1 in points: a row per point and seed, a column per method and test distance."""
    names = ["point", "seed", "method", "test_distance"]
    return 100 * scores.set_index(names)["rank1"].unstack(["method", "test_distance"])


def _parts(wide: pd.DataFrame) -> dict[tuple[str, str], Effects]:
    """As `studykit.analysis.effects.effects`, for all points and methods at once: that would take ten seconds."""
    baseline, found = wide[BASELINE, "v"], {}
    for method in METHODS:
        v, both = wide[method, "v"], wide[method, "v+x"]
        sides = [(v - baseline), (both - v), (both - baseline)]  # in the order of Effects
        every = [dict(iter(side.dropna().groupby(level="point"))) for side in sides]
        found |= {(point, method): Effects(*(interval(side[point]) for side in every)) for point in every[0]}
    return found


@cache
def someone() -> int:
    """The validation person who is shown: the first by number whose upper and lower garment are both dyed, one with
    carbon and one without, so that every knob of the fabrics has something to change."""
    world = World(NEAR_INFRARED)
    for person in sorted(world.index.loc[world.index["split"] == "val", "person"].unique()):
        worn = [world.person(int(person))["materials"][part] for part in ("upper", "lower")]
        dyed = all(" carbon " in name for name in worn)  # as `xivlab.world.fabrics.name_of` names them
        if dyed and sum(" carbon 0 " in name for name in worn) == 1:
            return int(person)
    raise XivlabError(f"Nobody in {NEAR_INFRARED} wears one fabric with carbon and one without.")


class Seen(NamedTuple):
    """One person in one world.

    Attributes:
        visible, infrared: (128, 64, 3) uint8, the first image of COLOUR_CAMERA and of NIGHT_CAMERA.
    """

    visible: NDArray[np.uint8]
    infrared: NDArray[np.uint8]


@cache
def seen(data: str) -> Seen:
    """The person of `someone` in a world; two images are exposed, no more.

    Args:
        data: its name, with its knobs.
    """
    world = World(data)
    mine = world.index[world.index["person"] == someone()]
    rows = [int(mine.index[mine["camera"] == camera][0]) for camera in (COLOUR_CAMERA, NIGHT_CAMERA)]
    return Seen(*world.expose(np.array(rows)))


def third(visible: NDArray[np.uint8], method: str, numbers: tuple[float, ...] | None) -> NDArray[np.uint8]:
    """What stands in the place of X, clamped to be shown.

    Args:
        visible: (H, W, 3) uint8.
        method: of METHODS.
        numbers: of g, in the order of WEIGHTS; None where the method has a fixed image.

    Returns:
        (H, W, 3) uint8.

    Raises:
        XivlabError: the method has a learned g, and its numbers are not given.
    """
    kind = when.METHODS_ASKED[method].get("x")
    if kind is None and numbers is None:
        raise XivlabError(f'The g of {method} is not stored at this point: make it with "make when".')
    made = from_numbers(dict(zip(WEIGHTS, numbers))) if kind is None else SpecialCase(kind)
    return shown(made, visible[None])[0]
