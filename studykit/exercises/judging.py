"""Judgement of a reader's function: right, or one sentence that helps; it never raises for what a reader wrote."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from studykit.exercises.exercise import Exercise, find
from studykit.exercises.forms import form, form_of_shape
from xivlab.errors import XivlabError

LINE = 150  # characters of an input that is shown; a longer one is left out


@dataclass(frozen=True)
class Verdict:
    """What a check says about an attempt.

    Attributes:
        kind: "right"; "none", "error", "changed", "type", "nan": of the answer itself; "mistake": a known one;
            "shape", "form": a form that the error has in all cases; "case": wrong in some cases only;
            "numbers": nothing more is known.
        sentence: without "Right: " or "Not yet: ".
    """

    kind: str
    sentence: str


def check(number: str, attempt: Callable) -> None:
    """Compare a reader's function with the solution of an exercise, and print "Right" or "Not yet" with the reason.

    Args:
        number: of the exercise, "03.2" is the second of notebook 03.
        attempt: the reader's function.

    Raises:
        XivlabError: there is no exercise of that number.

    Example:
        >>> check("09.2", lambda one, other: None)
        Not yet: your function returns None. Write its body, end it with return, and run both cells again.
    """
    verdict = judge(find(number), attempt)
    print(f"{'Right' if verdict.kind == 'right' else 'Not yet'}: {verdict.sentence}")


def judge(exercise: Exercise, attempt: Callable) -> Verdict:
    """The verdict on an attempt, after all cases of the exercise.

    A known mistake is named only if it gives what the attempt gives in every case, also in those that are right.
    """
    if not callable(attempt):
        return Verdict("type", f"hand over the function itself, without calling it; this is a {_kind(attempt)}.")
    wanted = [_array(exercise.answer(exercise.solution, *copy.deepcopy(case))) for case in exercise.cases.values()]
    given = []
    for place, (about, case) in enumerate(exercise.cases.items()):
        answer = _answer(exercise, attempt, about, case, wanted[place])
        if isinstance(answer, Verdict):
            return answer
        given.append(answer)
    wrong = [not _same(g, w, exercise.tolerance) for g, w in zip(given, wanted)]
    if not any(wrong):
        return Verdict("right", f"{len(wrong)} cases out of {len(wrong)}.")
    for sentence, mistake in exercise.mistakes.items():
        if _does_the_same(exercise, mistake, given):
            return Verdict("mistake", sentence)
    if any(g.shape != w.shape for g, w in zip(given, wanted)):
        return Verdict("shape", form_of_shape(given, wanted))
    for g, about in zip(given, exercise.cases):
        if np.isnan(g).any():
            return Verdict(
                "nan", f"there is a NaN (not a number) in your answer, as from 0 / 0 or inf - inf, where {about}."
            )
    if sentence := form(given, wanted):
        return Verdict("form", sentence)
    return _by_case(exercise, given, wanted, wrong)


def _answer(exercise: Exercise, attempt: Callable, about: str, case: tuple, wanted: np.ndarray) -> np.ndarray | Verdict:
    """The reader's answer in one case as an array; a verdict if it is none."""
    own = copy.deepcopy(case)
    try:
        value = exercise.answer(attempt, *own)
    except XivlabError as error:  # what `answer` says about it
        return Verdict("type", str(error))
    except Exception as error:  # noqa: BLE001 (whatever the reader's code raises)
        text = " ".join(str(error).split())
        return Verdict("error", f"your function raises {type(error).__name__} where {about}: {text[:200]}")
    if any(not _unchanged(one, other) for one, other in zip(own, case)):
        return Verdict("changed", "your function changes its arguments in place; work on a copy, or make new arrays.")
    if value is None:
        first = about == next(iter(exercise.cases))
        if first:
            return Verdict(
                "none", "your function returns None. Write its body, end it with return, and run both cells again."
            )
        return Verdict("none", f"your function returns None where {about}; one way through it lacks a return.")
    try:
        return _array(value)
    except (TypeError, ValueError, RuntimeError):
        return Verdict("type", f"the answer should be {_what(wanted)}, and yours is a {_kind(value)}.")


def _does_the_same(exercise: Exercise, mistake: Callable, given: list[np.ndarray]) -> bool:
    for case, answer in zip(exercise.cases.values(), given):
        try:
            with np.errstate(all="ignore"):
                other = _array(exercise.answer(mistake, *copy.deepcopy(case)))
        except Exception:  # noqa: BLE001 (a mistake may fail on an edge; then it is not this one)
            return False
        if not _same(answer, other, exercise.tolerance):
            return False
    return True


def _by_case(exercise: Exercise, given: list, wanted: list, wrong: list[bool]) -> Verdict:
    """Which case is wrong, with its input if that fits into a line."""
    failed = [one for one, is_wrong in enumerate(wrong) if is_wrong]
    cases = list(exercise.cases.items())
    place = min(failed, key=lambda one: len(_line(cases[one][1])))
    about, case = cases[place]
    text, right, yours = _line(case), _short(wanted[place]), _short(given[place])
    shown = f"for {text} the answer" if 0 < len(text) <= LINE else "the answer"
    numbers = f"{shown} should be {right}, and yours is {yours}."
    if len(right) + len(yours) > LINE:
        first = tuple(int(i) for i in np.argwhere(~np.isclose(given[place], wanted[place], 1e-5, 1e-7))[0])
        numbers = f"the number at {first} should be {wanted[place][first]:.4g}, and yours is {given[place][first]:.4g}."
    if len(failed) < len(wrong):
        good = len(wrong) - len(failed)
        return Verdict("case", f"right in {good} of {len(wrong)} cases, but not where {about}: {numbers}")
    return Verdict("numbers", f"where {about}, {numbers}")


def _array(value: Any) -> np.ndarray:
    if isinstance(value, str) or callable(value):
        raise TypeError("no numbers")
    if hasattr(value, "detach"):
        value = value.detach()
    return np.asarray(value, dtype=float)


def _same(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, tolerance, tolerance, equal_nan=True))


def _unchanged(one: Any, other: Any) -> bool:
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    if isinstance(one, np.ndarray) or hasattr(one, "detach"):
        one, other = _array(one), _array(other)
        return _same(one, other, 0)
    return one == other


def _kind(value: Any) -> str:
    return type(value).__name__


def _what(wanted: np.ndarray) -> str:
    return "an array of numbers" if wanted.ndim else "a number"


def _line(case: tuple) -> str:
    return ", ".join(_short(value) for value in case)


def _short(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, pd.DataFrame):
        return f"a table of {len(value)} rows"
    if isinstance(value, (str, tuple, list)):
        return repr(value)
    array = _array(value)
    if array.ndim == 0:
        return f"{array:.4g}"
    return " ".join(np.array2string(array, precision=4, threshold=100, suppress_small=True).replace(".]", "]").split())
