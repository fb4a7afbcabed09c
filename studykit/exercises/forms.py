"""Forms of an error, each named only if it holds in all numbers of all cases: sign, factor, axis, shape and others."""

from collections.abc import Sequence

import numpy as np

Answers = Sequence[np.ndarray]  # an array for each case


def form_of_shape(given: Answers, wanted: Answers) -> str | None:
    """What is wrong with the shape of answers, at least one of which has another shape than it should."""
    if _all(given, wanted, lambda g, w: g.shape != w.shape and g.T.shape == w.shape and _close(g.T, w)):
        return "your answer is transposed: rows and columns are exchanged."
    if _all(given, wanted, lambda g, w: g.size == w.size and _close(g.ravel(), w.ravel())):
        g, w = _first_of_another_shape(given, wanted)
        return f"the numbers are right, but their shape is {g.shape} and should be {w.shape}."
    if _all(given, wanted, lambda g, w: w.ndim == 0 and g.ndim > 0):
        for word, reduce in (("sum", np.sum), ("mean", np.mean)):
            if _all(given, wanted, lambda g, w: _close(reduce(g), w)):  # noqa: B023 (called at once)
                return f"your numbers are right, but the task asks for one number: their {word} is missing."
        shape = next(g.shape for g in given)
        return f"the answer should be one number, and yours is an array of shape {shape}."
    if _all(given, wanted, lambda g, w: g.ndim == 0 and w.ndim > 0):
        for word, reduce in (("sum", np.sum), ("mean", np.mean)):
            if _varied(wanted) and _all(given, wanted, lambda g, w: _close(g, reduce(w))):  # noqa: B023
                return f"your answer is one number, the {word} of those that the task asks for."
        return f"your answer is one number, and should be an array of shape {wanted[0].shape}."
    if _all(given, wanted, lambda g, w: g.ndim == w.ndim == 1 and len(g) == len(w) - 1):
        return f"one number is missing: {len(given[0])} where {len(wanted[0])} are asked for."
    if _all(given, wanted, lambda g, w: g.ndim == w.ndim == 1 and len(g) == len(w) + 1):
        return f"there is one number too many: {len(given[0])} where {len(wanted[0])} are asked for."
    g, w = _first_of_another_shape(given, wanted)
    axis = " Look along the other axis?" if g.ndim == w.ndim else ""
    return f"the answer should have the shape {w.shape}, and yours has {g.shape}.{axis}"


def form(given: Answers, wanted: Answers) -> str | None:
    """What kind of error answers of the right shape have; None if it is of no kind that is known here.

    Args:
        given: a reader's answers, floats without NaN.
        wanted: the right ones.
    """
    g, w = (np.concatenate([one.ravel() for one in side]) for side in (given, wanted))
    if set(w) <= {0, 1} and _close(g, 1 - w) and len(set(w)) == 2:
        return "that is the other way round: 0 (False) where 1 (True) is right, and 1 where 0 is."
    if len(given) > 1 and len({one.tobytes() for one in given}) == 1 and len({one.shape for one in given}) == 1:
        return f"your answer is the same for every input, {_short(given[0])}."
    if not _varied(wanted):
        return None  # too few different numbers to tell one form from another
    return _of_numbers(g, w) or _of_order(given, wanted) or _of_sizes(given, wanted) or _of_pairs(given, wanted)


def _of_numbers(g: np.ndarray, w: np.ndarray) -> str | None:
    """Forms that hold number by number."""
    if _close(g, -w):
        return "the sign is the other one: your answer is minus the right one."
    if _close(g, np.abs(w)):
        return "the sign is lost: your answer is never negative, and should be where the right one is."
    if _close(g, np.maximum(w, 0)):
        return "your answer is never below 0, and the right one can be."
    if _close(g, 1 - w):
        return "that is one minus the right answer."
    some = w != 0
    factor = np.median(g[some] / w[some])
    if factor != 0 and _close(g, factor * w):
        return f"your answer is {_times(factor)} the right one, in every case."
    offset = np.median(g - w)
    if offset != 0 and _close(g, w + offset):
        many = "1" if abs(abs(offset) - 1) < 1e-6 else f"{abs(offset):.4g}"
        off = "off by one: " if many == "1" else ""
        return f"{off}your answer is {many} too {'large' if offset > 0 else 'small'}, in every case."
    if _close(g, w**2):
        return "your answer is the right one squared."
    with np.errstate(all="ignore"):
        if _close(g, np.sqrt(w)):
            return "your answer is the square root of the right one."
        if _close(g * w, np.ones_like(w)):
            return "that is upside down: your answer is one divided by the right one."
        for name, logarithm in (("logarithm to base 10", np.log10), ("natural logarithm", np.log)):
            if _close(g, logarithm(w)):
                return f"your answer is the {name} of the right one."
    for name, rounded in (("rounded down", np.floor), ("rounded", np.round)):
        if _close(g, rounded(w)) and not _close(g, w):
            return f"your answer is {name} to whole numbers."
    return None


def _of_order(given: Answers, wanted: Answers) -> str | None:
    """Forms in which the right numbers stand in other places."""
    if not all(one.ndim for one in wanted):
        return None
    if _all(given, wanted, lambda g, w: g.ndim > 1 and g.T.shape == w.shape and _close(g.T, w)):
        return "your answer is transposed: rows and columns are exchanged."
    if _all(given, wanted, lambda g, w: _close(g[::-1], w)):
        return "the right numbers, but in the opposite order."
    if _all(given, wanted, lambda g, w: _close(np.sort(g.ravel()), np.sort(w.ravel()))):
        return "the right numbers, but in another order."
    return None


def _of_sizes(given: Answers, wanted: Answers) -> str | None:
    """A factor that is another one in each case, as when a sum is taken for a mean, is too much to guess; None."""
    factors = []
    for g, w in zip(given, wanted):
        if not w.any():
            if g.any():
                return None
            continue
        factor = np.median(g[w != 0] / w[w != 0]) if w.ndim else float(g / w)
        if not _close(g, factor * w):
            return None
        factors.append(factor)
    whole = [abs(one - round(one)) < 1e-6 and round(one) > 1 for one in factors]
    parts = [one and abs(1 / one - round(1 / one)) < 1e-6 and round(1 / one) > 1 for one in factors]
    shown = f"{_times(factors[0])} the right one in the first case, {_times(factors[-1])} in the last" if factors else ""
    if len(factors) > 1 and all(whole):
        return f"your answer is a whole number of times too large ({shown}): divide by a number of things."
    if len(factors) > 1 and all(parts):
        return f"your answer is too small by a whole factor ({shown}): is it divided by a number once too often?"
    return None


def _of_pairs(given: Answers, wanted: Answers) -> str | None:
    """Answers of two numbers of which one is right in every case."""
    if not all(one.shape == (2,) for one in wanted):
        return None
    for right, wrong, words in ((0, 1, ("first", "second")), (1, 0, ("second", "first"))):
        if _all(given, wanted, lambda g, w: _close(g[right], w[right])):  # noqa: B023 (called at once)
            rest = [g[wrong] for g in given], [w[wrong] for w in wanted]
            more = _of_numbers(*map(np.array, rest)) if _varied(rest[1]) else None
            tail = f"of the second, {more}" if more and wrong else f"of the first, {more}" if more else ""
            return f"the {words[0]} number is right, the {words[1]} is not" + (f"; {tail}" if tail else ".")
    return None


def _times(factor: float) -> str:
    if factor < 0:
        return f"{factor:.4g} times"
    if factor < 1 and abs(1 / factor - round(1 / factor)) < 1e-6:
        return f"1/{round(1 / factor)} of"
    return f"{factor:.4g} times"


def _varied(wanted: Answers) -> bool:
    """Whether at least two numbers differ in size, so that a factor is no other form by chance."""
    sizes = np.concatenate([np.abs(np.ravel(one)) for one in wanted])
    return len(np.unique(sizes[sizes != 0].round(6))) >= 2


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, 1e-5, 1e-7))


def _all(given: Answers, wanted: Answers, holds) -> bool:
    return all(holds(g, w) for g, w in zip(given, wanted))


def _first_of_another_shape(given: Answers, wanted: Answers) -> tuple[np.ndarray, np.ndarray]:
    return next((g, w) for g, w in zip(given, wanted) if g.shape != w.shape)


def _short(value: np.ndarray) -> str:
    return np.array2string(value, precision=3, threshold=8)
