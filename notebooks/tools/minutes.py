"""Minutes that the computer needs for each notebook: measured by `python -m notebooks.tools.build --time`."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

from xivlab.scale import SCALES

FILE = Path(__file__).with_name("minutes.csv")
KEY = ["notebook", "scale"]


@dataclass(frozen=True)
class Minutes:
    """The measurements.

    Attributes:
        table: notebook, scale; seconds of the first time, when runs must be trained that the notebook asks for
            and nobody has stored, and of the second, when they are only opened; threads of the processor.
    """

    table: pd.DataFrame

    @classmethod
    def read(cls) -> "Minutes":
        """What has been measured so far."""
        if not FILE.is_file():
            return cls(pd.DataFrame(columns=[*KEY, "first", "again", "threads"]))
        return cls(pd.read_csv(FILE))

    def write(self) -> None:
        """Write the table, sorted, whole seconds."""
        self.table.sort_values(KEY).to_csv(FILE, index=False)

    def having(self, notebook: str, scale: str, first: float, again: float) -> "Minutes":
        """With one measurement more, or instead of an older one.

        Args:
            notebook: its name without ending.
            scale: its name.
            first: seconds from an empty folder of runs.
            again: seconds with its runs there.
        """
        row = dict(
            zip(self.table.columns, (notebook, scale, round(first), round(again), torch.get_num_threads()))
        )
        others = self.table[(self.table.notebook != notebook) | (self.table.scale != scale)]
        return Minutes(pd.DataFrame([*others.to_dict("records"), row]))

    def sentence(self, notebook: str) -> str:
        """What the first cell of a notebook says about the computer's part.

        Example:
            >>> table = pd.DataFrame([["00_a", "demo", 130, 20, 2]], columns=[*KEY, "first", "again", "threads"])
            >>> Minutes(table).sentence("00_a")
            'at demo scale 3 the first time and less than 1 with its runs stored (2 threads, no GPU)'
            >>> Minutes(table.assign(first=50)).sentence("00_a")
            'less than 1'
            >>> Minutes(table).sentence("01_b")
            'not measured yet'
        """
        rows = self.table[self.table.notebook == notebook].set_index("scale")
        known = [rows.loc[scale] for scale in SCALES if scale in rows.index]
        if not known:
            return "not measured yet"
        if all(_minutes(row["first"]) == "less than 1" for row in known):
            return "less than 1"
        parts = []
        for row in known:
            first, again = _minutes(row["first"]), _minutes(row["again"])
            both = first if first == again else f"{first} the first time and {again} with its runs stored"
            parts.append(f"at {row.name} scale {both}")
        threads = int(known[-1]["threads"])
        return f"{', '.join(parts)} ({threads} thread{'s' * (threads > 1)}, no GPU)"


def _minutes(seconds: float) -> str:
    return "less than 1" if seconds < 60 else str(round(-(-seconds // 60)))
