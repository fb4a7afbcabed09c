"""Search and scores: the rules of the protocols, CMC / mAP / mINP, the mean over trials."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xivlab.batches import MODALITY_CODE, Images, Modality
from xivlab.embed import Embeddings, TestDistance, TestFeature, embed
from xivlab.errors import XivlabError
from xivlab.gallery import Protocol, Sampling, galleries
from xivlab.model import XIVNet


@dataclass(frozen=True)
class RetrievalMetrics:
    """Scores of one search, each in [0, 1].

    Attributes:
        cmc: (max_rank,), share of valid queries whose person is among the first k = 1 ... max_rank.
        mAP: mean average precision.
        mINP: mean inverse negative penalty (Ye et al. 2021).
        valid_queries: queries that have a match left in the gallery; the others count nowhere.
    """

    cmc: NDArray[np.float64]
    mAP: float
    mINP: float
    valid_queries: int

    def rank(self, k: int) -> float:
        """Rank-k accuracy, k counted from 1."""
        return float(self.cmc[k - 1])


def retrieval_metrics(
    distance: NDArray[np.floating],
    query_person: NDArray[np.integer],
    gallery_person: NDArray[np.integer],
    query_camera: NDArray[np.integer],
    gallery_camera: NDArray[np.integer],
    protocol: Protocol = "sysu",
    max_rank: int = 20,
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
    if not np.isfinite(distance).all():
        raise XivlabError("A distance is NaN or infinite: the embeddings are broken.")
    same_person = query_person[:, None] == gallery_person[None, :]  # (Q, G)
    hidden = hidden_images(protocol, same_person, query_camera, gallery_camera)

    # Hidden images go behind all others, where they neither match nor precede a match.
    order = np.argsort(np.where(hidden, np.inf, distance), axis=1, kind="stable")
    match = np.take_along_axis(same_person & ~hidden, order, axis=1)
    valid = match.any(1)
    if not valid.any():
        raise XivlabError("No query has a match in the gallery: check people and cameras.")
    match, order = match[valid], order[valid]

    rank = np.arange(1, match.shape[1] + 1)
    hits = match.cumsum(1)
    total = hits[:, -1]
    average_precision = (match * hits / rank).sum(1) / total
    last_hit = match.shape[1] - match[:, ::-1].argmax(1)
    first_hit = match.argmax(1)  # counted from 0
    if protocol != "regdb":
        first_hit = _people_before(first_hit, gallery_person, order)
    cmc = (first_hit[:, None] < np.arange(1, max_rank + 1)).mean(0)
    return RetrievalMetrics(
        cmc, float(average_precision.mean()), float((total / last_hit).mean()), int(valid.sum())
    )


def hidden_images(
    protocol: str, same_person: NDArray, query_camera: NDArray, gallery_camera: NDArray
) -> NDArray[np.bool_]:
    """Which gallery images a query must not see, (Q, G), by the rules that `retrieval_metrics` tells.

    Args:
        protocol: whose rules.
        same_person: (Q, G) bool.
        query_camera: (Q,) integer.
        gallery_camera: (G,) integer.

    Raises:
        XivlabError: unknown protocol.
    """
    query_camera, gallery_camera = query_camera[:, None], gallery_camera[None, :]
    if protocol == "sysu":
        return (query_camera == 3) & (gallery_camera == 2)
    if protocol == "llcm":
        return same_person & (query_camera == gallery_camera)
    if protocol == "regdb":
        return np.zeros_like(same_person)
    raise XivlabError(f"Unknown protocol {protocol!r}: choose 'sysu', 'regdb' or 'llcm'.")


def _people_before(position: NDArray, gallery_person: NDArray, order: NDArray) -> NDArray:
    """How many different people a ranking shows before `position`, (Q,)."""
    ranked = gallery_person[order]  # (Q, G)
    # Sorted by person, ties in order of rank: each person's run begins with the first appearance.
    by_person = np.argsort(ranked, axis=1, kind="stable")
    grouped = np.take_along_axis(ranked, by_person, axis=1)
    begins = np.ones_like(grouped, dtype=bool)
    begins[:, 1:] = grouped[:, 1:] != grouped[:, :-1]
    appears = np.empty_like(begins)
    np.put_along_axis(appears, by_person, begins, axis=1)
    return (appears & (np.arange(ranked.shape[1]) < position[:, None])).sum(1)


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
    results = [
        retrieval_metrics(
            embeddings.distance(query, gallery, rows, distance),
            query_person,
            person[rows],
            query_camera,
            camera[rows],
            protocol,
        )
        for rows in galleries(person, camera, protocol, sampling, permutation)
    ]
    return RetrievalMetrics(
        np.mean([r.cmc for r in results], axis=0),
        float(np.mean([r.mAP for r in results])),
        float(np.mean([r.mINP for r in results])),
        results[0].valid_queries,  # the same in every trial: people and cameras do not change
    )


def evaluate(
    model: XIVNet,
    images: Images,
    protocol: Protocol = "sysu",
    distance: TestDistance = "v+x",
    query: Modality = "infrared",
    gallery: Modality = "visible",
    test_feature: TestFeature = "after_bn",
    normalize: bool = True,
    sampling: Sampling = Sampling(),
) -> RetrievalMetrics:
    """Embed a split once and search it: `embed`, then `search`, with their arguments and errors."""
    embeddings = embed(model, images, test_feature, normalize)
    return search(embeddings, protocol, distance, query, gallery, sampling)
