"""Judgement of a reader's function: right, or one sentence that helps; it never raises for what a reader wrote."""

import copy
import inspect
import linecache
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from studykit import progress
from studykit.exercises.changes import changes
from studykit.exercises.exercise import Exercise, called, find
from studykit.exercises.forms import form
from studykit.exercises.shapes import form_of_shape, sizes_of
from studykit.exercises.words import LINE, case_in_words, numeric, short
from xivlab.errors import XivlabError

EMPTY = "your function returns None. Write its body, end it with return, and run both cells again."
OF_FIRST_CELLS = ("np", "pd", "torch")


@dataclass(frozen=True)
class Verdict:
    """What a check says about an attempt.

    Attributes:
        kind: "right"; "none", "error", "changed", "type", "nan": of the answer itself; "mistake": a known one;
            "shape", "form": a form that the error has in all cases; "change": what a small change of the solution
            gives, in all cases; "case": wrong in some cases only; "numbers": nothing more is known.
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
        >>> check("09.2", lambda one, other: np.abs(one - other).mean())
        Not yet: sort both first: an image may go to any other.
    """
    verdict = judge(find(number), attempt)
    if verdict.kind != "none":
        before = progress.read()["exercises"].get(number, {"right": False, "tries": 0})
        tries = before["tries"] + (not before["right"])  # up to the first right one
        progress.note(
            "exercises", number, {"right": before["right"] or verdict.kind == "right", "tries": tries}
        )
    print(f"{'Right' if verdict.kind == 'right' else 'Not yet'}: {verdict.sentence}")


def judge(exercise: Exercise, attempt: Callable) -> Verdict:
    """The verdict on an attempt, after all cases of the exercise.

    A known mistake is named only if it gives what the attempt gives in every case, also in those that are right.
    """
    given = _answers(exercise, attempt)
    if isinstance(given, Verdict):
        return given
    right = [exercise.answer(exercise.solution, *copy.deepcopy(case)) for case in exercise.cases.values()]
    wanted = [numeric(one) for one in right]
    wrong = [not _same(g, w, exercise.tolerance) for g, w in zip(given, wanted)]
    if not any(wrong):
        return Verdict("right", f"{len(wrong)} cases out of {len(wrong)}.")
    for sentence, mistake in exercise.mistakes.items():
        if _does_the_same(exercise, mistake, given):
            return Verdict("mistake", sentence)
    sizes = [sizes_of(exercise.arguments, case) for case in exercise.cases.values()]
    if any(g.shape != w.shape for g, w in zip(given, wanted)):
        return Verdict("shape", form_of_shape(given, wanted, sizes))
    for g, about in zip(given, exercise.cases):
        if np.isnan(g).any():
            return Verdict("nan", f"your answer is no number (NaN), as of 0 / 0 or inf - inf, where {about}.")
        if np.isinf(g).any():
            return Verdict(
                "nan", f"your answer is infinite, as of 1 / 0 or the extreme of nothing, where {about}."
            )
    kind = _kind_of_all(right)
    if sentence := form(given, wanted, sizes, kind=kind):
        return Verdict("form", sentence)
    verdict = _by_case(exercise, given, wanted, wrong, truth=kind == "b")
    if words := _change(exercise, given, wanted):
        return Verdict("change", f"{verdict.sentence} Yours is what comes of {words}.")
    return verdict


def passes(exercise: Exercise, attempt: Callable) -> bool:
    """Whether the verdict is "right"; sooner than `judge`, which asks what is wrong."""
    given = _answers(exercise, attempt)
    return not isinstance(given, Verdict) and _does_the_same(exercise, exercise.solution, given)


def _answers(exercise: Exercise, attempt: Callable) -> list[np.ndarray] | Verdict:
    """The reader's answers in all cases; a verdict if one of them is none."""
    if attempt is None or attempt is Ellipsis:
        return Verdict("none", EMPTY)
    if not callable(attempt):
        return Verdict(
            "type", f"hand over the function itself, without calling it; this is of type {_kind(attempt)}."
        )
    given = []
    for about, case in exercise.cases.items():
        answer = _answer(exercise, attempt, about, case)
        if isinstance(answer, Verdict):
            return answer
        given.append(answer)
    return given


def _answer(exercise: Exercise, attempt: Callable, about: str, case: tuple) -> np.ndarray | Verdict:
    """The reader's answer in one case as an array; a verdict if it is none."""
    own = copy.deepcopy(case)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # the sentence says it
            value = exercise.answer(attempt, *own)
    except NotImplementedError:
        return Verdict("none", EMPTY.replace("returns None", "is not written yet"))
    except XivlabError as error:  # what `answer` says about it
        return Verdict("type", str(error))
    except Exception as error:  # noqa: BLE001 (whatever the reader's code raises)
        return Verdict("error", _raised(exercise, attempt, error, about))
    if any(not _unchanged(one, other) for one, other in zip(own, case)):
        return Verdict(
            "changed", "your function changes its arguments in place; work on a copy, or make new arrays."
        )
    if value is None or value is Ellipsis:
        if about == next(iter(exercise.cases)):
            return Verdict("none", EMPTY if value is None else EMPTY.replace("None", "..."))
        return Verdict(
            "none", f"your function returns {value} where {about}; one way through it lacks a return."
        )
    if isinstance(value, tuple | list) and any(part is None or part is Ellipsis for part in value):
        return Verdict("none", "a part of your answer is not written yet: it is None.")
    try:
        return numeric(value)
    except Exception:  # noqa: BLE001 (whatever a reader may return)
        wanted = exercise.answer(exercise.solution, *copy.deepcopy(case))
        kind = "numbers" if np.ndim(wanted) else "a number"
        return Verdict("type", f"the answer should be {kind}, and yours is of type {_kind(value)}.")


def _raised(exercise: Exercise, attempt: Callable, error: Exception, about: str) -> str:
    """An error of a reader's function in a sentence, with the line."""
    if exercise.answer is called and not _takes(attempt, len(exercise.arguments)):
        return f"your function should take {', '.join(exercise.arguments)}; leave its first line as it was."
    code = getattr(attempt, "__code__", None)
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if code is not None and frame.filename == code.co_filename and frame.lineno:
            line = linecache.getline(frame.filename, frame.lineno).strip()
            where = f" in its line {frame.lineno - code.co_firstlineno + 1}" + (
                f", `{_cut(line, 80)}`" if line else ""
            )
    text = " ".join(str(error).split())
    text = _cut(text, LINE).rstrip(".")
    if isinstance(error, NameError) and any(f"'{name}'" in text for name in OF_FIRST_CELLS):
        text += ": run the first cells of the notebook"
    return f"your function raises {_kind(error)}{where}, where {about}: {text}."


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} ..."


def _takes(attempt: Callable, many: int) -> bool:
    try:
        inspect.signature(attempt).bind(*range(many))
    except TypeError:
        return False
    except ValueError:  # of a built-in function nothing is known
        return True
    return True


def _does_the_same(exercise: Exercise, mistake: Callable, given: list[np.ndarray]) -> bool:
    """Whether a known mistake answers as the reader does, in all cases."""
    for case, answer in zip(exercise.cases.values(), given):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                other = numeric(exercise.answer(mistake, *copy.deepcopy(case)))
        except Exception:  # noqa: BLE001 (a mistake may fail on an edge; then it is not this one)
            return False
        if not _same(answer, other, exercise.tolerance):
            return False
    return True


def _change(exercise: Exercise, given: list, wanted: list) -> str:
    """The words of a small change of the solution that gives what the attempt gives, in all cases; empty if none does.

    Few numbers agree by chance: a change is told only if three different ones are wrong, or if what tells the two
    apart is an edge.
    """
    numbers = np.concatenate([g[~np.isclose(g, w)].ravel() for g, w in zip(given, wanted)])
    many = len(np.unique(numbers.round(6))) >= 3
    for change in changes(exercise.solution):
        if change.words and (many or change.on_edge) and _does_the_same(exercise, change.function, given):
            return change.words
    return ""


def _by_case(exercise: Exercise, given: list, wanted: list, wrong: list[bool], *, truth: bool) -> Verdict:
    """Which case is wrong, with its input if that fits into a line."""
    failed = [one for one, is_wrong in enumerate(wrong) if is_wrong]
    cases = list(exercise.cases.items())
    place = next((one for one in failed if case_in_words(exercise.arguments, cases[one][1])), failed[0])
    about, text = cases[place][0], case_in_words(exercise.arguments, cases[place][1])
    right, yours = (_shown(side[place], truth=truth) for side in (wanted, given))
    numbers = f"{f'for {text} ' if text else ''}the answer should be {right}, and yours is {yours}."
    if len(right) + len(yours) > LINE:
        first = tuple(int(i) for i in np.argwhere(~np.isclose(given[place], wanted[place], 1e-5, 1e-7))[0])
        numbers = f"the number at {first} should be {wanted[place][first]:.4g}, and yours is {given[place][first]:.4g}."
    if len(failed) < len(wrong):
        good = len(wrong) - len(failed)
        return Verdict("case", f"right in {good} of {len(wrong)} cases, but not where {about}: {numbers}")
    return Verdict("numbers", f"where {about}, {numbers}")


def _shown(answer: np.ndarray, *, truth: bool) -> str:
    is_truth = truth and np.isin(answer, (0, 1)).all()
    return short(answer.astype(bool) if is_truth else answer)


def _kind_of_all(answers: list) -> str:
    """ "b" if all are True or False, "i" if all are whole numbers by kind, "f" if not."""
    kinds = {np.asarray(one).dtype.kind for one in answers}
    return "b" if kinds == {"b"} else "i" if kinds <= {"i", "u"} else "f"


def _same(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, tolerance, tolerance, equal_nan=True))


def _unchanged(one: Any, other: Any) -> bool:
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    if isinstance(one, np.ndarray) or hasattr(one, "detach"):
        one, other = numeric(one), numeric(other)
        return _same(one, other, 0)
    return one == other


def _kind(value: Any) -> str:
    return type(value).__name__
