"""One run to look into: its embeddings, the images that they are of, and what one query finds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from studykit.studies.answers import read_table, tables
from studykit.studies.embeddings import read_embeddings
from studykit.studies.questions import NEAR_INFRARED
from xivlab.data.datasets import DataSet, Split, load
from xivlab.data.images import MODALITY_CODE, Modality
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import LIGHTS, Embeddings, TestDistance, shortened
from xivlab.evaluation.protocols import Protocol, Sampling, galleries, hidden_images
from xivlab.evaluation.retrieval import ranked_list, retrieval_metrics
from xivlab.runs.run import Run
from xivlab.scale import SCALES, Scale

KINDS: tuple[TestDistance, ...] = ("v", "x", "v+x")
LIKE = 0.1  # the paper's lambda: the maps of all others are turned to match its map


@dataclass(frozen=True, eq=False)
class RunView:
    """Embeddings of test people with their images.

    Attributes:
        run: name of the run.
        embeddings: of some images of the test split.
        test: the split.
        rows: of the embedded images in the split, by modality, (N,) each.
        protocol: whose rules of search.
        scores: of the run on all images of the test people, as `xivlab.evaluation.scores.score` gives them.
    """

    run: str
    embeddings: Embeddings
    test: Split
    rows: Mapping[Modality, NDArray[np.integer]]
    protocol: Protocol
    scores: pd.DataFrame

    @property
    def kinds(self) -> tuple[TestDistance, ...]:
        """The test distances that the run allows: the Baseline has no X."""
        return KINDS[:1] if self.embeddings.x is None else KINDS

    def photo(self, modality: Modality, row: int) -> NDArray[np.uint8]:
        """The image of a row of the embeddings, (H, W, 3)."""
        return self.test.pixels[self.rows[modality][row]]

    def score(self, metric: str, kind: TestDistance) -> float:
        """A score of the whole run for infrared queries, in [0, 1]; NaN by a distance that it has not."""
        table = self.scores
        found = table.loc[(table["query"] == "infrared") & (table["test_distance"] == kind), metric]
        return float(found.iloc[0]) if len(found) else np.nan


def view_shipped(
    study: str, variant: str, data: DataSet, seed: int = 0, scores: pd.DataFrame | None = None
) -> RunView:
    """A run whose embeddings are shipped.

    Args:
        study: name of the stored table that lists it.
        variant, seed: of the study.
        data: the shipped world in full.
        scores: the stored table; read if not given.

    Raises:
        XivlabError: the run is not stored, or its files are missing, damaged or of other data.
    """
    table = read_table(tables() / f"{study}.{NEAR_INFRARED}.csv") if scores is None else scores
    mine = table[(table["variant"] == variant) & (table["seed"] == seed)]
    if mine.empty:
        raise XivlabError(f"There is no stored run {variant!r} of seed {seed} in {study}: run make results.")
    run = mine["run"].iloc[0]
    embeddings, rows = read_embeddings(run)
    found = _in_split(data.test, rows)
    for light in LIGHTS:
        if not np.array_equal(data.test.person[found[light]], embeddings.people(light)):
            raise XivlabError(f"The shipped embeddings of {run} are of other images: run make results.")
    protocol = SCALES["demo"].config().protocol
    return RunView(run, embeddings, data.test, found, protocol, mine)


def view_run(run: Run, data: DataSet, short: bool = False) -> RunView:
    """A finished run.

    Args:
        run: finished.
        data: that it was trained on.
        short: keep the first images of each person and camera only, as the shipped embeddings do.

    Raises:
        XivlabError: the run is not finished or was trained on other data.
    """
    run.check_data(data)
    embeddings = run.embeddings()
    rows = {light: np.arange(len(embeddings.people(light))) for light in LIGHTS}
    if short:
        embeddings, rows = shortened(embeddings)
    found = _in_split(data.test, rows)
    return RunView(run.folder.name, embeddings, data.test, found, run.config().protocol, run.test_scores())


def newest_run(scale: Scale, data: DataSet) -> Run:
    """The run on these data that was finished last.

    Raises:
        XivlabError: there is none.
    """
    done = []
    for folder in scale.runs.glob("*"):
        run = Run(folder)
        try:
            if run.finished and run.config() and run.about()["data"]["fingerprint"] == data.fingerprint:
                done.append(run)
        except XivlabError:  # of another version, or broken: not the one that is looked for
            continue
    if not done:
        raise XivlabError(
            f"There is no finished run on {data.name} at {scale.name} scale in {scale.runs}: train one first, "
            "for instance with train(scale.config(), data, scale.runs)."
        )
    return max(done, key=lambda run: (run.folder / "embeddings.npz").stat().st_mtime)


def _in_split(test: Split, rows: Mapping[Modality, NDArray]) -> dict[Modality, NDArray]:
    """Rows of the split for rows among its infrared or its visible images."""
    places = {light: np.flatnonzero(test.modality == MODALITY_CODE[light]) for light in LIGHTS}
    for light in LIGHTS:
        if len(rows[light]) and rows[light].max() >= len(places[light]):
            raise XivlabError("The embeddings are of other images than the test split of these data.")
    return {light: places[light][rows[light]] for light in LIGHTS}


@dataclass(frozen=True, eq=False)
class Found:
    """What one infrared query finds in one gallery.

    Attributes:
        ranked: (n,) rows of the visible embeddings, nearest first.
        right: (n,) bool, whether each shows the query's person.
        left_out: (m,) rows of the query's person in the gallery that the rules hide from the query.
        hidden: how many images of the gallery the rules hide.
        rank: of the first hit by the rules of the data set (people are counted, with regdb images),
            from 1; None if there is no image to find: the query counts nowhere.
        ap, inp: average precision and inverse negative penalty, in [0, 1]; NaN if `rank` is None.
    """

    ranked: NDArray[np.intp]
    right: NDArray[np.bool_]
    left_out: NDArray[np.intp]
    hidden: int
    rank: int | None
    ap: float
    inp: float

    @property
    def hits(self) -> NDArray[np.intp]:
        """Places of all images of the person in the list, from 1."""
        return np.flatnonzero(self.right) + 1


@lru_cache(maxsize=512)
def find(run_view: RunView, query: int, kind: TestDistance) -> Found:
    """Search one query in the first sampled gallery, or in all visible images with regdb.

    Args:
        run_view: whose embeddings.
        query: row of the query among the infrared embeddings.
        kind: through V, X or both.

    Raises:
        XivlabError: as `test_distance`.
    """
    whole, protocol = run_view.embeddings, run_view.protocol
    one = slice(query, query + 1)
    alone = replace(
        whole,
        infrared=whole.infrared[one],
        infrared_person=whole.infrared_person[one],
        infrared_camera=whole.infrared_camera[one],
    )  # distances of the others are not needed
    gallery = _gallery(run_view)
    person, camera = whole.visible_person[gallery], whole.visible_camera[gallery]
    same = alone.infrared_person[:, None] == person[None]
    hidden = hidden_images(protocol, same, alone.infrared_camera, camera)
    ranked = ranked_list(alone, 0, protocol, kind, length=len(gallery))
    left_out = gallery[(same & hidden)[0]]
    if not ranked.right.any():
        return Found(ranked.found, ranked.right, left_out, int(hidden.sum()), None, np.nan, np.nan)
    distance = alone.distance("infrared", "visible", gallery, kind)
    scores = retrieval_metrics(
        distance, alone.infrared_person, person, alone.infrared_camera, camera, protocol, len(gallery)
    )
    rank = int(np.argmax(scores.cmc > 0)) + 1
    return Found(ranked.found, ranked.right, left_out, int(hidden.sum()), rank, scores.mAP, scores.mINP)


@lru_cache(maxsize=32)
def _gallery(run_view: RunView) -> NDArray[np.intp]:
    """The gallery that `ranked_list` draws."""
    sampling = Sampling() if run_view.protocol == "regdb" else Sampling(trials=1)
    visible = run_view.embeddings
    return galleries(visible.visible_person, visible.visible_camera, run_view.protocol, sampling)[0]


@cache
def world() -> DataSet:
    """The shipped world in full, whatever the notebook runs on."""
    return load(NEAR_INFRARED)
