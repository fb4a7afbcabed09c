"""What an exercise of a notebook consists of, and where it is found."""

import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xivlab.errors import XivlabError

NUMBER = re.compile(r"(\d\d)\.(\d)")


def called(attempt: Callable, *case: Any) -> Any:
    """The answer of a reader's function to the arguments of a case."""
    return attempt(*case)


def floats(rows: ArrayLike) -> NDArray[np.float64]:
    """Numbers as readers have them: distances, scores and images are not whole by kind, and may be set to infinity."""
    return np.array(rows, dtype=float)


@dataclass(frozen=True)
class Exercise:
    """Task of a notebook: its solution, the cases that decide, and mistakes that are known.

    Attributes:
        solution: a function that does it right, by NumPy, pandas or PyTorch alone: its source is shown to teachers.
        cases: arguments by what the case is about, a phrase that goes on "it is wrong where ...". The first is
            tiny; all are printable in a line, hold whole numbers where they can, and lie on the edges.
        mistakes: functions, as self-contained as the solution, by the sentence that helps. Each differs from the
            solution, and from every other, in some case.
        answer: what of an attempt is compared in a case; by default what it returns for the arguments.
        tolerance: how far numbers may differ, relative and absolute.
    """

    solution: Callable
    cases: Mapping[str, tuple]
    mistakes: Mapping[str, Callable]
    answer: Callable[..., Any] = called
    tolerance: float = 1e-5

    @property
    def arguments(self) -> list[str]:
        """Names of what a case hands over."""
        return list(inspect.signature(self.solution).parameters)


def numbers() -> list[str]:
    """The numbers of all exercises in order, "00.1" and so on."""
    files = sorted(Path(__file__).parent.glob("nb[0-9][0-9].py"))
    return [f"{path.stem[2:]}.{one}" for path in files for one in _of_notebook(path.stem[2:])]


def find(number: str) -> Exercise:
    """The exercise of a number: "03.2" is the second of notebook 03.

    Raises:
        XivlabError: there is none.
    """
    parts = NUMBER.fullmatch(str(number))
    if parts and (Path(__file__).parent / f"nb{parts[1]}.py").is_file():
        there = _of_notebook(parts[1])
        if int(parts[2]) in there:
            return there[int(parts[2])]
    raise XivlabError(f"There is no exercise {number!r}; write its number as in {', '.join(numbers()[:3])}.")


def solution(number: str) -> None:
    """Print a solution, for whoever gives up.

    Args:
        number: of the exercise, "03.2" is the second of notebook 03.

    Raises:
        XivlabError: there is no exercise of that number.

    Example:
        >>> solution("09.2")
        def wasserstein(one, other):
            return np.abs(np.sort(one) - np.sort(other)).mean()
    """
    print(code(find(number).solution))


def code(function: Callable, name: str | None = None) -> str:
    """The source of a solution or mistake, under the name of the reader's function if that is given."""
    source = textwrap.dedent(inspect.getsource(function)).rstrip()
    return re.sub(r"def \w+\(", f"def {name}(", source, count=1) if name else source


def _of_notebook(notebook: str) -> dict[int, Exercise]:
    # Imported when asked for: notebook 01 need not wait for PyTorch.
    return importlib.import_module(f"studykit.exercises.nb{notebook}").EXERCISES
