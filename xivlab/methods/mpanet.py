"""MPANet (Wu et al. 2021): patterns found by masks, people gathered in one centre, modalities that teach each other."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import SLIM, Split
from xivlab.loss import identity_centres, pairwise_distance
from xivlab.methods.agw import all_rows
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, neck_of, split_for
from xivlab.model import WITHOUT_X, Output

MARGIN = 0.7  # between centres
OVERLAP, OWN, AGREE = 0.5, 1.0, 2.5  # weights
MOVED = 0.2  # rate of the moving averages
SLIM_MASKS, MASKS = (2, 4), (6, 16)  # how many patterns; by how much a gate is narrower inside
ALLEVIATED = (3, 4)  # third and fourth stage, behind the stem


class Alleviation(nn.Module):
    """m x + (1 - m) InstanceNorm(x): channels that tell the modality are normalised away, image by image.

    Args:
        channels: of the maps.
        narrower: by how much the gate is, inside.
    """

    def __init__(self, channels: int, narrower: int) -> None:
        super().__init__()
        inner = channels // narrower
        self.gate = nn.Sequential(
            nn.Linear(channels, inner, bias=False), nn.ReLU(), nn.Linear(inner, channels, bias=False)
        )

    def forward(self, maps: Tensor) -> Tensor:
        """(B, channels, h, w) -> the same shape."""
        share = self.gate(maps.mean((2, 3))).sigmoid()[..., None, None]
        spread, mean = torch.var_mean(maps, (2, 3), correction=0, keepdim=True)
        return share * maps + (1 - share) * (maps - mean) / (spread + 1e-5).sqrt()


class Patterns(nn.Module):
    """The whole map and each masked pattern of it, pooled side by side, and three classifiers.

    Args:
        width: channels of the maps.
        masks: how many patterns.
        classes: C.
        neck: whether there is a BNNeck.
    """

    def __init__(self, width: int, masks: int, classes: int, neck: bool) -> None:
        super().__init__()
        whole = width * (1 + masks)
        self.masks = nn.Conv2d(width, masks, 1)
        self.neck = neck_of(whole, neck)
        self.classifier = classifier_of(whole, classes)
        self.own = nn.ModuleDict({light: classifier_of(whole, classes) for light in ("infrared", "visible")})
        for light, classifier in self.own.items():
            self.register_buffer(f"slow_{light}", classifier.get_parameter("weight").detach().clone())

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """Features (B, width * (1 + masks)), and by row "overlap" of its masks, scores of its modality's "own"
        classifier, and of the moving average of the "other" modality's."""
        masks = self.masks(maps).sigmoid()  # (B, masks, h, w)
        patterns = torch.einsum("bmhw,bchw->bmc", masks, maps) / maps[0, 0].numel()
        before = torch.cat([patterns.flatten(1), maps.mean((2, 3))], 1)
        after = self.neck(before)
        if self.training:
            self.follow()
        blocks = list(zip(lights, after.chunk(len(lights)), strict=True))
        own = torch.cat([self.own[light](block) for light, block in blocks])
        with torch.no_grad():
            other = torch.cat(
                [F.linear(block, self.get_buffer(f"slow_{_other(light)}")) for light, block in blocks]
            )
        more = {"overlap": overlap(masks), "own": own, "other": other}
        return Output(before, after, self.classifier(after), more)

    @torch.no_grad()
    def follow(self) -> None:
        """Move the averages a step towards the classifiers."""
        for light, classifier in self.own.items():
            self.get_buffer(f"slow_{light}").lerp_(classifier.get_parameter("weight"), MOVED)


def _other(light: str) -> str:
    return "visible" if light == "infrared" else "infrared"


def overlap(masks: Tensor) -> Tensor:
    """Of each image the products of different masks, summed over places, the mean over pairs: (B, masks, h, w) -> (B,)."""
    rows = masks.flatten(2)
    products = rows @ rows.mT  # (B, masks, masks)
    count = masks.shape[1]
    return (products.sum((1, 2)) - products.diagonal(dim1=1, dim2=2).sum(1)) / (count * (count - 1))


def centre_cluster(features: Tensor, labels: Tensor) -> Tensor:
    """mean_i |f_i - c(y_i)| + mean over people of the mean over others of [0.7 - |c_p - c_q|]+.

    Args:
        features: (M, D), of both modalities, which have one centre.
        labels: (M,), integer, of two people at least.

    Example:
        >>> centre_cluster(torch.tensor([[0.0], [2.0], [4.0], [6.0]]), torch.tensor([0, 0, 1, 1]))
        tensor(1.)
    """
    centres, people = identity_centres(features, labels)
    own = centres[torch.searchsorted(people, labels)]
    near = torch.linalg.vector_norm(features - own, dim=1).mean()
    apart = (MARGIN - pairwise_distance(centres, centres)).clamp_min(0)
    count = len(people)
    return near + (apart.sum() - apart.diagonal().sum()) / (count * (count - 1))


def disagreement(own: Tensor, other: Tensor) -> Tensor:
    """KL(p_own || p_other) of (M, C) scores, the mean over rows; 0 where the classifiers agree."""
    return F.kl_div(other.log_softmax(1), own.log_softmax(1), reduction="batchmean", log_target=True)


def with_alleviation(parts: Split, narrower: int) -> Split:
    """The same stages, the last two followed by `Alleviation`."""
    shared = [
        nn.Sequential(stage, Alleviation(width, narrower)) if place in ALLEVIATED else stage
        for place, (stage, width) in enumerate(zip(parts.shared, parts.widths, strict=True))
    ]
    return parts._replace(shared=shared)


def build(config: Settings, classes: int) -> Streams:
    """Everything shared, with modality alleviation, and patterns on top."""
    masks, narrower = SLIM_MASKS if config.backbone in SLIM else MASKS
    parts = with_alleviation(split_for(config, 0), narrower)
    return Streams(Learner(parts, Patterns(parts.width, masks, classes, config.neck)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = CE + 0.5 overlap + centre cluster + CE of the own classifiers + 2.5 KL(own || other)."""
    terms = identities(outputs, labels, config)
    own = identities(
        {name: one._replace(logits=one.more["own"]) for name, one in outputs.items()}, labels, config
    )
    alone = torch.stack(list(own.values())).sum()
    masks = torch.cat([one.more["overlap"] for one in outputs.values()]).mean()
    cluster = centre_cluster(*all_rows(outputs, labels))
    agree = torch.stack([disagreement(one.more["own"], one.more["other"]) for one in outputs.values()]).mean()
    loss = mean_of(terms) + OVERLAP * masks + cluster + OWN * alone + AGREE * agree
    parts = {"loss_own": alone, "loss_masks": masks, "loss_centres": cluster, "loss_agreement": agree}
    return {"loss": loss} | terms | parts


METHODS = {
    "mpanet": Method(
        "MPANet",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_own", "loss_masks", "loss_centres", "loss_agreement"),
        (),
        build,
        losses,
        source="Wu et al., CVPR 2021",
        fidelity="A",
        assumed=(
            "The slim backbones have two patterns for six, and gates narrower by four for sixteen.",
            "The margin of 0.7 is one of features as they are, whose length depends on the network.",
            "The weight of the own classifiers is 1: the authors' code adds a half twice.",
            TRAINED,
        ),
        version=1,
    )
}
