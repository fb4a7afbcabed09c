"""Exercises of notebook 00: Eq. 2 and rank-1."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def best_image(to_visible, to_x):
    return np.argmin(to_visible + to_x, axis=1)


def v_alone(to_visible, to_x):
    return np.argmin(to_visible, axis=1)


def x_alone(to_visible, to_x):
    return np.argmin(to_x, axis=1)


def farthest(to_visible, to_x):
    return np.argmax(to_visible + to_x, axis=1)


def best_query(to_visible, to_x):
    return np.argmin(to_visible + to_x, axis=0)


def smaller_of_both(to_visible, to_x):
    return np.argmin(np.minimum(to_visible, to_x), axis=1)


def difference(to_visible, to_x):
    return np.argmin(to_visible - to_x, axis=1)


def its_distance(to_visible, to_x):
    return np.min(to_visible + to_x, axis=1)


def rank1(distance, query_person, gallery_person):
    nearest = np.argmin(distance, axis=1)
    return np.mean(gallery_person[nearest] == query_person)


def a_count(distance, query_person, gallery_person):
    nearest = np.argmin(distance, axis=1)
    return np.sum(gallery_person[nearest] == query_person)


def of_the_farthest(distance, query_person, gallery_person):
    nearest = np.argmax(distance, axis=1)
    return np.mean(gallery_person[nearest] == query_person)


def index_for_person(distance, query_person, gallery_person):
    nearest = np.argmin(distance, axis=1)
    return np.mean(nearest == query_person)


def per_gallery_image(distance, query_person, gallery_person):
    nearest = np.argmin(distance, axis=0)
    return np.mean(query_person[nearest] == gallery_person)


def by_gallery_size(distance, query_person, gallery_person):
    nearest = np.argmin(distance, axis=1)
    return np.sum(gallery_person[nearest] == query_person) / len(gallery_person)


EXERCISES = {
    1: Exercise(
        best_image,
        {
            "V and X disagree": (
                floats([[1, 2, 3], [3, 1, 2]]),
                floats([[5, 1, 4], [1, 5, 1]]),
            ),
            "the best image is first neither by V nor by X": (
                floats([[1, 3, 7], [5, 2, 9]]),
                floats([[7, 3, 1], [3, 8, 2]]),
            ),
            "one image is near by V and far by X": (
                floats([[1, 4, 6, 9], [0, 5, 7, 9], [6, 2, 9, 4]]),
                floats([[9, 4, 5, 8], [8, 5, 6, 9], [2, 9, 7, 5]]),
            ),
            "there are more queries than gallery images": (
                floats([[2, 1], [1, 4], [3, 3], [5, 1]]),
                floats([[2, 6], [2, 1], [1, 2], [1, 3]]),
            ),
            "there is one query": (floats([[4, 1, 3, 3]]), floats([[2, 4, 1, 3]])),
        },
        {
            "you looked at V alone; Eq. 2 adds the distance to X.": v_alone,
            "you looked at X alone; Eq. 2 adds the distance to V.": x_alone,
            "that is the farthest image; Eq. 2 asks for the nearest.": farthest,
            "the minimum is over the gallery, which is axis 1.": best_query,
            "you took the smaller of the two distances; Eq. 2 adds them.": smaller_of_both,
            "you took the difference of the two distances; Eq. 2 adds them.": difference,
            "that is the distance of the best image; the task asks for its index.": its_distance,
        },
    ),
    2: Exercise(
        rank1,
        {
            "two of three queries are right": (
                floats([[1, 2], [2, 1], [1, 2]]),
                np.array([7, 8, 8]),
                np.array([7, 8]),
            ),
            "the gallery is larger than the queries are many": (
                floats([[3, 1, 2, 9, 4], [1, 2, 3, 0, 5]]),
                np.array([1, 1]),
                np.array([3, 1, 1, 2, 1]),
            ),
            "people have numbers that are indices as well": (
                floats([[1, 5, 2], [6, 1, 3], [9, 8, 1], [3, 1, 2]]),
                np.array([0, 2, 1, 1]),
                np.array([2, 2, 1]),
            ),
            "every query is right": (
                floats([[9, 1, 8], [2, 3, 4]]),
                np.array([5, 4]),
                np.array([4, 5, 6]),
            ),
            "no query is right": (
                floats([[1, 3], [1, 2], [4, 5]]),
                np.array([2, 2, 2]),
                np.array([1, 2]),
            ),
        },
        {
            "that is a count; divide it by the number of queries.": a_count,
            "that takes the farthest image, not the nearest.": of_the_farthest,
            "you compared an index with a person; look the person up first.": index_for_person,
            "that asks for the nearest query of each gallery image; the gallery runs along axis 1.": (
                per_gallery_image
            ),
            "you divided by the number of gallery images; it is a share of the queries.": by_gallery_size,
        },
    ),
}
