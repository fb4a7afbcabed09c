"""Stored tables and arrays of `results/`: written whole or not at all, and refused in one sentence if damaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xivlab.files import read_csv, reading, write_atomically
from xivlab.scale import project

SAYS, REMEDY = "is damaged ({error})", "delete it, or restore it from the kit"


def results() -> Path:
    """The folder of all stored results: `results` of the project."""
    return project() / "results"


@dataclass(frozen=True)
class Table:
    """A stored table with one or more rows per run.

    Attributes:
        path: of the CSV file.
        columns: that it must have.
        words: columns that hold words, an empty one included.
        numbers: how numbers are written, such as "%.9g"; all their digits if not given.
    """

    path: Path
    columns: Sequence[str]
    words: Sequence[str] = ("run",)
    numbers: str | None = None

    def read(self) -> pd.DataFrame | None:
        """The table as it was written; None if there is none.

        Raises:
            XivlabError: it is damaged.
        """
        if not self.path.is_file():
            return None
        with reading(self.path, REMEDY, SAYS):
            table = read_csv(self.path, dtype=dict.fromkeys(self.words, str))
            if missing := set(self.columns) - set(table.columns):
                raise ValueError(f"it has no column {', '.join(sorted(missing))}")
            table[list(self.words)] = table[list(self.words)].fillna("")
        return table

    def rows_of(self, run: str) -> pd.DataFrame:
        """The rows of a run, by its name; none if there is no table.

        Raises:
            XivlabError: the table is damaged.
        """
        table = self.read()
        return pd.DataFrame(columns=list(self.columns)) if table is None else table[table["run"] == run]

    def write(self, table: pd.DataFrame) -> Path:
        """Store a table in the place of what is there; its path.

        Raises:
            XivlabError: it could not be written; what was there is as it was.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, lambda file: table.to_csv(file, index=False, float_format=self.numbers))
        return self.path


@dataclass(frozen=True)
class Arrays:
    """A folder of `.npz` files, one per name."""

    folder: Path

    def read(self, name: str) -> dict[str, NDArray] | None:
        """The arrays of one file by their names; None if there is no such file.

        Raises:
            XivlabError: it is damaged.
        """
        path = self.folder / f"{name}.npz"
        if not path.is_file():
            return None
        with reading(path, REMEDY, SAYS), np.load(path) as file:
            return dict(file)

    def write(self, name: str, arrays: Mapping[str, NDArray]) -> Path:
        """Store arrays, compressed; the path of the file.

        Raises:
            XivlabError: they could not be written; what was there is as it was.
        """

        def save(path: Path) -> None:
            with open(path, "wb") as file:
                np.savez_compressed(file, **arrays)

        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / f"{name}.npz", save)
        return self.folder / f"{name}.npz"
