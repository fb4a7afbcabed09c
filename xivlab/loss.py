"""Losses of XIV-ReID, Eqs. 3-11: one function per equation, named as in the paper.

A batch holds M images of each modality, identities aligned: row i of the infrared, X and
visible blocks shows the same person, so one vector of labels serves all three. "..." stands for no
dimension, or for modalities (or pairs of them) side by side: many small operations become few.
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from xivlab.errors import XivlabError

Cross = Literal["hard", "centre"]


def pairwise_distance(anchor: Tensor, other: Tensor) -> Tensor:
    """Euclidean distance D between every row of `anchor` and every row of `other`.

    Args:
        anchor: features, (..., M, D), float.
        other: features, (..., N, D), same dtype and device.

    Returns:
        (..., M, N), at least 0. Coinciding rows are at distance 0 with gradient 0, where the
        square root alone would give NaN.

    Example:
        >>> pairwise_distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
        tensor([[5.]])
    """
    # Not |a|^2 + |b|^2 - 2 a b, which drowns in rounding where features are far from the origin; (M, N, D) is little
    # beside the maps of the backbone.
    return _distance(anchor[..., :, None, :], other[..., None, :, :])


def _distance(anchor: Tensor, other: Tensor) -> Tensor:
    """Euclidean distance of rows that stand side by side: (..., D) and (..., D), broadcast -> (...)."""
    # Half precision would lose the difference of two nearly equal features.
    with torch.autocast(anchor.device.type, enabled=False):
        if anchor.dtype in (torch.float16, torch.bfloat16):
            anchor, other = anchor.float(), other.float()
        return torch.linalg.vector_norm(anchor - other, dim=-1)


def batch_hard_triplet(anchor: Tensor, other: Tensor, labels: Tensor, margin: float) -> Tensor:
    """Batch-hard triplet loss, summed over the M anchors: Eqs. 5 and 6 across, Eq. 10 inside.

    Each anchor is pulled to the farthest row of `other` of the same person and pushed from the
    nearest row of another person. Inside one modality `other` is `anchor` itself.

    Args:
        anchor: features, (..., M, D), float.
        other: features, (..., M, D), row i being the same person as row i of `anchor`.
        labels: person of each row, (M,), integer.
        margin: how much nearer the person must be than anybody else, at least 0.

    Returns:
        (...), at least 0.

    Raises:
        XivlabError: a modality is empty, shapes differ, the margin is negative, or everybody in
            the batch is the same person.

    Example:
        Two people of two images each, one image of the second too near to the first person.

        >>> anchor = torch.tensor([[0.0], [1.0], [2.0], [5.0]])
        >>> batch_hard_triplet(anchor, anchor, torch.tensor([7, 7, 8, 8]), margin=0.5)
        tensor(3.)
    """
    _check_batch(anchor, other, labels, margin)
    # Which rows are hardest needs no gradient, which then has 2 M distances to go through, not M x M.
    with torch.no_grad():
        distance = pairwise_distance(anchor, other)  # (..., M, M)
        same = labels[:, None] == labels[None, :]  # (M, M)
        farthest = distance.masked_fill(~same, -torch.inf).argmax(-1)  # (..., M) rows of other
        nearest = distance.masked_fill(same, torch.inf).argmin(-1)
        rows = torch.cat([farthest, nearest], -1)[..., None]
    hardest = other.take_along_dim(rows, -2).unflatten(-2, (2, -1))  # (..., 2, M, D)
    positive, negative = _distance(anchor[..., None, :, :], hardest).unbind(-2)  # (..., M)
    return (margin + positive - negative).clamp_min(0).sum(-1)  # Eqs. (5), (6), (10)


def identity_loss(logits: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross entropy of the identity classifier, summed over the M images: Eq. 9.

    Args:
        logits: (..., M, C), float.
        labels: (M,), integer in [0, C).
        smoothing: share of the target spread evenly over all C people; 0 is Eq. 9 as written.

    Returns:
        (...), at least 0.

    Raises:
        XivlabError: the modality is empty, or smoothing is outside [0, 1).
    """
    if logits.shape[-2] == 0:
        raise XivlabError("The modality is empty: the identity loss needs at least one image.")
    if not 0 <= smoothing < 1:
        raise XivlabError(f"Label smoothing must be in [0, 1), not {smoothing}.")
    labels = labels.expand(logits.shape[:-1])
    each = F.cross_entropy(
        logits.flatten(0, -2), labels.flatten(), reduction="none", label_smoothing=smoothing
    )
    return each.view(labels.shape).sum(-1)  # Eq. (9)


def modality_loss(
    features: Tensor, logits: Tensor, labels: Tensor, margin: float, smoothing: float = 0.0
) -> Tensor:
    """Identity and triplet loss of one modality, per image: Eq. 8 (L_I; L_X and L_V alike).

    Args:
        features: (..., M, D), float, before the BNNeck.
        logits: (..., M, C), float.
        labels: (M,), integer in [0, C).
        margin: alpha2 of the paper.
        smoothing: label smoothing of the identity loss.

    Returns:
        (...), at least 0.

    Raises:
        XivlabError: as `batch_hard_triplet` and `identity_loss`.
    """
    identity = identity_loss(logits, labels, smoothing)  # Eq. (9)
    triplet = batch_hard_triplet(features, features, labels, margin)  # Eq. (10)
    return (identity + triplet) / len(labels)  # Eq. (8)


def respective_gap(*modality_losses: Tensor) -> Tensor:
    """L_M, the sum of the modality losses: Eq. 7. The baseline leaves out L_X.

    Args:
        modality_losses: scalars of `modality_loss`, one or more.

    Returns:
        scalar.
    """
    return torch.stack(modality_losses).sum()  # Eq. (7)


def cross_modality(
    first: Tensor, second: Tensor, labels: Tensor, margin: float, cross: Cross = "hard"
) -> Tensor:
    """Triplet loss between two modalities, both directions, per image: Eq. 4.

    Args:
        first: features of one modality, (..., M, D), float.
        second: features of the other, (..., M, D), row i being the same person.
        labels: (M,), integer.
        margin: alpha1 of the paper.
        cross: "hard" compares images (Eqs. 5 and 6 as written); "centre" first averages each
            person's images (hetero-centre triplet loss, Liu et al. 2020, used by the authors'
            code), and M is then the number of people.

    Returns:
        (...), at least 0.

    Raises:
        XivlabError: as `batch_hard_triplet`, or `cross` is neither name.
    """
    if cross not in ("hard", "centre"):
        raise XivlabError(f"cross must be 'hard' or 'centre', not {cross!r}.")
    _check_batch(first, second, labels, margin)
    if cross == "centre":
        first, people = identity_centres(first, labels)
        second, labels = identity_centres(second, labels)[0], people
    there = batch_hard_triplet(first, second, labels, margin)  # Eq. (5)
    back = batch_hard_triplet(second, first, labels, margin)  # Eq. (6)
    return (there + back) / len(labels)  # Eq. (4)


def identity_centres(features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean feature of each person.

    Args:
        features: (..., M, D), float.
        labels: (M,), integer.

    Returns:
        centres (..., P, D) and their people (P,), ascending.
    """
    people = labels.unique()
    member = (labels[None, :] == people[:, None]).to(features.dtype)  # (P, M)
    return member @ features / member.sum(1, keepdim=True), people


def cross_gap(infrared_x: Tensor, infrared_visible: Tensor) -> Tensor:
    """L_C, the cross-modality gap: Eq. 3.

    Args:
        infrared_x: scalar, `cross_modality` of infrared and X.
        infrared_visible: scalar, `cross_modality` of infrared and visible.

    Returns:
        scalar.
    """
    return infrared_x + infrared_visible  # Eq. (3)


def total_loss(respective: Tensor, cross: Tensor, lam: float) -> Tensor:
    """The whole objective, L_M + lambda L_C: Eq. 11.

    Args:
        respective: scalar, L_M of Eq. 7.
        cross: scalar, L_C of Eq. 3.
        lam: lambda, the weight of the cross-modality gap, at least 0.

    Returns:
        scalar.

    Raises:
        XivlabError: `lam` is negative.
    """
    if not lam >= 0:
        raise XivlabError(f"lam (lambda of Eq. 11) must be at least 0, not {lam}.")
    return respective + lam * cross  # Eq. (11)


def _check_batch(anchor: Tensor, other: Tensor, labels: Tensor, margin: float) -> None:
    """Refuse batches on which the triplet loss has no meaning."""
    if anchor.shape[-2] == 0 or other.shape[-2] == 0:
        raise XivlabError("A modality is empty: the triplet loss needs images of both sides.")
    if anchor.shape != other.shape or labels.shape != anchor.shape[-2:-1]:
        raise XivlabError(
            "anchor, other and labels must be aligned (..., M, D), (..., M, D) and (M,), not "
            f"{tuple(anchor.shape)}, {tuple(other.shape)} and {tuple(labels.shape)}."
        )
    if not margin >= 0:
        raise XivlabError(f"The margin must be at least 0, not {margin}.")
    if bool((labels == labels[0]).all()):
        raise XivlabError("The batch shows one person only: a triplet needs at least two.")
