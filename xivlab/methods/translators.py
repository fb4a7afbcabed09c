"""Translators: networks from images of one modality to images of the other, and those that judge them.

Shared by AlignGAN and D2RL. Images are in [-1, 1] here, as tanh makes them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import SLIM
from xivlab.methods.method import Player
from xivlab.methods.step import Step
from xivlab.model import Output

# Width, halvings and residual blocks of a translator; width and halvings of a discriminator.
SLIM_SIZES, SIZES = ((8, 1, 2), (8, 2)), ((64, 2, 4), (64, 4))
SLOPE = 0.2  # of LeakyReLU in discriminators
# Rate of the players of a GAN, in rates of the feature network, and Adam's betas as AlignGAN's authors have them.
RATE, BETAS = 0.5, (0.5, 0.999)
RATES = "The GAN has half of the learner's rate, and the house's schedule; its images are as large as the learner's."
SMALL = "On the slim backbones a translator is 8 wide with one halving and two residual blocks, some 400 times smaller."
ONE_EACH = "The GAN sees the first image of each person in the batch, in both modalities."


def sizes_for(config: Any) -> tuple[tuple[int, int, int], tuple[int, int]]:
    """Of translators and discriminators beside a backbone."""
    return SLIM_SIZES if config.backbone in SLIM else SIZES


def player_of(*parts: str) -> Player:
    """A player of a GAN, who moves these children of the networks."""
    return Player(dict.fromkeys(parts, RATE), BETAS)


def _layer(inputs: int, outputs: int, size: int, stride: int = 1) -> list[nn.Module]:
    """Convolution, instance normalisation, ReLU."""
    # Without a bias, which the normalisation would take away.
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding=(size - 1) // 2, bias=False)
    return [convolution, nn.InstanceNorm2d(outputs), nn.ReLU()]


class Residual(nn.Module):
    """Two 3x3 convolutions with instance normalisation around a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(*_layer(width, width, 3), *_layer(width, width, 3)[:2])

    def forward(self, maps: Tensor) -> Tensor:
        """(B, width, h, w) -> the same shape."""
        return maps + self.inner(maps)


def encoder(channels: int, width: int, halvings: int, blocks: int) -> nn.Sequential:
    """3x3 convolution, halvings and residual blocks: (B, channels, H, W) -> (B, width 2^halvings, H / 2^halvings, ...)."""
    layers = _layer(channels, width, 3)
    for _ in range(halvings):
        layers += _layer(width, 2 * width, 4, 2)
        width *= 2
    return nn.Sequential(*layers, *(Residual(width) for _ in range(blocks)))


def decoder(channels: int, width: int, halvings: int, blocks: int) -> nn.Sequential:
    """Back to an image of so many channels, in [-1, 1], with the sizes of its encoder."""
    layers: list[nn.Module] = []
    for place in reversed(range(halvings)):
        layers += [nn.Upsample(scale_factor=2), *_layer(width * 2 ** (place + 1), width * 2**place, 3)]
    return nn.Sequential(*layers, nn.Conv2d(width, channels, 3, padding=1), nn.Tanh())


class Translator(nn.Module):
    """From images of one modality to such of the other: (B, 3, H, W) in [-1, 1] -> the same."""

    def __init__(self, width: int, halvings: int, blocks: int) -> None:
        super().__init__()
        self.encoder = encoder(3, width, halvings, blocks)
        self.decoder = decoder(3, width, halvings, blocks)

    def forward(self, images: Tensor) -> Tensor:
        """Height and width must be divisible by 2^halvings."""
        return self.decoder(self.encoder(images))


def judging(channels: int, width: int, halvings: int) -> nn.Sequential:
    """The layers of a discriminator up to its last maps, 2^(halvings - 1) times as wide."""
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, padding=1), nn.LeakyReLU(SLOPE)]
    for place in range(1, halvings):
        inner = width * 2 ** (place - 1)
        layers += [nn.Conv2d(inner, 2 * inner, 4, 2, padding=1), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers)


class Discriminator(nn.Module):
    """PatchGAN: a score for each patch of an image, near 1 where it looks real: (B, channels, H, W) -> (B, 1, h, w)."""

    def __init__(self, channels: int, width: int, halvings: int) -> None:
        super().__init__()
        self.layers = judging(channels, width, halvings)
        self.last = nn.Conv2d(width * 2 ** (halvings - 1), 1, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        """Images in [-1, 1]."""
        return self.last(self.layers(images))


def full(tensor: Tensor) -> Tensor:
    """In single precision at least: half of it would lose what the players differ by."""
    return tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor


def as_real(scores: Tensor) -> Tensor:
    """(D - 1)^2 of least squares (Mao et al. 2017), the mean over patches: (B, 1, h, w) -> (B,).

    Example:
        >>> as_real(torch.full((1, 1, 2, 2), 0.5))
        tensor([0.2500])
    """
    return (full(scores) - 1).square().mean((1, 2, 3))


def as_made(scores: Tensor) -> Tensor:
    """D^2, of what shall be told to be made: (B, 1, h, w) -> (B,)."""
    return full(scores).square().mean((1, 2, 3))


def far(one: Tensor, other: Tensor) -> Tensor:
    """L1 of images, the mean over pixels: (B, C, H, W) twice -> (B,)."""
    return (one - other).abs().mean((1, 2, 3))


def first_of_each(people: Tensor) -> Tensor:
    """The first row of each person where rows of a person lie together: (m,) -> (p,)."""
    begins = torch.ones_like(people, dtype=torch.bool)
    begins[1:] = people[1:] != people[:-1]
    return begins.nonzero()[:, 0]


def seen_by_gan(step: Step, device: torch.device) -> Tensor | slice:
    """Rows of a batch that the GAN sees: the first of each person, or all where a step names no people."""
    return slice(None) if step.people is None else first_of_each(step.people).to(device)


def judged(judge: Callable[[Tensor], Tensor], real: Tensor, made: Tensor) -> Tensor:
    """((D(real) - 1)^2 + D(made)^2) / 2, the loss of a discriminator: images (B, ...) of both kinds -> (B,)."""
    return (as_real(judge(real)) + as_made(judge(made))) / 2


def numbers(more: Mapping[str, Tensor]) -> Output:
    """Numbers (B,) of images, by name, in an output without a feature."""
    one = next(iter(more.values()))
    nothing = one.new_zeros(len(one), 1)
    return Output(nothing, nothing, nothing, more)


def means(outputs: Mapping[str, Output], names: Iterable[str]) -> dict[str, Tensor]:
    """Terms "loss_" + name of such numbers: the mean over images, added up over the outputs that have them."""
    return {
        f"loss_{name}": torch.stack(
            [one.more[name].mean() for one in outputs.values() if name in one.more]
        ).sum()
        for name in names
    }


def discriminators(outputs: Mapping[str, Output]) -> dict[str, Tensor]:
    """The loss at the turn of the discriminators, of the numbers "judged"."""
    (loss,) = means(outputs, ["judged"]).values()
    return {"loss": loss, "loss_discriminators": loss}


def terms_of(turns: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The terms of all players, one after the other."""
    return tuple(term for turn in turns.values() for term in turn)


def cosine_triplet(anchor: Tensor, other: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    """mean_a [m + max_n s(a, n) - min_p s(a, p)]+, s the cosine: batch-hard triplets of similarities.

    Args:
        anchor, other: (M, D), row i of both being the same person.
        labels: (M,), integer, of two people at least.
        margin: m.
    """
    similar = F.normalize(full(anchor)) @ F.normalize(full(other)).mT
    same = labels[:, None] == labels[None, :]
    positive = similar.masked_fill(~same, torch.inf).amin(1)
    negative = similar.masked_fill(same, -torch.inf).amax(1)
    return (margin + negative - positive).clamp_min(0).mean()
