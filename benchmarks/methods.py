"""`python -m benchmarks.methods [NAME ...] [--write]`: seconds of the demo run of each method, from nothing to its scores.

Each run is trained in a folder that is thrown away, by the scale's own settings, scored and chosen as ever. `--write` keeps
the numbers in results/measures/demo_runs.csv, those of methods not named as they were. Seconds are those of the clock, so
the load of the machine stands beside them: a process that others computed beside is slower than its number for quiet cores.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.harness import machine
from studykit.studies.command import end_in_words
from studykit.studies.store import Table, results
from xivlab.config import Config
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.methods import METHODS, PUBLISHED
from xivlab.scale import current
from xivlab.train import train

COLUMNS = ("method", "version", "scale", "steps", "seconds", "computed", "load", "machine")


def measure(config: Config, data: DataSet, scale: str) -> dict[str, object]:
    """One run from nothing to the scores of its test people.

    Args:
        config: settings.
        data: that it is trained on; they are open already.
        scale: name of the scale whose settings these are.

    Returns:
        COLUMNS: seconds by the clock, seconds that the processor "computed" for it, with the load of the machine, the
        number of processes that want to compute, the mean of before and after.
    """
    before = load()
    start, own = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        run = train(config, data, Path(folder), quiet=True)
        if not run.finished:
            raise KeyboardInterrupt
        steps = int(run.log()["step"].iloc[-1])
        run.test_scores()
    return {
        "method": config.method,
        "version": METHODS[config.method].version,
        "scale": scale,
        "steps": steps,
        "seconds": time.perf_counter() - start,
        "computed": time.process_time() - own,
        "load": (before + load()) / 2,
        "machine": machine(),
    }


def load() -> float:
    """How many processes wanted to compute in the last minute; NaN where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else np.nan


def stored() -> Table:
    """Where the seconds are kept: a row per method."""
    path = results("measures") / "demo_runs.csv"
    return Table(path, COLUMNS, words=("method", "scale", "machine"), numbers="%.4g")


def main(args: Sequence[str] | None = None) -> None:
    """The command line.

    Raises:
        XivlabError: there is no such method.
    """
    parser = argparse.ArgumentParser("python -m benchmarks.methods", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="methods; all of Table 1 and after if none is named"
    )
    parser.add_argument(
        "--write", action="store_true", help="keep the numbers in results/measures/demo_runs.csv"
    )
    chosen = parser.parse_args(args)
    if unknown := [name for name in chosen.names if name not in METHODS]:
        raise XivlabError(f"There is no method {unknown[0]!r}: choose among {', '.join(PUBLISHED)}.")
    scale = current()
    data = scale.load()
    for name in chosen.names or PUBLISHED:
        row = measure(scale.config(method=name), data, scale.name)
        print(
            f"{name}: {row['seconds']:.1f} s for {row['steps']} steps and scores, load {row['load']:.1f}",
            flush=True,
        )
        if chosen.write:
            keep(row)


def keep(row: dict[str, object]) -> None:
    """Store what one method took, at once: whoever is interrupted has the others."""
    before = stored().read()
    rows = {} if before is None else {one["method"]: one for one in before.to_dict("records")}
    rows[str(row["method"])] = row
    stored().write(pd.DataFrame([rows[name] for name in METHODS if name in rows])[list(COLUMNS)])


if __name__ == "__main__":
    end_in_words(main)
