"""HcTri (Liu, Tan, Zhou 2020): hetero-centre triplet loss on horizontal strips."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import SLIM
from xivlab.loss import batch_hard_triplet, identity_centres
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, neck_of, split_for
from xivlab.model import WITHOUT_X, Output

MARGIN = 0.3
PRIVATE = 2  # stem and first stage
# On RegDB the authors weigh strips twice and pool more sharply.
WEIGHT, POWER = {"regdb": 2.0}, {"regdb": 10.0}
SLIM_STRIPS, STRIPS = (2, 64), (6, 256)  # how many, and how wide each becomes


def hetero_centre_triplet(first: Tensor, second: Tensor, labels: Tensor, margin: float = MARGIN) -> Tensor:
    """Mean over the 2P centres of a person in a modality of [m + d(own other centre) - d(nearest of others)]+.

    Args:
        first, second: (M, D), features of two modalities, row i of both being the same person.
        labels: (M,), integer, of two people at least.
        margin: m.

    Example:
        >>> one, other = torch.tensor([[0.0], [3.0]]), torch.tensor([[1.0], [5.0]])
        >>> hetero_centre_triplet(one, other, torch.tensor([0, 1]))
        tensor(0.0750)
    """
    centres, people = identity_centres(torch.stack([first, second]), labels)  # (2, P, D)
    return batch_hard_triplet(centres.flatten(0, 1), centres.flatten(0, 1), people.repeat(2), margin) / (
        2 * len(people)
    )


def hetero_centre(first: Tensor, second: Tensor, labels: Tensor) -> Tensor:
    """The older form (Zhu et al. 2020), sum over people of |c_v - c_t|^2, with its arguments as above."""
    centres, _ = identity_centres(torch.stack([first, second]), labels)
    return (centres[0] - centres[1]).square().sum()


class Strip(nn.Module):
    """One strip, made narrower (1x1 convolution, normalisation, ReLU) and classified by itself."""

    def __init__(self, width: int, narrow: int, classes: int, neck: bool) -> None:
        super().__init__()
        self.reduce = nn.Sequential(nn.Linear(width, narrow), nn.BatchNorm1d(narrow), nn.ReLU())
        self.neck = neck_of(narrow, neck)
        self.classifier = classifier_of(narrow, classes)

    def forward(self, pooled: Tensor) -> Output:
        """(B, width) -> features (B, narrow) and scores (B, C)."""
        before = self.reduce(pooled)
        after = self.neck(before)
        return Output(before, after, self.classifier(after))


class Strips(nn.Module):
    """Horizontal strips of the maps, side by side.

    Args:
        width: channels of the maps.
        strips: how many.
        narrow: channels of each strip.
        classes: C.
        neck: whether there is a BNNeck in front of each classifier.
        power: p of the generalised mean.
    """

    def __init__(
        self, width: int, strips: int, narrow: int, classes: int, neck: bool, power: float = 3.0
    ) -> None:
        super().__init__()
        self.power = power
        self.strips = nn.ModuleList(Strip(width, narrow, classes, neck) for _ in range(strips))

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(B, width, h, w) -> all strips side by side, (B, strips * narrow), and "strips", (B, strips, C) scores."""
        pooled = F.adaptive_avg_pool2d(maps.pow(self.power), (len(self.strips), 1))[..., 0]
        pooled = (pooled + 1e-12).pow(1 / self.power)  # (B, width, strips)
        found = [strip(one) for strip, one in zip(self.strips, pooled.unbind(2), strict=True)]
        scores = torch.stack([one.logits for one in found], 1)
        before, after = (torch.cat([one[side] for one in found], 1) for side in (0, 1))
        return Output(before, after, scores.mean(1), {"strips": scores})


def build(config: Settings, classes: int) -> Streams:
    """Private stem and first stage, everything deeper shared, strips on top."""
    parts = split_for(config, PRIVATE)
    strips, narrow = SLIM_STRIPS if config.backbone in SLIM else STRIPS
    power = POWER.get(config.protocol, 3.0)
    return Streams(Learner(parts, Strips(parts.width, strips, narrow, classes, config.neck, power)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = sum over strips of [CE + w L_HcTri] + L_HcTri of all strips side by side."""
    infrared, visible = outputs["infrared"], outputs["visible"]
    count = infrared.more["strips"].shape[1]
    scores = torch.cat([infrared.more["strips"], visible.more["strips"]])  # (2M, strips, C)
    identity = torch.stack(
        [
            F.cross_entropy(one, labels.repeat(2), label_smoothing=config.label_smoothing)
            for one in scores.unbind(1)
        ]
    ).sum()
    whole = hetero_centre_triplet(infrared.before_bn, visible.before_bn, labels)
    both = zip(infrared.before_bn.chunk(count, 1), visible.before_bn.chunk(count, 1), strict=True)
    each = torch.stack([hetero_centre_triplet(one, other, labels) for one, other in both]).sum()
    loss = identity + WEIGHT.get(config.protocol, 1.0) * each + whole
    return {"loss": loss, "loss_identity": identity, "loss_strips": each, "loss_centres": whole}


METHODS = {
    "hctri": Method(
        "HcTri",
        WITHOUT_X,
        ("loss_identity", "loss_strips", "loss_centres"),
        (),
        build,
        losses,
        source="Liu et al., IEEE Transactions on Multimedia 2020",
        fidelity="A",
        assumed=(
            "The slim backbones end in maps of four rows: two strips of 64 channels instead of six of 256.",
            "Label smoothing is that of the settings; the authors have 0.1 on RegDB.",
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
    )
}
