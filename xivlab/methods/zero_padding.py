"""Deep zero-padding (Wu et al. 2017): a place in the input for each modality, zeros in the other's."""

import torch
from torch import Tensor

from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import BASE, TERMS, TRAINED, losses
from xivlab.methods.streams import Head, Learner, Streams, split_for
from xivlab.model import MEAN, STD, WITHOUT_X, gray

GRAY_MEAN, GRAY_STD = sum(MEAN) / 3, sum(STD) / 3  # of one channel


def padded(images: Tensor, modality: str) -> Tensor:
    """The gray image in the channel of its modality, and exact zeros in the other: visible 1, infrared 2.

    It is normalised before it is padded: a black pad would not be silent.

    Args:
        images: (B, 3, H, W), in [0, 1].
        modality: "visible" or "infrared".

    Returns:
        (B, 2, H, W).
    """
    one = (gray(images) - GRAY_MEAN) / GRAY_STD
    silence = torch.zeros_like(one)
    return torch.cat([silence, one] if modality == "infrared" else [one, silence], 1)


def build(config: Settings, classes: int) -> Streams:
    """One network of two input channels: which of its nodes belong to one modality alone is up to the training."""
    parts = split_for(config, 0, channels=2)
    return Streams(Learner(parts, Head(parts.width, classes, config.neck)), padded)


METHODS = {
    "zero-padding": Method(
        "Zero-Padding",
        WITHOUT_X,
        TERMS,
        (),
        build,
        losses,
        source="Wu et al., ICCV 2017",
        fidelity="A-",
        assumed=(
            "Gray is the luma of ITU-R BT.601.",
            "Both channels start with the RGB weights added up.",
            BASE,
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
        least=(1, 1),
    )
}
