"""Numbers of the lambda explorer, worked out once per run: curve, map, distances and queries."""

from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.distances import Distances, distances
from studykit.analysis.intervals import Interval, interval
from studykit.analysis.projection import plane, turned
from studykit.studies.answers import read_table, tables
from studykit.studies.questions import LAMBDAS, NEAR_INFRARED
from studykit.widgets.run_view import LIKE, RunView, view_run, view_shipped, world
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.methods import METHODS
from xivlab.model import TestDistance
from xivlab.runs.run import Run

PEOPLE = 6  # on the map: as many as can be told apart
METRICS = ("rank1", "mAP")


class Curve(NamedTuple):
    """Stored scores over lambda by one test distance.

    Attributes:
        scores: by metric, then by lambda, the mean over the seeds with its interval.
        baseline: by metric, the mean of the Baseline, which knows the distance v only.
        seeds: how many.
    """

    scores: dict[str, dict[float, Interval]]
    baseline: dict[str, float]
    seeds: int


@cache
def stored_curve(kind: TestDistance) -> Curve:
    """The stored scores over lambda.

    Args:
        kind: through V, X or both.

    Raises:
        XivlabError: a stored table is missing or damaged.
    """
    table = read_table(tables() / f"lambda.{NEAR_INFRARED}.csv")
    table = table[(table["test_distance"] == kind) & (table["query"] == "infrared")]
    table = table.assign(lam=table["variant"].astype(float))
    ablation = read_table(tables() / f"ablation.{NEAR_INFRARED}.csv")
    baseline = ablation[(ablation["variant"] == "Baseline") & (ablation["query"] == "infrared")]
    return Curve(
        {m: {lam: interval(rows[m]) for lam, rows in table.groupby("lam")} for m in METRICS},
        {m: float(baseline[m].mean()) for m in METRICS},
        table["seed"].nunique(),
    )


@dataclass(frozen=True, eq=False)
class Position:
    """One run at one place of the slider.

    Attributes:
        lam: its lambda.
        run_view: embeddings of the first images of each person and camera, with the images.
        people: (PEOPLE,) on the map, the first ones of the test people by number.
        points: by modality, (n, 2) on the map; no "x" if the run has none.
        numbers: by modality, (n,) person of each point.
        kept: share of the variance of these points that the map holds, in [0, 1].
        distances: of infrared to visible images ("v") and to X ("x").
        queries: rows of the infrared embeddings of these people.
        matched: whether the map is turned to match that of another run.
        own: whether the reader added it.
        compares: whether its scores are of the people of the stored runs.
    """

    lam: float
    run_view: RunView
    people: NDArray[np.integer]
    points: dict[str, NDArray[np.float64]]
    numbers: dict[str, NDArray[np.integer]]
    kept: float
    distances: dict[TestDistance, Distances]
    queries: NDArray[np.intp]
    matched: bool
    own: bool = False
    compares: bool = True


@cache
def stored_positions() -> tuple[Position, ...]:
    """The stored runs of seed 0, one per lambda, ascending.

    Raises:
        XivlabError: something stored is missing or damaged.
    """
    scores = read_table(tables() / f"lambda.{NEAR_INFRARED}.csv")
    run_views = {lam: view_shipped("lambda", f"{lam:g}", world(), scores=scores) for lam in LAMBDAS}
    like = position(LIKE, run_views[LIKE])
    return tuple(position(lam, run_view, like) for lam, run_view in run_views.items())


def added_position(run: Run, data: DataSet) -> Position:
    """A finished run as a place of the slider.

    Args:
        run: finished, of a method that has an X.
        data: that it was trained on.

    Raises:
        XivlabError: the run has no lambda, is not finished, or was trained on other data.
    """
    config = run.config()
    if not METHODS[config.method].has_x:
        raise XivlabError("The Baseline has no lambda: it is the line across the picture.")
    lam = config.lam if METHODS[config.method].weighed else 0.0
    like = stored_positions()[LAMBDAS.index(LIKE)]
    found = position(lam, view_run(run, data, short=True), like)
    return replace(found, own=True, compares=data.fingerprint == world().fingerprint)


def position(lam: float, run_view: RunView, like: Position | None = None) -> Position:
    """Everything that the explorer shows of one run.

    Args:
        lam: its lambda.
        run_view: its embeddings and images.
        like: a run whose map this one is turned and mirrored to match, if it shows the same images.
    """
    embeddings = run_view.embeddings
    people = np.unique(embeddings.infrared_person)[:PEOPLE]
    few = embeddings.of_people(people)
    parts = {"infrared": few.infrared, "visible": few.visible}
    parts |= {} if few.x is None else {"x": few.x}
    flat, kept = plane(np.concatenate(list(parts.values())))
    matched = like is not None and _same_images(run_view, like.run_view)
    if matched:
        flat = turned(flat, np.concatenate(list(like.points.values())))
    ends = np.cumsum([len(part) for part in parts.values()])[:-1]
    numbers = {"infrared": few.infrared_person, "visible": few.visible_person, "x": few.visible_person}
    return Position(
        lam,
        run_view,
        people,
        dict(zip(parts, np.split(flat, ends))),
        {name: numbers[name] for name in parts},
        kept,
        {kind: distances(embeddings, kind, run_view.protocol) for kind in run_view.kinds if kind != "v+x"},
        np.flatnonzero(np.isin(embeddings.infrared_person, people)),
        matched,
    )


def _same_images(one: RunView, other: RunView) -> bool:
    """Whether the first people of both have the same images on the map, one by one."""

    def shown(run_view: RunView) -> list[str]:
        embeddings = run_view.embeddings
        people = np.unique(embeddings.infrared_person)[:PEOPLE]
        return [
            path
            for light, rows in sorted(run_view.rows.items())
            for path in run_view.test.path[rows[np.isin(embeddings.people(light), people)]]
        ]

    return shown(one) == shown(other) and (one.embeddings.x is None) == (other.embeddings.x is None)
