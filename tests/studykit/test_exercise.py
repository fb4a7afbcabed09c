"""The checks of the exercises say what is wrong, and never raise."""

import numpy as np
import torch

from studykit.exercise import check


def double(x):
    return 2 * x


def said(capsys, attempt, *cases, **how):
    check(attempt, double, [(case,) for case in cases], **how)
    return capsys.readouterr().out


def test_nothing_written_yet(capsys):
    assert said(capsys, lambda x: None, 1).startswith("Not yet: your function returns None")


def test_right_with_numbers_arrays_and_tensors(capsys):
    assert said(capsys, double, 1, np.arange(3), torch.ones(2)) == "Right: 3 cases out of 3.\n"


def test_an_error_of_the_attempt_is_told(capsys):
    assert "raises ZeroDivisionError: division" in said(capsys, lambda x: 1 / 0, 1)


def test_a_wrong_number_is_told_with_its_input(capsys):
    assert "for the input 3 the answer should be 6, and yours is 9" in said(capsys, lambda x: x * x, 2, 3)


def test_a_wrong_place_in_an_array_is_told(capsys):
    def attempt(x):
        return double(x) + np.array([0, 0, 1])

    assert "1 of 3 numbers are wrong; the one at (2,) should be 4" in said(capsys, attempt, np.arange(3))


def test_a_wrong_shape_or_kind_is_told(capsys):
    assert "shape (3,), and yours has (1, 3)" in said(capsys, lambda x: double(x)[None], np.arange(3))
    assert "yours is a str" in said(capsys, lambda x: "two", 1)


def test_a_known_mistake_is_told_in_its_own_words(capsys):
    mistakes = {"you forgot to double.": lambda x: x}
    assert said(capsys, lambda x: x, 3, mistakes=mistakes) == "Not yet: you forgot to double.\n"


def test_a_known_mistake_names_the_place(capsys):
    def first_row_only(x):
        return np.concatenate([double(x[:1]), x[1:]])

    mistakes = {"row {row}, at {place}: {given}, not {wanted} ($L_{id}$).": first_row_only}
    case = np.array([[1, 2], [0, 3]])
    assert said(capsys, first_row_only, case, mistakes=mistakes) == (
        "Not yet: row 1, at (1, 1): 3, not 6 ($L_{id}$).\n"
    )


def test_a_known_mistake_of_another_shape_or_a_single_number_is_told(capsys):
    assert "Not yet: no sum" in said(capsys, np.sum, np.arange(3), mistakes={"no sum": np.sum})
    assert "Not yet: 3 is not 6" in said(capsys, np.sum, 3, mistakes={"{given} is not {wanted}": np.sum})
