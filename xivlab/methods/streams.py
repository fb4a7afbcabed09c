"""Streams: what each modality passes alone, then what all share, and a head that says who it is."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn

from xivlab.backbones import Split, split
from xivlab.methods.step import Step
from xivlab.model import Face, Networks, Output

Pool = Callable[[Tensor], Tensor]


def mean_pool(maps: Tensor) -> Tensor:
    """Average pooling: (B, D, h, w) -> (B, D)."""
    return maps.mean((2, 3))


def gem_pool(maps: Tensor, p: float = 3.0) -> Tensor:
    """Generalised mean pooling, (mean x^p + 1e-12)^(1/p), of maps of at least 0: (B, D, h, w) -> (B, D)."""
    return (maps.pow(p).mean((2, 3)) + 1e-12).pow(1 / p)


def neck_of(width: int, wanted: bool) -> nn.Module:
    """The BNNeck of XIV-ReID, or nothing."""
    if not wanted:
        return nn.Identity()
    neck = nn.BatchNorm1d(width)
    neck.bias.requires_grad_(False)
    return neck


def classifier_of(width: int, classes: int) -> nn.Linear:
    """The classifier of XIV-ReID, without bias: before the first step everybody is as likely."""
    classifier = nn.Linear(width, classes, bias=False)
    nn.init.normal_(classifier.weight, std=0.001)
    return classifier


class Head(nn.Module):
    """Pooling, BNNeck and classifier, as XIV-ReID has them.

    Args:
        width: D, channels of the maps.
        classes: C, training people.
        neck: whether there is a BNNeck.
        pool: (B, D, h, w) -> (B, D).
    """

    def __init__(self, width: int, classes: int, neck: bool, pool: Pool = mean_pool) -> None:
        super().__init__()
        self.pool = pool
        self.neck = neck_of(width, neck)
        self.classifier = classifier_of(width, classes)

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """Features and scores.

        Args:
            maps: (B, D, h, w), blocks of equally many rows.
            lights: what each block shows, as `Learner.forward` was given it.
            step: what is drawn.
        """
        before = self.pool(maps)
        after = self.neck(before)
        return Output(before, after, self.classifier(after))


class Learner(nn.Module):
    """Private stages, shared stages, head.

    Args:
        parts: of a backbone.
        head: maps, what their blocks show, and step -> Output.
    """

    def __init__(self, parts: Split, head: nn.Module) -> None:
        super().__init__()
        self.doors = nn.ModuleDict(parts.private)
        self.shared = nn.Sequential(*parts.shared)
        self.head = head

    def maps(self, blocks: Mapping[str, Tensor]) -> Tensor:
        """The last maps, (B, D, h, w), of blocks (m, channels, H, W) in their order.

        Private stages have batch statistics of their own modality, shared ones those of all blocks together.
        """
        if not self.doors:
            return self.shared(torch.cat(list(blocks.values())))
        inside = [
            self.doors[door](torch.cat([blocks[name] for name in names]))
            for door, names in groupby(blocks, door_of)
        ]
        return self.shared(torch.cat(inside))

    def forward(self, blocks: Mapping[str, Tensor], step: Step | None = None) -> Output:
        """Features and scores of blocks of equally many images, in their order."""
        return self.head(self.maps(blocks), list(blocks), step)


def door_of(name: str) -> str:
    """The modality whose private stages a block passes: a copy of a visible image is a visible image."""
    return "infrared" if name.startswith("infrared") else "visible"


class Streams(Networks):
    """A learner whose images are prepared, and copied in training, as a method has it.

    Args:
        learner: of blocks of images by modality.
        entrance: images (B, 3, H, W) in [0, 1] and their modality -> what the learner takes; normalised RGB if not
            given.
        copies: further visible images in training, by name: (B, 3, H, W) -> (B, 1, H, W), shown as three channels.
    """

    learner: Learner

    def __init__(
        self,
        learner: Learner,
        entrance: Callable[[Tensor, str], Tensor] | None = None,
        copies: Mapping[str, Callable[[Tensor], Tensor]] | None = None,
    ) -> None:
        super().__init__()
        self.learner, self.generator = learner, None
        self.ready = entrance or (lambda images, _: self.normalize(images))
        self.copies = dict(copies or {})

    def forward(self, infrared: Tensor, visible: Tensor, step: Step | None = None) -> dict[str, Output]:
        """One training pass; first infrared, then copies of the visible images, then those themselves."""
        blocks = {"infrared": self.ready(infrared, "infrared")}
        for name, copy in self.copies.items():
            blocks[name] = self.normalize(copy(visible).expand(-1, 3, -1, -1))
        blocks["visible"] = self.ready(visible, "visible")
        output = self.learner(blocks, step)
        return dict(zip(blocks, output.blocks(len(blocks)), strict=True))

    def embed(self, images: Tensor, face: Face) -> Output:
        """Features of images of one modality, (B, 3, H, W) in [0, 1], through its own door."""
        return self.learner({face: self.ready(images, face)})

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of `embed`: (B, D, h, w)."""
        return self.learner.maps({face: self.ready(images, face)})


def split_for(config: Any, private: int, channels: int = 3) -> Split:
    """The backbone of some settings, with so many private stages and input channels."""
    return split(config.backbone, config.weights, config.last_stride, private, channels)
