"""CAJ (Ye et al. 2021b): AGW's network on random channels of the visible images, with an enhanced triplet loss."""

from torch import Tensor
from torch.nn import functional as F

from xivlab.methods import agw
from xivlab.methods.agw import BLOCKS, SOFTMAX, all_rows, weighted_distances
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Streams
from xivlab.model import WITHOUT_X, Output, random_channel

LARGEST = 88.0  # of the exponent, beyond which single precision knows no exponential


def squared_difference(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean of log(1 + exp(sign(p - n) (p - n)^2)), p and n of `weighted_distances`, (M,) each.

    Example:
        >>> import torch
        >>> squared_difference(torch.tensor([1.0]), torch.tensor([1.0]))
        tensor(0.6931)
    """
    difference = positive - negative
    return F.softplus((difference * difference.abs()).clamp_max(LARGEST)).mean()


def build(config: Settings, classes: int) -> Streams:
    """AGW's network; in training each visible image enters twice, as itself and as one of its channels."""
    return agw.build(config, classes, copies={"channel": random_channel})


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = CE + enhanced squared difference, means over all 3M images."""
    terms = identities(outputs, labels, config)
    rows, people = all_rows(outputs, labels)
    triplet = squared_difference(*weighted_distances(rows, rows, people[:, None] == people[None, :]))
    return {"loss": mean_of(terms) + triplet} | terms | {"loss_triplet": triplet}


METHODS = {
    "caj": Method(
        "CAJ",
        WITHOUT_X,
        ("loss_infrared", "loss_channel", "loss_visible", "loss_triplet"),
        (),
        build,
        losses,
        source="Ye et al., ICCV 2021",
        fidelity="A",
        assumed=(
            "The channel is drawn by the image's own brightness, before the normalisation.",
            "Infrared images have no channel or gray step: their channels are equal.",
            "An image is searched as itself alone; the authors add its mirror image.",
            SOFTMAX,
            BLOCKS,
            TRAINED,
        ),
        version=1,
        settings={"erase": 0.5},
    )
}
