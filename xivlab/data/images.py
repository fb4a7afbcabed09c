"""Images of a split at the size that the network sees."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from xivlab.data.datasets import Split
from xivlab.errors import XivlabError
from xivlab.resources import in_words, need

Modality = Literal["visible", "infrared"]
MODALITY_CODE: dict[str, int] = {"visible": 0, "infrared": 1}


@dataclass(frozen=True)
class Images:
    """A split at the size the network sees.

    Attributes:
        pixels: (N, H, W, 3) uint8, values in [0, 255]; a memory map, an array or, on a GPU, a tensor.
        person, camera, modality: (N,) integer; modality 0 is visible, 1 infrared.
        permutation: (N, 10) integer or None, as in `xivlab.data.datasets.Split`.
        place: where the pixels are, in words.
    """

    pixels: NDArray[np.uint8] | Tensor
    person: NDArray[np.integer]
    camera: NDArray[np.integer]
    modality: NDArray[np.integer]
    permutation: NDArray[np.integer] | None = None
    place: str = "in memory"

    @classmethod
    def of(cls, split: Split, height: int, width: int) -> "Images":
        """The images of a split; those of another size are resized once, by area, and held in memory.

        Images of the right size stay where they are: a memory map is read as it is needed.

        Args:
            split: of a data set.
            height: of the result, in pixels.
            width: of the result, in pixels.

        Raises:
            XivlabError: the split is empty, not of the layout above, or too large for the memory.
        """
        pixels = split.pixels
        if len(pixels) == 0:
            raise XivlabError("The split has no images.")
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[3] != 3:
            raise XivlabError(f"Images must be (N, H, W, 3) uint8, not {pixels.shape} {pixels.dtype}.")
        person, camera, modality = (np.asarray(a) for a in (split.person, split.camera, split.modality))
        if any(len(a) != len(pixels) for a in (person, camera, modality)):
            raise XivlabError("Every image needs one person, one camera and one modality.")
        place = "memory-mapped from disk" if isinstance(pixels, np.memmap) else "in memory"
        if pixels.shape[1:3] != (height, width):
            what = f"{len(pixels):,} images of {height} x {width} pixels"
            need(len(pixels) * height * width * 3, what, "lower height or width")
            pixels, place = resize(pixels, height, width), "resized in memory"
        return cls(pixels, person, camera, modality, split.permutation, place)

    def __str__(self) -> str:
        """How many, how large and where, in one line."""
        count, height, width, _ = self.pixels.shape
        return f"{count:,} of {height} x {width} ({in_words(self.pixels.nbytes)}), {self.place}"

    def rows(self, modality: Modality) -> NDArray[np.intp]:
        """Rows of all images of a modality, ascending, (n,)."""
        return np.flatnonzero(self.modality == MODALITY_CODE[modality])

    def held_on(self, device: torch.device) -> "Images":
        """The same images, copied to a GPU if four times their size is free there."""
        if device.type != "cuda":
            return self
        free = torch.cuda.mem_get_info(device)[0]
        if free <= 4 * self.pixels.nbytes:
            return self
        place = f"copied to {device} ({in_words(self.pixels.nbytes)} of {in_words(free)} free)"
        return replace(self, pixels=torch.tensor(self.pixels, device=device), place=place)

    def batch(self, rows: NDArray[np.intp], device: torch.device) -> Tensor:
        """Images of the given rows, (len(rows), 3, H, W) float32 in [0, 1], channels last, on `device`."""
        return self.levels(rows, device).float().div_(255)

    def levels(self, rows: NDArray[np.intp], device: torch.device) -> Tensor:
        """The same as they are kept, uint8 in [0, 255]."""
        if isinstance(self.pixels, Tensor):
            chosen = self.pixels[torch.from_numpy(rows).to(self.pixels.device)]
        else:
            chosen = torch.from_numpy(self.pixels[rows])  # a copy, four times as fast as PyTorch makes it
        return chosen.to(device).permute(0, 3, 1, 2)


CHUNK_PIXELS = 10_000_000  # that are floats at a time: 120 MB


def resize(pixels: NDArray[np.uint8], height: int, width: int, chunk: int = 512) -> NDArray[np.uint8]:
    """Resize by area averaging.

    Args:
        pixels: (N, H, W, 3) uint8.
        height: of the result.
        width: of the result.
        chunk: images converted at a time at most, so that a memory map is never read whole.

    Returns:
        (N, height, width, 3) uint8.
    """
    result = np.empty((len(pixels), height, width, 3), np.uint8)
    largest = max(height * width, pixels.shape[1] * pixels.shape[2])
    chunk = max(1, min(chunk, CHUNK_PIXELS // largest))
    for start in range(0, len(pixels), chunk):
        part = torch.from_numpy(np.array(pixels[start : start + chunk])).permute(0, 3, 1, 2)
        small = F.interpolate(part.float(), (height, width), mode="area").round().byte()
        result[start : start + chunk] = small.permute(0, 2, 3, 1).numpy()
    return result
