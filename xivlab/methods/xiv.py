"""XIV-ReID (Li et al. 2020): the Baseline, Baseline+X, and the whole with the modality gap constraint."""

from threading import Lock

import torch
from torch import Tensor, nn

from xivlab.config import Config
from xivlab.loss import cross_gap, cross_modality, modality_loss, respective_gap, total_loss
from xivlab.model import FeatureLearner, Output, SpecialCase, XGenerator, XIVNet

# The random numbers of PyTorch are the whole process's: two threads that build at once would share them out.
_RANDOM = Lock()


def build_model(config: Config, classes: int) -> XIVNet:
    """The untrained networks of a configuration, the same for the same seed, on the CPU.

    Args:
        config: settings.
        classes: C, the number of training people.

    Raises:
        XivlabError: the backbone's weights cannot be had.
    """
    with _RANDOM, torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        learner = FeatureLearner(config.backbone, classes, config.weights, config.last_stride, config.neck)
        generator: nn.Module | None = None
        if config.method != "baseline":
            learned = config.x == "x"
            generator = XGenerator(config.x_init_seed) if learned else SpecialCase(config.x)
    return XIVNet(learner, generator, config.x_input)


def losses(outputs: dict[str, Output], labels: Tensor, config: Config) -> dict[str, Tensor]:
    """All loss terms of a batch; "loss" is the one to minimise.

    Args:
        outputs: of `XIVNet.forward`, M rows per modality.
        labels: (M,), int64.
        config: method, margins, lambda, smoothing and kind of L_cross.
    """
    terms = {
        f"loss_{name}": modality_loss(  # Eq. (8)
            output.before_bn,
            output.logits,
            labels,
            config.margin_respective,
            config.label_smoothing,
        )
        for name, output in outputs.items()
    }
    loss = respective_gap(*terms.values())  # Eq. (7)
    if config.method == "baseline+x+cmg":
        infrared = outputs["infrared"].before_bn
        pairs = {
            f"loss_infrared_{name}": cross_modality(  # Eq. (4)
                infrared, outputs[name].before_bn, labels, config.margin_cross, config.cross
            )
            for name in ("x", "visible")
        }
        terms |= pairs
        loss = total_loss(loss, cross_gap(*pairs.values()), config.lam)  # Eqs. (3), (11)
    return {"loss": loss} | terms
