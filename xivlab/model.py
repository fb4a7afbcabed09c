"""Networks of the paper: X generator g (Eq. 1) and its special cases (Table 5), feature learner f, and both together."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import backbone as make_backbone
from xivlab.errors import XivlabError

# ImageNet statistics, which every backbone here was pre-trained with.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

# What an image is embedded as at test time, by its modality: a visible one as itself and, where there is g, as X.
# "infrared_x" is no face of XIV-ReID: a method may make images of the infrared ones, too.
Face = Literal["infrared", "visible", "x", "infrared_x"]
Faces = Mapping[str, tuple[Face, ...]]
WITHOUT_X: Faces = {"infrared": ("infrared",), "visible": ("visible",)}
WITH_X: Faces = {"infrared": ("infrared",), "visible": ("visible", "x")}
# Through which faces an infrared query is compared with a visible image; Eq. 2 is the sum "v+x".
TestDistance = Literal["v", "x", "v+x"]


class XGenerator(nn.Module):
    """g of Eq. 1, X = g(V): 1x1 convolution 3 -> 1, ReLU, 1x1 convolution 1 -> 3; 10 parameters.

    Args:
        seed: None starts from weights 1/3 and bias 0, where X is a third of the mean of R, G and B;
            a number draws the weights at random. A draw whose first weights are negative switches
            the ReLU off at every pixel, and X never learns: worth seeing once.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(3, 1, 1)
        self.expand = nn.Conv2d(1, 3, 1)
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        for layer in (self.reduce, self.expand):
            bound = layer.in_channels**-0.5  # PyTorch's own range for a 1x1 convolution
            for name, numbers in layer.named_parameters():
                if generator is None:
                    nn.init.constant_(numbers, 1 / 3 if name == "weight" else 0)
                else:
                    nn.init.uniform_(numbers, -bound, bound, generator)

    def forward(self, visible: Tensor) -> Tensor:
        """X images.

        Args:
            visible: (B, 3, H, W), in [0, 1].

        Returns:
            (B, 3, H, W), not bounded; clamp to [0, 1] to show it.
        """
        pixels = visible.permute(0, 2, 3, 1)  # (B, H, W, 3)
        hidden = torch.relu(_at_each_pixel(self.reduce, pixels))
        return _at_each_pixel(self.expand, hidden).permute(0, 3, 1, 2)  # Eq. (1)


def _at_each_pixel(layer: nn.Conv2d, pixels: Tensor) -> Tensor:
    """A 1x1 convolution as what it is, one matrix product over all pixels: (..., C) -> (..., C'). PyTorch's own is made
    for many channels; with it, X forward and backward takes about twice as long."""
    return F.linear(pixels, layer.weight[:, :, 0, 0], layer.bias)


def _layers(backbone: nn.Module) -> Iterator[nn.Module]:
    """The layers of a backbone, those of a sequence in it one by one: the first is a convolution everywhere."""
    for part in backbone.children():
        yield from part if isinstance(part, nn.Sequential) else [part]


def mean(visible: Tensor) -> Tensor:
    """Mean of R, G and B: (B, 3, H, W) -> (B, 1, H, W), in [0, 1]."""
    return visible.mean(1, keepdim=True)


def gray(visible: Tensor) -> Tensor:
    """Luma of ITU-R BT.601: (B, 3, H, W) -> (B, 1, H, W), in [0, 1]."""
    red, green, blue = visible.split(1, dim=1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def value(visible: Tensor) -> Tensor:
    """V of HSV, the largest of R, G and B: (B, 3, H, W) -> (B, 1, H, W), in [0, 1]."""
    return visible.amax(1, keepdim=True)


def luminance(visible: Tensor) -> Tensor:
    """Y of YCbCr in its studio range (BT.601): (B, 3, H, W) -> (B, 1, H, W), in [16, 235] / 255.

    In full range Y would be `gray` itself; the paper reports the two apart.
    """
    return (16 + 219 * gray(visible)) / 255


def random_channel(visible: Tensor) -> Tensor:
    """R, G or B, another one for each image: (B, 3, H, W) -> (B, 1, H, W), in [0, 1].

    The channel augmentation of Ye et al. (2021) in the place of X. The draw hangs on the image's own
    brightness, in a digit that says nothing of the person: the same augmented image has the same
    channel on every device and after every interruption, with no random state to keep.
    """
    digits = (255 * visible).round().long().sum((1, 2, 3))
    return visible.gather(1, (digits % 3).view(-1, 1, 1, 1).expand(-1, 1, *visible.shape[2:]))


SPECIAL_CASES: dict[str, Callable[[Tensor], Tensor]] = {
    "mean": mean,
    "gray": gray,
    "v": value,
    "y": luminance,
}
# One of the field's later answers beside those of the paper's Table 5.
ONE_CHANNEL = SPECIAL_CASES | {"channel": random_channel}


class SpecialCase(nn.Module):
    """A one-channel image in the place of g, repeated three times.

    Args:
        kind: "mean", "gray", "v" or "y" (paper, Table 5), or "channel", a random one.

    Raises:
        XivlabError: another kind.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        if kind not in ONE_CHANNEL:
            raise XivlabError(f"Unknown kind of X {kind!r}: choose x, {', '.join(ONE_CHANNEL)}.")
        self.channel = ONE_CHANNEL[kind]

    def forward(self, visible: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, 3, H, W) in [0, 1], three equal channels."""
        return self.channel(visible).expand(-1, 3, -1, -1)


class Output(NamedTuple):
    """What f says about B images.

    Attributes:
        before_bn: (B, D) pooled features, which the triplet losses compare.
        after_bn: (B, D) the same after the BNNeck, which the classifier sees; the very same without one.
        logits: (B, C) one score per training person.
        more: (B, ...) what the losses of a method need besides, by name; the paper's need nothing.
    """

    before_bn: Tensor
    after_bn: Tensor
    logits: Tensor
    more: Mapping[str, Tensor] = MappingProxyType({})

    def mapped(self, act: Callable[[Tensor], Tensor]) -> "Output":
        """The same with every tensor changed alike."""
        more = {name: act(tensor) for name, tensor in self.more.items()}
        return Output(act(self.before_bn), act(self.after_bn), act(self.logits), more)

    def blocks(self, count: int) -> list["Output"]:
        """Its rows as `count` outputs of equally many."""
        size = len(self.logits) // count
        return [self.mapped(partial(torch.narrow, dim=0, start=i * size, length=size)) for i in range(count)]


class FeatureLearner(nn.Module):
    """f, shared by all modalities: backbone, average pooling, BNNeck, classifier without bias.

    The BNNeck (Luo et al. 2019) parts the features of the triplet loss from those of the identity
    loss; its bias is frozen at 0, as there.

    Args:
        backbone: "slim", "slim_densenet", "resnet50" or "densenet121"; see `xivlab.backbones`.
        classes: C, the number of training people.
        weights: "imagenet", "visible", None, or the path of a safetensors file.
        last_stride: of the backbone's last stage, 1 or 2.
        neck: whether there is a BNNeck; without one both losses see the same features.

    Raises:
        XivlabError: the backbone or its weights are unknown or cannot be had.
    """

    def __init__(
        self,
        backbone: str,
        classes: int,
        weights: str | None = "imagenet",
        last_stride: int = 1,
        neck: bool = True,
    ) -> None:
        super().__init__()
        self.backbone, width = make_backbone(backbone, weights, last_stride)
        self.neck = nn.BatchNorm1d(width) if neck else nn.Identity()
        if neck:
            self.neck.bias.requires_grad_(False)
        self.classifier = nn.Linear(width, classes, bias=False)
        nn.init.normal_(self.classifier.weight, std=0.001)

    def forward(self, *images: Tensor) -> Output:
        """Features and scores.

        Args:
            images: (B, 3, H, W), normalised by `MEAN` and `STD`; or several such blocks, one batch all the same.
        """
        first, *others = _layers(self.backbone)
        # The first convolution block by block, so that a gradient goes down to the pixels of those alone that were made.
        maps = torch.cat([first(block) for block in images])
        for layer in others:
            maps = layer(maps)
        before = maps.mean((2, 3))  # (B, D, h, w) -> (B, D)
        after = self.neck(before)
        return Output(before, after, self.classifier(after))


class Networks(nn.Module):
    """What the networks of every method have in common: images normalised, and features by face.

    Attributes:
        learner: what every image passes, in training and at test time.
        generator: g, where there is one.
    """

    scale: Tensor
    shift: Tensor
    learner: nn.Module
    generator: nn.Module | None

    def __init__(self) -> None:
        super().__init__()
        mean, std = (torch.tensor(statistic).view(3, 1, 1) for statistic in (MEAN, STD))
        self.register_buffer("scale", 1 / std, persistent=False)
        self.register_buffer("shift", -mean / std, persistent=False)

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.scale.device

    @property
    def faces(self) -> Faces:
        """What images of each modality are embedded as at test time."""
        return WITHOUT_X

    def normalize(self, images: Tensor) -> Tensor:
        """Zero mean and unit variance by the ImageNet statistics; shape kept."""
        return torch.addcmul(self.shift, images, self.scale)  # (images - MEAN) / STD, read and written once

    def forward(self, infrared: Tensor, visible: Tensor, step: Any = None) -> dict[str, Output]:
        """One training pass over aligned images.

        Args:
            infrared: (M, 3, H, W), in [0, 1].
            visible: (M, 3, H, W), in [0, 1], row i being the same person.
            step: what else a step knows, a `xivlab.methods.step.Step`.

        Returns:
            outputs of M rows each, by what was embedded.
        """
        raise NotImplementedError

    def embed(self, images: Tensor, face: Face) -> Output:
        """Features of images of one modality, (B, 3, H, W) in [0, 1], as one of its faces."""
        raise NotImplementedError

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of `embed`, before they are pooled: (B, D, h, w)."""
        raise NotImplementedError


class XIVNet(Networks):
    """g and f together: 3M images in one forward pass (2M for the baseline, which has no g).

    Args:
        learner: f.
        generator: g, a special case of it, or None for the baseline.
        x_input: "unit" feeds g with V in [0, 1] and normalises X like V; "normalized" feeds it with
            the normalised V and leaves X as it is, as the authors' code does.

    Raises:
        XivlabError: `x_input` is neither name.
    """

    learner: FeatureLearner

    def __init__(
        self, learner: FeatureLearner, generator: nn.Module | None = None, x_input: str = "unit"
    ) -> None:
        super().__init__()
        if x_input not in ("unit", "normalized"):
            raise XivlabError(f"x_input must be 'unit' or 'normalized', not {x_input!r}.")
        self.learner, self.generator, self.x_input = learner, generator, x_input

    def forward(self, infrared: Tensor, visible: Tensor, step: Any = None) -> dict[str, Output]:
        """One training pass over aligned images.

        Args:
            infrared: (M, 3, H, W), in [0, 1].
            visible: (M, 3, H, W), in [0, 1], row i being the same person.
            step: does not matter, since nothing is drawn in these networks.

        Returns:
            outputs of M rows each by modality: "infrared", "x" (not for the baseline), "visible".
        """
        blocks = {"infrared": self.normalize(infrared)}
        if self.generator is not None:
            blocks["x"] = self.x_images(visible)
        blocks["visible"] = self.normalize(visible)
        # First M infrared, second M X, third M visible: one batch, one set of batch statistics.
        output = self.learner(*blocks.values())
        return dict(zip(blocks, output.blocks(len(blocks)), strict=True))

    @property
    def faces(self) -> Faces:
        """What images of each modality are embedded as at test time."""
        return WITHOUT_X if self.generator is None else WITH_X

    def embed(self, images: Tensor, face: Face) -> Output:
        """Features of images of one modality, or of the X of visible ones.

        Args:
            images: (B, 3, H, W), in [0, 1]; visible ones for the face "x".
            face: what they are embedded as.
        """
        return self.learner(self._ready(images, face))

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of f, before they are pooled: (B, 3, H, W) in [0, 1] -> (B, D, h, w)."""
        return self.learner.backbone(self._ready(images, face))

    def _ready(self, images: Tensor, face: Face) -> Tensor:
        return self.x_images(images) if face == "x" else self.normalize(images)

    def x_images(self, visible: Tensor) -> Tensor:
        """X = g(V), Eq. 1, ready for f: (B, 3, H, W) in [0, 1] -> (B, 3, H, W); an XivlabError without g."""
        if self.generator is None:
            raise XivlabError("The baseline has no X: take a run of baseline+x or baseline+x+cmg.")
        if self.x_input == "normalized":
            return self.generator(self.normalize(visible))
        return self.normalize(self.generator(visible))
