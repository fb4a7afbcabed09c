"""Rungs of the ladder: what is seen of one run of every method of Table 1, small enough to ship.

    >>> rungs = stored_rungs()                                   # doctest: +SKIP
    >>> rungs["agw"].distances.overlap                           # doctest: +SKIP

Points of a few people on a map, the distances of all pairs, and what a few queries find: a hundredth of what the
embeddings would take.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from studykit.analysis.distances import Distances, distances
from studykit.analysis.first_images import shortened
from studykit.analysis.gap import BINS
from studykit.analysis.projection import plane, turned
from studykit.studies.grid import runs_of
from studykit.studies.questions import NEAR_INFRARED, STUDIES
from studykit.studies.store import REMEDY, SAYS, Arrays, results
from studykit.studies.table1 import FIRST
from xivlab.data.datasets import Split
from xivlab.data.images import MODALITY_CODE, Modality
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Protocol
from xivlab.evaluation.retrieval import first_gallery, search_one
from xivlab.files import reading
from xivlab.model import TestDistance
from xivlab.scale import Scale

STUDY, SEED = "table1", 0
PEOPLE = 6  # on the map: as many as can be told apart
SHOWN = 10  # of a ranked list
ON_MAP: tuple[Modality, ...] = ("infrared", "visible")
LAST = 60  # steps at the end of a training
NOBODY = 0  # in the place of a rank: there is nobody to find


@dataclass(frozen=True, eq=False)
class Found:
    """What one infrared query finds first.

    Attributes:
        row: of the query in the test split.
        point: of the query among the infrared points of the map.
        person, camera: the query's.
        found: (n,) rows of the test split, nearest first, SHOWN at most.
        right: (n,) whether each shows the query's person.
        rank: of the first right one, from 1; None if there is nobody to find.
        hits, of: how many right ones there are, and how many images are searched.
    """

    row: int
    point: int
    person: int
    camera: int
    found: NDArray[np.integer]
    right: NDArray[np.bool_]
    rank: int | None
    hits: int
    of: int


@dataclass(frozen=True, eq=False)
class Rung:
    """What is seen of one run.

    Attributes:
        run: its name.
        people: (PEOPLE,) on the map, the first ones of the test people by number.
        points: by modality, (n, 2) on the map.
        numbers: by modality, (n,) person of each point.
        kept: share of the variance of these points that the map holds, in [0, 1].
        distances: of all infrared test images to all visible ones that the rules let them see.
        queries: the first infrared image of each of the people in each camera, searched in the first gallery by the
            method's own test distance.
        identity: loss of identity over the last steps of the training, mean of both modalities, in nats: how far f has
            come in telling its training people apart. NaN for a method that logs none.
    """

    run: str
    people: NDArray[np.integer]
    points: Mapping[Modality, NDArray[np.floating]]
    numbers: Mapping[Modality, NDArray[np.integer]]
    kept: float
    distances: Distances
    queries: tuple[Found, ...]
    identity: float = np.nan


def rungs_folder() -> Path:
    """The folder of the shipped rungs."""
    return results("ladder")


def rung(
    run: str,
    embeddings: Embeddings,
    test: Split,
    protocol: Protocol,
    kind: TestDistance,
    like: Rung | None = None,
) -> Rung:
    """What is seen of one run.

    Args:
        run: its name.
        embeddings: of all test people.
        test: the images.
        protocol: whose rules of search.
        kind: the method's own test distance.
        like: a rung whose map this one is turned and mirrored to match.
    """
    people = np.unique(embeddings.infrared_person)[:PEOPLE]
    short, rows = shortened(embeddings)
    few = short.of_people(people)
    on_map = rows["infrared"][np.isin(short.infrared_person, people)]
    flat, kept = plane(np.concatenate([few.infrared, few.visible]))
    if like is not None:
        flat = turned(flat, np.concatenate([like.points[light] for light in ON_MAP]))
    points = dict(zip(ON_MAP, np.split(flat, [len(few.infrared)])))
    numbers = {light: few.people(light) for light in ON_MAP}
    places = {light: np.flatnonzero(test.modality == MODALITY_CODE[light]) for light in ON_MAP}
    gallery = first_gallery(embeddings, protocol)
    queries = []
    for query in _first_of_each(embeddings, people):
        found = search_one(embeddings, query, protocol, kind, gallery)
        queries.append(
            Found(
                int(places["infrared"][query]),
                int(np.searchsorted(on_map, query)),
                int(embeddings.infrared_person[query]),
                int(embeddings.infrared_camera[query]),
                places["visible"][found.found[:SHOWN]],
                found.right[:SHOWN],
                found.rank,
                len(found.hits),
                len(found.found),
            )
        )
    return Rung(run, people, points, numbers, kept, distances(embeddings, "v", protocol), tuple(queries))


def write_rung(one: Rung, folder: Path) -> Path:
    """Ship a rung.

    Args:
        one: what is shipped.
        folder: where to.

    Returns:
        the file, named after the run.

    Raises:
        XivlabError: it could not be written.
    """
    about = [
        (q.row, q.point, q.person, q.camera, q.rank or NOBODY, q.hits, q.of, len(q.found))
        for q in one.queries
    ]
    arrays = {
        "people": one.people.astype(np.int16),
        "identity": np.array(one.identity, np.float32),
        "kept": np.array(one.kept, np.float32),
        "overlap": np.array(one.distances.overlap, np.float32),
        **{name: getattr(one.distances, name).astype(np.float32) for name in ("edges", "same", "different")},
        **{f"points_{light}": one.points[light].astype(np.float32) for light in ON_MAP},
        **{f"numbers_{light}": one.numbers[light].astype(np.int16) for light in ON_MAP},
        "queries": np.array(about, np.int32),
        "found": np.concatenate([query.found for query in one.queries]).astype(np.int32),
        "right": np.concatenate([query.right for query in one.queries]),
    }
    return Arrays(folder).write(one.run, arrays)


def read_rung(run: str, folder: Path | None = None) -> Rung | None:
    """A shipped rung; None if there is none of this run.

    Args:
        run: its name.
        folder: where from; `rungs_folder()` if not given.

    Raises:
        XivlabError: its file is damaged.
    """
    folder = folder or rungs_folder()
    arrays = Arrays(folder).read(run)
    if arrays is None:
        return None
    with reading(folder / f"{run}.npz", REMEDY, SAYS):
        shares = [arrays[name].astype(float) for name in ("edges", "same", "different")]
        if len(shares[1]) != BINS:
            raise ValueError(f"it has {len(shares[1])} bins of distances, not {BINS}")
        ends = np.cumsum(arrays["queries"][:, -1])[:-1]
        lists = zip(np.split(arrays["found"], ends), np.split(arrays["right"], ends), strict=True)
        queries = tuple(
            Found(row, point, person, camera, found, right, rank or None, hits, of)
            for (row, point, person, camera, rank, hits, of, _), (found, right) in zip(
                arrays["queries"].tolist(), lists, strict=True
            )
        )
        return Rung(
            run,
            arrays["people"].astype(int),
            {light: arrays[f"points_{light}"].astype(float) for light in ON_MAP},
            {light: arrays[f"numbers_{light}"].astype(int) for light in ON_MAP},
            float(arrays["kept"]),
            Distances(*shares, float(arrays["overlap"])),
            queries,
            float(arrays["identity"]),
        )


def ship_rungs(scale: Scale, folder: Path) -> None:
    """Ship a rung of every method whose run of the first seed is finished; what is shipped of others stays.

    Nothing is shipped before that of the method whose map all others are turned to, One-stream.

    Args:
        scale: whose runs, on near infrared.
        folder: where to.

    Raises:
        XivlabError: a file could not be written or is damaged.
    """
    scale = scale.on(NEAR_INFRARED)
    asked = {name: config for name, config in STUDIES[STUDY].configs(scale) if config.seed == SEED}
    runs = dict(zip(asked, runs_of(list(asked.values()), scale)))
    like = read_rung(runs[FIRST].folder.name, folder)
    for name, run in runs.items():  # FIRST is the first
        if run.finished and (like is not None or name == FIRST):
            own, protocol = STUDIES[STUDY].distance(name), run.config().protocol
            turn = None if name == FIRST else like
            one = rung(run.folder.name, run.embeddings(), scale.load().test, protocol, own, turn)
            write_rung(replace(one, identity=_identity(run.log())), folder)
            like = one if name == FIRST else like


def stored_rungs(runs: Mapping[str, str]) -> dict[str, Rung]:
    """The shipped rungs, in the order of the methods asked for; those that are not shipped are left out.

    Args:
        runs: name of the run of each method.

    Raises:
        XivlabError: none is shipped, or a file is damaged.
    """
    found = {name: one for name, run in runs.items() if (one := read_rung(run)) is not None}
    if not found:
        raise XivlabError(f"No rung of the ladder is shipped in {rungs_folder()}: type make results.")
    return found


def _identity(log: pd.DataFrame) -> float:
    names = [f"loss_{light}" for light in ON_MAP]
    return float(log[names].tail(LAST).mean(axis=None)) if {*names} <= {*log} else np.nan


def _first_of_each(embeddings: Embeddings, people: NDArray[np.integer]) -> list[int]:
    """Rows of the first infrared image of each person in each camera, person by person."""
    seen: dict[tuple[int, int], int] = {}
    for row, (person, camera) in enumerate(zip(embeddings.infrared_person, embeddings.infrared_camera)):
        if person in people:
            seen.setdefault((int(person), int(camera)), row)
    return [seen[key] for key in sorted(seen)]
