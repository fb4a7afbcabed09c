"""When does X help? The study `when`: one knob of the world or of the training at a time, and two at once.

    python -m studykit.studies.when                   # or: make when; hours, and it goes on where it was stopped
    python -m studykit.studies.when carbon length     # these rows alone

results/PROTOCOL.md says what is asked, with which values, and how it is judged; it was written before the results.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from studykit.studies import why
from studykit.studies.grid import runs_of, study
from studykit.studies.questions import NEAR_INFRARED
from studykit.studies.store import Table, results
from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.scale import Scale, current
from xivlab.world.knobs import Knobs, with_knobs

SEEDS = 3
METHODS_ASKED: Mapping[str, Mapping[str, Any]] = {
    "Baseline": {"method": "baseline"},
    "Baseline+X": {"method": "baseline+x"},
    "Baseline+X+CMG": {"method": "baseline+x+cmg"},
    "V": {"method": "baseline+x", "x": "v"},
    "random channel": {"method": "baseline+x", "x": "channel"},
}


@dataclass(frozen=True)
class Row:
    """One knob and its values.

    Attributes:
        knob: its name.
        says: what it turns, in words.
        values: the default among them.
        default: that.
        world: whether it is one of the world's knobs; else `changes` says what a value changes in the settings.
        changes: of the settings, by value.
    """

    knob: str
    says: str
    values: Sequence[float | str]
    default: float | str
    world: bool = True
    changes: Mapping[float | str, Mapping[str, Any]] = field(default_factory=dict)


def _lengths() -> dict[float | str, dict[str, Any]]:
    steps = current().study_config().steps_per_epoch or 1
    return {times: {"steps_per_epoch": max(1, round(times * steps))} for times in (0.25, 0.5, 1.0, 2.0)}


def rows() -> dict[str, Row]:
    """All knobs, by name."""
    world = Knobs()
    found = [
        Row("carbon", "share of the dyed fabrics that have carbon", (0.0, 0.3, 0.6, 0.8, 1.0), world.carbon),
        Row("edge", "how far dyes reach into the infrared", (0.55, 1.3, 2.0, 3.0), world.edge),
        Row(
            "wavelength", "of the infrared cameras' lamps, nm", (750.0, 850.0, 900.0, 940.0), world.wavelength
        ),
        Row("noise", "of the sensors, times", (0.5, 1.0, 2.0, 4.0), world.noise),
        Row(
            "lookalikes",
            "share of those dressed alike who wear the same fabric",
            (0.0, 0.35, 0.7, 1.0),
            world.lookalikes,
        ),
        Row("people", "who train", (25, 50, 100, 200), 200),
        Row("length", "of training, times the study's", (0.25, 0.5, 1.0, 2.0), 1.0, False, _lengths()),
        Row(
            "gray",
            "share of the pre-training's images turned gray",
            (0.0, 0.25, 0.5, 1.0),
            0.5,
            False,
            {
                share: {"weights": "visible" if share == 0.5 else f"visible-gray-{100 * share:.0f}"}
                for share in (0.0, 0.25, 0.5, 1.0)
            },
        ),
        Row(
            "backbone",
            "and whether it is pre-trained",
            ("slim", "slim, no pre-training", "slim_densenet", "slim_densenet, no pre-training"),
            "slim",
            False,
            {
                "slim": {},
                "slim, no pre-training": {"weights": None},
                "slim_densenet": {"backbone": "slim_densenet"},
                "slim_densenet, no pre-training": {"backbone": "slim_densenet", "weights": None},
            },
        ),
    ]
    return {row.knob: row for row in found}


@dataclass(frozen=True)
class Point:
    """One setting of the knobs.

    Attributes:
        values: of the knobs that are turned, by name; none: the default.
    """

    values: Mapping[str, float | str]

    def __str__(self) -> str:
        return ", ".join(f"{knob} {value}" for knob, value in self.values.items()) or "default"

    @property
    def data(self) -> str:
        """The name of its data."""
        known = rows()
        turned = {knob: value for knob, value in self.values.items() if known[knob].world}
        if turned.get("people") == 200:
            turned.pop("people")
        return with_knobs(NEAR_INFRARED, Knobs(**turned))

    def configs(self, scale: Scale, seeds: int = SEEDS) -> list[tuple[str, Config]]:
        """Method and settings of every run."""
        known = rows()
        changes: dict[str, Any] = {}
        for knob, value in self.values.items():
            changes |= known[knob].changes.get(value, {})
        return [
            (name, scale.study_config(**method, **changes, seed=seed))
            for seed in range(seeds)
            for name, method in METHODS_ASKED.items()
        ]


def points(knobs: Sequence[str] = ()) -> Iterator[tuple[str, Point]]:
    """Every point that is asked for, with the name of its row: each row without its default, "plane" last.

    Args:
        knobs: rows; all of them, the default and the plane if none is named.
    """
    known = rows()
    if not knobs:
        yield "default", Point({})
    for name in knobs or known:
        if name in known:
            yield from (
                (name, Point({name: value})) for value in known[name].values if value != known[name].default
            )
    if not knobs or "plane" in knobs:
        for length in known["length"].values:
            for carbon in known["carbon"].values:
                if length != known["length"].default and carbon not in (known["carbon"].default, 0.3):
                    yield "plane", Point({"length": length, "carbon": carbon})


def axis(knob: str) -> dict[str, str]:
    """The points along a knob, by their labels on an axis: the default stands among them."""
    row = rows()[knob]
    return {_label(value): str(Point({} if value == row.default else {knob: value})) for value in row.values}


def square(down: str = "length", across: str = "carbon") -> dict[str, dict[str, str]]:
    """The points of the plane of two knobs, by label down and label across, asked or not."""
    known = rows()

    def name(values: Mapping[str, float | str]) -> str:
        return str(Point({knob: value for knob, value in values.items() if value != known[knob].default}))

    return {
        _label(one): {_label(other): name({down: one, across: other}) for other in known[across].values}
        for one in known[down].values
    }


def _label(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


COLUMNS = (
    *("row", "point", "data", "method", "seed", "run", "query", "test_distance"),
    *("rank1", "mAP", "made"),
)


def stored(name: str) -> Table:
    """Where the scores of a row are kept."""
    words = ("row", "point", "data", "method", "run", "query", "test_distance", "made")
    return Table(results("tables") / "when" / f"{name}.csv", COLUMNS, words=words, numbers="%.6g")


def ask(row: str, point: Point, scale: Scale, jobs: int = -1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scores of every method and seed at a point, COLUMNS, and what may explain them, `why.COLUMNS`."""
    scale = scale.on(point.data)
    asked = point.configs(scale)
    configs = [config for _, config in asked]
    table = study(configs, scale, jobs=jobs)
    of = dict(zip((run.folder.name for run in runs_of(configs, scale)), (name for name, _ in asked)))
    table = table.assign(row=row, point=str(point), method=table["run"].map(of))
    baselines = [run for run in runs_of(configs, scale) if of[run.folder.name] == "Baseline"]
    return table[list(COLUMNS)], why.measures(str(point), baselines, scale.load())


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser("python -m studykit.studies.when", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help="knobs, or plane; all if none is named")
    parser.add_argument("--jobs", type=int, default=-1)
    arguments = parser.parse_args(args)
    done: dict[str, list[pd.DataFrame]] = {}
    for row, point in points(arguments.rows):
        scores, reasons = ask(row, point, current(), arguments.jobs)
        done.setdefault(row, []).append(scores)
        stored(row).write(pd.concat(done[row], ignore_index=True))
        known = why.stored().read()
        others = [] if known is None else [known[known["point"] != str(point)]]
        why.stored().write(pd.concat([*others, reasons], ignore_index=True))


if __name__ == "__main__":
    try:
        main()
    except XivlabError as error:
        sys.exit(f"xivlab: {error}")
    except KeyboardInterrupt:
        sys.exit("xivlab: interrupted; the same command goes on.")
