"""HAT (Ye, Shen, Shao 2020): gray copies of the visible images as a third modality in one shared network."""

from itertools import combinations

import torch
from torch import Tensor
from torch.nn import functional as F

from xivlab.methods.agw import SOFTMAX, weighted_distances
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Head, Learner, Streams, split_for
from xivlab.model import WITHOUT_X, Output, gray


def tri_directional(outputs: dict[str, Output], labels: Tensor) -> Tensor:
    """Mean log(1 + exp(p - n)) from each modality to each other, summed over the six directions."""
    same = labels[:, None] == labels[None, :]
    total = []
    for one, other in combinations([output.before_bn for output in outputs.values()], 2):
        for anchor, found in ((one, other), (other, one)):
            positive, negative = weighted_distances(anchor, found, same)
            total.append(F.softplus(positive - negative).mean())
    return torch.stack(total).sum()


def build(config: Settings, classes: int) -> Streams:
    """Everything shared; a gray copy of each visible image in training."""
    parts = split_for(config, 0)
    return Streams(Learner(parts, Head(parts.width, classes, config.neck)), copies={"gray": gray})


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = CE over all 3M images + ranking in three directions + smooth L1 between an image and its gray copy."""
    terms = identities(outputs, labels, config)
    ranking = tri_directional(outputs, labels)
    invariance = F.smooth_l1_loss(outputs["visible"].before_bn, outputs["gray"].before_bn)
    loss = mean_of(terms) + ranking + invariance
    return {"loss": loss} | terms | {"loss_ranking": ranking, "loss_invariance": invariance}


METHODS = {
    "hat": Method(
        "HAT",
        WITHOUT_X,
        ("loss_infrared", "loss_gray", "loss_visible", "loss_ranking", "loss_invariance"),
        (),
        build,
        losses,
        source="Ye et al., IEEE Transactions on Information Forensics and Security 2020",
        fidelity="B",
        assumed=(
            "No code was found: ranking and invariance loss are those of descriptions, both with weight 1.",
            SOFTMAX,
            TRAINED,
        ),
        version=1,
    )
}
