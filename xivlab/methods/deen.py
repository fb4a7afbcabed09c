"""DEEN (Zhang, Wang 2023): each embedding expanded to three, which shall differ and yet bring the modalities together."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import Split
from xivlab.loss import identity_centres, pairwise_distance
from xivlab.methods.agw import PRIVATE, hard_triplet
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, mean_pool, neck_of, split_for
from xivlab.model import WITHOUT_X, Face, Output

EXPANDED = 2  # third shared stage, behind which the branches begin
ROWS = 3  # of one image: the original and two branches
NARROWER = 4  # by how much a branch is, inside
CPM_MARGIN, CPM, ORTHOGONAL = 0.2, 0.8, 0.01


class Branch(nn.Module):
    """Three 3x3 convolutions, of dilation 1, 2 and 3, to a quarter of the channels; their mean, ReLU, and 1x1 back."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // NARROWER
        self.wide = nn.ModuleList(
            nn.Conv2d(channels, inner, 3, padding=reach, dilation=reach, bias=False) for reach in (1, 2, 3)
        )
        self.back = nn.Conv2d(inner, channels, 1)
        for layer in (*self.wide, self.back):
            nn.init.kaiming_normal_(layer.get_parameter("weight"))
        nn.init.zeros_(self.back.get_parameter("bias"))

    def forward(self, maps: Tensor) -> Tensor:
        """(B, channels, h, w) -> the same shape."""
        return self.back(torch.relu(torch.stack([layer(maps) for layer in self.wide]).mean(0)))


class Expansion(nn.Module):
    """Diverse embedding expansion: the maps, and behind them those of both branches, as further rows of the batch."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(Branch(channels) for _ in range(ROWS - 1))

    def forward(self, maps: Tensor) -> Tensor:
        """(B, channels, h, w) -> (3 B, channels, h, w)."""
        return torch.cat([maps, *(branch(maps) for branch in self.branches)])


class ThreeRows(nn.Module):
    """One pooling, BNNeck and classifier for all three rows of each image.

    Args:
        width: D, channels of the maps.
        classes: C.
        neck: whether there is a BNNeck.
    """

    def __init__(self, width: int, classes: int, neck: bool) -> None:
        super().__init__()
        self.neck = neck_of(width, neck)
        self.classifier = classifier_of(width, classes)

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(3 B, D, h, w) -> the rows of each image side by side, (B, 3 D), those behind the neck of length 1 each, and
        scores of the original, with those of all three as "expanded", (B, 3, C)."""
        before = mean_pool(maps)
        after = self.neck(before)
        scores = torch.stack(self.classifier(after).chunk(ROWS), 1)
        # So searched, all three count alike: similarities of the rows are added up.
        beside = torch.cat(F.normalize(after).chunk(ROWS), 1)
        return Output(torch.cat(before.chunk(ROWS), 1), beside, scores[:, 0], {"expanded": scores})


class Expanded(Streams):
    """Streams whose maps have three rows of each image."""

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of the original row: (B, D, h, w)."""
        return super().maps(images, face).chunk(ROWS)[0]


def centre_pulling(
    visible: Tensor, infrared: Tensor, expanded: tuple[Tensor, Tensor], labels: Tensor
) -> Tensor:
    """L_cpm: [d(c_v', c_t) - sg d(c_v', c_v) + m]+ + 1/2 [d(c_v', c_t) - min d(c_v', c_v'*) + m]+
    + 1/2 [d(c_v', c_t) - min d(c_v, c_v*) + m]+, the mean over people, and over both modalities exchanged.

    A person's expanded visible centre c_v' is pulled to the original infrared centre c_t, nearer than to its own original
    c_v (sg: no gradient), and than different people (*) are to each other.

    Args:
        visible, infrared: (M, D), original rows, row i of both being the same person.
        expanded: the same of one branch.
        labels: (M,), integer, of two people at least.
    """
    centres = [identity_centres(rows, labels)[0] for rows in (visible, infrared, *expanded)]
    original, new = centres[:2], centres[2:]
    total = []
    for own, other in ((0, 1), (1, 0)):
        pulled = _paired(new[own], original[other])
        limits = (_paired(new[own], original[own]).detach(), _nearest(new[own]), _nearest(original[own]))
        total += [
            weight * (pulled - limit + CPM_MARGIN).clamp_min(0).mean()
            for limit, weight in zip(limits, (1, 0.5, 0.5), strict=True)
        ]
    return torch.stack(total).sum() / 2


def _paired(one: Tensor, other: Tensor) -> Tensor:
    """Distance of each centre to the same person's: (P,)."""
    return torch.linalg.vector_norm(one - other, dim=1)


def _nearest(centres: Tensor) -> Tensor:
    """Distance of each centre to the nearest of others: (P,)."""
    own = torch.eye(len(centres), dtype=torch.bool, device=centres.device)
    return pairwise_distance(centres, centres).masked_fill(own, torch.inf).amin(1)


def orthogonality(rows: Tensor) -> Tensor:
    """L_ort: the mean inner product of both branches' pooled features, over three rows each: (B, 3, D) -> scalar."""
    return (rows[:, 1] * rows[:, 2]).sum(1).mean() / ROWS


def with_expansion(parts: Split) -> Split:
    """The same stages, the third followed by `Expansion`; so the last one runs on three times the rows."""
    shared = [
        nn.Sequential(stage, Expansion(width)) if place == EXPANDED else stage
        for place, (stage, width) in enumerate(zip(parts.shared, parts.widths, strict=True))
    ]
    return parts._replace(shared=shared)


def build(config: Settings, classes: int) -> Expanded:
    """Private stems, shared stages with the expansion, one head for all rows."""
    parts = with_expansion(split_for(config, PRIVATE))
    return Expanded(Learner(parts, ThreeRows(parts.width, classes, config.neck)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = CE + triplets over all 6M rows + 0.8 [L_cpm of both branches] + 0.01 L_ort."""
    each = [
        identities({name: one._replace(logits=one.more["expanded"][:, row]) for name, one in outputs.items()},
                   labels, config)
        for row in range(ROWS)
    ]  # fmt: skip
    terms = {name: torch.stack([one[name] for one in each]).mean() for name in each[0]}
    rows = {name: torch.stack(one.before_bn.chunk(ROWS, 1), 1) for name, one in outputs.items()}  # (M, 3, D)
    everything = torch.cat(list(rows.values()))
    triplet = hard_triplet(everything.flatten(0, 1), labels.repeat(2).repeat_interleave(ROWS))
    (visible, *bright), (infrared, *dark) = rows["visible"].unbind(1), rows["infrared"].unbind(1)
    pulling = torch.stack(
        [centre_pulling(visible, infrared, both, labels) for both in zip(bright, dark, strict=True)]
    ).sum()
    apart = orthogonality(everything)
    loss = mean_of(terms) + triplet + CPM * pulling + ORTHOGONAL * apart
    more = {"loss_triplet": triplet, "loss_centres": pulling, "loss_orthogonality": apart}
    return {"loss": loss} | terms | more


METHODS = {
    "deen": Method(
        "DEEN",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_triplet", "loss_centres", "loss_orthogonality"),
        (),
        build,
        losses,
        source="Zhang and Wang, CVPR 2023",
        fidelity="A-",
        assumed=(
            "There are no blocks that fuse the maps of neighbouring stages, and no dropout of 0.01 in the expansion.",
            "The three rows behind the neck are searched side by side; the authors add those before it and mirror images.",
            "The last stage is there on every data set; the authors take it away on RegDB.",
            "Visible images are not turned gray by chance; a half of all is erased in part, as theirs.",
            TRAINED,
        ),
        version=1,
        settings={"erase": 0.5},
    )
}
