"""Augmentation of a whole batch at once, on the device where the batch is."""

import math

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
        images: (B, 3, H, W) float, in [0, 1].
        generator: on the CPU, so that every device draws the same numbers.
        pad: largest shift in pixels; the rim is filled with black.
        erase: probability that an image loses a rectangle.
        share: which part of a shared batch the images are. Every process draws for the whole batch
            and uses what is its own, so that an image looks the same however many processes there are.

    Returns:
        (B, 3, H, W), in [0, 1].
    """
    images = shift(flip(images, generator, share), generator, pad, share)
    return random_erase(images, generator, erase, share) if erase > 0 else images


def flip(images: Tensor, generator: torch.Generator, share: Share = WHOLE) -> Tensor:
    """Mirror each image, (B, 3, H, W), left to right with probability one half."""
    mirrored = _draw(images, generator, share) < 0.5  # (B, 1, 1, 1)
    return torch.where(mirrored, images.flip(3), images)


def shift(images: Tensor, generator: torch.Generator, pad: int, share: Share = WHOLE) -> Tensor:
    """Pad (B, 3, H, W) images by `pad` black pixels on every side and crop each at random."""
    count, channels, height, width = images.shape
    padded = torch.nn.functional.pad(images, (pad, pad, pad, pad))
    rank, ranks = share
    corner = torch.randint(0, 2 * pad + 1, (2, count * ranks, 1), generator=generator)
    corner = corner.chunk(ranks, dim=1)[rank].to(images.device)  # (2, B, 1)
    rows = corner[0] + torch.arange(height, device=images.device)  # (B, H)
    which = torch.arange(count, device=images.device)[:, None]
    # Every line of an image at every shift, a view: so a crop copies whole lines, not pixel by pixel.
    lines = padded.permute(0, 2, 3, 1).flatten(2).unfold(2, width * channels, channels)
    cropped = lines[which, rows, corner[1]]  # (B, H, W * channels)
    return cropped.unflatten(2, (width, channels)).permute(0, 3, 1, 2)


def random_erase(
    images: Tensor, generator: torch.Generator, probability: float, share: Share = WHOLE
) -> Tensor:
    """Replace a random rectangle of some images, (B, 3, H, W), by the image's mean colour."""
    height, width = images.shape[2:]
    chosen = _draw(images, generator, share) < probability
    low, high = ERASE_AREA
    area = (low + (high - low) * _draw(images, generator, share)) * height * width
    low, high = (math.log(bound) for bound in ERASE_ASPECT)
    aspect = torch.exp(low + (high - low) * _draw(images, generator, share))
    tall = (area * aspect).sqrt().clamp(1, height)  # (B, 1, 1, 1)
    wide = (area / aspect).sqrt().clamp(1, width)
    top = _draw(images, generator, share) * (height - tall)
    left = _draw(images, generator, share) * (width - wide)
    y = torch.arange(height, device=images.device).view(1, 1, -1, 1)
    x = torch.arange(width, device=images.device).view(1, 1, 1, -1)
    inside = (y >= top) & (y < top + tall) & (x >= left) & (x < left + wide)
    return torch.where(chosen & inside, images.mean((2, 3), keepdim=True), images)


def _draw(images: Tensor, generator: torch.Generator, share: Share) -> Tensor:
    """One uniform number per image, (B, 1, 1, 1)."""
    rank, ranks = share
    whole = torch.rand((len(images) * ranks, 1, 1, 1), generator=generator)
    return whole.chunk(ranks)[rank].to(images.device)
