"""Stored tables and arrays of `results/`: written whole and sealed, and refused in one sentence if they do not fit."""

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xivlab.files import content_of, read_csv, reading, write_sealed
from xivlab.scale import project

SAYS, REMEDY = "is damaged ({error})", "delete it, or restore it from the kit"


# Stored results that came with the kit: in an installed package, or beside it in a clone.
SHIPPED = (Path(__file__).parents[1] / "results", Path(__file__).parents[2] / "results")


def results(part: str) -> Path:
    """Where a part of the stored results is read: in `results` of the project, else where the kit itself has it.

    Args:
        part: name of a folder or file in it; where nobody has it, the path in the project.
    """
    own = project() / "results"
    return next((one / part for one in (own, *SHIPPED) if os.path.exists(one / part)), own / part)


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
        if not os.path.isfile(self.path):
            return None
        with reading(self.path, REMEDY, SAYS):
            names = read_csv(self.path, nrows=0).columns
            if missing := set(self.columns) - set(names):
                raise ValueError(f"it has no column {', '.join(sorted(missing))}")
            gaps = {name: [""] for name in names if name not in self.words}  # "NA" may be a word
            kinds = dict.fromkeys(self.words, str)
            table = read_csv(self.path, dtype=kinds, keep_default_na=False, na_values=gaps)
            if np.isinf(table.select_dtypes("number").to_numpy(float)).any():
                raise ValueError("a number in it is infinite")
            return table

    def write(self, table: pd.DataFrame) -> Path:
        """Store a table in the place of what is there; its path.

        Raises:
            XivlabError: it could not be written; what was there is as it was.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_sealed(self.path, lambda file: table.to_csv(file, index=False, float_format=self.numbers))
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
        if not os.path.isfile(path):  # unlike Path.is_file, it raises for no folder
            return None
        with reading(path, REMEDY, SAYS), np.load(io.BytesIO(content_of(path))) as file:
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
        write_sealed(self.folder / f"{name}.npz", save)
        return self.folder / f"{name}.npz"
