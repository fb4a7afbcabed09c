"""t-SNE and PCA of embeddings, and what each throws away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes

from studykit.analysis.first_images import first_shots
from studykit.analysis.gap import NEIGHBOURS, same_modality
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings

MOST = 500  # points of a t-SNE that one waits for
IMAGES = MOST // 2  # with an X for each of them there are MOST points at most
SEED = 0


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


def turned(points: NDArray[np.floating], like: NDArray[np.floating]) -> NDArray[np.floating]:
    """Points turned and mirrored, not stretched, to lie as near as they can to others (Procrustes).

    Args:
        points, like: (N, 2), row i of both being the same image; around the origin.
    """
    return points @ orthogonal_procrustes(points, like)[0]


@dataclass(frozen=True, eq=False)
class Points:
    """Features of all kept images of a few people, person by person.

    Attributes:
        features: (N, D) float32.
        modality: (N,) str: visible, infrared or x.
        person, camera: (N,) integer; of an X those of its visible image.
        row: (N,) integer, the image's place among the visible or infrared embeddings; an X has that of
            its visible image.
    """

    features: NDArray[np.float32]
    modality: NDArray[np.str_]
    person: NDArray[np.integer]
    camera: NDArray[np.integer]
    row: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.features)


class Kept(NamedTuple):
    """Share of infrared images among the nearest neighbours of infrared ones, as `gap.same_modality`, X left out.

    Attributes:
        shown: in the map.
        true: in the features.
        chance: if the modality did not matter.
        k: how many neighbours.
    """

    shown: float
    true: float
    chance: float
    k: int


def few(
    person: Mapping[str, NDArray[np.integer]], camera: Mapping[str, NDArray[np.integer]], most: int = IMAGES
) -> dict[str, NDArray[np.intp]]:
    """Rows of the first images of each camera, of people drawn by seed.

    Args:
        person, camera: of all images, by modality ("infrared" and "visible").
        most: images at most; one person is kept in any case.

    Returns:
        rows by modality, ascending.
    """
    first = {light: first_shots(person[light], camera[light]) for light in person}
    both = np.intersect1d(person["infrared"], person["visible"])
    drawn = np.random.default_rng(SEED).permutation(both)
    seen = np.concatenate([person[light][rows] for light, rows in first.items()])
    counts = np.cumsum([np.sum(seen == one) for one in drawn])
    kept = drawn[: max(1, int((counts <= most).sum()))]
    return {light: rows[np.isin(person[light][rows], kept)] for light, rows in first.items()}


def points_of(embeddings: Embeddings) -> Points:
    """The points of a map: those of `few`, with the X of every visible image if there are any.

    Args:
        embeddings: of a split, or of a part of it.
    """
    lights = ("visible", "infrared")
    rows = few(*({light: of(light) for light in lights} for of in (embeddings.people, embeddings.cameras)))
    parts = []
    for name, light in (("visible", "visible"), ("infrared", "infrared"), ("x", "visible")):
        features = getattr(embeddings, name)
        if features is None:
            continue
        kept = rows[light]
        parts.append(
            (
                features[kept],
                np.full(len(kept), name),
                embeddings.people(light)[kept],
                embeddings.cameras(light)[kept],
                kept,
            )
        )
    features, modality, person, camera, row = map(np.concatenate, zip(*parts))
    # An X comes after its visible image, and people one after the other.
    order = np.lexsort((modality == "x", row, modality == "infrared", person))
    return Points(*(part[order] for part in (features.astype(np.float32), modality, person, camera, row)))


def kept_by(points: Points, flat: NDArray[np.floating]) -> Kept:
    """What a map shows of the gap between the modalities beside what is there, in the features.

    Args:
        points: of `points_of`.
        flat: (N, 2), their map.

    Raises:
        XivlabError: there are images of one person only.
    """
    infrared, visible = (np.flatnonzero(points.modality == light) for light in ("infrared", "visible"))
    people = points.person[infrared], points.person[visible]
    others = min(np.sum(points.person[np.r_[infrared, visible]] != one) for one in np.unique(people[0]))
    if not others:
        raise XivlabError("It takes images of two people to speak of neighbours: load more people.")
    k = min(NEIGHBOURS, int(others))
    shown, true = (
        same_modality(where[infrared], where[visible], *people, k) for where in (flat, points.features)
    )
    return Kept(shown.share, true.share, true.chance, k)
