"""Activation maps: where f responds to an image, and how to lay that over the image.

They say where the last maps are large, and nothing about *why*: not which person they speak for, not
whether the response helps the search. And they are coarse: a network like this ends in a handful of cells
(`cells`), each of which has seen most of the image; what looks smooth is interpolation.
"""

import studykit.look  # noqa: F401, before matplotlib

# isort: split
import numpy as np
import torch
from matplotlib import colormaps
from numpy.typing import NDArray
from torch.nn import functional as F

from xivlab.model import Face, Networks

COLOURS = colormaps["viridis"]  # rises in brightness, so it can be read without seeing colour


@torch.no_grad()
def activation_maps(
    model: Networks, pixels: NDArray[np.uint8], face: Face = "visible"
) -> NDArray[np.float32]:
    """Mean absolute activation of the last maps of f, enlarged to the image.

    Args:
        model: in evaluation mode.
        pixels: (n, H, W, 3) uint8.
        face: what they are seen as: "infrared", "visible", or "x", the X of visible ones.

    Returns:
        (n, H, W), at least 0, in the units of the network: comparable between images of one model.
    """
    images = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float().div(255).to(model.device)
    maps = model.maps(images, face).abs().mean(1, keepdim=True)  # (n, D, h, w) -> (n, 1, h, w)
    large = F.interpolate(maps, images.shape[2:], mode="bilinear", align_corners=False)
    return large[:, 0].float().cpu().numpy()


@torch.no_grad()
def cells(model: Networks, height: int, width: int) -> tuple[int, int]:
    """Height and width of the last maps of f for images of a size: what a map knows before it is enlarged."""
    blank = torch.zeros(1, 3, height, width, device=model.device)
    return tuple(model.maps(blank, "infrared").shape[2:])


def overlay(
    pixels: NDArray[np.uint8], maps: NDArray[np.floating], strength: float = 0.55
) -> NDArray[np.uint8]:
    """Images in grey with their maps over them, dark blue for little and yellow for much.

    Args:
        pixels: (n, H, W, 3) uint8.
        maps: (n, H, W); each is stretched from its own least to its own largest value.
        strength: of the map, in [0, 1].

    Returns:
        (n, H, W, 3) uint8.
    """
    least, most = maps.min((1, 2), keepdims=True), maps.max((1, 2), keepdims=True)
    colours = COLOURS((maps - least) / np.maximum(most - least, 1e-12))[..., :3]
    grey = pixels.mean(3, keepdims=True) / 255
    return np.round(255 * (strength * colours + (1 - strength) * grey)).astype(np.uint8)


def alikeness(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """How alike two maps of one place are: correlation over the pixels, (n,), in [-1, 1].

    Args:
        one, other: (n, H, W).
    """
    return np.array([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(one, other)])
