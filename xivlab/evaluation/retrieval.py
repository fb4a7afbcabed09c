"""Search and scores: the rules of the protocols, CMC / mAP / mINP, the mean over trials."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xivlab.data.images import MODALITY_CODE, Modality
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings, TestDistance
from xivlab.evaluation.metrics import MAX_RANK, Gallery, Hits, RetrievalMetrics, _scores
from xivlab.evaluation.protocols import Protocol, Sampling, galleries, hidden_images

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
        Gallery(gallery_person, protocol != "regdb"),
        gallery_camera,
        protocol,
    )
    return _scores(found, max_rank)


def _hits(
    distance: NDArray[np.floating],
    query_person: NDArray,
    query_camera: NDArray,
    gallery: Gallery,
    gallery_camera: NDArray,
    protocol: str,
) -> list[Hits]:
    """What `_scores` needs, by blocks that fit into a processor's cache."""
    found = []
    for rows in blocks(*distance.shape, SCORED_AT_ONCE):
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
    if query == gallery and protocol != "llcm":
        raise XivlabError(
            f"Search inside one modality needs protocol='llcm', not {protocol!r}: "
            "otherwise a query finds itself."
        )
    query_person, query_camera = embeddings.people(query), embeddings.cameras(query)
    person, camera = embeddings.people(gallery), embeddings.cameras(gallery)
    permutation = embeddings.permutation if gallery == "visible" else None
    trials: dict[TestDistance, list[RetrievalMetrics]] = {kind: [] for kind in distances}
    for rows in galleries(person, camera, protocol, sampling, permutation):
        shown, found = Gallery(person[rows], protocol != "regdb"), {kind: [] for kind in distances}
        measure = embeddings.measure(query, gallery, rows, distances)
        for part in blocks(len(query_person), len(rows), MEASURED_AT_ONCE):
            for kind, distance in measure(part).items():
                asked = query_person[part], query_camera[part]
                found[kind] += _hits(distance, *asked, shown, camera[rows], protocol)
        for kind, parts in found.items():
            trials[kind].append(_scores(parts, MAX_RANK))
    return {kind: _mean(results) for kind, results in trials.items()}


def _mean(results: Sequence[RetrievalMetrics]) -> RetrievalMetrics:
    return RetrievalMetrics(
        np.mean([r.cmc for r in results], axis=0),
        float(np.mean([r.mAP for r in results])),
        float(np.mean([r.mINP for r in results])),
        results[0].valid_queries,  # the same in every trial: people and cameras do not change
    )


@dataclass(frozen=True)
class RankedList:
    """What one infrared query finds first among the visible images.

    Attributes:
        query: row of the query among the infrared images of the split.
        found: (n,), rows among the visible images of the split, nearest first.
        right: (n,), whether each shows the query's person.
    """

    query: int
    found: NDArray[np.intp]
    right: NDArray[np.bool_]


def ranked_list(
    embeddings: Embeddings,
    query: int,
    protocol: Protocol = "sysu",
    distance: TestDistance = "v+x",
    length: int = 10,
) -> RankedList:
    """Search one query in the first sampled gallery, or in all visible images with `regdb`.

    Args:
        embeddings: of one split.
        query: row of the query among the infrared images.
        protocol: whose rules; images that they hide from the query are left out.
        distance: through V, X or both.
        length: how many are listed at most.

    Raises:
        XivlabError: as `test_distance`.
    """
    sampling = Sampling() if protocol == "regdb" else Sampling(trials=1)
    rows = galleries(embeddings.visible_person, embeddings.visible_camera, protocol, sampling)[0]
    camera = embeddings.infrared_camera[query : query + 1]
    same = (embeddings.visible_person[rows] == embeddings.infrared_person[query])[None]
    hidden = hidden_images(protocol, same, camera, embeddings.visible_camera[rows])[0]
    distances = embeddings.distance("infrared", "visible", rows, distance)[query]
    order = np.argsort(distances, kind="stable")
    order = order[~hidden[order]][:length]
    return RankedList(query, rows[order], same[0, order])


def first_of_each_person(embeddings: Embeddings, people: int = 3) -> list[int]:
    """The first infrared image of each of the first few people: queries chosen by rule, not by beauty."""
    return np.sort(np.unique(embeddings.infrared_person, return_index=True)[1])[:people].tolist()
