"""What is wrong with the shape of answers, in words that hold in all cases."""

from collections.abc import Callable, Sequence

import numpy as np

Answers = Sequence[np.ndarray]  # an array for each case
Sizes = dict[str, int]  # of what a case hands over: {"rows of `distance`": 3}
REDUCTIONS: dict[str, Callable] = {"sum": np.sum, "mean": np.mean}


def form_of_shape(given: Answers, wanted: Answers, sizes: Sequence[Sizes] = ()) -> str:
    """What is wrong with the shape of answers, at least one of which has another shape than it should.

    Args:
        given: a reader's answers, an array for each case.
        wanted: the right ones.
        sizes: of the arguments of each case, as `sizes_of` gives them.
    """
    return (
        _same_numbers(given, wanted)
        or _not_reduced(given, wanted)
        or _reduced(given, wanted)
        or _other_axis(given, wanted, sizes)
        or _one_off(given, wanted)
        or _plain(given, wanted)
    )


def sizes_of(arguments: Sequence[str], case: Sequence) -> Sizes:
    """The lengths, rows and columns of what a case hands over, in words."""
    found = {}
    for name, value in zip(arguments, case):
        shape = getattr(value, "shape", ())
        if len(shape) == 1:
            found[f"the length of `{name}`"] = shape[0]
        elif len(shape) > 1:
            found |= {f"the number of rows of `{name}`": shape[0]}
            found |= {f"the number of columns of `{name}`": shape[1]} if len(shape) == 2 else {}
    return found


def close(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two answers have one shape and, but for rounding, the same numbers."""
    return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, 1e-5, 1e-7))


def in_all(given: Answers, wanted: Answers, holds: Callable[[np.ndarray, np.ndarray], bool]) -> bool:
    """Whether something holds in every case."""
    return all(holds(g, w) for g, w in zip(given, wanted))


def varied(wanted: Answers) -> bool:
    """Whether at least two numbers differ in size, so that a factor is no other form by chance."""
    sizes = np.concatenate([np.abs(np.ravel(one)) for one in wanted])
    return len(np.unique(sizes[sizes != 0].round(6))) >= 2


def _same_numbers(given: Answers, wanted: Answers) -> str | None:
    if in_all(given, wanted, lambda g, w: g.T.shape == w.shape and close(g.T, w)):
        return "your answer is transposed: rows and columns are exchanged."
    if in_all(given, wanted, lambda g, w: g.size == w.size and close(g.ravel(), w.ravel())):
        g, w = _first_of_another_shape(given, wanted)
        return f"the numbers are right, but their shape is {g.shape} and should be {_shape(w)}."
    return None


def _not_reduced(given: Answers, wanted: Answers) -> str | None:
    axes: list[int | None] = [None, *range(max(g.ndim for g in given))]
    for axis in axes:
        for word, reduce in REDUCTIONS.items():
            if in_all(given, wanted, lambda g, w: _reduces(g, axis, reduce, w)):  # noqa: B023 (called at once)
                if wanted[0].ndim == 0:
                    return (
                        f"your numbers are right, but the task asks for one number: their {word} is missing."
                    )
                return f"your numbers are right, but their {word} along axis {axis} is missing."
    return None


def _reduced(given: Answers, wanted: Answers) -> str | None:
    if not in_all(given, wanted, lambda g, w: g.ndim == 0 and w.ndim > 0):
        return None
    for word, reduce in REDUCTIONS.items():
        if varied(wanted) and in_all(given, wanted, lambda g, w: close(g, reduce(w))):  # noqa: B023
            return f"your answer is one number, the {word} of those that the task asks for."
    if all(w.shape == (2,) for w in wanted):
        for place, word in enumerate(("first", "second")):
            if in_all(given, wanted, lambda g, w: close(g, w[place])):  # noqa: B023
                return f"the task asks for two numbers; yours is the {word} of them."
        return "the task asks for two numbers, and your answer is one."
    return f"your answer is one number, and should be an array of shape {wanted[0].shape}."


def _other_axis(given: Answers, wanted: Answers, sizes: Sequence[Sizes]) -> str | None:
    if not sizes or not in_all(given, wanted, lambda g, w: g.ndim == w.ndim == 1):
        return None
    for rows in sizes[0]:
        columns = rows.replace("rows", "columns")
        if rows == columns or columns not in sizes[0]:
            continue
        if all((len(w), len(g)) == (one[rows], one[columns]) for g, w, one in zip(given, wanted, sizes)):
            name = rows.partition("`")[2].rstrip("`")
            return f"yours is a number for each column of `{name}`; the task asks for one for each row, along axis 1."
    return None


def _one_off(given: Answers, wanted: Answers) -> str | None:
    for off, words in ((-1, "one number is missing"), (1, "there is one number too many")):
        if in_all(given, wanted, lambda g, w: g.ndim == w.ndim == 1 and len(g) == len(w) + off):  # noqa: B023
            where = ""
            if off < 0 and in_all(given, wanted, lambda g, w: close(g, w[:-1])):
                where = ", the last"
            if off < 0 and in_all(given, wanted, lambda g, w: close(g, w[1:])):
                where = ", the first"
            return f"{words}{where}: {len(given[0])} where {len(wanted[0])} are asked for."
    return None


def _plain(given: Answers, wanted: Answers) -> str:
    g, w = _first_of_another_shape(given, wanted)
    if w.ndim == 0:
        return f"the answer should be one number, and yours is an array of shape {g.shape}."
    if w.shape == (2,) and g.ndim == 1:
        return f"the task asks for two numbers, and your answer has {len(g)}."
    return f"the answer should have the shape {w.shape}, and yours has {g.shape}."


def _reduces(g: np.ndarray, axis: int | None, reduce: Callable, w: np.ndarray) -> bool:
    if g.ndim == 0 or (axis is not None and axis >= g.ndim):
        return False
    return close(reduce(g, axis), w)


def _shape(w: np.ndarray) -> str:
    return str(w.shape) if w.ndim else "that of one number"


def _first_of_another_shape(given: Answers, wanted: Answers) -> tuple[np.ndarray, np.ndarray]:
    return next((g, w) for g, w in zip(given, wanted) if g.shape != w.shape)
