"""View of one run: its embeddings, the images that they are of, and what one query finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from studykit.analysis.first_images import LIGHTS, shortened
from studykit.studies.answers import read_table, tables
from studykit.studies.embeddings import read_embeddings
from studykit.studies.questions import NEAR_INFRARED
from xivlab.data.datasets import DataSet, Split, load
from xivlab.data.images import MODALITY_CODE, Modality
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Protocol
from xivlab.evaluation.retrieval import RankedList, first_gallery, search_one
from xivlab.model import TestDistance
from xivlab.runs.run import Run
from xivlab.scale import SCALES, Scale

KINDS: tuple[TestDistance, ...] = get_args(TestDistance)
LIKE = 0.1  # the paper's lambda: the maps of all others are turned to match its map


@dataclass(frozen=True, eq=False)
class RunView:
    """Embeddings of test people with their images.

    Attributes:
        run: name of the run.
        embeddings: of some images of the test split.
        test: the split, or the part of it that is looked at.
        rows: of the embedded images in the split, by modality, (N,) each.
        protocol: whose rules of search.
        scores: of the run on all images of the test people, as `xivlab.evaluation.scores.score` gives
            them; empty for a network that was never trained, which has no `score`.
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
        return self.embeddings.kinds

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


@lru_cache(maxsize=512)
def find(run_view: RunView, query: int, kind: TestDistance) -> RankedList:
    """Search one query, a row of the infrared embeddings, in the first gallery; remembered, for sliders go back.

    Raises:
        XivlabError: as `test_distance`.
    """
    return search_one(run_view.embeddings, query, run_view.protocol, kind, _gallery(run_view))


@lru_cache(maxsize=32)
def _gallery(run_view: RunView) -> NDArray[np.intp]:
    return first_gallery(run_view.embeddings, run_view.protocol)


@cache
def world() -> DataSet:
    """The shipped world in full, whatever the notebook runs on."""
    return load(NEAR_INFRARED)
