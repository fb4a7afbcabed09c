"""Wrong answers of a text file, a function's body each, under a line that says what is wrong with it."""

import ast
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from studykit.exercises.exercise import find

HEAD = re.compile(r"(\d\d\.\d) \| ([^|]+) \| (.+)")


@dataclass(frozen=True)
class WrongAnswer:
    """One of the file.

    Attributes:
        number: of the exercise.
        about: what is wrong with it.
        fits: a regular expression that a sentence which helps fulfils.
        body: code.
    """

    number: str
    about: str
    fits: str
    body: str

    def function(self) -> Callable:
        """The answer as a reader's function."""
        text = f"def attempt({', '.join(find(self.number).arguments)}):\n{self.body}\n"
        ast.parse(text)
        file = f"<{self.number} {self.about}>"
        linecache.cache[file] = (
            len(text),
            None,
            text.splitlines(keepends=True),
            file,
        )  # as a cell's would be
        names: dict = {"np": np, "pd": pd, "torch": torch}
        exec(compile(text, file, "exec"), names)  # noqa: S102 (of our own file)
        return names["attempt"]


def read(path: Path) -> list[WrongAnswer]:
    """All of a file in order."""
    found: list[WrongAnswer] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if head := HEAD.fullmatch(line):
            found.append(WrongAnswer(head[1], head[2], head[3], ""))
        elif line.startswith("    ") and found:
            one = found.pop()
            found.append(WrongAnswer(one.number, one.about, one.fits, f"{one.body}{line}\n"))
    return found
