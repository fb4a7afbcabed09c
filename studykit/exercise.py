"""Checks of the notebooks' exercises: they say in words what is wrong, and never raise."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np


def check(
    attempt: Callable,
    reference: Callable,
    cases: Sequence[tuple],
    mistakes: Mapping[str, Callable] | None = None,
    tolerance: float = 1e-5,
) -> None:
    """Compare a reader's function with a reference, and print "Right" or "Not yet" with the reason.

    Args:
        attempt: the reader's function.
        reference: a function that does it right.
        cases: arguments of each comparison; the first that fails is told.
        mistakes: known wrong functions by the sentence that helps; told if the attempt does the same. In
            the sentence {place} stands for the indices of the first wrong number of an array and {row} for
            the first of them, counted from 0; {wanted} and {given} for the right number and the reader's.
        tolerance: how far numbers may differ, relative and absolute.

    Example:
        >>> check(lambda x: None, lambda x: 2 * x, [(1,)])
        Not yet: your function returns None. Write its body, end it with return, and run both cells again.
        >>> check(lambda x: x * x, lambda x: 2 * x, [(2,), (3,)])
        Not yet: for the input 3 the answer should be 6, and yours is 9.
        >>> check(lambda x: x + x, lambda x: 2 * x, [(2,), (3,)])
        Right: 2 cases out of 2.
        >>> total = {"row {row} is a mean, {given}; the task asks for sums.": lambda x: x.mean(1)}
        >>> check(lambda x: x.mean(1), lambda x: x.sum(1), [(np.array([[0, 0], [2, 4]]),)], total)
        Not yet: row 1 is a mean, 3; the task asks for sums.
    """
    for case in cases:
        wanted = reference(*case)
        try:
            given = attempt(*case)
        except Exception as error:  # noqa: BLE001 (whatever the reader's code raises)
            print(f"Not yet: your function raises {type(error).__name__}: {error}")
            return
        fault = _fault(given, wanted, case, tolerance)
        if fault is None:
            continue
        for sentence, wrong in (mistakes or {}).items():
            if _fault(given, wrong(*case), case, tolerance) is None:
                fault = _placed(sentence, given, wanted, tolerance)
                break
        print(f"Not yet: {fault}")
        return
    print(f"Right: {len(cases)} case{'s' * (len(cases) > 1)} out of {len(cases)}.")


def _placed(sentence: str, given: Any, wanted: Any, tolerance: float) -> str:
    """The sentence, with {place}, {row}, {wanted} and {given} of the first number that is wrong."""
    given, wanted = (np.asarray(value, dtype=float) for value in (given, wanted))
    if given.shape != wanted.shape:
        return sentence
    place = tuple(int(i) for i in np.argwhere(~np.isclose(given, wanted, tolerance, tolerance))[0])
    words = {"wanted": f"{wanted[place]:.4g}", "given": f"{given[place]:.4g}"}
    if place:
        words |= {"place": str(place if len(place) > 1 else place[0]), "row": str(place[0])}
    for name, text in words.items():  # not str.format: a sentence may hold the braces of a formula
        sentence = sentence.replace(f"{{{name}}}", text)
    return sentence


def _fault(given: Any, wanted: Any, case: tuple, tolerance: float) -> str | None:
    """What is wrong with an answer; None if nothing is."""
    if given is None:
        return "your function returns None. Write its body, end it with return, and run both cells again."
    try:
        given, wanted = (np.asarray(value, dtype=float) for value in (given, wanted))
    except (TypeError, ValueError, RuntimeError):
        return f"the answer should be {_kind(wanted)}, and yours is {_kind(given)}."
    if given.shape != wanted.shape:
        return f"the answer should have the shape {wanted.shape}, and yours has {given.shape}."
    wrong = ~np.isclose(given, wanted, tolerance, tolerance)
    if not wrong.any():
        return None
    if given.ndim == 0:
        return f"for the input {_short(case)} the answer should be {wanted:.4g}, and yours is {given:.4g}."
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{int(wrong.sum())} of {wrong.size} numbers are wrong; the one at {place} should be "
        f"{wanted[place]:.4g}, and yours is {given[place]:.4g}."
    )


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}"


def _short(case: tuple) -> str:
    text = ", ".join(np.array2string(np.asarray(value), precision=3, threshold=8) for value in case)
    return text if len(text) < 200 else text[:200] + " ..."
