"""Embeddings in two dimensions: t-SNE, PCA, and what each throws away."""

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
    return embeddings.of_people(people[: max(1, int((points <= most).sum()))])


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
