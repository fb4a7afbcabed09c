"""In the manner of D-HSME (Hao et al. 2019): classification on a sphere, and a shared layer that is decorrelated."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.methods.bdtr import top_ranking
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, mean_pool, split_for
from xivlab.model import WITHOUT_X, Output

SCALE = 14.0  # s, of the cosines
RANKING = 0.5  # weight of the ranking across the modalities
# Rounds of restraint and relaxation: shares of the training after which one begins, and how long its restraint lasts.
ROUNDS, RESTRAINT = (4 / 6, 5 / 6), 1 / 12


class Sphere(nn.Module):
    """A shared layer without bias, and the cosine of its output with each person's vector, times s.

    Args:
        width: channels of the private maps, and of the layer.
        classes: C.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.layer = nn.Linear(width, width, bias=False)  # A
        self.classifier = classifier_of(width, classes)  # c_j; only its directions count

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(B, width, h, w) -> features and s cos(theta), (B, C)."""
        weight = self.layer.weight
        if self.training and step is not None:
            if begins(step):
                decorrelate(self.layer, self.classifier)
            if restrained(step):
                weight = weight.detach()
        feature = F.linear(mean_pool(maps), weight)
        return Output(feature, feature, sphere_logits(feature, self.classifier.weight))


def sphere_logits(features: Tensor, people: Tensor) -> Tensor:
    """s cos(theta_j) of features (B, D) and vectors of people (C, D), whatever the length of either: (B, C)."""
    return SCALE * F.normalize(features) @ F.normalize(people).mT


def begins(step: Step) -> bool:
    """Whether a round begins with this step."""
    return any(step.number == round(start * step.of) for start in ROUNDS)


def restrained(step: Step) -> bool:
    """Whether the shared layer rests in this step."""
    return any(round(s * step.of) <= step.number < round((s + RESTRAINT) * step.of) for s in ROUNDS)


@torch.no_grad()
def decorrelate(layer: nn.Linear, classifier: nn.Linear) -> None:
    """Replace A by (U S)^T, where A^T = U S V^T, and each person's vector by V^T c (Sun et al. 2017).

    The features are rotated, and the people with them: no distance and no score changes, and A A^T is diagonal.
    """
    full = layer.weight.double().mT
    U, S, Vh = torch.linalg.svd(full, full_matrices=False)
    layer.weight.copy_((U * S).mT)
    classifier.weight.copy_(classifier.weight.double() @ Vh.mT)


def agreement(logits: Tensor, target: Tensor) -> Tensor:
    """KL(target || logits), the mean over rows of (M, C) scores; no gradient goes into the target."""
    wanted = target.detach().log_softmax(1)
    return F.kl_div(logits.log_softmax(1), wanted, reduction="batchmean", log_target=True)


def build(config: Settings, classes: int) -> Streams:
    """Two whole networks, copies of the same weights, and the sphere."""
    parts = split_for(config, 5)
    return Streams(Learner(parts, Sphere(parts.width, classes)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = L_sph(v) + L_sph(t) + KL(p_t || p_v) + KL(p_v || p_t) + 0.5 x ranking across the modalities."""
    visible, infrared = outputs["visible"], outputs["infrared"]
    sphere = {
        f"loss_{name}": F.cross_entropy(one.logits, labels, label_smoothing=config.label_smoothing)
        for name, one in outputs.items()
    }
    agree = agreement(visible.logits, infrared.logits) + agreement(infrared.logits, visible.logits)
    across, _inside = top_ranking(visible.before_bn, infrared.before_bn, labels)
    loss = torch.stack(list(sphere.values())).sum() + agree + RANKING * across
    return {"loss": loss} | sphere | {"loss_agreement": agree, "loss_across": across}


METHODS = {
    "dhsme-style": Method(
        "D-HSME-style",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_agreement", "loss_across"),
        (),
        build,
        losses,
        source="after Hao et al., AAAI 2019",
        fidelity="C",
        assumed=(
            "Only the classification on a sphere is confirmed; its scale of 14 is that of SphereReID.",
            "What ties the modalities is assumed: KL divergences of aligned rows, and BDTR's ranking across them.",
            "Decorrelation is that of SVDNet, two rounds in the last third of the training; Adam's means stay.",
            "Everything up to the shared layer is private; there is no BNNeck, whatever the settings say.",
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
        neckless=True,
        least=(2, 1),
        rests=True,
    )
}
