"""Exercises of notebook 11: the two parts of a gain, and a trend over seeds."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def two_parts(baseline_v, method_v, method_sum):
    return (method_v - baseline_v).mean(), (method_sum - method_v).mean()


def both_from_the_baseline(baseline_v, method_v, method_sum):
    return (method_v - baseline_v).mean(), (method_sum - baseline_v).mean()


def judged_by_the_sum(baseline_v, method_v, method_sum):
    return (method_sum - baseline_v).mean(), (method_sum - method_v).mean()


def baseline_minus_method(baseline_v, method_v, method_sum):
    return (baseline_v - method_v).mean(), (method_sum - method_v).mean()


def relative(baseline_v, method_v, method_sum):
    return (method_v / baseline_v - 1).mean(), (method_sum / method_v - 1).mean()


def my_trend(gains):
    n = gains.shape[1]
    slopes = [np.polyfit(np.arange(n), row, 1)[0] for row in gains]
    return (n - 1) * np.array(slopes)


def one_step(gains):
    n = gains.shape[1]
    return np.array([np.polyfit(np.arange(n), row, 1)[0] for row in gains])


def ends(gains):
    return gains[:, -1] - gains[:, 0]


def n_steps(gains):
    n = gains.shape[1]
    slopes = [np.polyfit(np.arange(n), row, 1)[0] for row in gains]
    return n * np.array(slopes)


def one_line(gains):
    n = gains.shape[1]
    return (n - 1) * np.polyfit(np.arange(n), gains.mean(0), 1)[0]


def its_start(gains):
    n = gains.shape[1]
    starts = [np.polyfit(np.arange(n), row, 1)[1] for row in gains]
    return (n - 1) * np.array(starts)


def mean_step(gains):
    return np.diff(gains, axis=1).mean(axis=1)


def along_seeds(gains):
    n = gains.shape[0]
    return (n - 1) * np.polyfit(np.arange(n), gains, 1)[0]


EXERCISES = {
    1: Exercise(
        two_parts,
        {
            "there are two seeds": (floats([1, 2]), floats([4, 3]), floats([5, 6])),
            "there are three seeds": (floats([10, 20, 30]), floats([15, 19, 41]), floats([17, 20, 41])),
            "training helps and the second view harms": (floats([5, 7]), floats([9, 8]), floats([6, 7])),
            "training harms and the second view helps": (
                floats([4, 8, 6]),
                floats([3, 7, 2]),
                floats([9, 8, 4]),
            ),
            "nothing happens": (floats([3, 4]), floats([3, 4]), floats([3, 4])),
        },
        {
            "the second part is of one model, searched twice: v+x minus v.": both_from_the_baseline,
            "the training effect is judged by v, the Baseline's own distance.": judged_by_the_sum,
            "a gain is the method minus the Baseline.": baseline_minus_method,
            "those are gains relative to the score before; take the plain differences.": relative,
        },
    ),
    2: Exercise(
        my_trend,
        {
            "there are four values": (floats([[0, 1, 2, 3], [0, 0, 0, 5]]),),
            "there are more seeds than values": (floats([[1, 5, 3], [2, 2, 8], [6, 1, 0], [4, 4, 4]]),),
            "there are two values": (floats([[1, 4], [3, 2], [5, 5]]),),
            "the middle leads astray": (floats([[2, 9, 9, 1, 3], [0, 4, -4, 8, 1]]),),
            "there are six values": (floats([[3, 1, 4, 1, 5, 9], [2, 7, 1, 8, 2, 8]]),),
        },
        {
            "that is the slope of one step; from first to last there are n - 1.": one_step,
            "first and last alone throw away what is between; lay a line through all.": ends,
            "from n values there are n - 1 steps.": n_steps,
            "a line for each seed: one number per row.": one_line,
            "that is where the lines start; the change follows from their slopes.": its_start,
            "that is the mean step from value to value, which knows the ends only; lay a line through all.": (
                mean_step
            ),
            "you laid the lines along the seeds; the values of the knob run along axis 1.": along_seeds,
        },
    ),
}
