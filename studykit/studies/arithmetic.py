"""Spread from arithmetic alone: the same runs, the same seeds, computed by other instructions of the processor.

    python -m studykit.studies.arithmetic             # or: make arithmetic

A sum of floats depends on the order in which it is added up, and that on how wide the processor's registers are. What
differs in the last digit of the first step is another model after some hundred. Two questions, written down before the
runs: (1) over kinds of arithmetic, does one run scatter as widely as over seeds? We expect so, for both only decide which of
many equally good models is found. (2) Is one arithmetic better than another? We expect not: the mean over seeds should
differ between kinds by no more than their intervals.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from studykit.studies.command import end_in_words
from studykit.studies.grid import runs_of, study
from studykit.studies.questions import NEAR_INFRARED, STUDIES
from studykit.studies.store import Table, results
from xivlab.errors import XivlabError
from xivlab.scale import Scale, current

VARIANTS = ("Baseline", "Baseline+X+CMG")  # of the study `ablation`
COLUMNS = ("arithmetic", "variant", "seed", "run", "made", "rank1", "mAP")
# What libraries are told before they start, by the name of the arithmetic.
INSTRUCTIONS: Mapping[str, Mapping[str, str]] = {
    "as it comes": {},
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
    "SSE4": {
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    },
}


def stored() -> Table:
    """Where the scores are kept: a row per arithmetic, variant and seed."""
    return Table(
        results("measures") / "arithmetic.csv", COLUMNS, words=("arithmetic", "variant", "run", "made")
    )


def run_one(name: str, scale: Scale, jobs: int = -1) -> pd.DataFrame:
    """The runs of both variants by the arithmetic that this process has, in a folder of its own.

    Args:
        name: of the arithmetic, which also names the folder.
        scale: whose settings and data.
        jobs: runs trained side by side; -1: one per core.

    Returns:
        COLUMNS, a row per variant and seed.

    Raises:
        XivlabError: a training failed.
    """
    scale = replace(scale.on(NEAR_INFRARED), runs=scale.runs / "arithmetic" / name.replace(" ", "-"))
    asked = [one for one in STUDIES["ablation"].configs(scale) if one[0] in VARIANTS]
    table = study([config for _, config in asked], scale, jobs=jobs)
    own = dict(zip((run.folder.name for run in runs_of([config for _, config in asked], scale)), asked))
    table = table.assign(arithmetic=name, variant=[own[run][0] for run in table["run"]])
    judged = [own[row.run][1].test_distance == row.test_distance for row in table.itertuples()]
    return table.loc[pd.Series(judged) & (table["query"] == "infrared"), list(COLUMNS)].reset_index(drop=True)


def spread(table: pd.DataFrame, metric: str = "rank1") -> pd.DataFrame:
    """How far a score scatters over seeds, and how far over kinds of arithmetic, as standard deviations.

    Args:
        table: COLUMNS, every seed by every arithmetic.
        metric: column of the score.

    Returns:
        index variant, columns `seeds` (over seeds, the arithmetic being the same), `arithmetic` (over kinds of arithmetic,
        the seed being the same) and `between` (of the means over seeds, between kinds); pooled variances.
    """
    rows = {}
    for variant, part in table.groupby("variant", sort=False):
        grid = part.pivot(index="seed", columns="arithmetic", values=metric)
        rows[variant] = {
            "seeds": np.sqrt(grid.var().mean()),
            "arithmetic": np.sqrt(grid.var(axis=1).mean()),
            "between": grid.mean().std(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variant")


def main(args: Sequence[str] | None = None) -> None:
    """The command line: each arithmetic in a process of its own, for libraries choose when they start."""
    parser = argparse.ArgumentParser(
        "python -m studykit.studies.arithmetic", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--one", choices=INSTRUCTIONS, help="the arithmetic that this process has already")
    parser.add_argument("--out", type=Path, help="table to write with --one")
    arguments = parser.parse_args(args)
    if arguments.one:
        table = run_one(arguments.one, current())
        Table(arguments.out, COLUMNS, stored().words).write(table)
        return
    parts = []
    for name, variables in INSTRUCTIONS.items():
        out = current().runs / "arithmetic" / f"{name.replace(' ', '-')}.csv"
        command = [sys.executable, "-m", "studykit.studies.arithmetic", "--one", name, "--out", str(out)]
        if subprocess.run(command, env=os.environ | variables, check=False).returncode:
            raise XivlabError(f"The runs by {name} failed: call again, and it goes on from there.")
        parts.append(Table(out, COLUMNS, stored().words).read())
    print(stored().write(pd.concat(parts, ignore_index=True)))
    print(spread(stored().read()).mul(100).round(2))


if __name__ == "__main__":
    end_in_words(main)
