"""A form is named if, and only if, it holds in all numbers of all cases."""

import numpy as np
import pytest

from studykit.exercises.forms import form

WANTED = [np.array([0.25, -2.0, 3.0]), np.array([1.5, 0.0])]
POSITIVE = [np.array([0.25, 2.0, 3.5]), np.array([1.5, 8.0])]
PAIRS = [np.array([1.0, 5.0]), np.array([-2.0, 3.0])]


@pytest.mark.parametrize(
    ("wanted", "how", "says"),
    [
        (WANTED, lambda w: -w, "minus the right one"),
        (WANTED, np.abs, "the sign is lost"),
        (WANTED, lambda w: np.maximum(w, 0), "never below 0"),
        (WANTED, lambda w: np.clip(w, 0, 1), "cut off at 0 and 1"),
        (WANTED, lambda w: 1 - w, "one minus the right answer"),
        (WANTED, lambda w: 100 * w, "your answer is 100 times the right one"),
        (WANTED, lambda w: w / 3, "your answer is 1/3 of the right one"),
        (WANTED, lambda w: w + 1, "off by one: your answer is 1 too large"),
        (WANTED, lambda w: w - 0.5, "your answer is 0.5 too small"),
        (WANTED, lambda w: w**2, "squared"),
        (WANTED, np.trunc, "cut off to whole numbers"),
        ([np.array([-0.5, 2.25]), np.array([3.0])], np.floor, "rounded down"),
        (POSITIVE, np.sqrt, "the square root"),
        (POSITIVE, lambda w: 1 / w, "one divided by the right one"),
        (POSITIVE, np.log, "the natural logarithm"),
        (POSITIVE, np.log10, "the logarithm to base 10"),
        (POSITIVE, lambda w: w[::-1], "the opposite order"),
        (POSITIVE, lambda w: np.r_[w[1], w[0], w[2:]], "in another order"),
        (POSITIVE, lambda w: np.append(w[1:], 9), "one place too early"),
        (POSITIVE, lambda w: np.append(9, w[:-1]), "one place too late"),
        ([np.array([300.0, 7.0])], lambda w: w % 256, "bytes overflow"),
        ([np.array([[1.0, 2.0], [3.0, 4.0]])], lambda w: w.T, "transposed"),
        (PAIRS, lambda w: np.array([w[0], 10 * w[1]]), "the first number is right, the second is not: of that, your answer is 10 times"),
        (PAIRS, lambda w: np.array([w[0] ** 3 - 4, w[1]]), "the second number is right, the first is not."),
        (PAIRS, lambda w: w.mean() + 3 * (w - w.mean()), "the middle of your two numbers is right"),
        (PAIRS, lambda w: w + w[1] ** 2, "as far apart as they should"),
        (WANTED, lambda w: np.full(3, 7.0)[: len(w)], None),
    ],
)  # fmt: skip
def test_forms(wanted, how, says):
    found = form([how(one) for one in wanted], wanted)
    assert found is None if says is None else says in found


def test_one_case_of_another_form_is_enough_to_name_none():
    given = [-WANTED[0], WANTED[1] + 3]
    assert form(given, WANTED) is None


def test_a_sum_in_the_place_of_a_mean_is_told_by_what_it_grows_with():
    wanted = [np.array(2.0), np.array(1.5), np.array(4.0)]
    sizes = [{"the length of `one`": n} for n in (2, 5, 3)]
    given = [w * n for w, n in zip(wanted, (2, 5, 3))]
    assert "times the length of `one`: a sum in the place of a mean?" in form(given, wanted, sizes)
    given = [w / n for w, n in zip(wanted, (2, 5, 3))]
    assert "divided by the length of `one`: divided once too often?" in form(given, wanted, sizes)
    assert "a whole number of times the right one, from 2 times to 7 times it" in form(
        [w * n for w, n in zip(wanted, (2, 7, 3))], wanted, sizes
    )


def test_the_same_for_every_input():
    wanted = [np.array(0.0), np.array(1.0), np.array(0.0)]
    same = [np.array(1.0)] * 3
    assert form(same, wanted) == "your answer is the same for every input, 1."
    assert form(same, wanted, kind="b") == "your answer is the same for every input, True."


def test_truths():
    wanted = [np.array(0.0), np.array(1.0), np.array(1.0)]
    assert "the other way round" in form([1 - w for w in wanted], wanted, kind="b")
    assert form([w + 0.5 for w in wanted], wanted, kind="b") == (
        "the answer should be True or False, and yours is a number."
    )


def test_indices():
    wanted = [np.array([0.0, 2.0]), np.array([1.0, 3.0])]
    given = [np.array([0.3, 2.0]), np.array([1.0, 2.5])]
    assert form(given, wanted, kind="i") == "the answer should be whole numbers, and yours are not."
    assert form(given, wanted) is None


def test_too_few_different_numbers_have_no_form():
    """2 for 1 may be twice it, one more, or two to that power."""
    wanted = [np.array(1.0), np.array(0.0)]
    assert form([np.array(2.0), np.array(0.0)], wanted) is None
