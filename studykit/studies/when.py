"""When does X help? The study `when`: one knob of the world or of the training at a time, and two at once.

    python -m studykit.studies.when                   # or: make when; hours, and it goes on where it was stopped
    python -m studykit.studies.when carbon length     # these rows alone
    python -m studykit.studies.when --finished        # the points whose runs are finished; nothing is trained

results/PROTOCOL.md says what is asked, with which values, and how it is judged; it was written before the results.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from studykit.analysis.x_images import WEIGHTS
from studykit.studies import why
from studykit.studies.command import end_in_words
from studykit.studies.generators import generators_of
from studykit.studies.grid import runs_of, study
from studykit.studies.questions import NEAR_INFRARED
from studykit.studies.store import Table, results
from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.runs.run import Run
from xivlab.scale import Scale, current
from xivlab.world.knobs import Knobs, with_knobs
from xivlab.world.world import World

SEEDS = 3
METHODS_ASKED: Mapping[str, Mapping[str, Any]] = {
    "Baseline": {"method": "baseline"},
    "Baseline+X": {"method": "baseline+x"},
    "Baseline+X+CMG": {"method": "baseline+x+cmg"},
    "V": {"method": "baseline+x", "x": "v"},
    "random channel": {"method": "baseline+x", "x": "channel"},
}


LEARNED = ("Baseline+X", "Baseline+X+CMG")  # whose X is the learned one


@dataclass(frozen=True)
class Row:
    """One knob and its values.

    Attributes:
        knob: its name.
        label: what it turns, as an axis says it.
        values: the default among them.
        default: that.
        world: whether it is one of the world's knobs; else `changes` says what a value changes in the settings.
        changes: of the settings, by value.
    """

    knob: str
    label: str
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
        Row("carbon", "garments with carbon, share", (0.0, 0.3, 0.6, 0.8, 1.0), world.carbon),
        Row("edge", "reach of the dyes", (0.55, 1.3, 2.0, 3.0), world.edge),
        Row("wavelength", "infrared lamps, nm", (750.0, 850.0, 900.0, 940.0), world.wavelength),
        Row("noise", "noise of the sensors, times", (0.5, 1.0, 2.0, 4.0), world.noise),
        Row("lookalikes", "lookalikes in one fabric, share", (0.0, 0.35, 0.7, 1.0), world.lookalikes),
        Row("people", "people who train", (25, 50, 100, 200), 200),
        Row("length", "length, times the study's", (0.25, 0.5, 1.0, 2.0), 1.0, False, _lengths()),
        Row(
            "gray",
            "gray in the pre-training, share",
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
            "backbone",
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

    Raises:
        XivlabError: there is no such row.
    """
    known = rows()
    for name in knobs:
        if name not in known and name != "plane":
            raise XivlabError(f"The map has no row {name!r}: choose {', '.join(known)} or plane.")
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


def ordered(knob: str) -> bool:
    """Whether its values are numbers, so that a gain may go along with them."""
    return not any(isinstance(value, str) for value in rows()[knob].values)


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


class Answer(NamedTuple):
    """What a point of the map came to.

    Attributes:
        scores: COLUMNS.
        reasons: what may explain them, `why.COLUMNS`.
        generators: the learned g, columns of `generators`.
    """

    scores: pd.DataFrame
    reasons: pd.DataFrame
    generators: pd.DataFrame


def stored(name: str) -> Table:
    """Where the scores of a row are kept."""
    words = ("row", "point", "data", "method", "run", "query", "test_distance", "made")
    return Table(results("tables") / "when" / f"{name}.csv", COLUMNS, words=words, numbers="%.6g")


def read() -> pd.DataFrame:
    """The scores of all rows that are stored, COLUMNS.

    Raises:
        XivlabError: none is, or one is damaged.
    """
    found = read_stored()
    if found is None:
        raise XivlabError(f"The map is not stored in {stored('default').path.parent}: type make when.")
    return found


def read_stored() -> pd.DataFrame | None:
    """The same; None if no row is stored.

    Raises:
        XivlabError: one is damaged.
    """
    names = ("default", *rows(), "plane")
    found = [table for name in names if (table := stored(name).read()) is not None]
    return pd.concat(found, ignore_index=True) if found else None


def coverage(scores: pd.DataFrame) -> str:
    """How much of the map some scores hold, in a sentence."""
    asked = [str(point) for _, point in points()]
    there = [point for point in asked if point in set(scores["point"])]
    if len(there) == len(asked):
        return f"All {len(asked)} points of the map are stored."
    return f"{len(there)} of {len(asked)} points of the map are stored: {'; '.join(there)}. make when computes the others."


def generators() -> Table:
    """Where the learned g of every run is kept: a row per point, method and seed."""
    words = ("point", "data", "method", "run")
    return Table(
        results("tables") / "when" / "generators.csv",
        (*("point", "data", "method", "seed", "run"), *WEIGHTS),
        words=words,
        numbers="%.9g",
    )


def _runs(point: Point, scale: Scale) -> list[tuple[str, Run]]:
    """Method and folder of every run of a point; no image is made for that."""
    asked = point.configs(scale.on(point.data))
    runs = runs_of([config for _, config in asked], scale, World(point.data).fingerprint)
    return [(method, run) for (method, _), run in zip(asked, runs, strict=True)]


def is_finished(point: Point, scale: Scale) -> bool:
    """Whether all runs of a point are trained to their end, in the folder of runs."""
    return all(run.finished for _, run in _runs(point, scale))


def is_stored(row: str, point: Point, scale: Scale) -> bool:
    """Whether all runs of a point are in the stored tables, those of these very settings and this world."""
    names: dict[str, set[str]] = {}
    for method, run in _runs(point, scale):
        names.setdefault(method, set()).add(run.folder.name)
    for table, methods in ((stored(row), names), (why.stored(), ("Baseline",)), (generators(), LEARNED)):
        known = table.read()
        if known is None or not set().union(*(names[method] for method in methods)) <= set(known["run"]):
            return False
    return True


def ask(row: str, point: Point, scale: Scale, jobs: int = -1) -> Answer:
    """What every method and seed comes to at a point; runs that are finished are not trained again."""
    scale = scale.on(point.data)
    asked = point.configs(scale)
    configs = [config for _, config in asked]
    table = study(configs, scale, jobs=jobs)
    runs = runs_of(configs, scale)
    of = dict(zip((run.folder.name for run in runs), (name for name, _ in asked)))
    table = table.assign(row=row, point=str(point), method=table["run"].map(of))
    baselines = [run for run in runs if of[run.folder.name] == "Baseline"]
    learned = [(of[run.folder.name], run) for run in runs if of[run.folder.name] in LEARNED]
    return Answer(
        table[list(COLUMNS)],
        why.measures(str(point), baselines, scale.load()),
        generators_of(learned).rename(columns={"variant": "method"}).assign(point=str(point)),
    )


def keep(row: str, point: Point, answer: Answer) -> None:
    """Store what a point came to, in the place of what was stored of it."""
    for table, new in zip((stored(row), why.stored(), generators()), answer, strict=True):
        before = table.read()
        others = [] if before is None else [before[before["point"] != str(point)]]
        table.write(pd.concat([*others, new], ignore_index=True)[list(table.columns)])


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser("python -m studykit.studies.when", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help="knobs, or plane; all if none is named")
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--finished", action="store_true", help="only points whose runs are finished")
    arguments = parser.parse_args(args)
    for row, point in points(arguments.rows):
        if is_stored(row, point, current()):
            print(f"{row}: {point} is stored.", flush=True)
            continue
        if arguments.finished and not is_finished(point, current()):
            continue
        keep(row, point, ask(row, point, current(), arguments.jobs))
        print(f"{row}: {point}", flush=True)


if __name__ == "__main__":
    end_in_words(main)
