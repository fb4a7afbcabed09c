"""BDTR (Ye et al. 2018b): bi-directional dual-constrained top-ranking loss on two private networks."""

import torch
from torch import Tensor
from torch.nn import functional as F

from xivlab.backbones import SLIM
from xivlab.loss import pairwise_distance
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, split_for
from xivlab.methods.tone import CUT, HOUSE, PAIRS, SharedLayer
from xivlab.model import WITHOUT_X, Output

MARGIN, MARGIN_INSIDE, WEIGHT_INSIDE = 0.5, 0.1, 0.1  # m, m2 and lam
PAPER_WIDTH = 1024  # of fc7


def top_ranking(visible: Tensor, infrared: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Across: mean_i [m + D(v_i,t_i) - min_k D(v_i,t_k)]+ and the same from t_i; inside: mean_i [m2 - D(t_i,t_k*)]+
    and the same of visible images, k* being those nearest impostors.

    Args:
        visible, infrared: (N, D), float; scaled to length 1 here. Row i of both shows the same person.
        labels: (N,), integer; the authors have one row a person, and an impostor is anybody else.

    Returns:
        the part across the modalities and that inside them, scalars of at least 0.
    """
    visible, infrared = F.normalize(visible), F.normalize(infrared)
    distance = pairwise_distance(visible, infrared)  # (N, N)
    match = distance.diagonal()
    others = distance.masked_fill(labels[:, None] == labels[None, :], torch.inf)
    there, back = others.min(1), others.min(0)
    across = (MARGIN + match - there.values).clamp_min(0).mean()
    across = across + (MARGIN + match - back.values).clamp_min(0).mean()
    inside = _apart(infrared, there.indices) + _apart(visible, back.indices)
    return across, inside


def _apart(features: Tensor, impostors: Tensor) -> Tensor:
    """How much nearer than m2 an image's match and its nearest impostor are, which are of one modality."""
    distance = torch.linalg.vector_norm(features - features[impostors], dim=1)
    return (MARGIN_INSIDE - distance).clamp_min(0).mean()


def build(config: Settings, classes: int) -> Streams:
    """Two whole networks, each with a normalisation of its own, and the layer that they share."""
    parts = split_for(config, 5)
    shared = parts.width if config.backbone in SLIM else PAPER_WIDTH
    return Streams(Learner(parts, SharedLayer(parts.width, shared, classes, config.neck, normed=True)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = CE over all 2N images + L_rank, whose part inside a modality counts a tenth."""
    terms = identities(outputs, labels, config)
    across, inside = top_ranking(outputs["visible"].before_bn, outputs["infrared"].before_bn, labels)
    loss = mean_of(terms) + across + WEIGHT_INSIDE * inside
    return {"loss": loss} | terms | {"loss_across": across, "loss_inside": inside}


METHODS = {
    "bdtr": Method(
        "BDTR",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_across", "loss_inside"),
        (),
        build,
        losses,
        source="Ye et al., IJCAI 2018",
        fidelity="A",
        assumed=(
            "The batch has 32 people instead of 64; where a person has several images, an impostor is anybody else.",
            CUT,
            HOUSE,
        ),
        version=1,
        settings=PAIRS,
        least=(2, 1),
    )
}
