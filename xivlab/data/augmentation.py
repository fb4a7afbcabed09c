"""Augmentation (flip, shift, random erasing) of a whole batch at once, on the device where the batch is."""

import math
from functools import cache
from typing import Any

import torch
from torch import Tensor

# Random erasing (Zhong et al. 2020): share of the image and aspect ratio of the rectangle.
ERASE_AREA, ERASE_ASPECT = (0.02, 0.4), (0.3, 1 / 0.3)
Share = tuple[int, int]  # rank, ranks: images are block `rank` of a batch that `ranks` processes share
WHOLE: Share = (0, 1)


def augment(
    images: Tensor, generator: torch.Generator, pad: int, erase: float, share: Share = WHOLE
) -> Tensor:
    """Flip half of the images, shift each by padding and cropping, erase a rectangle of some.

    Args:
        images: (B, 3, H, W), float in [0, 1], or uint8 in [0, 255]: a quarter of the memory to move.
        generator: on the CPU, so that every device draws the same numbers.
        pad: largest shift in pixels; the rim is filled with black.
        erase: probability that an image loses a rectangle.
        share: which part of a shared batch the images are. Every process draws for the whole batch
            and uses what is its own, so that an image looks the same however many processes there are.

    Returns:
        (B, 3, H, W) float, in [0, 1], channels last.
    """
    images = _copied(images, _mirrored(images, generator, share), _moves(images, generator, pad, share))
    if images.dtype == torch.uint8:
        images = images.float().div_(255)
    if erase > 0:
        _erase(images, generator, erase, share)  # in place: nobody else has them
    return images


def _mirrored(images: Tensor, generator: torch.Generator, share: Share) -> list[bool]:
    return (_draw(images, generator, share) < 0.5).tolist()


def _moves(images: Tensor, generator: torch.Generator, pad: int, share: Share) -> list[tuple[int, int]]:
    """How far down and right in each image its crop begins."""
    rank, ranks = share
    corner = torch.randint(0, 2 * pad + 1, (2, len(images) * ranks, 1), generator=generator)
    return list(zip(*(corner.chunk(ranks, dim=1)[rank][:, :, 0] - pad).tolist()))


def _copied(images: Tensor, mirrored: list[bool], moves: list[tuple[int, int]]) -> Tensor:
    """The images, (B, 3, H, W), mirrored and moved, on black; channels last."""
    height, width = images.shape[2:]
    as_they_are = images.permute(0, 2, 3, 1)
    result = torch.zeros_like(as_they_are, memory_format=torch.contiguous_format)
    # Mirroring all costs less than picking out those that are to be mirrored.
    into, sources = _slices(result), (_slices(as_they_are), _slices(as_they_are.flip(2)))
    for i, (mirror, (down, right)) in enumerate(zip(mirrored, moves, strict=True)):
        lines, columns = _overlap(down, height), _overlap(right, width)
        # What mirroring, padding and cropping one after the other would leave, copied once: only the overlap moves.
        into[i, lines[0], columns[0]] = sources[mirror][i, lines[1], columns[1]]
    return result.permute(0, 3, 1, 2)


@cache  # pad and size are few, images many
def _overlap(move: int, size: int) -> tuple[slice, slice]:
    """Where a crop that begins at `move` has the image, in the crop and in the image."""
    ahead, back = max(move, 0), max(-move, 0)
    return slice(back, max(size - ahead, 0)), slice(ahead, max(size - back, 0))


def _erase(images: Tensor, generator: torch.Generator, probability: float, share: Share) -> None:
    """Replace a random rectangle of some images by the image's mean colour, in place."""
    height, width = images.shape[2:]
    chosen = _draw(images, generator, share) < probability
    low, high = ERASE_AREA
    area = (low + (high - low) * _draw(images, generator, share)) * height * width
    low, high = (math.log(bound) for bound in ERASE_ASPECT)
    aspect = torch.exp(low + (high - low) * _draw(images, generator, share))
    tall = (area * aspect).sqrt().clamp(1, height)  # (B,)
    wide = (area / aspect).sqrt().clamp(1, width)
    top = _draw(images, generator, share) * (height - tall)
    left = _draw(images, generator, share) * (width - wide)
    # The first line and column inside, and the first ones outside again.
    borders = torch.stack([top, top + tall, left, left + wide], 1).ceil().int().tolist()
    pixels = images.permute(0, 2, 3, 1)
    # Whole lines are added up first, which is quicker by far than three numbers at a time.
    lines = pixels.reshape(len(images), height, -1).sum(1)
    means = lines.view(len(images), width, -1).sum(1) / (height * width)
    into, colours = _slices(pixels), _slices(means)
    for i in chosen.nonzero()[:, 0].tolist():
        y, y_end, x, x_end = borders[i]
        into[i, y:y_end, x:x_end] = colours[i]


def _draw(images: Tensor, generator: torch.Generator, share: Share) -> Tensor:
    """One uniform number per image, (B,), on the CPU."""
    rank, ranks = share
    return torch.rand(len(images) * ranks, generator=generator).chunk(ranks)[rank]


def _slices(images: Tensor) -> Any:
    """The same memory, to cut and to paste one image after the other: NumPy does that five times as fast, where
    it can. With whole images and rectangles that beats one operation on all pixels, masked."""
    return images.numpy() if images.device.type == "cpu" else images
