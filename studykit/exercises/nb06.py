"""Exercises of notebook 06: a paired interval, and a claim of several parts."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def my_interval(better, worse, t):
    d = better - worse
    half = t * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


def by_n(better, worse, t):
    d = better - worse
    half = t * d.std() / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


def no_root(better, worse, t):
    d = better - worse
    half = t * d.std(ddof=1) / len(d)
    return d.mean() - half, d.mean() + half


def of_the_seeds(better, worse, t):
    d = better - worse
    return d.mean() - t * d.std(ddof=1), d.mean() + t * d.std(ddof=1)


def other_difference(better, worse, t):
    d = worse - better
    half = t * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


def not_paired(better, worse, t):
    half = t * np.sqrt((better.var(ddof=1) + worse.var(ddof=1)) / len(better))
    middle = better.mean() - worse.mean()
    return middle - half, middle + half


def no_t(better, worse, t):
    d = better - worse
    half = d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


def variance(better, worse, t):
    d = better - worse
    half = t * d.var(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


def around_the_median(better, worse, t):
    d = better - worse
    half = t * d.std(ddof=1) / np.sqrt(len(d))
    return np.median(d) - half, np.median(d) + half


def my_verdict(intervals):
    parts = [1 if low > 0 else -1 if high < 0.5 else 0 for low, high in intervals]
    return min(parts)


def small_gains_fail(intervals):
    parts = [-1 if high < 0.5 else 1 if low > 0 else 0 for low, high in intervals]
    return min(parts)


def below_zero_only(intervals):
    parts = [1 if low > 0 else -1 if high < 0 else 0 for low, high in intervals]
    return min(parts)


def all_must_fail(intervals):
    parts = [1 if low > 0 else -1 if high < 0.5 else 0 for low, high in intervals]
    return 1 if all(p == 1 for p in parts) else -1 if all(p == -1 for p in parts) else 0


def best_part(intervals):
    parts = [1 if low > 0 else -1 if high < 0.5 else 0 for low, high in intervals]
    return max(parts)


def first_part(intervals):
    parts = [1 if low > 0 else -1 if high < 0.5 else 0 for low, high in intervals]
    return parts[0]


def undecided_is_no(intervals):
    parts = [1 if low > 0 else -1 for low, high in intervals]
    return min(parts)


def added_up(intervals):
    parts = [1 if low > 0 else -1 if high < 0.5 else 0 for low, high in intervals]
    return sum(parts)


EXERCISES = {
    1: Exercise(
        my_interval,
        {
            "there are two seeds": (floats([3, 5]), floats([1, 1]), 2),
            "there are three seeds": (floats([9, 2, 7]), floats([5, 2, 3]), 3),
            "there are four seeds, and luck is shared": (
                floats([11, 21, 33, 41]),
                floats([10, 20, 30, 38]),
                1.5,
            ),
            "all differences are the same": (floats([2, 4, 7]), floats([1, 3, 6]), 4),
            "the gain is a loss": (floats([1, 2, 3, 1, 8]), floats([4, 4, 4, 9, 4]), 2.5),
        },
        {
            "s divides by n - 1: std(ddof=1).": by_n,
            "divide by the root of n.": no_root,
            "that is the spread of the seeds; the mean is surer, by the root of n.": of_the_seeds,
            "that is the other difference: better minus worse.": other_difference,
            "pair the seeds: take the differences first, then their spread.": not_paired,
            "you left out Student's factor t.": no_t,
            "that takes the variance; s is its root, the standard deviation.": variance,
            "the middle is the mean of the differences, not their median.": around_the_median,
        },
    ),
    2: Exercise(
        my_verdict,
        {
            "one part lies above 0": ([(1, 2)],),
            "a part lies above 0 and below half a point": ([(0.1, 0.3)],),
            "a part lies below 0": ([(-3, -1)],),
            "half a point is ruled out, and 0 is not": ([(-0.4, 0.4)],),
            "a part reaches far to both sides": ([(-1, 1)],),
            "a part begins exactly at 0": ([(0, 2)],),
            "a part ends exactly at half a point": ([(-1, 0.5)],),
            "both parts hold": ([(1, 2), (2, 3)],),
            "one part holds and one is undecided": ([(1, 2), (-1, 1)],),
            "one part is undecided and one holds": ([(-1, 1), (1, 2)],),
            "one of three parts does not hold": ([(1, 2), (-1, 1), (-2, -1)],),
            "a small gain stands beside a part that is undecided": ([(0.1, 0.2), (-1, 1)],),
            "both parts do not hold": ([(-2, -1), (-3, -2)],),
            "one part holds and one does not": ([(-2, -1), (1, 2)],),
        },
        {
            "an interval above 0 holds, however small.": small_gains_fail,
            "it does not hold if half a point is ruled out, even if 0 is not.": below_zero_only,
            "one part that does not hold is enough.": all_must_fail,
            "one part that holds is not enough; all must.": best_part,
            "you looked at the first part only.": first_part,
            "what neither holds nor is ruled out is undecided, 0.": undecided_is_no,
            "that is the sum of the parts; the worst of them decides.": added_up,
        },
    ),
}
