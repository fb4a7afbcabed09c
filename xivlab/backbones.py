"""Backbones of the feature learner, each ending in feature maps."""

import copy
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import safetensors.torch
import torch
from torch import Tensor, nn

from xivlab.errors import XivlabError
from xivlab.files import ASSETS, NEW_ASSETS, content_of, digest_of, reading

if TYPE_CHECKING:
    from torchvision.models import DenseNet

Maker = Callable[[Any, int], nn.Module]  # from torchvision's weights and the stride of the last stage
# torchvision is imported where it is used: it takes a second, and slim needs none of it.
SLIM = ("slim", "slim_densenet")  # small enough for a laptop; the kit ships their pre-trained weights
SLIM_CHANNELS = (16, 32, 64, 128)
# Shipped weights by backbone: pre-trained on visible images of other synthetic people, half of which were turned gray,
# or another share of them.
SHIPPED = {
    "slim": ("visible", "visible-gray-0", "visible-gray-25", "visible-gray-100"),
    "slim_densenet": ("visible",),
}
# D, the number of output channels.
WIDTH = {"slim": SLIM_CHANNELS[-1], "slim_densenet": 93, "resnet50": 2048, "densenet121": 1024}
# Where stem and stages of those that are one plain sequence begin and end, and the channels after each of them.
STAGES = {
    "slim": ((0, 4, 6, 8, 10, 12), (SLIM_CHANNELS[0], *SLIM_CHANNELS)),
    "resnet50": ((0, 4, 5, 6, 7, 8), (64, 256, 512, 1024, 2048)),
}


def backbone(name: str, weights: str | None, last_stride: int = 1) -> tuple[nn.Module, int]:
    """A backbone and the number of its output channels.

    Args:
        name: a key of WIDTH; images (B, 3, H, W) become (B, D, h, w).
        weights: "imagenet" (torchvision's, downloaded once; not for the slim ones), "visible" (shipped, for
            the slim ones), None (random), or the path of a safetensors file of the backbone alone.
        last_stride: of the last stage: 1 for finer maps (Luo et al. 2019), or 2, for which torchvision's
            networks were made. The weights are the same.

    Raises:
        XivlabError: unknown name, weights that cannot be had, or a file that does not fit.
    """
    nets: dict[str, Maker] = {"resnet50": _resnet50, "densenet121": _densenet121}
    makers: dict[str, Maker] = {"slim": Slim, "slim_densenet": _slim_densenet} | nets
    if name not in makers:
        raise XivlabError(f"Unknown backbone {name!r}: choose {', '.join(makers)}.")
    path = weights_file(weights, name)
    if weights == "imagenet":
        if name in SLIM:
            raise XivlabError(f"{name} has no ImageNet weights: use 'visible', a path or None.")
        net = _with_imagenet(makers[name], name, last_stride)
    else:
        net = makers[name](None, last_stride)
        if path is not None:
            load_weights(net, path)
    return net, WIDTH[name]


class Split(NamedTuple):
    """A backbone cut in two: what each modality has for itself, and what follows for all.

    Attributes:
        private: by modality; empty where everything is shared.
        shared: the stages that are left, one by one; none where everything is private.
        widths: channels after each of them.
        width: D, after the last stage.
    """

    private: dict[str, nn.Sequential]
    shared: list[nn.Module]
    widths: tuple[int, ...]
    width: int


def split(name: str, weights: str | None, last_stride: int = 1, private: int = 0, channels: int = 3) -> Split:
    """A backbone whose first stages are private to each modality, all copies of the same weights.

    Args:
        name, weights, last_stride: as of `backbone`.
        private: how many of stem and four stages are private, 0 (none) to 5 (the whole network).
        channels: of the images that it takes: 3 (RGB), 2 (one gray channel for each modality) or 4 (RGB and
            infrared); other than 3, the first convolution is made of that for RGB.

    Raises:
        XivlabError: a DenseNet is to be cut between its stages; and as `backbone`.
    """
    net, width = backbone(name, weights, last_stride)
    if channels != 3:
        _take(net, channels)
    if name not in STAGES and private not in (0, 5):
        raise XivlabError(
            f"{name} cannot be cut between its stages, which this method needs: choose {' or '.join(STAGES)}."
        )
    borders, widths = STAGES.get(name, ((0, None), (width,)))
    # Slices of a list: those of a Slim would be whole new ones, with random weights.
    stages: list[nn.Module] = [
        nn.Sequential(*list(net.children())[start:end]) for start, end in pairwise(borders)
    ]
    mine, shared = stages[:private], stages[private:]
    doors = {light: nn.Sequential(*copy.deepcopy(mine)) for light in ("infrared", "visible") if mine}
    return Split(doors, shared, widths[private:], width)


def _take(net: nn.Module, channels: int) -> None:
    """Let a pre-trained first convolution see 2 or 4 channels, its answers as large as they were."""
    first = next(module for module in net.modules() if isinstance(module, nn.Conv2d))
    gray = first.weight.data.sum(1, keepdim=True)  # what it says of an image with three equal channels
    # Each of two channels alone is the whole image; of four, RGB and infrared are half of it each.
    whole = torch.cat([gray, gray] if channels == 2 else [first.weight.data / 2, gray / 2], 1)
    first.weight, first.in_channels = nn.Parameter(whole), channels


def _with_imagenet(make: Maker, name: str, last_stride: int) -> nn.Module:
    """A torchvision network with its weights: fetched once, then read from where PyTorch keeps them."""
    from torchvision.models import get_model_weights

    kept = Path(torch.hub.get_dir(), "checkpoints", Path(get_model_weights(name).DEFAULT.url).name)
    if kept.exists():  # and is never fetched again, whole or not
        with reading(
            kept, "delete it, then connect once, or name a safetensors file", "is not whole ({error})"
        ):
            # torchvision names a file by how its SHA-256 begins; what does not fit may be anything, code included.
            if not digest_of(content_of(kept)).startswith(kept.stem.rpartition("-")[2]):
                raise ValueError("it has changed since it was fetched")
            return make("DEFAULT", last_stride)
    try:
        return make("DEFAULT", last_stride)
    except (OSError, RuntimeError) as error:
        raise XivlabError(
            f"The ImageNet weights of {name} could not be downloaded ({error}): connect once, "
            "or give a safetensors path or None."
        ) from error


def weights_file(weights: str | None, backbone: str) -> Path | None:
    """The safetensors file that a `weights` setting names, if it names one.

    Args:
        weights: "visible" (shipped; pre-trained on visible images of other synthetic people, half of them turned
            gray; "visible-gray-0", "-25" and "-100" for slim with another share, in percent), a path, or "imagenet"
            or None, which are no file.
        backbone: name of the backbone that they are for.

    Raises:
        XivlabError: none are shipped for this backbone.
    """
    if weights in (None, "imagenet"):
        return None
    for_ = [name for name, kinds in SHIPPED.items() if weights in kinds]
    if not for_:
        return Path(weights)
    if backbone not in for_:
        raise XivlabError(
            f"The weights {weights!r} are for {' and '.join(for_)}: use 'imagenet', a path or None for {backbone}."
        )
    return ASSETS / f"{backbone}_{weights.replace('-', '_')}.safetensors"


def load_weights(net: nn.Module, path: str | Path) -> None:
    """Fill a backbone from a safetensors file.

    Raises:
        XivlabError: the file is missing, broken, or of another network.
    """
    try:
        net.load_state_dict(safetensors.torch.load(content_of(path)))
    except FileNotFoundError as error:
        raise XivlabError(f"There are no weights at {path}.") from error
    except (OSError, ValueError, safetensors.SafetensorError) as error:
        remedy = NEW_ASSETS if Path(path).parent == ASSETS else "copy or make it again"
        raise XivlabError(f"{path} is not a whole safetensors file ({error}): {remedy}.") from error
    except RuntimeError as error:
        raise XivlabError(f"The weights in {path} are of another network.") from error


class Slim(nn.Sequential):
    """A small ResNet for laptops: 16, 32, 64, 128 channels, two basic blocks each, 0.7 M weights.

    The stem divides height and width by 4, the stages by 1, 2, 2 and `last_stride`.

    Args:
        weights: accepted for symmetry with torchvision's constructors; must be None.
        last_stride: of the last stage.
    """

    def __init__(self, weights: None = None, last_stride: int = 1) -> None:
        width = SLIM_CHANNELS[0]
        layers = [
            nn.Conv2d(3, width, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        ]
        for channels, stride in zip(SLIM_CHANNELS, (1, 2, 2, last_stride), strict=True):
            layers += [BasicBlock(width, channels, stride), BasicBlock(channels, channels, 1)]
            width = channels
        super().__init__(*layers)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, h, w) -> (B, outputs, h / stride, w / stride)."""
        inner = torch.relu(self.norm1(self.conv1(maps)))
        return torch.relu(self.norm2(self.conv2(inner)) + self.shortcut(maps))


def _resnet50(weights: str | None, last_stride: int) -> nn.Module:
    from torchvision.models import resnet50

    net = resnet50(weights=weights)
    net.layer4[0].conv2.stride = net.layer4[0].downsample[0].stride = (last_stride, last_stride)
    return nn.Sequential(*list(net.children())[:-2])


def _slim_densenet(weights: None, last_stride: int) -> nn.Module:
    """A small DenseNet for laptops, as densenet121 but for its size: 24 channels a layer, two layers a block,
    0.2 M weights."""
    from torchvision.models import DenseNet

    return _without_head(DenseNet(24, (2, 2, 2, 2), 24), last_stride)


def _densenet121(weights: str | None, last_stride: int) -> nn.Module:
    from torchvision.models import densenet121

    return _without_head(densenet121(weights=weights), last_stride)


def _without_head(net: "DenseNet", last_stride: int) -> nn.Module:
    """A DenseNet up to its last maps."""
    if last_stride == 1:
        net.features.transition3.pool = nn.Identity()
    return nn.Sequential(net.features, nn.ReLU())
