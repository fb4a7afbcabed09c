"""A toy world of coloured points, made such that one channel predicts the infrared: where the losses take a learned g.

    >>> run = learn(toy_world(survives=0.0))           # red survives       # doctest: +SKIP
    >>> print(run.frames[-1].mix)                                           # doctest: +SKIP

Six people, each a top and trousers. An image is two pixels, one for each garment. The dyes of two channels vanish in the
infrared; what they hid is the third, so a pixel's infrared brightness is the visible one of that channel. f is fixed, and
sees the brightness of the top and that of the trousers. What learns is g, with its ten numbers, and the classifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from studykit.analysis.x_images import Mix, mix_of, numbers_of
from xivlab import loss
from xivlab.model import XGenerator

PEOPLE, IMAGES, GARMENTS = 6, 4, 2  # IMAGES of each person in a batch, of each modality
NOISE, EXPOSURE = 0.03, 0.1  # of a pixel, and of a whole image as a share of it
CONTRAST = 4.0  # of f: people are then about as far apart as the margins
RATE = 0.02  # of Adam
MARGIN, MARGIN_CROSS = 0.3, 0.5  # alpha2 and alpha1 of the paper
DRAWS = 2000
CHANNELS = ("R", "G", "B")


@dataclass(frozen=True, eq=False)
class ToyWorld:
    """Six people in visible and infrared light.

    Attributes:
        visible: (PEOPLE, GARMENTS, 3), R, G and B of each garment, in [0, 1].
        infrared: (PEOPLE, GARMENTS), in [0, 1].
        weights: (3,) what the infrared is of R, G and B; not negative, and their sum is 1.
    """

    visible: Tensor
    infrared: Tensor
    weights: tuple[float, float, float]

    @property
    def says(self) -> str:
        """What survives, in words."""
        return " and ".join(name for name, weight in zip(CHANNELS, self.weights) if weight)


def toy_world(survives: float = 0.0, seed: int = 0) -> ToyWorld:
    """A world in which one channel survives in the infrared, or two side by side in part.

    Every channel tells the six people apart equally well, and none says anything of another: of DRAWS draws that one is
    taken whose channels have the least to do with each other. So only the infrared sets one of them apart.

    Args:
        survives: 0 red, 1 green, 2 blue; 0.5 the mean of red and green.
        seed: of the colours.
    """
    generator = torch.Generator().manual_seed(seed)
    levels = torch.linspace(0.1, 0.9, PEOPLE)
    order = torch.rand(DRAWS, 3 * GARMENTS, PEOPLE, generator=generator).argsort(-1)
    drawn = levels[order].view(DRAWS, 3, GARMENTS * PEOPLE)
    products = (drawn - 0.5) @ (drawn - 0.5).mT
    together = products - torch.diag_embed(products.diagonal(dim1=1, dim2=2))
    least = together.abs().amax((1, 2)).argmin()
    visible = drawn[least].view(3, GARMENTS, PEOPLE).permute(2, 1, 0)
    weights = tuple(max(0.0, 1 - abs(survives - channel)) for channel in range(3))
    return ToyWorld(visible, visible @ torch.tensor(weights), weights)


class Frame(NamedTuple):
    """What g is after some steps.

    Attributes:
        step: how many.
        numbers: its ten numbers, in the order of `studykit.analysis.x_images.WEIGHTS`.
        x: (PEOPLE, GARMENTS, 3) X of everybody, without noise; not bounded.
        agrees: correlation of the brightness of X with the infrared, over the garments.
        found: share of infrared images, new ones, whose nearest X shows the same person.
    """

    step: int
    numbers: tuple[float, ...]
    x: NDArray[np.float32]
    agrees: float
    found: float

    @property
    def mix(self) -> Mix:
        """What X is made of."""
        return mix_of(self.numbers)


@dataclass(frozen=True, eq=False)
class ToyRun:
    """A training of g.

    Attributes:
        world: in which.
        frames: before the first step, and every so many steps.
        losses: (steps,) what was lowered.
    """

    world: ToyWorld
    frames: Sequence[Frame]
    losses: NDArray[np.float64]


def learn(
    world: ToyWorld, lam: float = 1.0, with_x: bool = True, steps: int = 200, every: int = 20, seed: int = 0
) -> ToyRun:
    """Train g by Eqs. 3 to 11, with fresh images in each step.

    Args:
        world: in which.
        lam: weight of L_C, at least 0.
        with_x: whether L_M has an L_X; without it and with `lam` 0, nothing in the loss hangs on g.
        steps: of Adam, a multiple of `every`.
        every: how many steps lie between two frames.
        seed: of the images; g begins where `XGenerator` does.
    """
    draws = torch.Generator().manual_seed(seed)
    labels = torch.arange(PEOPLE).repeat_interleave(IMAGES)
    g, classifier = XGenerator(), nn.Linear(GARMENTS, PEOPLE)
    nn.init.zeros_(classifier.weight), nn.init.zeros_(classifier.bias)  # it knows nobody
    optimizer = torch.optim.Adam([*g.parameters(), *classifier.parameters()], lr=RATE)
    modalities = [0, 1, 2] if with_x else [0, 2]
    frames, losses = [_frame(world, g, 0)], []
    for step in range(1, steps + 1):
        infrared, visible = _images(world, labels, draws)
        z = torch.stack([features(one) for one in (infrared, g(visible), visible)])  # (3, M, GARMENTS)
        scores = classifier(z[modalities])
        L_M = loss.respective_gap(*loss.modality_loss(z[modalities], scores, labels, MARGIN))
        L_C = loss.cross_gap(*loss.cross_modality(z[[0, 0]], z[1:], labels, MARGIN_CROSS))
        # Not 0 x L_C, whose gradient would be 0 and not none.
        objective = loss.total_loss(L_M, L_C, lam) if lam else L_M
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
        losses.append(objective.item())
        if step % every == 0:
            frames.append(_frame(world, g, step))
    return ToyRun(world, frames, np.array(losses))


def features(images: Tensor) -> Tensor:
    """f of the toy: how bright each garment is, the mean of its channels.

    Args:
        images: (B, 3, GARMENTS, 1).

    Returns:
        (B, GARMENTS), CONTRAST times the brightness.
    """
    return CONTRAST * images.mean(1)[..., 0]


def _images(world: ToyWorld, labels: Tensor, draws: torch.Generator) -> tuple[Tensor, Tensor]:
    """Infrared and visible images (M, 3, GARMENTS, 1) of people, at different moments."""

    def photograph(clean: Tensor) -> Tensor:
        seen = clean[labels]
        exposure = 1 + EXPOSURE * torch.randn(len(labels), 1, 1, generator=draws)
        noise = NOISE * torch.randn(seen.shape, generator=draws)
        return (seen * exposure + noise).permute(0, 2, 1)[..., None]

    return photograph(world.infrared[..., None].expand(-1, -1, 3)), photograph(world.visible)


@torch.no_grad()
def _frame(world: ToyWorld, g: XGenerator, step: int) -> Frame:
    x = g(world.visible.permute(0, 2, 1)[..., None])[..., 0].permute(0, 2, 1)
    brightness = torch.stack([x.mean(-1).flatten(), world.infrared.flatten()])
    labels = torch.arange(PEOPLE).repeat_interleave(
        16
    )  # of more images than a batch has: the share is less coarse
    infrared, visible = _images(world, labels, torch.Generator().manual_seed(1))
    distance = loss.pairwise_distance(features(infrared), features(g(visible)))
    found = (labels[distance.argmin(1)] == labels).double().mean()
    return Frame(step, tuple(numbers_of(g)), x.numpy(), float(torch.corrcoef(brightness)[0, 1]), float(found))
