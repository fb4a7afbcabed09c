"""Numbers of the t-SNE explorer: which runs there are, a map with its neighbours, and how its points are grouped."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from studykit.analysis.first_images import LIGHTS
from studykit.analysis.projection import Kept, Points, few, kept_by, plane, points_of
from studykit.plots.charts import PEOPLE
from studykit.plots.gap import NAMES, OTHERS
from studykit.plots.picture import COLOUR, CURVES, MARKER
from studykit.studies.maps import draw_map, stored_map
from studykit.studies.questions import LAMBDAS, NEAR_INFRARED
from studykit.widgets.run_view import LIKE, RunView, newest_run, view_run, view_shipped, world
from xivlab.data.datasets import DataSet
from xivlab.data.images import MODALITY_CODE, Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import embed
from xivlab.methods import build_model
from xivlab.runs.devices import pick_device, to_device
from xivlab.runs.run import Run
from xivlab.scale import current

GROUPINGS = ("modality", "person", "camera")
SIGNS = 6  # people with a sign of their own: as many as can be told apart


class Source(NamedTuple):
    """A run whose map can be drawn.

    Attributes:
        run_view: opens it; the second time at once.
        points: of its map; quick if `quick`.
        quick: whether the embeddings are stored, so that nothing has to be computed to have the points.
    """

    run_view: Callable[[], RunView]
    points: Callable[[], Points]
    quick: bool = True


@dataclass(frozen=True, eq=False)
class Drawn:
    """A map and what it is to be compared with.

    Attributes:
        run_view: whose images.
        points: their features and labels.
        flat: (N, 2) in the map, turned so that it is widest from left to right.
        kept: what it shows of the gap between the modalities.
        near_map, near_features: (N,) the nearest point of another image in the map and in the features.
    """

    run_view: RunView
    points: Points
    flat: NDArray[np.floating]
    kept: Kept
    near_map: NDArray[np.intp]
    near_features: NDArray[np.intp]

    def photo(self, number: int) -> NDArray[np.uint8]:
        """The image of a point, (H, W, 3); of an X its visible image."""
        light = "infrared" if self.points.modality[number] == "infrared" else "visible"
        return self.run_view.photo(light, int(self.points.row[number]))

    def differs(self) -> int:
        """The first infrared point whose neighbour is of its person in the map or in the features, not in both."""
        person = self.points.person
        right = [person[near] == person for near in (self.near_map, self.near_features)]
        found = np.flatnonzero((right[0] != right[1]) & (self.points.modality == "infrared"))
        return int(found[0]) if len(found) else 0


class Group(NamedTuple):
    """Points with one sign.

    Attributes:
        name: in the legend.
        mine: (N,) bool.
        colour, marker: of matplotlib.
        around: drawn as an outline around other points: X lies where its visible image lies.
    """

    name: str
    mine: NDArray[np.bool_]
    colour: str
    marker: str
    around: bool = False


def sources(
    runs: Mapping[str, Run] | Sequence[Run] | None, data: DataSet | None
) -> tuple[dict[str, Source], str]:
    """All runs to choose among, by name, and the name of the one to begin with.

    Given runs come first, then the stored ones if the data are theirs; on other data, with no run given, the
    one that was finished last. At the end the network from which trainings start.

    Args:
        runs: finished, trained on `data`.
        data: those of the current scale if not given; the whole shipped world if no run is given either.

    Raises:
        XivlabError: a run is not finished, or cannot be read.
    """
    scale = current()
    whole = runs is None and data is None and scale.data_name == NEAR_INFRARED
    if data is None:
        data = world() if whole else scale.load()
    if runs is not None and not isinstance(runs, Mapping):
        runs = {_name(run): run for run in runs}
    if not whole and scale.people is None and data.name == NEAR_INFRARED:
        whole = data.fingerprint == world().fingerprint
    if runs is None and not whole:
        with suppress(XivlabError):
            run = newest_run(scale, data)
            runs = {_name(run): run}
    found = {name: _source(partial(view_run, run, data, short=True)) for name, run in (runs or {}).items()}
    first = next(iter(found), "")
    if whole:
        stored = {"stored: Baseline": ("ablation", "Baseline")}
        stored |= {f"stored: XIV, λ = {lam:g}": ("lambda", f"{lam:g}") for lam in LAMBDAS}
        found |= {name: _source(partial(view_shipped, *which, world())) for name, which in stored.items()}
        first = first or f"stored: XIV, λ = {LIKE:g}"
    start = f"{scale.config().backbone}, before training here"
    found[start] = _source(partial(untrained_run_view, data), quick=False)
    return found, first or start


def _source(run_view: Callable[[], RunView], quick: bool = True) -> Source:
    once = cache(run_view)
    return Source(once, cache(lambda: points_of(once().embeddings)), quick)


def _name(run: Run) -> str:
    config = run.config()
    method = f"XIV, λ = {config.lam:g}" if config.method.endswith("cmg") else config.method.capitalize()
    return f"{method}, seed {config.seed} ({run.folder.name[-4:]})"


def untrained_run_view(data: DataSet) -> RunView:
    """The images of a map as the network sees them from which trainings start: it knows visible images only.

    Args:
        data: its test people; they alone are embedded.
    """
    config, test = current().config(method="baseline"), data.test
    places = {light: np.flatnonzero(test.modality == MODALITY_CODE[light]) for light in LIGHTS}
    labels = [{light: of[places[light]] for light in LIGHTS} for of in (test.person, test.camera)]
    rows = few(*labels)
    part = test.select(np.sort(np.concatenate([places[light][rows[light]] for light in LIGHTS])))
    network = to_device(build_model(config, classes=2), pick_device())
    images = Images.of(part, config.height, config.width)
    own = {light: images.rows(light) for light in LIGHTS}
    return RunView("", embed(network, images, "before_bn"), part, own, config.protocol, pd.DataFrame())


def at_hand(source: Source, perplexity: float) -> Drawn | None:
    """The map of a run if it need not be computed."""
    if not source.quick:
        return None
    points = source.points()
    flat = stored_map(points, perplexity, source.run_view().run)
    return None if flat is None else _drawn(source.run_view(), points, flat)


def drawn_now(source: Source, perplexity: float) -> Drawn:
    """The map of a run, computed if it is not stored: some seconds.

    Raises:
        XivlabError: too few points for this perplexity, or the run cannot be read.
    """
    points, run_view = source.points(), source.run_view()
    flat = stored_map(points, perplexity, run_view.run)
    return _drawn(run_view, points, draw_map(points, perplexity) if flat is None else flat)


def _drawn(run_view: RunView, points: Points, flat: NDArray[np.float32]) -> Drawn:
    infrared = points.modality == "infrared"
    # An X and its visible image are one image: each would be the other's neighbour, which says nothing.
    own = (points.row[:, None] == points.row) & (infrared[:, None] == infrared)
    nearest = [np.where(own, np.inf, cdist(where, where)).argmin(1) for where in (flat, points.features)]
    return Drawn(run_view, points, plane(flat).points, kept_by(points, flat), *nearest)


def groups(grouping: str, points: Points) -> list[Group]:
    """Points by modality, person or camera, each group with a colour and a marker of its own.

    Args:
        grouping: one of GROUPINGS; of people the first few have signs, the others are grey.
        points: of a map.
    """
    if grouping == "modality":
        found = [name for name in ("x", "visible", "infrared") if (points.modality == name).any()]
        return [
            Group(NAMES[name], points.modality == name, COLOUR[name], MARKER[name], name == "x")
            for name in found
        ]
    values = points.person if grouping == "person" else points.camera
    signed = np.unique(values)[: SIGNS if grouping == "person" else len(PEOPLE)]
    rest = Group(OTHERS, ~np.isin(values, signed), "#AAAAAA", ".")
    return [rest] * bool(rest.mine.any()) + [
        Group(f"{grouping} {value}", values == value, CURVES[i % len(CURVES)], PEOPLE[i])
        for i, value in enumerate(signed)
    ]
