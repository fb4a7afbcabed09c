"""Augmentation of a whole batch at once, on the device where the batch is."""

import math
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
    images = shift(flip(images, generator, share), generator, pad, share)
    if images.dtype == torch.uint8:
        images = images.float().div_(255)
    if erase > 0:
        _erase(images, generator, erase, share)  # nobody else has them
    return images


def flip(images: Tensor, generator: torch.Generator, share: Share = WHOLE) -> Tensor:
    """Mirror each image, (B, 3, H, W), left to right with probability one half."""
    mirrored = _draw(images, generator, share) < 0.5
    result, turned = images.clone(), images.flip(3)
    into, source = _slices(result), _slices(turned)
    for i in mirrored.nonzero()[:, 0].tolist():
        into[i] = source[i]
    return result


def shift(images: Tensor, generator: torch.Generator, pad: int, share: Share = WHOLE) -> Tensor:
    """Pad (B, 3, H, W) images by `pad` black pixels on every side and crop each at random."""
    count, channels, height, width = images.shape
    rank, ranks = share
    corner = torch.randint(0, 2 * pad + 1, (2, count * ranks, 1), generator=generator)
    moves = (corner.chunk(ranks, dim=1)[rank][:, :, 0] - pad).T.tolist()
    result = images.new_zeros(count, height, width, channels)  # channels last
    into, source = _slices(result), _slices(images.permute(0, 2, 3, 1))
    for i, (down, right) in enumerate(moves):  # the crop begins that far down and right in the image
        lines, columns = _overlap(down, height), _overlap(right, width)
        into[i, lines[0], columns[0]] = source[i, lines[1], columns[1]]
    return result.permute(0, 3, 1, 2)


def _overlap(move: int, size: int) -> tuple[slice, slice]:
    """Where a crop that begins at `move` has the image, in the crop and in the image."""
    ahead, back = max(move, 0), max(-move, 0)
    return slice(back, max(size - ahead, 0)), slice(ahead, max(size - back, 0))


def random_erase(
    images: Tensor, generator: torch.Generator, probability: float, share: Share = WHOLE
) -> Tensor:
    """Replace a random rectangle of some images, (B, 3, H, W), by the image's mean colour."""
    result = images.clone()
    _erase(result, generator, probability, share)
    return result


def _erase(images: Tensor, generator: torch.Generator, probability: float, share: Share) -> None:
    """`random_erase` in place."""
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
    borders = torch.stack([top, top + tall, left, left + wide]).ceil().int()  # (4, B): first in, first out
    into, means = _slices(images.permute(0, 2, 3, 1)), _slices(images.mean((2, 3)))
    for i in chosen.nonzero()[:, 0].tolist():
        y, y_end, x, x_end = borders[:, i].tolist()
        into[i, y:y_end, x:x_end] = means[i]


def _draw(images: Tensor, generator: torch.Generator, share: Share) -> Tensor:
    """One uniform number per image, (B,), on the CPU."""
    rank, ranks = share
    return torch.rand(len(images) * ranks, generator=generator).chunk(ranks)[rank]


def _slices(images: Tensor) -> Any:
    """The same memory, to cut and to paste one image after the other: NumPy does that five times as fast, where
    it can. With whole images and rectangles that beats one operation on all pixels, masked."""
    return images.numpy() if images.device.type == "cpu" else images
