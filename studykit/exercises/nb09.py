"""Exercises of notebook 09: along and off the line, and the distance of two histograms."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def along_and_off(X, V, I):
    line, way = I - V, X - V
    along = way @ line / (line @ line)
    off = np.linalg.norm(way - along * line) / np.linalg.norm(line)
    return along, off


def off_in_no_units(X, V, I):
    line, way = I - V, X - V
    along = way @ line / (line @ line)
    return along, np.linalg.norm(way - along * line)


def along_in_no_units(X, V, I):
    line, way = I - V, X - V
    along = way @ line / (line @ line)
    off = np.linalg.norm(way - along * line) / np.linalg.norm(line)
    return along * np.linalg.norm(line), off


def from_i(X, V, I):
    line, way = V - I, X - I
    along = way @ line / (line @ line)
    return along, np.linalg.norm(way - along * line) / np.linalg.norm(line)


def from_nowhere(X, V, I):
    line = I - V
    along = X @ line / (line @ line)
    return along, np.linalg.norm(X - along * line) / np.linalg.norm(line)


def whole_way(X, V, I):
    line, way = I - V, X - V
    along = way @ line / (line @ line)
    return along, np.linalg.norm(way) / np.linalg.norm(line)


def off_squared(X, V, I):
    line, way = I - V, X - V
    along = way @ line / (line @ line)
    return along, ((way - along * line) ** 2).sum() / (line @ line)


def line_reversed(X, V, I):
    line, way = V - I, X - V
    along = way @ line / (line @ line)
    return along, np.linalg.norm(way - along * line) / np.linalg.norm(line)


def wasserstein(one, other):
    return np.abs(np.sort(one) - np.sort(other)).mean()


def not_sorted(one, other):
    return np.abs(one - other).mean()


def of_means(one, other):
    return np.abs(np.mean(np.sort(one) - np.sort(other)))


def cancelling(one, other):
    return np.mean(np.sort(one) - np.sort(other))


def a_sum(one, other):
    return np.abs(np.sort(one) - np.sort(other)).sum()


def one_sorted(one, other):
    return np.abs(np.sort(one) - other).mean()


def other_sorted(one, other):
    return np.abs(one - np.sort(other)).mean()


def squares(one, other):
    return ((np.sort(one) - np.sort(other)) ** 2).mean()


def farthest_way(one, other):
    return np.abs(np.sort(one) - np.sort(other)).max()


def crossed(one, other):
    return np.abs(np.sort(one) - np.sort(other)[::-1]).mean()


EXERCISES = {
    1: Exercise(
        along_and_off,
        {
            "V is the origin": (floats([1, 3]), floats([0, 0]), floats([4, 0])),
            "V is not the origin": (floats([3, 5]), floats([1, 2]), floats([5, 2])),
            "the line runs aslant": (floats([1, 9, 2]), floats([1, 2, 2]), floats([4, 6, 2])),
            "X lies on the line": (floats([3, 3]), floats([1, 1]), floats([9, 9])),
            "X lies beyond I": (floats([7, 6]), floats([1, 4]), floats([5, 4])),
            "X lies behind V": (floats([-2, 5]), floats([2, 3]), floats([4, 3])),
            "X is V": (floats([2, 1, 3]), floats([2, 1, 3]), floats([0, 5, 4])),
        },
        {
            "divide off by the distance from V to I.": off_in_no_units,
            "divide along by the distance from V to I, too: it is 1 at I.": along_in_no_units,
            "along is measured from V: 0 at V, 1 at I.": from_i,
            "the way starts at V: subtract V from X.": from_nowhere,
            "the second number is the whole way from V to X; off is what is left without its part along the line.": (
                whole_way
            ),
            "the second number is off squared; take the root.": off_squared,
            "along has the other sign: the line goes from V to I, I - V.": line_reversed,
        },
    ),
    2: Exercise(
        wasserstein,
        {
            "the ways go to both sides": (floats([5, 1]), floats([2, 3])),
            "both samples are unsorted": (floats([4, 1, 9]), floats([8, 7, 0])),
            "all ways are long": (floats([10, 40, 20, 30]), floats([90, 60, 70, 85])),
            "the first is sorted": (floats([1, 2, 6]), floats([5, 9, 1])),
            "the second is sorted": (floats([6, 2, 7]), floats([1, 3, 8])),
            "both have the same numbers": (floats([3, 1, 2]), floats([2, 3, 1])),
        },
        {
            "sort both first: an image may go to any other.": not_sorted,
            "that is the difference of the means; ways to both sides do not cancel.": of_means,
            "the ways count without their sign; yours cancel.": cancelling,
            "take the mean way, not the sum.": a_sum,
            "you sorted the first only; sort both.": one_sorted,
            "you sorted the second only; sort both.": other_sorted,
            "you squared the ways; they count as they are, without their sign.": squares,
            "that is the longest way; take the mean of all.": farthest_way,
            "you led the smallest to the largest; it goes to the smallest.": crossed,
        },
    ),
}
