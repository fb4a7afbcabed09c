"""Augmentation of a whole batch at once, on the device where the batch is."""

import math

import torch
from torch import Tensor

# Random erasing (Zhong et al. 2020): share of the image and aspect ratio of the rectangle.
ERASE_AREA, ERASE_ASPECT = (0.02, 0.4), (0.3, 1 / 0.3)


def augment(images: Tensor, generator: torch.Generator, pad: int, erase: float) -> Tensor:
    """Flip half of the images, shift each by padding and cropping, erase a rectangle of some.

    Args:
        images: (B, 3, H, W) float, in [0, 1].
        generator: on the CPU, so that every device draws the same numbers.
        pad: largest shift in pixels; the rim is filled with black.
        erase: probability that an image loses a rectangle.

    Returns:
        (B, 3, H, W), in [0, 1].
    """
    images = shift(flip(images, generator), generator, pad)
    return random_erase(images, generator, erase) if erase > 0 else images


def flip(images: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror each image, (B, 3, H, W), left to right with probability one half."""
    mirrored = _draw(images, generator) < 0.5  # (B, 1, 1, 1)
    return torch.where(mirrored, images.flip(3), images)


def shift(images: Tensor, generator: torch.Generator, pad: int) -> Tensor:
    """Pad (B, 3, H, W) images by `pad` black pixels on every side and crop each at random."""
    count, _, height, width = images.shape
    padded = torch.nn.functional.pad(images, (pad, pad, pad, pad))
    corner = torch.randint(0, 2 * pad + 1, (2, count, 1), generator=generator).to(images.device)
    rows = corner[0] + torch.arange(height, device=images.device)  # (B, H)
    columns = corner[1] + torch.arange(width, device=images.device)  # (B, W)
    which = torch.arange(count, device=images.device)[:, None, None]
    cropped = padded.permute(0, 2, 3, 1)[which, rows[:, :, None], columns[:, None, :]]
    return cropped.permute(0, 3, 1, 2)


def random_erase(images: Tensor, generator: torch.Generator, probability: float) -> Tensor:
    """Replace a random rectangle of some images, (B, 3, H, W), by the image's mean colour."""
    height, width = images.shape[2:]
    chosen = _draw(images, generator) < probability
    low, high = ERASE_AREA
    area = (low + (high - low) * _draw(images, generator)) * height * width
    low, high = (math.log(bound) for bound in ERASE_ASPECT)
    aspect = torch.exp(low + (high - low) * _draw(images, generator))
    tall = (area * aspect).sqrt().clamp(1, height)  # (B, 1, 1, 1)
    wide = (area / aspect).sqrt().clamp(1, width)
    top = _draw(images, generator) * (height - tall)
    left = _draw(images, generator) * (width - wide)
    y = torch.arange(height, device=images.device).view(1, 1, -1, 1)
    x = torch.arange(width, device=images.device).view(1, 1, 1, -1)
    inside = (y >= top) & (y < top + tall) & (x >= left) & (x < left + wide)
    return torch.where(chosen & inside, images.mean((2, 3), keepdim=True), images)


def _draw(images: Tensor, generator: torch.Generator) -> Tensor:
    """One uniform number per image, (B, 1, 1, 1)."""
    return torch.rand((len(images), 1, 1, 1), generator=generator).to(images.device)
