"""Exercises of notebook 07: the random channel, and g that becomes Y."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studykit.exercises.exercise import Exercise, floats
from xivlab.errors import XivlabError


def my_channel(images):
    which = images.sum((1, 2, 3)) % 3
    return images[np.arange(len(images)), :, :, which]


def of_the_batch(images):
    return images[..., images.sum() % 3]


def overflowing(images):
    which = images.sum((1, 2, 3), dtype=np.uint8) % 3
    return images[np.arange(len(images)), :, :, which]


def per_pixel(images):
    which = images.sum(axis=3) % 3
    return np.take_along_axis(images, which[..., None], axis=3)[..., 0]


def by_place(images):
    which = np.arange(len(images)) % 3
    return images[np.arange(len(images)), :, :, which]


def mean_of_channels(images):
    return images.mean(axis=3)


def always_red(images):
    return images[..., 0]


def backwards(images):
    which = images.sum((1, 2, 3)) % 3
    return images[np.arange(len(images)), :, :, 2 - which]


def my_numbers():
    return [0.299, 0.587, 0.114], 0.0, [219 / 255] * 3, [16 / 255] * 3


def gray():
    return [0.299, 0.587, 0.114], 0.0, [1, 1, 1], [0, 0, 0]


def contrast_only():
    return [0.299, 0.587, 0.114], 0.0, [219 / 255] * 3, [0, 0, 0]


def black_only():
    return [0.299, 0.587, 0.114], 0.0, [1, 1, 1], [16 / 255] * 3


def b_scaled():
    return [0.299, 0.587, 0.114], 16 / 255, [219 / 255] * 3, [0, 0, 0]


def in_bytes():
    return [0.299, 0.587, 0.114], 0.0, [219 / 255] * 3, [16, 16, 16]


def equal_weights():
    return [1 / 3] * 3, 0.0, [219 / 255] * 3, [16 / 255] * 3


def contrast_twice():
    return [0.299 * 219 / 255, 0.587 * 219 / 255, 0.114 * 219 / 255], 0.0, [219 / 255] * 3, [16 / 255] * 3


def black_twice():
    return [0.299 * 219 / 255, 0.587 * 219 / 255, 0.114 * 219 / 255], 16 / 255, [1, 1, 1], [16 / 255] * 3


def x_of(attempt: Callable[[], Any], pixels: NDArray) -> NDArray | None:
    """X of pixels, (n, 3), by the ten numbers of a reader.

    Raises:
        XivlabError: they are no w, b, a and d.
    """
    numbers = attempt()
    if numbers is None or numbers is Ellipsis:
        return numbers
    try:
        w, b, a, d = numbers
    except (TypeError, ValueError) as error:
        raise XivlabError("return four things, separated by commas: w, b, a, d.") from error
    for name, part, many in (("w", w, 3), ("b", b, 1), ("a", a, 3), ("d", d, 3)):
        if _many(part) != many:
            raise XivlabError(f"{name} should be {'three numbers' if many == 3 else 'one number'}.")
    w, b, a, d = (np.asarray(part, dtype=float).ravel() for part in (w, b, a, d))
    return np.maximum(0, pixels @ w + b)[:, None] * a + d


def _many(part: ArrayLike) -> int:
    """How many numbers; 0 for what is none."""
    try:
        return 0 if part is None else np.asarray(part, dtype=float).size
    except (TypeError, ValueError):
        return 0


EXERCISES = {
    1: Exercise(
        my_channel,
        {
            "there are two images of one pixel": (np.array([[[[1, 2, 4]]], [[[0, 5, 3]]]], np.uint8),),
            "a sum is larger than a byte": (np.array([[[[200, 100, 50]]], [[[255, 1, 0]]]], np.uint8),),
            "an image has two pixels": (
                np.array([[[[1, 2, 3], [4, 5, 7]]], [[[9, 8, 6], [2, 1, 0]]]], np.uint8),
            ),
            "three images have one sum": (np.array([[[[1, 2, 0]]], [[[2, 1, 3]]], [[[0, 4, 2]]]], np.uint8),),
            "an image is higher than wide": (np.array([[[[3, 5, 8]], [[7, 1, 2]], [[6, 4, 9]]]], np.uint8),),
            "there is one image, and its sum ends on 2": (np.array([[[[8, 9, 3]]]], np.uint8),),
        },
        {
            "each image has its own sum, not the batch.": of_the_batch,
            "bytes overflow: a sum with dtype=np.uint8 forgets all above 255.": overflowing,
            "one channel per image, not per pixel.": per_pixel,
            "that takes the image's number, not its bytes.": by_place,
            "that is the mean of the channels; take one of them.": mean_of_channels,
            "that is the red channel of every image; the sum of its bytes chooses.": always_red,
            "the channels are counted from the wrong end: what is left over is 0 for R, 1 for G, 2 for B.": backwards,
        },
    ),
    2: Exercise(
        my_numbers,
        {
            "the pixel is black": (floats([[0, 0, 0]]),),
            "the pixel is white": (floats([[1, 1, 1]]),),
            "the pixel is red": (floats([[1, 0, 0]]),),
            "the pixel is green": (floats([[0, 1, 0]]),),
            "the pixel is blue": (floats([[0, 0, 1]]),),
            "the pixel is a dark gray": (floats([[0.25, 0.25, 0.25]]),),
        },
        {
            "that is Gray: Y has less contrast, and black is 16 / 255.": gray,
            "the contrast is right; black is 16 / 255, not 0.": contrast_only,
            "black is right; the contrast is 219 / 255.": black_only,
            "b is scaled by a as well: put 16 / 255 into d, or leave the contrast to w.": b_scaled,
            "images run from 0 to 1 here: black is 16 / 255, not 16.": in_bytes,
            "contrast and black are right; the three weights are not equal, they are those of Gray.": equal_weights,
            "the contrast 219 / 255 is there twice: put it into w or into a.": contrast_twice,
            "black, 16 / 255, is there twice: put it into b or into d.": black_twice,
        },
        answer=x_of,
    ),
}
