"""XIV-ReID (Li et al. 2020) and what its Table 4 takes away: the Baseline, Baseline+X, and the whole, with L_C.

One shared network f for all modalities; g makes X of the visible images; the modality gap constraint is L_M of
all modalities plus lambda times L_C between infrared and both others (Eq. 11).
"""

from typing import Any

import torch
from torch import Tensor, nn

from xivlab.loss import cross_gap, cross_modality, modality_loss, respective_gap, total_loss
from xivlab.methods.method import Method, Settings
from xivlab.methods.step import Step
from xivlab.model import WITH_X, WITHOUT_X, FeatureLearner, Output, SpecialCase, XGenerator, XIVNet


def build(config: Settings, classes: int) -> XIVNet:
    """f, and before it g or what stands in its place (Table 5), if the method has an X."""
    learner = FeatureLearner(config.backbone, classes, config.weights, config.last_stride, config.neck)
    generator: nn.Module | None = None
    if METHODS[config.method].has_x:
        generator = XGenerator(config.x_init_seed) if config.x == "x" else SpecialCase(config.x)
    return XIVNet(learner, generator, config.x_input)


def losses(
    outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step | None = None
) -> dict[str, Tensor]:
    """Eq. 11 and its parts, as far as the method has them.

    Args:
        outputs: of `XIVNet.forward`, M rows per modality.
        labels: (M,), int64.
        config: method, margins, lambda, smoothing and kind of L_cross.
    """
    features = torch.stack([output.before_bn for output in outputs.values()])  # (modalities, M, D)
    logits = torch.stack([output.logits for output in outputs.values()])
    # Eq. (8)
    inside = modality_loss(features, logits, labels, config.margin_respective, config.label_smoothing)
    terms = {f"loss_{name}": term for name, term in zip(outputs, inside, strict=True)}
    loss = respective_gap(*terms.values())  # Eq. (7)
    if METHODS[config.method].weighed:
        infrared, *others = outputs  # then X, then visible
        beside_each = features[:1].expand(len(others), -1, -1)
        # Eq. (4)
        across = cross_modality(beside_each, features[1:], labels, config.margin_cross, config.cross)
        pairs = {f"loss_{infrared}_{name}": term for name, term in zip(others, across, strict=True)}
        terms |= pairs
        loss = total_loss(loss, cross_gap(*pairs.values()), config.lam)  # Eqs. (3), (11)
    return {"loss": loss} | terms


_INSIDE: tuple[str, ...] = ("loss_infrared", "loss_x", "loss_visible")
_ACROSS = ("loss_infrared_x", "loss_infrared_visible")
_SAID: dict[str, Any] = {
    "source": "Li et al., AAAI 2020",
    "fidelity": "kit",
    "assumed": (
        "Where text and code of the authors differ the default is the text, and a setting has the code.",
    ),
}
METHODS = {
    "baseline": Method("Baseline", WITHOUT_X, ("loss_infrared", "loss_visible"), (), build, losses, **_SAID),
    "baseline+x": Method("Baseline+X", WITH_X, _INSIDE, (), build, losses, **_SAID),
    "baseline+x+cmg": Method("XIV-ReID", WITH_X, _INSIDE + _ACROSS, _ACROSS, build, losses, **_SAID),
}
