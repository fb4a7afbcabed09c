"""A check says what is wrong in one sentence, and never raises for what a reader wrote."""

import linecache

import numpy as np
import pytest
import torch

from studykit.exercises import check
from studykit.exercises.exercise import Exercise, find
from studykit.exercises.judging import EMPTY, judge, passes


def double(x):
    return 2 * x


def half(x):
    return x / 2


def squared_if_odd(x):
    return x**2 if x % 2 else 2 * x


DOUBLE = Exercise(
    double,
    {"x is 1": (1,), "x is even": (4,), "x is below 0": (-3,), "x is 0": (0,)},
    {"that is half of it.": half, "odd numbers are squared.": squared_if_odd},
)


def said(attempt, exercise=DOUBLE):
    found = judge(exercise, attempt)
    return found.kind, found.sentence


def test_check_prints_one_line(capsys):
    check("09.2", find("09.2").solution)
    check("09.2", lambda one, other: np.abs(one - other).mean())
    right, wrong = capsys.readouterr().out.splitlines()
    assert right == "Right: 6 cases out of 6."
    assert wrong == "Not yet: sort both first: an image may go to any other."


def not_written(x):
    raise NotImplementedError


@pytest.mark.parametrize("attempt", [lambda x: None, lambda x: ..., None, ..., not_written])
def test_nothing_written_yet(attempt):
    kind, sentence = said(attempt)
    assert kind == "none"
    assert sentence.endswith("Write its body, end it with return, and run both cells again.")


def test_a_part_that_is_not_written_yet_is_told():
    assert said(lambda x: (2 * x, None)) == ("none", "a part of your answer is not written yet: it is None.")


def test_a_way_without_return_is_told_with_its_case():
    kind, sentence = said(lambda x: 2 * x if x > 0 else None)
    assert (kind, sentence) == (
        "none", "your function returns None where x is below 0; one way through it lacks a return.",
    )  # fmt: skip


def test_right_with_lists_arrays_and_tensors():
    arrays = Exercise(double, {"x is short": (np.array([1, 2]),), "x is long": (np.arange(5),)}, {})
    for attempt in (
        double,
        lambda x: [2 * one for one in x],
        lambda x: 2 * torch.tensor(x, requires_grad=False),
    ):
        assert said(attempt, arrays) == ("right", "2 cases out of 2.")
        assert passes(arrays, attempt)
    assert said(lambda x: torch.tensor(2.0 * x, requires_grad=True))[0] == "right"


def test_a_known_mistake_is_named_only_if_it_does_the_same_in_all_cases():
    assert said(lambda x: 0.5 * x) == ("mistake", "that is half of it.")
    assert said(lambda x: 0.5 * x if x < 4 else 9)[0] != "mistake"  # as `half` in three cases of four


def as_of_a_cell(text):
    linecache.cache["<cell>"] = (len(text), None, text.splitlines(keepends=True), "<cell>")
    names = {}
    exec(compile(text, "<cell>", "exec"), names)  # noqa: S102 (our own text)
    return names["attempt"]


def test_an_error_is_told_with_its_line_and_case():
    attempt = as_of_a_cell("import math\n\ndef attempt(x):\n    y = x - 4\n    return 2 * x * y / y\n")
    assert said(attempt) == (
        "error",
        "your function raises ZeroDivisionError in its line 3, `return 2 * x * y / y`, where x is even: division by zero.",
    )


def test_an_error_of_a_called_function_is_told_with_the_readers_line():
    attempt = as_of_a_cell("def attempt(x):\n    return int('two') * x\n")
    assert "in its line 2, `return int('two') * x`, where x is 1: invalid literal" in said(attempt)[1]


def test_a_name_of_the_first_cells_is_told():
    attempt = as_of_a_cell("def attempt(x):\n    return np.array(2 * x)\n")
    assert said(attempt)[1].endswith("name 'np' is not defined: run the first cells of the notebook.")


def test_other_arguments_are_told():
    assert said(lambda: 2)[1] == "your function should take x; leave its first line as it was."
    assert said(lambda x, y: 2)[1] == "your function should take x; leave its first line as it was."


def test_what_is_no_function_or_no_number_is_told():
    assert said(8)[1] == "hand over the function itself, without calling it; this is of type int."
    assert said(lambda x: "two")[1] == "the answer should be a number, and yours is of type str."
    assert said(lambda x: {2 * x})[1] == "the answer should be a number, and yours is of type set."
    assert said(lambda x: double)[1] == "the answer should be a number, and yours is of type function."


def test_changed_arguments_are_told():
    def in_place(x):
        x *= 2
        return x

    arrays = Exercise(double, {"x is short": (np.array([1, 2]),)}, {})
    assert said(in_place, arrays)[1].startswith("your function changes its arguments in place")


def test_a_form_is_named_if_no_mistake_is_known():
    assert said(lambda x: -2 * x)[1] == "the sign is the other one: your answer is minus the right one."
    assert (
        said(lambda x: [2 * x])[1]
        == "the numbers are right, but their shape is (1,) and should be that of one number."
    )


def test_no_number_is_told_without_a_warning(recwarn):
    def log(x):
        return np.log(x - 4.0) - np.log(x - 4.0)

    assert said(log)[1] == "your answer is no number (NaN), as of 0 / 0 or inf - inf, where x is 1."
    assert said(lambda x: np.float64(1) / (x - 1))[1].startswith("your answer is infinite")
    assert len(recwarn) == 0


def test_a_case_that_is_wrong_is_shown_with_its_input():
    assert said(lambda x: 2 * x if x else 7) == (
        "case", "right in 3 of 4 cases, but not where x is 0: for x = 0 the answer should be 0, and yours is 7.",
    )  # fmt: skip
    assert said(lambda x: (x - 7) ** 3) == (
        "numbers",
        "where x is 1, for x = 1 the answer should be 2, and yours is -216.",
    )


def test_a_small_change_of_the_solution_is_told():
    def plus(x):
        return 2 + x

    found = judge(DOUBLE, plus)
    assert found.kind == "change"
    assert found.sentence.endswith("Yours is what comes of `+` in the place of `*` before `x`.")


def test_a_change_is_not_told_for_few_numbers_but_for_an_edge():
    """Three of 15 truths would soon agree by chance."""
    strict = judge(find("02.2"), lambda w, b: b + np.maximum(0, w).sum() < 0)
    assert strict.sentence.endswith("Yours is what comes of `<` in the place of `<=`.")
    darkest = judge(find("02.2"), lambda w, b: b + np.minimum(0, w).sum() <= 0)
    assert darkest.kind == "case"


def test_never_more_than_one_line():
    def long(x):
        raise ValueError("first line\n" + 100 * "second line " + "\n")

    sentence = said(long)[1]
    assert len(sentence.splitlines()) == 1 and len(sentence) < 400


def test_ten_numbers_are_asked_for_one_by_one():
    exercise = find("07.2")
    assert said(lambda: None, exercise) == ("none", EMPTY)
    assert said(lambda: ([1, 2], 0, [1] * 3, [1] * 3), exercise)[1] == "w should be three numbers."
    assert said(lambda: ([1] * 3, "zero", [1] * 3, [1] * 3), exercise)[1] == "b should be one number."
    assert said(lambda: ([1] * 3, None, [1] * 3, [1] * 3), exercise)[1] == "b should be one number."
    assert said(lambda: 5, exercise)[1] == "return four things, separated by commas: w, b, a, d."
