"""Exercises of notebook 03: the hardest negative, the batch-hard triplet, and the rows of Table 4."""

import numpy as np
import torch

from studykit.exercises.exercise import Exercise, floats


def hardest_negative(distance, labels):
    same = labels[:, None] == labels[None, :]
    return np.where(same, np.inf, distance).argmin(axis=1)


def nearest_of_all(distance, labels):
    return distance.argmin(axis=1)


def farthest_negative(distance, labels):
    same = labels[:, None] == labels[None, :]
    return np.where(same, -np.inf, distance).argmax(axis=1)


def their_distances(distance, labels):
    same = labels[:, None] == labels[None, :]
    return np.where(same, np.inf, distance).min(axis=1)


def along_columns(distance, labels):
    same = labels[:, None] == labels[None, :]
    return np.where(same, np.inf, distance).argmin(axis=0)


def nearest_positive(distance, labels):
    same = labels[:, None] == labels[None, :]
    return np.where(same, distance, np.inf).argmin(axis=1)


def hardest_positive(distance, labels):
    same = labels[:, None] == labels[None, :]
    return np.where(same, distance, -np.inf).argmax(axis=1)


def set_to_zero(distance, labels):
    same = labels[:, None] == labels[None, :]
    return np.where(same, 0, distance).argmin(axis=1)


def only_itself(distance, labels):
    return np.where(np.eye(len(labels)) == 1, np.inf, distance).argmin(axis=1)


def among_negatives(distance, labels):
    rows = zip(distance, labels)
    return np.array([row[labels != label].argmin() for row, label in rows])


def its_label(distance, labels):
    same = labels[:, None] == labels[None, :]
    return labels[np.where(same, np.inf, distance).argmin(axis=1)]


def my_triplet(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_p - d_n).clamp_min(0).sum()


def a_mean(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_p - d_n).clamp_min(0).mean()


def exchanged(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(0)
    d_n = distance.masked_fill(same, torch.inf).amin(0)
    return (margin + d_p - d_n).clamp_min(0).sum()


def no_margin(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (d_p - d_n).clamp_min(0).sum()


def no_hinge(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_p - d_n).sum()


def hinge_of_the_sum(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_p - d_n).sum().clamp_min(0)


def squared(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other) ** 2
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_p - d_n).clamp_min(0).sum()


def easiest_positive(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, torch.inf).amin(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_p - d_n).clamp_min(0).sum()


def easiest_negative(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, -torch.inf).amax(1)
    return (margin + d_p - d_n).clamp_min(0).sum()


def signs_exchanged(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_n - d_p).clamp_min(0).sum()


def margin_subtracted(anchor, other, labels, margin):
    distance = torch.cdist(anchor, other)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (d_p - d_n - margin).clamp_min(0).sum()


def one_modality(anchor, other, labels, margin):
    distance = torch.cdist(anchor, anchor)
    same = labels[:, None] == labels[None, :]
    d_p = distance.masked_fill(~same, -torch.inf).amax(1)
    d_n = distance.masked_fill(same, torch.inf).amin(1)
    return (margin + d_p - d_n).clamp_min(0).sum()


def my_loss(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I
    if method != "baseline":
        L = L + L_X
    if method == "baseline+x+cmg":
        L = L + lam * (L_IX + L_IV)
    return L


def x_everywhere(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I + L_X
    return L + lam * (L_IX + L_IV) if method == "baseline+x+cmg" else L


def x_nowhere(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I
    return L + lam * (L_IX + L_IV) if method == "baseline+x+cmg" else L


def x_in_the_second_only(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I + L_X if method == "baseline+x" else L_V + L_I
    return L + lam * (L_IX + L_IV) if method == "baseline+x+cmg" else L


def no_cross(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    return L_V + L_I if method == "baseline" else L_V + L_I + L_X


def cross_everywhere(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I if method == "baseline" else L_V + L_I + L_X
    return L + lam * (L_IX + L_IV)


def cross_in_the_second(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    return L_V + L_I if method == "baseline" else L_V + L_I + L_X + lam * (L_IX + L_IV)


def no_lambda(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I if method == "baseline" else L_V + L_I + L_X
    return L + L_IX + L_IV if method == "baseline+x+cmg" else L


def lambda_on_the_first(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I if method == "baseline" else L_V + L_I + L_X
    return L + lam * L_IX + L_IV if method == "baseline+x+cmg" else L


def half_of_cross(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V + L_I if method == "baseline" else L_V + L_I + L_X
    return L + lam * L_IX if method == "baseline+x+cmg" else L


def no_infrared(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_V if method == "baseline" else L_V + L_X
    return L + lam * (L_IX + L_IV) if method == "baseline+x+cmg" else L


def no_visible(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    L = L_I if method == "baseline" else L_I + L_X
    return L + lam * (L_IX + L_IV) if method == "baseline+x+cmg" else L


def points(*rows):
    """Features of one or two numbers that have distances in whole numbers."""
    return torch.tensor(rows, dtype=torch.float32).reshape(len(rows), -1)


EXERCISES = {
    1: Exercise(
        hardest_negative,
        {
            "there are two people with two images": (
                floats([[0, 2, 3, 4], [2, 0, 1, 5], [3, 1, 0, 6], [4, 5, 6, 0]]),
                np.array([7, 7, 8, 8]),
            ),
            "the way back is not the way there": (
                floats([[1, 5, 2], [4, 2, 3], [5, 6, 3]]),
                np.array([1, 2, 3]),
            ),
            "a person's images do not stand together": (
                floats([[1, 4, 2, 3], [7, 2, 6, 5], [3, 8, 0, 9], [5, 1, 4, 2]]),
                np.array([0, 1, 0, 1]),
            ),
            "people have different numbers of images": (
                floats([[0, 9, 5, 7, 6], [9, 0, 4, 3, 8], [5, 4, 0, 2, 1], [7, 3, 2, 0, 6], [6, 8, 1, 6, 0]]),
                np.array([3, 3, 3, 4, 5]),
            ),
            "another person has distance 0": (
                floats([[0, 1, 0, 2], [1, 0, 3, 0], [4, 0, 0, 1], [0, 2, 1, 0]]),
                np.array([5, 5, 6, 6]),
            ),
        },
        {
            "the nearest of all is the same person: a negative shows somebody else.": nearest_of_all,
            "you took the farthest of the others; hard is the nearest.": farthest_negative,
            "those are distances; the task asks for their indices.": their_distances,
            "an anchor is a row: look along axis 1.": along_columns,
            "that is the nearest image of the same person; a negative shows somebody else.": nearest_positive,
            "that is the hardest positive, the farthest of the same person; the task asks for a negative.": (
                hardest_positive
            ),
            "the same person's places are at 0 and win; make them infinite.": set_to_zero,
            "you left out the anchor itself, but not the other images of the same person.": only_itself,
            "you counted among the negatives alone; the index is that of all images.": among_negatives,
            "those are labels; the task asks for indices.": its_label,
        },
    ),
    2: Exercise(
        my_triplet,
        {
            "one anchor is content, one on the edge, one not": (
                points(0, 3, 5, 9),
                points(1, 4, 6, 7),
                torch.tensor([0, 0, 1, 1]),
                1.0,
            ),
            "nobody is content": (points(0, 1, 2), points(2, 0, 1), torch.tensor([0, 1, 2]), 1.0),
            "everybody is content": (points(0, 1, 9, 8), points(1, 0, 8, 9), torch.tensor([0, 0, 1, 1]), 2.0),
            "everybody is content by far, but one": (
                points(0, 50, 52),
                points(1, 53, 51),
                torch.tensor([0, 1, 2]),
                3.0,
            ),
            "the margin is 0": (points(0, 6, 5), points(3, 7, 4), torch.tensor([4, 4, 2]), 0.0),
            "people have different numbers of images": (
                points((0, 0), (3, 4), (6, 8), (0, 5), (8, 6)),
                points((3, 0), (0, 4), (6, 0), (8, 0), (0, 8)),
                torch.tensor([1, 1, 1, 2, 2]),
                2.0,
            ),
            "all images fall on one point": (points(1, 1, 1), points(1, 1, 1), torch.tensor([0, 0, 1]), 0.5),
        },
        {
            "that is the mean over the anchors; Eqs. 5, 6 and 10 have the sum.": a_mean,
            "anchor and other are exchanged.": exchanged,
            "the margin is missing.": no_margin,
            "the hinge is missing: a content anchor costs nothing, and never less.": no_hinge,
            "the hinge is for each anchor by itself, before the sum.": hinge_of_the_sum,
            "you squared the distances; Eqs. 5, 6 and 10 take them as they are.": squared,
            "you took the nearest positive; the hardest is the farthest.": easiest_positive,
            "you took the farthest negative; the hardest is the nearest.": easiest_negative,
            "positive and negative are exchanged: the positive pulls, so its distance counts with plus.": (
                signs_exchanged
            ),
            "the margin counts with plus: an anchor is content only beyond it.": margin_subtracted,
            "you compared anchors with anchors; positives and negatives are rows of `other`.": one_modality,
        },
        tolerance=1e-4,
    ),
    3: Exercise(
        my_loss,
        {
            "the method is the Baseline": ("baseline", 1, 2, 4, 8, 16, 3),
            "the method is Baseline+X": ("baseline+x", 1, 2, 4, 8, 16, 3),
            "the method is Baseline+X+CMG": ("baseline+x+cmg", 1, 2, 4, 8, 16, 3),
            "lam is 0": ("baseline+x+cmg", 1, 20, 300, 4000, 50000, 0),
            "lam is one half": ("baseline+x+cmg", 3, 50, 100, 2000, 60000, 0.5),
        },
        {
            "this method does not know L_X.": x_everywhere,
            "L_X is missing in the second and third method.": x_nowhere,
            "the third method has L_X as well.": x_in_the_second_only,
            "Eq. 11 adds the weighted L_C to these three.": no_cross,
            "L_C belongs to the third method only.": cross_everywhere,
            "L_C belongs to the third method, not to the second.": cross_in_the_second,
            "L_C lacks its weight, lam.": no_lambda,
            "lam weighs both terms of L_C, L_IX and L_IV.": lambda_on_the_first,
            "L_IV, the other term of L_C, is missing.": half_of_cross,
            "L_I is missing; every method has it.": no_infrared,
            "L_V is missing; every method has it.": no_visible,
        },
    ),
}
