"""Measures of the modality gap: classifier accuracy, MMD, neighbours, overlap and AUC of distances.

Three ask whether the modality can be seen in a feature, one whether the right person can be found all the same.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist

from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Protocol, hidden_images
from xivlab.model import TestDistance

# scikit-learn is imported where it is used: it takes half a second, and widgets only draw pairs.
FOLDS = 5
NEIGHBOURS = 10
BINS = 60


class Neighbours(NamedTuple):
    """Among the nearest neighbours of infrared images.

    Attributes:
        share: of those that are infrared, too, in [0, 1].
        chance: what it would be if the modality did not matter.
    """

    share: float
    chance: float


def modality_accuracy(
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    first_person: NDArray[np.integer],
    second_person: NDArray[np.integer],
) -> float:
    """How often a linear classifier tells two modalities apart, in people that it has not seen.

    Balanced over the modalities: 0.5 is chance, however many images each has. Cross-validated in folds
    of people, for otherwise it could know the images by their people.

    Args:
        first, second: features, (N, D) and (M, D).
        first_person, second_person: (N,) and (M,) integer.

    Raises:
        XivlabError: there are fewer than two people.
    """
    features = np.concatenate([first, second])
    person = np.concatenate([first_person, second_person])
    modality = np.repeat([0, 1], [len(first), len(second)])
    people = len(np.unique(person))
    if people < 2:
        raise XivlabError("It takes two people to try a classifier on somebody it has not seen.")
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import GroupKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), RidgeClassifier(class_weight="balanced"))
    folds = GroupKFold(min(FOLDS, people))
    scores = cross_val_score(
        classifier, features, modality, groups=person, cv=folds, scoring="balanced_accuracy"
    )
    return float(scores.mean())


def mmd(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Squared maximum mean discrepancy of two samples, unbiased: Gretton et al. (2012), Lemma 6.

    The kernel is Gaussian, as wide as the median distance of all pairs. 0 on average if both come from
    one distribution, so it may be a little below 0.

    Args:
        first, second: features, (N, D) and (M, D), N and M at least 2.
    """
    from sklearn.metrics.pairwise import rbf_kernel

    width = np.median(pdist(np.concatenate([first, second])))
    gamma = 1 / (2 * width**2)

    def inside(sample: NDArray) -> float:
        count = len(sample)  # the diagonal, each with itself, is left out: that makes it unbiased
        return (rbf_kernel(sample, gamma=gamma).sum() - count) / (count * (count - 1))

    return float(inside(first) + inside(second) - 2 * rbf_kernel(first, second, gamma=gamma).mean())


def same_modality(
    infrared: NDArray[np.floating],
    other: NDArray[np.floating],
    infrared_person: NDArray[np.integer],
    other_person: NDArray[np.integer],
    k: int = NEIGHBOURS,
) -> Neighbours:
    """How many of the k nearest neighbours of an infrared image are infrared, too.

    Images of the same person are left out, who are near for a good reason. What is left speaks of the
    modality, and of whatever goes with it, such as the places where its cameras stand.

    Args:
        infrared, other: features, (N, D) and (M, D).
        infrared_person, other_person: (N,) and (M,) integer.
        k: how many neighbours.

    Raises:
        XivlabError: an image has fewer than k images of other people.
    """
    person = np.concatenate([infrared_person, other_person])
    is_infrared = np.repeat([True, False], [len(infrared), len(other)])
    stranger = infrared_person[:, None] != person[None, :]
    if stranger.sum(1).min() < k:
        raise XivlabError(f"{k} neighbours are asked for, and some images have fewer of other people.")
    distance = np.where(stranger, cdist(infrared, np.concatenate([infrared, other])), np.inf)
    nearest = np.argpartition(distance, k - 1, axis=1)[:, :k]
    chance = (stranger & is_infrared).sum(1) / stranger.sum(1)
    return Neighbours(float(is_infrared[nearest].mean()), float(chance.mean()))


def pair_distances(
    embeddings: Embeddings, kind: TestDistance = "v", protocol: Protocol = "sysu"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances of infrared to all visible images, of the same person and of different people.

    Args:
        embeddings: of one split.
        kind: through V, X or both.
        protocol: whose rules; pairs that they hide are left out.

    Returns:
        two arrays, (pairs,) each.

    Raises:
        XivlabError: as `test_distance`.
    """
    distance = embeddings.distance("infrared", "visible", np.arange(len(embeddings.visible)), kind)
    same = embeddings.infrared_person[:, None] == embeddings.visible_person[None, :]
    hidden = hidden_images(protocol, same, embeddings.infrared_camera, embeddings.visible_camera)
    return distance[same & ~hidden], distance[~same & ~hidden]


def overlap(same: NDArray[np.floating], different: NDArray[np.floating], bins: int = BINS) -> float:
    """Area that two histograms share: 0 if they can be parted, 1 if they are the same.

    Args:
        same, different: two samples, of any sizes.
        bins: over the common range.

    Example:
        >>> overlap(np.array([1.0, 2.0]), np.array([8.0, 9.0]))
        0.0
    """
    edges = np.histogram_bin_edges(np.concatenate([same, different]), bins)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (same, different)]
    return float(np.minimum(*shares).sum())


def separation(same: NDArray[np.floating], different: NDArray[np.floating]) -> float:
    """How often a pair of the same person is nearer than a pair of two people: area under the ROC curve.

    0.5 is chance, 1 perfect.

    Args:
        same, different: distances of pairs.
    """
    from sklearn.metrics import roc_auc_score

    is_same = np.repeat([True, False], [len(same), len(different)])
    return float(roc_auc_score(is_same, -np.concatenate([same, different])))


def gap_numbers(embeddings: Embeddings, protocol: Protocol = "sysu") -> dict[str, dict[str, float]]:
    """All measures of this file, of infrared against visible and, if there is one, against X.

    Args:
        embeddings: of one split.
        protocol: whose rules.

    Returns:
        by pair ("I-V", "I-X"), then by measure: classifier, mmd, neighbours, chance, overlap, auc.
    """
    found = {}
    for pair, kind, features in (("I-V", "v", embeddings.visible), ("I-X", "x", embeddings.x)):
        if features is None:
            continue
        two = features, embeddings.infrared
        people = embeddings.visible_person, embeddings.infrared_person
        near = same_modality(*two[::-1], *people[::-1])
        pairs = pair_distances(embeddings, kind, protocol)
        found[pair] = {
            "classifier": modality_accuracy(*two, *people),
            "mmd": mmd(*two),
            "neighbours": near.share,
            "chance": near.chance,
            "overlap": overlap(*pairs),
            "auc": separation(*pairs),
        }
    return found
