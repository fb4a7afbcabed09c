"""Exercises of notebook 10: whose images are near, and the area under the ROC curve."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def infrared_share(distance, is_infrared, is_same_person, k):
    others = ~is_same_person
    nearest = np.argsort(distance[others])[:k]
    return is_infrared[others][nearest].mean()


def with_the_same_person(distance, is_infrared, is_same_person, k):
    nearest = np.argsort(distance)[:k]
    return is_infrared[nearest].mean()


def a_count(distance, is_infrared, is_same_person, k):
    others = ~is_same_person
    nearest = np.argsort(distance[others])[:k]
    return is_infrared[others][nearest].sum()


def farthest(distance, is_infrared, is_same_person, k):
    others = ~is_same_person
    nearest = np.argsort(distance[others])[-k:]
    return is_infrared[others][nearest].mean()


def visible_share(distance, is_infrared, is_same_person, k):
    others = ~is_same_person
    nearest = np.argsort(distance[others])[:k]
    return 1 - is_infrared[others][nearest].mean()


def same_person_only(distance, is_infrared, is_same_person, k):
    nearest = np.argsort(distance[is_same_person])[:k]
    return is_infrared[is_same_person][nearest].mean()


def places_of_others(distance, is_infrared, is_same_person, k):
    nearest = np.argsort(distance[~is_same_person])[:k]
    return is_infrared[nearest].mean()


def thrown_out_late(distance, is_infrared, is_same_person, k):
    nearest = np.argsort(distance)[:k]
    return (is_infrared & ~is_same_person)[nearest].mean()


def first_left_out(distance, is_infrared, is_same_person, k):
    others = ~is_same_person
    nearest = np.argsort(distance[others])[1 : k + 1]
    return is_infrared[others][nearest].mean()


def one_too_many(distance, is_infrared, is_same_person, k):
    others = ~is_same_person
    nearest = np.argsort(distance[others])[: k + 1]
    return is_infrared[others][nearest].mean()


def of_all_others(distance, is_infrared, is_same_person, k):
    others = ~is_same_person
    return is_infrared[others].mean()


def my_auc(same, different):
    return (same[:, None] < different[None, :]).mean()


def reversed_(same, different):
    return (same[:, None] > different[None, :]).mean()


def to_the_median(same, different):
    return np.mean(same < np.median(different))


def by_rows(same, different):
    return (same[:, None] < different[None, :]).sum() / len(same)


def by_columns(same, different):
    return (same[:, None] < different[None, :]).sum() / len(different)


def a_number_of_pairs(same, different):
    return (same[:, None] < different[None, :]).sum()


def one_by_one(same, different):
    many = min(len(same), len(different))
    return (same[:many] < different[:many]).mean()


def of_means(same, different):
    return float(same.mean() < different.mean())


def below_all(same, different):
    return (same < different.min()).mean()


EXERCISES = {
    1: Exercise(
        infrared_share,
        {
            "the nearest of all is the same person": (
                floats([1, 2, 3, 4]),
                np.array([True, True, False, True]),
                np.array([True, False, False, False]),
                2,
            ),
            "distances do not stand in order": (
                floats([7, 3, 9, 1, 5]),
                np.array([True, False, True, True, True]),
                np.array([False, False, False, True, False]),
                3,
            ),
            "the nearest alone counts": (
                floats([4, 2, 6, 1]),
                np.array([False, True, True, False]),
                np.array([False, False, False, True]),
                1,
            ),
            "near ones are infrared and far ones are visible": (
                floats([8, 1, 2, 9, 3, 7]),
                np.array([False, True, True, False, False, False]),
                np.array([False, False, True, False, True, False]),
                2,
            ),
            "all others count": (
                floats([5, 1, 4, 2]),
                np.array([True, False, True, True]),
                np.array([False, False, False, True]),
                3,
            ),
            "one more would change the share": (
                floats([2, 1, 3, 5, 4]),
                np.array([False, True, True, False, False]),
                np.array([True, False, False, False, False]),
                2,
            ),
        },
        {
            "leave the images of the same person out.": with_the_same_person,
            "that is a count; divide by k.": a_count,
            "those are the farthest.": farthest,
            "that is the share that is visible.": visible_share,
            "you kept the images of the same person, and left out the others.": same_person_only,
            "throw the same person out of both arrays: the places of the one are not those of the other.": (
                places_of_others
            ),
            "throw the same person out before you take the nearest, not after.": thrown_out_late,
            "you left out the nearest; the first of the others counts.": first_left_out,
            "that is k + 1 images.": one_too_many,
            "that is the share among all others, not among the k nearest.": of_all_others,
        },
    ),
    2: Exercise(
        my_auc,
        {
            "five of six comparisons are right": (floats([1, 3]), floats([2, 4, 5])),
            "there are more pairs of the same person": (floats([5, 1, 2, 4]), floats([3, 6])),
            "all of the same person are nearer": (floats([1, 2, 3]), floats([4, 5])),
            "none of the same person is nearer": (floats([8, 9]), floats([1, 2, 3])),
            "one pair of two people is very near": (floats([2, 3, 9]), floats([1, 4, 5, 6])),
        },
        {
            "that is upside down: nearer is smaller.": reversed_,
            "compare every pair with every other, not with a typical one.": to_the_median,
            "divide by the number of comparisons, n times m; yours is divided by n only.": by_rows,
            "divide by the number of comparisons, n times m; yours is divided by m only.": by_columns,
            "that is the number of comparisons that are right; divide by all, n times m.": a_number_of_pairs,
            "compare every pair with every other, not the two means.": of_means,
            "compare every pair with every other; yours takes them one by one, as zip does.": one_by_one,
            "you compared with the nearest pair of two people only; compare with every one.": below_all,
        },
    ),
}
