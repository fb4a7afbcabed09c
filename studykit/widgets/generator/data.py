"""Numbers of the X studio: X beside V and I, image by image and over many images."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.x_images import intensities, shifts
from studykit.widgets.generator.weights import Generator, hidden, spread
from xivlab.data.datasets import Split
from xivlab.data.images import Images
from xivlab.errors import XivlabError

HEIGHT, WIDTH = 128, 64  # of the photographs
SMALL = 64, 32  # of those in the histograms, of which only means are taken
MANY = 300  # images of each modality in the histograms


@dataclass(frozen=True, eq=False)
class People:
    """A visible and an infrared image of each of some people, of different moments.

    Attributes:
        visible, infrared: (n, HEIGHT, WIDTH, 3) uint8.
    """

    visible: NDArray[np.uint8]
    infrared: NDArray[np.uint8]

    @cached_property
    def light(self) -> NDArray[np.float32]:
        """V in [0, 1]."""
        return self.visible.astype(np.float32) / 255

    @cached_property
    def _infrared_sorted(self) -> NDArray[np.float32]:
        return _sorted(self.infrared.astype(np.float32))

    @cached_property
    def visible_apart(self) -> NDArray[np.float64]:
        """How far V is from I, (n,), as `apart`."""
        return self.apart(self.visible.astype(np.float32))

    def apart(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """How far images of these people are from their infrared images, in levels of 0 to 255.

        The mean over R, G and B of `studykit.analysis.x_images.shifts` between the pixels of the two images. Where a
        pixel is does not count, since the two are of different moments.

        Args:
            images: (n, HEIGHT, WIDTH, 3), in levels, not bounded.

        Returns:
            (n,).
        """
        return np.abs(_sorted(images) - self._infrared_sorted).mean((1, 2), dtype=float)


def _sorted(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each channel's pixels in ascending order: (n, H, W, 3) -> (n, 3, H W).

    Two samples of one size are as far apart (first Wasserstein distance) as their sorted values.
    """
    return np.sort(images.reshape(len(images), -1, 3).transpose(0, 2, 1))


def draw_people(split: Split, count: int, seed: int = 0) -> People:
    """Some people of a split who were seen in both modalities, and an image of them in each, by seed.

    Returns:
        fewer people if there are not that many.

    Raises:
        XivlabError: nobody was seen in both.
    """
    rng = np.random.default_rng(seed)
    both = np.intersect1d(*(split.person[split.modality == code] for code in (0, 1)))
    if len(both) == 0:
        raise XivlabError("Nobody was seen in both modalities: there is no X to compare.")
    chosen = np.sort(rng.permutation(both)[:count])
    rows = [
        np.array([rng.choice(np.flatnonzero((split.person == p) & (split.modality == code))) for p in chosen])
        for code in (0, 1)
    ]
    return People(*(np.asarray(Images.of(split.select(one), HEIGHT, WIDTH).pixels) for one in rows))


@dataclass(frozen=True, eq=False)
class Sample:
    """Many images of a split, for histograms as in Fig. 3 of the paper.

    Attributes:
        light: visible images, (n, pixels, 3) in [0, 1].
        visible, infrared: (n, 3) mean intensity of R, G and B of each image, in [0, 255].
    """

    light: NDArray[np.float32]
    visible: NDArray[np.float64]
    infrared: NDArray[np.float64]

    def x(self, g: Generator) -> NDArray[np.float64]:
        """Mean intensity of R, G and B of each X, (n, 3), not bounded: `studykit.analysis.x_images.intensities`."""
        return 255 * spread(g, hidden(g, self.light).mean(1)).astype(
            float
        )  # X is straight over h, so is its mean

    def apart(self, means: NDArray[np.float64]) -> float:
        """How far a histogram is from that of the infrared images: `studykit.analysis.x_images.shifts`, mean of R, G and B."""
        return float(shifts(means, self.infrared).mean())


def draw_sample(split: Split, count: int = MANY, seed: int = 0) -> Sample:
    """Images of both modalities by seed; fewer if there are not that many."""
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(np.flatnonzero(split.modality == code))[:count] for code in (0, 1)]
    visible, infrared = (Images.of(split.select(np.sort(one)), *SMALL) for one in rows)
    means = [intensities(images, np.arange(len(images.person))) for images in (visible, infrared)]
    pixels = np.asarray(visible.pixels).reshape(len(visible.person), -1, 3)
    return Sample(pixels.astype(np.float32) / 255, *means)


def to_show(x: NDArray[np.float32]) -> NDArray[np.uint8]:
    """X as a photograph: levels, clamped to what a screen can show."""
    return np.clip(x + 0.5, 0, 255).astype(np.uint8)
