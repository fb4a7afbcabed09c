"""Exercises of notebook 02: the generator, and when it is dead for every colour."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def x_image(visible, w, b, a, d):
    h = np.maximum(0, visible @ w + b)
    return h[..., None] * a + d


def no_relu(visible, w, b, a, d):
    return (visible @ w + b)[..., None] * a + d


def no_b(visible, w, b, a, d):
    return np.maximum(0, visible @ w)[..., None] * a + d


def no_d(visible, w, b, a, d):
    return np.maximum(0, visible @ w + b)[..., None] * a


def relu_last(visible, w, b, a, d):
    return np.maximum(0, (visible @ w + b)[..., None] * a + d)


def b_after_relu(visible, w, b, a, d):
    return (np.maximum(0, visible @ w) + b)[..., None] * a + d


def not_mixed(visible, w, b, a, d):
    return np.maximum(0, visible * w + b) * a + d


def dead_for_all(w, b):
    # The brightest colour for w has 1 where a weight is positive and 0 where it is negative.
    return b + np.maximum(0, w).sum() <= 0


def primaries(w, b):
    return b + w.max() <= 0


def black(w, b):
    return b <= 0


def white(w, b):
    return b + w.sum() <= 0


def all_negative(w, b):
    return bool((w < 0).all() and b <= 0)


def absolute(w, b):
    return b + np.abs(w).sum() <= 0


def mean_of_channels(w, b):
    return b + np.maximum(0, w).mean() <= 0


def no_bias(w, b):
    return np.maximum(0, w).sum() <= 0


EXERCISES = {
    1: Exercise(
        x_image,
        {
            "the ReLU is off for one of two pixels": (
                floats([[[1, 0, 0], [0, 1, 1]]]),
                floats([2, -1, -1]),
                -1,
                floats([1, 2, 3]),
                floats([0, 1, 0]),
            ),
            "X lies below 0": (
                floats([[[1, 1, 0]], [[0, 0, 1]]]),
                floats([1, 2, -1]),
                1,
                floats([-1, 2, 0]),
                floats([1, -9, -2]),
            ),
            "the image is wider than high": (
                floats([[[0.5, 0, 1], [1, 1, 1], [0, 0.5, 0]], [[0, 0, 0], [1, 0, 0.5], [0, 0, 1]]]),
                floats([4, 2, -2]),
                -1,
                floats([1, 2, 3]),
                floats([0.5, 0, 1]),
            ),
            "the ReLU is off everywhere": (
                floats([[[1, 1, 1], [0, 0, 0]]]),
                floats([1, 1, 1]),
                -3,
                floats([1, 2, 3]),
                floats([1, 0, 2]),
            ),
        },
        {
            "you forgot the ReLU: h is never negative.": no_relu,
            "you forgot the first bias b.": no_b,
            "you forgot the last biases d.": no_d,
            "the ReLU belongs between the two mixings, not at the end.": relu_last,
            "you added b after the ReLU; it belongs inside.": b_after_relu,
            "you weighted the channels and did not mix them: h is one number per pixel, visible @ w + b.": (
                not_mixed
            ),
        },
    ),
    2: Exercise(
        dead_for_all,
        {
            "a mix of two channels gives more than each": (floats([2, 2, -9]), -3),
            "white gives more than any two": (floats([1, 1, 1]), -2.5),
            "even white is not enough": (floats([1, 1, 1]), -4),
            "the largest sum is exactly 0": (floats([1, -2, -2]), -1),
            "all is 0": (floats([0, 0, 0]), 0),
            "all weights are negative": (floats([-3, -1, -1]), -1),
            "black alone is left": (floats([-3, -1, -1]), 2),
            "white hides what red would give": (floats([2, -3, -3]), -1),
            "white hides what yellow would give": (floats([2, 2, -9]), -1),
            "a positive weight is not enough": (floats([1, -1, -1]), -2),
            "weights cannot be turned round": (floats([-1, -1, -1]), -2),
            "every colour is bright enough": (floats([1, 1, 1]), 1),
            "a positive b outweighs all": (floats([-5, -5, 1]), 1),
            "b is 0 and a weight is positive": (floats([-1, 0, 1]), 0),
            "half of each weight would not be enough": (floats([2, 1, 1]), -3),
        },
        {
            "you asked red, green and blue alone; a mix of them may give more.": primaries,
            "you asked black only; another colour may give more.": black,
            "you asked white only; a negative weight is best left at 0.": white,
            "not all weights need be negative: b may outweigh them.": all_negative,
            "you took all weights as positive; a channel with a negative weight is best left at 0.": absolute,
            "you forgot the bias b.": no_bias,
            "you took the mean over the channels; the ReLU gets their sum.": mean_of_channels,
        },
    ),
}
