"""Counting what is in front of the right images, on searches that can be done by eye."""

import numpy as np
import pytest

from xivlab.evaluation.metrics import Gallery

inf = np.inf


def found(distance, query_person, person, count_people=True):
    hits = Gallery(np.array(person), count_people).hits(np.array(distance, float), np.array(query_person))
    return [values.tolist() for values in hits]


@pytest.mark.parametrize(("count_people", "before"), [(True, 1), (False, 2)])
def test_people_or_images_in_front(count_people, before):
    """Two images of person 6 stand before both of person 5."""
    person, distance = [6, 5, 6, 5], [[1, 3, 2, 4]]
    assert found(distance, [5], person, count_people) == [[before], [2], [(1 / 3 + 2 / 4) / 2], [2 / 4]]


def test_hidden_images_neither_count_nor_match():
    assert found([[inf, 3, inf, 4]], [5], [5, 5, 6, 7]) == [[0], [1], [1], [1]]


def test_a_person_who_is_not_there_has_no_hits():
    """Numbers below, between and above those of the gallery."""
    _, total, precision, penalty = found(np.ones((3, 2)), [1, 6, 9], [5, 7])
    assert (total, precision, penalty) == ([0, 0, 0], [0, 0, 0], [0, 0, 0])


def test_ties_of_one_query_do_not_touch_the_others():
    person = [6, 5, 7]
    tied = found([[1, 1, 1], [3, 1, 2]], [5, 5], person)
    assert tied == [[1, 0], [1, 1], [0.5, 1], [0.5, 1]]
    assert found([[1, 1, 1]], [6], person)[0] == [0]  # the first of the gallery is the first of the tie


def test_ties_among_the_right_images_alone_change_nothing():
    assert found([[1, 1, 2]], [5], [5, 5, 6]) == [[0], [2], [1], [1]]
