"""Knobs of the synthetic worlds: what can be turned without rendering anybody again.

    >>> knobs_of("synthetic-sysu@carbon=0.8,wavelength=940")
    Knobs(carbon=0.8, edge=2.0, wavelength=940.0, noise=1.0, lookalikes=0.35, people=None)

A world with knobs as they are has the plain name; a name with others is a name of data wherever data are named.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from xivlab.errors import XivlabError

SYNTHETIC = ("synthetic-sysu", "synthetic-regdb")


@dataclass(frozen=True)
class Knobs:
    """What is turned.

    Attributes:
        carbon: share of the dyed fabrics that have carbon in them, in [0, 1].
        edge: the long-wave edges of dyes are drawn from 0.55 (as steep as in measured fabrics) to this, up to 3.
        wavelength: of the infrared cameras' lamps, nm, from 700 to 1000.
        noise: factor on the noise of all sensors, from 0 to 10.
        lookalikes: chance that who wears another's garments wears the same fabric, upper and lower apart.
        people: training people, the first ones; None: all.

    Raises:
        XivlabError: a value is outside of its range.
    """

    carbon: float = 0.6
    edge: float = 2.0
    wavelength: float = 850.0
    noise: float = 1.0
    lookalikes: float = 0.35
    people: int | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise XivlabError(f"{name} must be from {low:g} to {high:g}, not {value}.")

    @property
    def turned(self) -> dict[str, float | int]:
        """Those that are not as they are by default."""
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != one.default
        }


RANGES = {
    "carbon": (0, 1),
    "edge": (0.55, 3),
    "wavelength": (700, 1000),
    "noise": (0, 10),
    "lookalikes": (0, 1),
    "people": (8, 200),
}


def plain_name(name: object) -> str:
    """The name of a data set without knobs."""
    return str(name).partition("@")[0]


def is_synthetic(name: object) -> bool:
    """Whether a name of data is a synthetic world's, with knobs or without."""
    return plain_name(name) in SYNTHETIC


def knobs_of(name: str) -> Knobs:
    """What a name of data says after its "@".

    Raises:
        XivlabError: there is no such knob, it is no number, or outside of its range.
    """
    _, _, words = name.partition("@")
    values: dict[str, Any] = {}
    for word in filter(None, words.split(",")):
        knob, _, value = word.partition("=")
        if knob not in RANGES:
            raise XivlabError(f"There is no knob {knob!r} in {name!r}: choose {', '.join(RANGES)}.")
        try:
            values[knob] = int(value) if knob == "people" else float(value)
        except ValueError:
            raise XivlabError(
                f"The knob {knob} in {name!r} must be a number, such as {knob}={RANGES[knob][1]:g}."
            ) from None
    return Knobs(**values)


def with_knobs(name: str, knobs: Knobs) -> str:
    """The one name of a world with these knobs.

    Example:
        >>> with_knobs("synthetic-sysu", Knobs(carbon=0.8))
        'synthetic-sysu@carbon=0.8'
    """
    words = ",".join(f"{knob}={value:g}" for knob, value in knobs.turned.items())
    return f"{name}@{words}" if words else name
