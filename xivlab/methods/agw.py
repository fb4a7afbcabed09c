"""AGW (Ye et al. 2021): non-local blocks, generalised mean pooling, and a weighted regularised triplet loss."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import Split
from xivlab.loss import batch_hard_triplet, pairwise_distance
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Head, Learner, Streams, gem_pool, split_for
from xivlab.model import WITHOUT_X, Output

PRIVATE = 1  # the stem
MARGIN = 0.3  # of the base that AGW starts from, and of others who start there
INNER = 8  # channels inside a non-local block
BLOCKS_AFTER = (1, 2)  # second and third of the four shared stages


class NonLocal(nn.Module):
    """Every place of a map looks at all others (Wang et al. 2018), without a softmax: W(theta' phi / N g) + x.

    Its last normalisation starts at 0, so at first it changes nothing.
    """

    def __init__(self, channels: int, inner: int = INNER) -> None:
        super().__init__()
        self.theta, self.phi, self.g = (nn.Conv2d(channels, inner, 1) for _ in range(3))
        self.back = nn.Conv2d(inner, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.norm.weight)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, channels, h, w) -> the same shape."""
        theta, phi, g = (layer(maps).flatten(2) for layer in (self.theta, self.phi, self.g))  # (B, inner, N)
        seen = g @ (phi.mT @ theta / g.shape[2])  # (B, inner, N)
        return self.norm(self.back(seen.unflatten(2, maps.shape[2:]))) + maps


def weighted_distances(anchor: Tensor, other: Tensor, same: Tensor) -> tuple[Tensor, Tensor]:
    """Of each anchor the distances to its positives, the far ones counting more, and to its negatives, the near ones.

    p = sum_j softmax(D)_j D_j over the positives, n = sum_k softmax(-D)_k D_k over the negatives.

    Args:
        anchor: (M, D), float.
        other: (N, D); where it is `anchor`, an anchor is one of its own positives, at distance 0.
        same: (M, N) bool, positives; every row has both kinds.

    Returns:
        p and n, (M,) each.
    """
    distance = pairwise_distance(anchor, other)
    # A true softmax: the authors' weights, not shifted, vanish beyond a distance of some 14.
    far = distance.masked_fill(~same, -torch.inf).softmax(1)
    near = (-distance).masked_fill(same, -torch.inf).softmax(1)
    return (far * distance).sum(1), (near * distance).sum(1)


def regularised_triplet(features: Tensor, labels: Tensor) -> Tensor:
    """WRT = mean log(1 + exp(p - n)) over all rows, whatever their modality; without a margin.

    Args:
        features: (M, D), float, not of length 1.
        labels: (M,), integer.
    """
    positive, negative = weighted_distances(features, features, labels[:, None] == labels[None, :])
    return F.softplus(positive - negative).mean()


def all_rows(outputs: Mapping[str, Output], labels: Tensor) -> tuple[Tensor, Tensor]:
    """Features before the neck of all modalities in one block, (modalities * M, D), and their labels."""
    return torch.cat([one.before_bn for one in outputs.values()]), labels.repeat(len(outputs))


def hard_triplet(features: Tensor, labels: Tensor, margin: float = MARGIN) -> Tensor:
    """What WRT stands in the place of: batch-hard triplets over all rows, whatever their modality, the mean.

    Args:
        features: (M, D), float.
        labels: (M,), integer, of two people at least.
        margin: 0.3 in the methods that use it.
    """
    return batch_hard_triplet(features, features, labels, margin) / len(labels)


def with_non_local(parts: Split) -> Split:
    """The same stages, with non-local blocks behind the second and the third."""
    shared = [
        nn.Sequential(stage, NonLocal(width)) if place in BLOCKS_AFTER else stage
        for place, (stage, width) in enumerate(zip(parts.shared, parts.widths, strict=True))
    ]
    return parts._replace(shared=shared)


def build(config: Settings, classes: int, copies: Any = None) -> Streams:
    """Private stems, shared stages with non-local blocks, generalised mean pooling, BNNeck."""
    parts = with_non_local(split_for(config, PRIVATE))
    return Streams(Learner(parts, Head(parts.width, classes, config.neck, gem_pool)), copies=copies)


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = CE + WRT, means over all 2M images."""
    terms = identities(outputs, labels, config)
    triplet = regularised_triplet(*all_rows(outputs, labels))
    return {"loss": mean_of(terms) + triplet} | terms | {"loss_triplet": triplet}


SOFTMAX = "Weights of distances are a true softmax; the authors' do not add up to 1 for far features."
BLOCKS = (
    "One non-local block of 8 inner channels behind each of two stages, for two and three of 1 inside them."
)
METHODS = {
    "agw": Method(
        "AGW",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_triplet"),
        (),
        build,
        losses,
        source="Ye et al., IEEE Transactions on Pattern Analysis and Machine Intelligence 2021",
        fidelity="A",
        assumed=(SOFTMAX, BLOCKS, TRAINED),
        version=1,
    )
}
