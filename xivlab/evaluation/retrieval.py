"""Retrieval: all queries over all trials (CMC, mAP, mINP), and one query with its ranked list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xivlab.data.images import MODALITY_CODE, Modality
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.metrics import MAX_RANK, Gallery, Hits, RetrievalMetrics, metrics_of
from xivlab.evaluation.protocols import Protocol, Sampling, galleries, hidden_images, rules_of
from xivlab.model import TestDistance

# Numbers of a matrix of distances that are computed, and then scored, at a time.
MEASURED_AT_ONCE, SCORED_AT_ONCE = 2**21, 2**17


def retrieval_metrics(
    distance: NDArray[np.floating],
    query_person: NDArray[np.integer],
    gallery_person: NDArray[np.integer],
    query_camera: NDArray[np.integer],
    gallery_camera: NDArray[np.integer],
    protocol: Protocol = "sysu",
    max_rank: int = MAX_RANK,
) -> RetrievalMetrics:
    """Score a search by the rules of a data set, for all queries at once.

    `sysu` (Wu et al. 2017): a camera-3 query does not see camera 2, which stands in the same
    place; CMC counts people. `llcm` (Zhang and Wang 2023): a query does not see its own person in
    its own camera; CMC counts people. It also serves search inside one modality. `regdb` (Nguyen
    et al. 2017): nothing is hidden; CMC counts images. AP and INP always count images. Images at
    equal distance keep the order of the gallery.

    Args:
        distance: (Q, G), finite.
        query_person: (Q,), integer.
        gallery_person: (G,), integer.
        query_camera: (Q,), integer.
        gallery_camera: (G,), integer.
        protocol: whose rules.
        max_rank: length of the CMC curve; it stays at its last value beyond the gallery's end.

    Raises:
        XivlabError: shapes disagree, a distance is not finite, the protocol is unknown, or no
            query has a match.

    Example:
        Person 5 searched among three images, found at rank 2.

        >>> people, cameras = np.array([6, 5, 7]), np.array([1, 1, 4])
        >>> distance = np.array([[0.1, 0.2, 0.3]])
        >>> metrics = retrieval_metrics(distance, np.array([5]), people, np.array([6]), cameras)
        >>> metrics.rank(1), metrics.rank(2), metrics.mAP
        (0.0, 1.0, 0.5)
    """
    if distance.shape != (len(query_person), len(gallery_person)):
        raise XivlabError(
            f"distance is {distance.shape}, but there are {len(query_person)} queries and "
            f"{len(gallery_person)} gallery images."
        )
    if len(query_camera) != len(query_person) or len(gallery_camera) != len(gallery_person):
        raise XivlabError("Every query and every gallery image needs one person and one camera.")
    if distance.size == 0:
        raise XivlabError("There are no queries or no gallery images: there is nothing to search.")
    found = _hits(
        distance,
        query_person,
        query_camera,
        Gallery(gallery_person, rules_of(protocol).counts == "people"),
        gallery_camera,
        protocol,
    )
    return metrics_of(found, max_rank)


def _hits(
    distance: NDArray[np.floating],
    query_person: NDArray,
    query_camera: NDArray,
    gallery: Gallery,
    gallery_camera: NDArray,
    protocol: str,
) -> list[Hits]:
    """What `metrics_of` needs, by blocks that fit into a processor's cache."""
    found = []
    for rows in blocks(len(distance), len(gallery.person), SCORED_AT_ONCE):
        seen = np.array(distance[rows], np.float64, order="C")
        if not np.isfinite(seen).all():
            raise XivlabError("A distance is NaN or infinite: the embeddings are broken.")
        same_person = query_person[rows][:, None] == gallery.person[None, :]
        hidden = hidden_images(protocol, same_person, query_camera[rows], gallery_camera)
        # Hidden images go behind all others, where they neither match nor precede a match.
        np.copyto(seen, np.inf, where=hidden)
        found.append(gallery.hits(seen, query_person[rows]))
    return found


def blocks(queries: int, gallery: int, at_once: int) -> Iterator[slice]:
    """Rows of a (queries, gallery) matrix, some at a time: about `at_once` numbers, whole rows."""
    step = max(1, at_once // max(gallery, 1))
    return (slice(start, start + step) for start in range(0, queries, step))


def search(
    embeddings: Embeddings,
    protocol: Protocol = "sysu",
    distance: TestDistance = "v+x",
    query: Modality = "infrared",
    gallery: Modality = "visible",
    sampling: Sampling = Sampling(),
) -> RetrievalMetrics:
    """Search every query among every trial's gallery; the mean of each score over the trials.

    Args:
        embeddings: of one split.
        protocol: whose rules; inside one modality it must be "llcm", the rule that hides the
            query itself. With "regdb" the gallery is every image, and one trial says it all.
        distance: through V, X or both; without meaning inside one modality.
        query: modality of the queries.
        gallery: modality of the gallery.
        sampling: how galleries are drawn.

    Raises:
        XivlabError: as `retrieval_metrics`, `test_distance` and `galleries`; unknown modality; or
            search inside one modality by another rule.
    """
    return searches(embeddings, protocol, (distance,), query, gallery, sampling)[distance]


def searches(
    embeddings: Embeddings,
    protocol: Protocol,
    distances: Sequence[TestDistance],
    query: Modality = "infrared",
    gallery: Modality = "visible",
    sampling: Sampling = Sampling(),
) -> dict[TestDistance, RetrievalMetrics]:
    """`search` by several test distances at once, with its arguments and errors: each face is measured once.

    The distances are never there all at once: memory grows with queries + gallery, not with their product.
    """
    for modality in (query, gallery):
        if modality not in MODALITY_CODE:
            raise XivlabError(f"Unknown modality {modality!r}: choose {' or '.join(MODALITY_CODE)}.")
    rules = rules_of(protocol)
    if query == gallery and not rules.inside:
        raise XivlabError(
            f"Search inside one modality needs protocol='llcm', not {protocol!r}: "
            "otherwise a query finds itself."
        )
    query_person, query_camera = embeddings.people(query), embeddings.cameras(query)
    person, camera = embeddings.people(gallery), embeddings.cameras(gallery)
    permutation = embeddings.permutation if gallery == "visible" else None
    trials: dict[TestDistance, list[RetrievalMetrics]] = {kind: [] for kind in distances}
    for rows in galleries(person, camera, protocol, sampling, permutation):
        shown = Gallery(person[rows], rules.counts == "people")
        found: dict[TestDistance, list[Hits]] = {kind: [] for kind in distances}
        measure = embeddings.measure(query, gallery, rows, distances)
        for part in blocks(len(query_person), len(rows), MEASURED_AT_ONCE):
            for kind, distance in measure(part).items():
                asked = query_person[part], query_camera[part]
                found[kind] += _hits(distance, *asked, shown, camera[rows], protocol)
        for kind, parts in found.items():
            trials[kind].append(metrics_of(parts, MAX_RANK))
    return {kind: _mean(results) for kind, results in trials.items()}


def _mean(results: Sequence[RetrievalMetrics]) -> RetrievalMetrics:
    return RetrievalMetrics(
        np.mean([r.cmc for r in results], axis=0),
        float(np.mean([r.mAP for r in results])),
        float(np.mean([r.mINP for r in results])),
        results[0].valid_queries,  # the same in every trial: people and cameras do not change
    )


@dataclass(frozen=True, eq=False)
class RankedList:
    """What one infrared query finds first among the visible images.

    Attributes:
        query: row of the query among the infrared embeddings.
        found: (n,), rows among the visible embeddings, nearest first.
        right: (n,), whether each shows the query's person.
        left_out: (m,), rows of the query's person in the gallery that the rules hide from the query.
        hidden: how many images of the gallery the rules hide.
        rank: of the first hit by the rules of the protocol, from 1; None if there is no image to find: the
            query counts nowhere.
        ap, inp: average precision and inverse negative penalty, in [0, 1]; NaN if `rank` is None.
    """

    query: int
    found: NDArray[np.intp]
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


def first_gallery(embeddings: Embeddings, protocol: Protocol = "sysu") -> NDArray[np.intp]:
    """Rows of the visible images in the gallery of the first trial, single-shot where galleries are drawn."""
    sampling = Sampling(trials=1) if rules_of(protocol).drawn else Sampling()
    return galleries(embeddings.visible_person, embeddings.visible_camera, protocol, sampling)[0]


def search_one(
    embeddings: Embeddings,
    query: int,
    protocol: Protocol = "sysu",
    distance: TestDistance = "v+x",
    gallery: NDArray[np.intp] | None = None,
) -> RankedList:
    """The whole ranked list of one query, with its scores.

    Args:
        embeddings: of one split.
        query: row of the query among the infrared embeddings, from 0.
        protocol: whose rules; images that they hide from the query are left out.
        distance: through V, X or both.
        gallery: rows of the visible images that are searched, `first_gallery` if not given.

    Raises:
        XivlabError: as `test_distance` and `retrieval_metrics`.
    """
    rows = first_gallery(embeddings, protocol) if gallery is None else gallery
    one = slice(query, query + 1)
    whose, where = embeddings.infrared_person[one], embeddings.infrared_camera[one]
    person, camera = embeddings.visible_person[rows], embeddings.visible_camera[rows]
    far = embeddings.measure("infrared", "visible", rows, (distance,))(one)[distance]  # (1, G)
    same = whose[:, None] == person[None, :]
    hidden = hidden_images(protocol, same, where, camera)
    order = np.argsort(far[0], kind="stable")
    order = order[~hidden[0, order]]
    right = same[0, order]
    rank, ap, inp = None, np.nan, np.nan
    if right.any():
        counts_people = rules_of(protocol).counts == "people"
        (hits,) = _hits(far, whose, where, Gallery(person, counts_people), camera, protocol)
        rank = int(hits.before[0]) + 1
        ap, inp = float(hits.average_precision[0]), float(hits.inverse_penalty[0])
    return RankedList(query, rows[order], right, rows[(same & hidden)[0]], int(hidden.sum()), rank, ap, inp)


def ranked_list(
    embeddings: Embeddings,
    query: int,
    protocol: Protocol = "sysu",
    distance: TestDistance = "v+x",
    length: int = 10,
) -> RankedList:
    """The first `length` images of what `search_one` finds, with its arguments and errors."""
    whole = search_one(embeddings, query, protocol, distance)
    return replace(whole, found=whole.found[:length], right=whole.right[:length])


def first_of_each_person(embeddings: Embeddings, people: int = 3) -> list[int]:
    """The first infrared image of each of the first few people: queries chosen by rule, not by beauty."""
    return np.sort(np.unique(embeddings.infrared_person, return_index=True)[1])[:people].tolist()
