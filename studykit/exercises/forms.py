"""Forms of an error, each named only if it holds in all numbers of all cases: sign, factor, order and others.

What is said is what the numbers show, never a guess at the code: "minus the right one", not "you forgot a minus".
"""

from collections.abc import Sequence

import numpy as np

from studykit.exercises.shapes import Answers, Sizes, close, in_all, varied
from studykit.exercises.words import short


def form(given: Answers, wanted: Answers, sizes: Sequence[Sizes] = (), *, kind: str = "f") -> str | None:
    """What kind of error answers of the right shape have; None if it is of no kind that is known here.

    Args:
        given: a reader's answers, finite floats, an array for each case.
        wanted: the right ones.
        sizes: of the arguments of each case, as `shapes.sizes_of` gives them.
        kind: of the right ones: "i" whole numbers, as indices are; "b" True or False; "f" any numbers.
    """
    g, w = (np.concatenate([one.ravel() for one in side]) for side in (given, wanted))
    if set(w) <= {0, 1} and close(g, 1 - w) and len(set(w)) == 2 and len(w) > 2:
        return "that is the other way round: 0 (False) where 1 (True) is right, and 1 where 0 is."
    if (
        len(given) > 1
        and len({one.tobytes() for one in given}) == 1
        and len({one.shape for one in given}) == 1
    ):
        is_truth = kind == "b" and g[0] in (0, 1) and given[0].ndim == 0
        return f"your answer is the same for every input, {bool(g[0]) if is_truth else short(given[0])}."
    if kind == "b" and not np.isin(g, (0, 1)).all():
        return "the answer should be True or False, and yours is a number."
    if kind == "i" and not close(g, np.round(g)):
        return "the answer should be whole numbers, and yours are not."
    if not varied(wanted):
        return None  # too few different numbers to tell one form from another
    return (
        _of_numbers(g, w)
        or _of_order(given, wanted)
        or _of_sizes(given, wanted, sizes)
        or _of_pairs(given, wanted)
    )


def _of_numbers(g: np.ndarray, w: np.ndarray) -> str | None:
    """Forms that hold number by number."""
    return _of_sign(g, w) or _of_scale(g, w) or _of_power(g, w) or _of_rounding(g, w)


def _of_sign(g: np.ndarray, w: np.ndarray) -> str | None:
    if close(g, -w):
        return "the sign is the other one: your answer is minus the right one."
    if close(g, np.abs(w)):
        return "the sign is lost: your answer is never negative, and should be where the right one is."
    if close(g, np.maximum(w, 0)):
        return "your answer is never below 0, and the right one can be."
    if close(g, np.clip(w, 0, 1)):
        return "your answer is cut off at 0 and 1, and the right one goes beyond."
    if close(g, 1 - w):
        return "that is one minus the right answer."
    return None


def _of_scale(g: np.ndarray, w: np.ndarray) -> str | None:
    some = w != 0
    factor = np.median(g[some] / w[some])
    if factor != 0 and close(g, factor * w):
        return f"your answer is {_times(factor)} the right one, in every case."
    offset = np.median(g - w)
    if offset != 0 and close(g, w + offset):
        side = "large" if offset > 0 else "small"
        if abs(abs(offset) - 1) < 1e-6:
            return f"off by one: your answer is 1 too {side}, in every case."
        return f"your answer is {abs(offset):.4g} too {side}, in every case."
    return None


def _of_power(g: np.ndarray, w: np.ndarray) -> str | None:
    if close(g, w**2):
        return "your answer is the right one squared."
    with np.errstate(all="ignore"):
        if close(g, np.sqrt(w)):
            return "your answer is the square root of the right one."
        if close(g * w, np.ones_like(w)):
            return "that is upside down: your answer is one divided by the right one."
        for name, logarithm in (("logarithm to base 10", np.log10), ("natural logarithm", np.log)):
            if close(g, logarithm(w)):
                return f"your answer is the {name} of the right one."
    return None


def _of_rounding(g: np.ndarray, w: np.ndarray) -> str | None:
    for name, rounded in (("cut off", np.trunc), ("rounded down", np.floor), ("rounded", np.round)):
        if close(g, rounded(w)):
            return f"your answer is {name} to whole numbers, and the right one is not."
    if close(g, np.mod(np.round(w), 256)):
        return "your answer is the right one modulo 256: bytes overflow."
    return None


def _of_order(given: Answers, wanted: Answers) -> str | None:
    """Forms in which the right numbers stand in other places."""
    if not all(one.ndim for one in wanted):
        return None
    if in_all(given, wanted, lambda g, w: g.ndim > 1 and g.T.shape == w.shape and close(g.T, w)):
        return "your answer is transposed: rows and columns are exchanged."
    if in_all(given, wanted, lambda g, w: close(g[::-1], w)):
        return "the right numbers, but in the opposite order."
    for words, (here, there) in {
        "early": (slice(None, -1), slice(1, None)),
        "late": (slice(1, None), slice(None, -1)),
    }.items():
        if in_all(given, wanted, lambda g, w: len(w) > 1 and close(g[here], w[there])) and any(  # noqa: B023
            len(one) > 2 for one in wanted
        ):
            return f"off by one place: each of your numbers stands one place too {words}."
    if in_all(given, wanted, lambda g, w: close(np.sort(g.ravel()), np.sort(w.ravel()))):
        return "the right numbers, but in another order."
    return None


def _of_sizes(given: Answers, wanted: Answers, sizes: Sequence[Sizes]) -> str | None:
    """A factor that is another one in each case, as when a sum is taken for a mean."""
    factors = [_factor(g, w) for g, w in zip(given, wanted)]
    known = [one for one in factors if one is not None]
    if np.isnan(known).any() or len(set(np.round(known, 6))) < 2:
        return None
    for words in sizes[0] if sizes else ():
        for shown, power in (("times", 1), ("divided by", -1)):
            if all(
                words in size and (factor is None or abs(factor / size[words] ** power - 1) < 1e-5)
                for factor, size in zip(factors, sizes)
            ):
                reason = "a sum in the place of a mean?" if power > 0 else "divided once too often?"
                return f"your answer is the right one {shown} {words}: {reason}"
    least, most = _times(min(known)), _times(max(known))
    if all(abs(one - round(one)) < 1e-6 and round(one) >= 1 for one in known):
        return f"your answer is a whole number of times the right one, from {least} to {most} it."
    return None


def _factor(g: np.ndarray, w: np.ndarray) -> float | None:
    """Of the right answer of a case; None if that is 0, and NaN if there is none."""
    if not w.any():
        return np.nan if g.any() else None
    factor = float(np.median(g[w != 0] / w[w != 0]))
    return factor if close(g, factor * w) else np.nan


def _of_pairs(given: Answers, wanted: Answers) -> str | None:
    """Answers of two numbers, of which one is right in every case, or their middle."""
    if not all(one.shape == (2,) for one in wanted):
        return None
    for right, wrong, words in ((0, 1, ("first", "second")), (1, 0, ("second", "first"))):
        if in_all(given, wanted, lambda g, w: close(g[right], w[right])):  # noqa: B023 (called at once)
            g, w = (np.array([one[wrong] for one in side]) for side in (given, wanted))
            more = _of_numbers(g, w) if varied([w]) else None
            tail = f": of that, {more}" if more else "."
            return f"the {words[0]} number is right, the {words[1]} is not{tail}"
    if in_all(given, wanted, lambda g, w: close(g.mean(), w.mean())):
        return "the middle of your two numbers is right, but not how far they lie apart."
    if in_all(given, wanted, lambda g, w: close(np.diff(g), np.diff(w))):
        return "your two numbers lie as far apart as they should, but their middle is not right."
    return None


def _times(factor: float) -> str:
    if 0 < factor < 1 and abs(1 / factor - round(1 / factor)) < 1e-6:
        return f"1/{round(1 / factor)} of"
    return f"{factor:.4g} times"
