"""cmGAN (Dai et al. 2018): a shared network that plays against one that tells the modality from the feature."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.loss import pairwise_distance
from xivlab.methods.identity import identities
from xivlab.methods.method import Method, Player, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Head, Learner, Streams, split_for
from xivlab.model import WITHOUT_X, Output

MARGIN = 1.4  # of features as they are, not of length 1
ALPHA, BETA, GAMMA = 1.0, 1.0, 0.05  # of triplets, of identity, of the reversed gradient
FASTER = 10.0  # rate of the discriminator, in rates of the feature network


class _Reverse(torch.autograd.Function):
    """Forward the same, backward the gradient times -gamma."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, gamma: float) -> Tensor:
        ctx.gamma = gamma
        return features.view_as(features)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -ctx.gamma * gradient, None


def reverse(features: Tensor, gamma: float = GAMMA) -> Tensor:
    """R of Ganin and Lempitsky (2015): whoever learns behind it is worked against before it.

    One step of both players at once towards the saddle point min_f max_D L_gen - gamma L_dis.

    Args:
        features: (..., D).
        gamma: how strongly.
    """
    return _Reverse.apply(features, gamma)


class Game(Streams):
    """The streams, and a discriminator of their features: D -> D/2 -> D/4 -> 1, a logit, above 0 for infrared."""

    def __init__(self, learner: Learner, width: int, gamma: float = GAMMA) -> None:
        super().__init__(learner)
        self.gamma = gamma
        self.discriminator = nn.Sequential(
            nn.Linear(width, width // 2),
            nn.ReLU(),
            nn.Linear(width // 2, width // 4),
            nn.ReLU(),
            nn.Linear(width // 4, 1),
        )

    def forward(self, infrared: Tensor, visible: Tensor, step: Step | None = None) -> dict[str, Output]:
        """Outputs with "modality", (M,) logits, in `more`."""
        outputs = super().forward(infrared, visible, step)
        return {
            name: output._replace(
                more={"modality": self.discriminator(reverse(output.before_bn, self.gamma))[:, 0]}
            )
            for name, output in outputs.items()
        }


def sampled_triplets(anchor: Tensor, other: Tensor, labels: Tensor, step: Step) -> Tensor:
    """mean_a [D(a, p) - D(a, n) + m]+, p and n drawn from the other modality.

    Args:
        anchor, other: (M, D), row i of both being the same person.
        labels: (M,), integer, of two people at least.
        step: draws.
    """
    distance = pairwise_distance(anchor, other)
    same = labels[:, None] == labels[None, :]
    positive, negative = (distance.gather(1, step.choice(one)[:, None])[:, 0] for one in (same, ~same))
    return (positive - negative + MARGIN).clamp_min(0).mean()


def told_apart(outputs: dict[str, Output]) -> Tensor:
    """L_dis = BCE(D(v)) + BCE(D(t)), a mean each; 2 log 2 for a discriminator that cannot tell."""
    infrared, visible = (outputs[name].more["modality"] for name in ("infrared", "visible"))
    return F.softplus(-infrared).mean() + F.softplus(visible).mean()


def build(config: Settings, classes: int) -> Game:
    """Everything shared, and the discriminator."""
    parts = split_for(config, 0)
    return Game(Learner(parts, Head(parts.width, classes, config.neck)), parts.width)


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, step: Step) -> dict[str, Tensor]:
    """L = alpha L_tri + beta L_id + L_dis, the last behind the reversal."""
    terms = identities(outputs, labels, config)
    infrared, visible = outputs["infrared"].before_bn, outputs["visible"].before_bn
    triplets = sampled_triplets(visible, infrared, labels, step)
    triplets = triplets + sampled_triplets(infrared, visible, labels, step)
    game = told_apart(outputs)
    loss = ALPHA * triplets + BETA * (terms["loss_infrared"] + terms["loss_visible"]) + game
    return {"loss": loss} | terms | {"loss_triplets": triplets, "loss_discriminator": game}


METHODS = {
    "cmgan": Method(
        "cmGAN",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_triplets", "loss_discriminator"),
        (),
        build,
        losses,
        source="Dai et al., IJCAI 2018",
        fidelity="B",
        assumed=(
            "The game is played by a reversed gradient, both players at once; how the authors alternate is not known.",
            "Constants and networks are those of two re-implementations; triplets are drawn, not mined.",
            "The classifier sits on the pooled feature, without a hidden layer.",
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
        players={"learner": Player({"learner": 1.0, "discriminator": FASTER})},
    )
}
