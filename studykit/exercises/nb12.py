"""Exercises of notebook 12: the nearest impostor in both directions, and distances that weigh themselves."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def impostors(D, margin):
    match, rest = np.diag(D), D + np.diag(np.full(len(D), np.inf))
    rows = np.maximum(0, margin + match - rest.min(1))
    columns = np.maximum(0, margin + match - rest.min(0))
    return rows.mean() + columns.mean()


def from_visible_alone(D, margin):
    match, rest = np.diag(D), D + np.diag(np.full(len(D), np.inf))
    return np.maximum(0, margin + match - rest.min(1)).mean()


def from_infrared_alone(D, margin):
    match, rest = np.diag(D), D + np.diag(np.full(len(D), np.inf))
    return np.maximum(0, margin + match - rest.min(0)).mean()


def match_among_the_impostors(D, margin):
    match = np.diag(D)
    return np.maximum(0, margin + match - D.min(1)).mean() + np.maximum(0, margin + match - D.min(0)).mean()


def no_hinge(D, margin):
    match, rest = np.diag(D), D + np.diag(np.full(len(D), np.inf))
    return (margin + match - rest.min(1)).mean() + (margin + match - rest.min(0)).mean()


def farthest_impostor(D, margin):
    match, rest = np.diag(D), D - np.diag(np.full(len(D), np.inf))
    return (
        np.maximum(0, margin + match - rest.max(1)).mean()
        + np.maximum(0, margin + match - rest.max(0)).mean()
    )


def summed(D, margin):
    match, rest = np.diag(D), D + np.diag(np.full(len(D), np.inf))
    return (
        np.maximum(0, margin + match - rest.min(1)).sum() + np.maximum(0, margin + match - rest.min(0)).sum()
    )


def halved(D, margin):
    match, rest = np.diag(D), D + np.diag(np.full(len(D), np.inf))
    return (
        np.maximum(0, margin + match - rest.min(1)).mean()
        + np.maximum(0, margin + match - rest.min(0)).mean()
    ) / 2


def turned_round(D, margin):
    match, rest = np.diag(D), D + np.diag(np.full(len(D), np.inf))
    return (
        np.maximum(0, margin + rest.min(1) - match).mean()
        + np.maximum(0, margin + rest.min(0) - match).mean()
    )


def weighted(d, same):
    near, far = np.exp(-d) * ~same, np.exp(d) * same
    return (far * d).sum() / far.sum(), (near * d).sum() / near.sum()


def plain_means(d, same):
    return d[same].mean(), d[~same].mean()


def hardest(d, same):
    return d[same].max(), d[~same].min()


def one_softmax(d, same):
    weight = np.exp(d)
    return (
        (weight * d)[same].sum() / weight[same].sum(),
        (weight * d)[~same].sum() / weight[~same].sum(),
    )


def near_positives(d, same):
    near, far = np.exp(-d) * same, np.exp(d) * ~same
    return (near * d).sum() / near.sum(), (far * d).sum() / far.sum()


def over_everybody(d, same):
    far, near = np.exp(d), np.exp(-d)
    return (far * d)[same].sum() / far.sum(), (near * d)[~same].sum() / near.sum()


def negatives_first(d, same):
    near, far = np.exp(-d) * ~same, np.exp(d) * same
    return (near * d).sum() / near.sum(), (far * d).sum() / far.sum()


EXERCISES = {
    1: Exercise(
        impostors,
        {
            "there are two people": (floats([[1, 3], [2, 1]]), 2),
            "everybody is content": (floats([[1, 5], [5, 1]]), 1),
            "the two directions differ": (floats([[2, 1, 9], [6, 3, 4], [7, 8, 1]]), 1),
            "the match is the nearest of all": (floats([[0, 2, 2], [2, 0, 2], [1, 2, 0]]), 2),
            "the hinge is just reached": (floats([[1, 3], [3, 1]]), 2),
            "some are content and some are not": (floats([[5, 4, 6], [1, 2, 9], [8, 7, 3]]), 1),
        },
        {
            "infrared queries ask as well: the nearest impostor in each column, too.": from_visible_alone,
            "visible queries ask as well: the nearest impostor in each row, too.": from_infrared_alone,
            "the match is no impostor: leave out the diagonal.": match_among_the_impostors,
            "the hinge is missing: who is content pays nothing, and earns nothing.": no_hinge,
            "the impostor that counts is the nearest one.": farthest_impostor,
            "mean over the images, not sum.": summed,
            "the two directions are added; nothing is halved.": halved,
            "the match shall be the nearer one: margin + match - impostor.": turned_round,
        },
    ),
    2: Exercise(
        weighted,
        {
            "there is one of each": (floats([1, 2]), np.array([True, False])),
            "two positives differ": (floats([0, 1, 3]), np.array([True, True, False])),
            "two negatives differ": (floats([1, 2, 3]), np.array([True, False, False])),
            "there are two of each": (floats([0, 1, 2, 3]), np.array([True, True, False, False])),
            "a negative is nearest of all": (floats([2, 0, 1, 3]), np.array([True, False, True, False])),
        },
        {
            "the weights are missing: far positives and near negatives count more.": plain_means,
            "that is the hardest alone; here all count, by their softmax.": hardest,
            "among negatives the near ones count more: softmax of -d.": one_softmax,
            "it is the far positives and the near negatives that count more.": near_positives,
            "the weights of positives sum to 1 among themselves, and so do those of negatives.": over_everybody,
            "positives come first.": negatives_first,
        },
    ),
}
