"""Positions between two modalities, and intervals over people, where the truth is known."""

import numpy as np
import pytest
from scipy import stats

from studykit.analysis.intervals import Interval, answer, over_people, person_means, shared
from studykit.analysis.x_position import place, positions, x_place
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings

RNG = np.random.default_rng(0)


def test_positions_of_known_points():
    visible, infrared = np.array([1.0, 1.0]), np.array([3.0, 1.0])
    for thing, truth in (
        ((1, 1), (0, 0)),
        ((3, 1), (1, 0)),
        ((2, 1), (0.5, 0)),
        ((2, 5), (0.5, 2)),
        ((-1, 1), (-1, 0)),
    ):
        assert np.allclose(positions(np.array(thing, float), visible, infrared), truth)


def test_positions_do_not_change_with_shift_turn_and_scale():
    x, v, i = RNG.normal(size=(3, 4))
    turn = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
    assert np.allclose(positions(x, v, i), positions(*(5 * one @ turn + 7 for one in (x, v, i))))


def test_no_line_between_equal_means():
    with pytest.raises(XivlabError, match="no line"):
        positions(np.ones(2), np.zeros(2), np.zeros(2))


def test_an_interval_over_people_is_that_of_a_mean():
    values = RNG.normal(3, 2, 200)
    found = over_people(lambda rows: values[rows].mean(-1), 200)
    half = 1.96 * stats.sem(values)
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.15 * half)
    assert over_people(lambda rows: values[rows].mean(-1), 200) == found  # the same draws


def test_one_person_has_no_interval():
    found = over_people(lambda rows: np.zeros(1)[rows].mean(-1), 1)
    assert found.mean == 0 and np.isnan(found.low)


def test_place_holds_the_truth():
    centre = {"thing": [0.3, 1.0, 0.0], "visible": [0.0, 0.0, 0.0], "infrared": [1.0, 0.0, 0.0]}
    found = place(*(RNG.normal(mean, 0.1, (80, 3)) for mean in centre.values()))
    assert found.along.low < 0.3 < found.along.high and found.along.half < 0.1
    assert found.off.low < 1 < found.off.high


def test_every_person_counts_alike_and_only_those_seen_by_both():
    visible = person_means([[0.0], [10.0], [5.0], [7.0]], [4, 4, 9, 2])
    infrared = person_means([1.0, 2.0], [9, 4])
    a, b = shared(visible, infrared)
    assert a.tolist() == [[5.0], [5.0]] and b.tolist() == [[2.0], [1.0]]
    with pytest.raises(XivlabError, match="Nobody"):
        shared(visible, person_means([1.0], [1]))


def test_answers():
    assert answer(Interval(2, 1, 3, 5), "more", "less") == "more"
    assert answer(Interval(-2, -3, -1, 5), "more", "less") == "less"
    assert "holds 0" in answer(Interval(0, -1, 1, 5), "more", "less")
    assert "single value" in answer(Interval(2, np.nan, np.nan, 1), "more", "less")


def test_x_of_a_split():
    person = np.repeat(np.arange(10), 3)
    visible = RNG.normal(0, 0.01, (30, 4))
    infrared = visible + [1, 0, 0, 0]
    e = Embeddings(infrared, visible, visible + [0.25, 0, 0, 0], person, person, person, person)
    assert x_place(e).along.mean == pytest.approx(0.25) and x_place(e).off.mean == pytest.approx(0, abs=1e-9)
    with pytest.raises(XivlabError, match="no X"):
        x_place(Embeddings(infrared, visible, None, person, person, person, person))
