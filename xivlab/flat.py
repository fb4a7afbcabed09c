"""Embeddings in two dimensions: t-SNE, PCA, and what each throws away."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xivlab.embed import Embeddings
from xivlab.errors import XivlabError

MOST = 500  # points of a t-SNE that one waits for


class Plane(NamedTuple):
    """Points flattened by PCA.

    Attributes:
        points: (N, 2).
        kept: share of the variance that the plane holds, in [0, 1]; the rest is projected away.
    """

    points: NDArray[np.float64]
    kept: float


def some_people(embeddings: Embeddings, most: int = MOST, seed: int = 0) -> Embeddings:
    """Embeddings of a few people, drawn by seed, with all their images.

    Args:
        embeddings: of one split.
        most: points at most, X not counted; one person is kept in any case.
        seed: of the draw; the same people for all embeddings of a split.
    """
    people = np.random.default_rng(seed).permutation(np.unique(embeddings.infrared_person))
    everybody = np.concatenate([embeddings.infrared_person, embeddings.visible_person])
    points = np.cumsum([np.sum(everybody == person) for person in people])
    return only(embeddings, people[: max(1, int((points <= most).sum()))])


def only(embeddings: Embeddings, people: NDArray[np.integer]) -> Embeddings:
    """Embeddings of the people that are named."""
    infrared = np.isin(embeddings.infrared_person, people)
    visible = np.isin(embeddings.visible_person, people)
    return replace(
        embeddings,
        infrared=embeddings.infrared[infrared],
        visible=embeddings.visible[visible],
        x=None if embeddings.x is None else embeddings.x[visible],
        infrared_person=embeddings.infrared_person[infrared],
        infrared_camera=embeddings.infrared_camera[infrared],
        visible_person=embeddings.visible_person[visible],
        visible_camera=embeddings.visible_camera[visible],
        permutation=None if embeddings.permutation is None else embeddings.permutation[visible],
    )


def tsne(points: NDArray[np.floating], perplexity: float, seed: int = 0) -> NDArray[np.float32]:
    """t-SNE (van der Maaten and Hinton 2008) from a PCA start; the same points and seed give the same map.

    Args:
        points: (N, D), N at most `MOST`.
        perplexity: about how many neighbours each point tries to keep; below N.
        seed: of the algorithm.

    Returns:
        (N, 2).

    Raises:
        XivlabError: too many points, or too few for this perplexity.
    """
    if not perplexity < len(points) <= MOST:
        raise XivlabError(
            f"t-SNE is drawn of more than {perplexity:g} points (the perplexity) and of {MOST} at most, "
            f"not of {len(points)}."
        )
    from sklearn.manifold import TSNE  # half a second, for this alone

    return TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(points)


def plane(points: NDArray[np.floating]) -> Plane:
    """The plane of largest variance.

    Args:
        points: (N, D), N and D at least 2.
    """
    from sklearn.decomposition import PCA  # half a second, for this alone

    pca = PCA(2, svd_solver="full").fit(points)
    return Plane(pca.transform(points), float(pca.explained_variance_ratio_.sum()))
