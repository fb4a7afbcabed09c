"""Cases and answers in words: a line at most."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

LINE = 170  # characters of an input that is shown; a longer one is left out


def numeric(value: Any) -> np.ndarray:
    """An answer as an array of floats.

    Raises:
        TypeError, ValueError: it is none.
    """
    if isinstance(value, str) or callable(value):
        raise TypeError("no numbers")
    return np.asarray(_raw(value), dtype=float)


def short(value: Any) -> str:
    """A value in one line, with four digits: `[[1 2] [3 4]]`."""
    if isinstance(value, pd.DataFrame):
        return "; ".join(" ".join(map(str, row)) for row in value.itertuples(index=False))
    if isinstance(value, (str, tuple, list)):
        return repr(value)
    text = np.array2string(
        np.asarray(_raw(value)),
        threshold=100,
        formatter={"float_kind": "{:.4g}".format, "int_kind": str, "bool": str},
    )
    return " ".join(text.split())


def case_in_words(arguments: Sequence[str], case: Sequence[Any]) -> str:
    """The arguments of a case by their names; empty if they do not fit into a line."""
    if not case:
        return ""
    names = arguments if len(arguments) == len(case) else [""] * len(case)
    text = ", ".join(f"{name} = {short(value)}" if name else short(value) for name, value in zip(names, case))
    return text if len(text) <= LINE else ""


def _raw(value: Any) -> Any:
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value
