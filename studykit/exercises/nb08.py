"""Exercises of notebook 08: others choose, and values by a factor."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def my_gain(scores):
    gains = []
    for seed in range(len(scores)):
        best = np.delete(scores, seed, axis=0).mean(0).argmax()
        gains.append(scores[seed, best] - scores[seed, 0])
    return np.mean(gains)


def all_choose(scores):
    best = scores.mean(axis=0).argmax()
    return np.mean(scores[:, best] - scores[:, 0])


def own_best(scores):
    return np.mean([row.max() - row[0] for row in scores])


def a_score(scores):
    gains = []
    for seed in range(len(scores)):
        best = np.delete(scores, seed, axis=0).mean(0).argmax()
        gains.append(scores[seed, best])
    return np.mean(gains)


def smallest(scores):
    gains = []
    for seed in range(len(scores)):
        best = np.delete(scores, seed, axis=0).mean(0).argmin()
        gains.append(scores[seed, best] - scores[seed, 0])
    return np.mean(gains)


def of_the_choosers(scores):
    gains = []
    for seed in range(len(scores)):
        others = np.delete(scores, seed, axis=0).mean(0)
        gains.append(others.max() - others[0])
    return np.mean(gains)


def one_chooses(scores):
    gains = []
    for seed in range(len(scores)):
        best = scores[seed - 1].argmax()
        gains.append(scores[seed, best] - scores[seed, 0])
    return np.mean(gains)


def my_values(first, last, count):
    factor = (last / first) ** (1 / (count - 1))
    return first * factor ** np.arange(count)


def equal_steps(first, last, count):
    return first + (last - first) * np.arange(count) / (count - 1)


def one_step_short(first, last, count):
    factor = (last / first) ** (1 / count)
    return first * factor ** np.arange(count)


def logarithms(first, last, count):
    return np.linspace(np.log10(first), np.log10(last), count)


def logspace(first, last, count):
    return np.logspace(first, last, count)


def by_ten(first, last, count):
    return first * 10.0 ** np.arange(count)


EXERCISES = {
    1: Exercise(
        my_gain,
        {
            "there are two seeds": (floats([[1, 3, 5], [2, 9, 4]]),),
            "there are three seeds": (floats([[4, 5, 6, 9], [3, 8, 5, 1], [5, 6, 9, 2]]),),
            "there are four seeds": (floats([[1, 2, 7], [5, 4, 2], [3, 6, 4], [2, 3, 9]]),),
            "the first setting is the best": (floats([[9, 2], [8, 3], [7, 6]]),),
            "the gain is a loss": (floats([[5, 9, 1], [5, 1, 9]]),),
        },
        {
            "that chooses on all seeds, the one that judges among them.": all_choose,
            "that chooses on the seed that judges.": own_best,
            "subtract the first column: a gain, not a score.": a_score,
            "you chose the setting with the smallest score; the best has the largest.": smallest,
            "that is the gain on the seeds that chose; read it on the one that judges.": of_the_choosers,
            "only one of the other seeds chose; all the others choose together, by their mean.": one_chooses,
        },
    ),
    2: Exercise(
        my_values,
        {
            "each value doubles": (1.0, 8.0, 4),
            "the factor is 10": (1.0, 100.0, 3),
            "there are two values": (3.0, 12.0, 2),
            "the first value is not 1": (2.0, 162.0, 5),
            "the values are smaller than 1": (0.01, 0.64, 4),
        },
        {
            "those steps are equal, not the factors.": equal_steps,
            "the last value is missing.": one_step_short,
            "those are logarithms: raise 10 to them.": logarithms,
            "logspace takes exponents: give it log10 of both ends.": logspace,
            "your factor is always 10; it follows from first, last and count.": by_ten,
        },
    ),
}
