"""Stored runs trained once more, drawn by lot: does this machine come to the scores that are stored?

    python -m studykit.studies.again                  # or: make again; ten runs, a quarter of an hour on two cores
    python -m studykit.studies.again 3 --draw 7       # three others
    python -m studykit.studies.again --as AVX2        # by other instructions, those that the stored runs were computed by
    python -m studykit.studies.again --any            # also runs that another kind of processor computed

Nothing that is stored or in the folder of runs is used: each drawn run is trained anew in a folder of the draw, `again` in that
of runs, which is deleted when all are compared. Where the same PyTorch on the same processor computed it, rank-1 and mAP must
come out to the digits that are stored, in both directions of search and by every distance. Another processor adds up its sums
in another order, and after hundreds of steps that is another model (notebook 06): its scores are printed beside the stored
ones, and nothing is asked of them.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from studykit.machine import describe
from studykit.studies.answers import read_tables, tables
from studykit.studies.arithmetic import INSTRUCTIONS
from studykit.studies.command import end_in_words
from studykit.studies.grid import computed_by, runs_of, study
from studykit.studies.questions import STUDIES
from studykit.studies.when import points, read_stored
from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.evaluation.scores import SHOWN
from xivlab.resources import made
from xivlab.runs.devices import pick_device
from xivlab.scale import Scale, current
from xivlab.world.world import World

SCORES = ("rank1", "mAP")
DIGITS = 6  # after the point, of the stored scores


@dataclass(frozen=True)
class Stored:
    """A run whose scores are stored.

    Attributes:
        run: its name.
        data: the name of what it was trained on.
        config: its settings.
        made: what computed it, in words.
    """

    run: str
    data: str
    config: Config
    made: str


def stored_runs(scale: Scale) -> list[Stored]:
    """Every run of the studies and of the map whose scores are stored, once each, by name.

    Args:
        scale: of which it is asked.
    """
    asked: dict[str, list[Config]] = defaultdict(list)
    for one in STUDIES.values():
        for data in one.data:
            asked[data] += [config for _, config in one.configs(scale.on(data))]
    for _, point in points() if scale.people is None else ():  # a scale of a few people has no map
        asked[point.data] += [config for _, config in point.configs(scale.on(point.data))]
    of = dict(zip(*_scores()[["run", "made"]].drop_duplicates("run").to_numpy().T))
    found = {}
    for data, configs in asked.items():
        # To know the names of runs no image is made, unless a scale keeps but a few people of them.
        fingerprint = World(data).fingerprint if scale.people is None else None
        runs = runs_of(configs, scale.on(data), fingerprint)
        for config, name in zip(configs, (run.folder.name for run in runs), strict=True):
            if name in of:
                found[name] = Stored(name, data, config, of[name])
    return [found[name] for name in sorted(found)]


def computed_here(known: Sequence[Stored]) -> list[Stored]:
    """Those of some stored runs that this machine computes as they were computed.

    Raises:
        XivlabError: there is none, or runs would be trained on a GPU.
    """
    device = pick_device()
    if device.type != "cpu":
        raise XivlabError(
            f"The stored runs were computed on CPUs, and this is {describe(device)}: say --any to compare."
        )
    here = computed_by(
        made(device) | {"threads": 1}
    )  # each run is trained with one thread, whatever this process has
    found = [one for one in known if one.made == here]
    if not found:
        others = sorted({one.made for one in known})
        # Other instructions of the very processor can be chosen, another processor cannot.
        same = any(one.rpartition(" (")[0] == here.rpartition(" (")[0] for one in others)
        remedy = (
            f"say --as and one of {', '.join(INSTRUCTIONS)}"
            if same
            else "say --any to train others and compare"
        )
        raise XivlabError(f"No stored run was computed by {here}, but by {'; by '.join(others)}: {remedy}.")
    return found


def train_again(drawn: Sequence[Stored], scale: Scale, folder: Path, jobs: int = -1) -> pd.DataFrame:
    """The scores of some runs as they are stored, and as they come out here.

    Args:
        drawn: the runs.
        scale: theirs.
        folder: an empty one, to train them in.
        jobs: runs trained side by side; -1: one per core.

    Returns:
        a row per run, direction of search and test distance: run, data, query, test_distance, rank1 and mAP, each as
        stored and, with `_here`, as it came out, made and made_here.

    Raises:
        XivlabError: a training failed.
    """
    by_data: dict[str, list[Config]] = defaultdict(list)
    for one in drawn:
        by_data[one.data].append(one.config)
    here = pd.concat(
        study(configs, replace(scale.on(data), runs=folder), jobs=jobs) for data, configs in by_data.items()
    )
    keys = ["run", "query", "test_distance"]
    both = _scores().merge(here, on=keys, suffixes=("", "_here"), validate="one_to_one")
    if len(both) != len(here):
        raise XivlabError(
            "The stored scores lack a direction of search or a distance of a run: restore results/."
        )
    columns = [f"{name}{side}" for name in (*SCORES, "made") for side in ("", "_here")]
    return both[["run", "data", "query", "test_distance", *columns]]


def differing(both: pd.DataFrame) -> pd.DataFrame:
    """The rows that the same kind of processor computed, and that did not come out to the stored digits.

    Args:
        both: as of `train_again`.
    """
    same = both["made"] == both["made_here"]
    stored, here = (both[[f"{name}{side}" for name in SCORES]].to_numpy(float) for side in ("", "_here"))
    # The stored digits are rounded, and 0.5 of the last may have gone either way.
    apart = np.abs(stored - here).max(1) > 0.51 * 10.0**-DIGITS
    return both[same & apart]


def told(both: pd.DataFrame) -> str:
    """Each run in a line, with rank-1 of infrared queries by its last distance, or the first row that differs; and what came
    of it all."""
    usual = both[both["query"] == "infrared"].groupby("run", sort=False).last()
    wrong = differing(both).groupby("run", sort=False).first()
    lines = []
    for run, row in usual.iterrows():
        if row["made"] != row["made_here"]:
            word = f"computed by {row['made']} then, by {row['made_here']} here"
        elif run in wrong.index:
            row = wrong.loc[run]
            word = f"NOT the stored scores, of {row['query']} queries by {row['test_distance']}"
        else:
            word = "the stored scores, to the digit"
        pairs = (f"{SHOWN[name]} {row[name]:.6f} then, {row[f'{name}_here']:.6f} here" for name in SCORES)
        lines.append(f"{run} on {row['data']}: {'; '.join(pairs)}: {word}")
    asked = int((usual["made"] == usual["made_here"]).sum())
    end = (
        f"{asked - len(wrong)} of {asked} runs of this processor came out to the {DIGITS} digits that are stored, in both "
        "directions of search and by every distance."
    )
    return "\n".join([*lines, end])


def _scores() -> pd.DataFrame:
    """All stored scores: run, query, test_distance, SCORES, made, and data."""
    columns = ["run", "data", "query", "test_distance", *SCORES, "made"]
    parts = [one for one in (read_tables(tables()), read_stored()) if one is not None]
    if not parts:
        raise XivlabError(f"No score of a run is stored in {tables()}: restore results/ from the kit.")
    return pd.concat([part[columns] for part in parts]).drop_duplicates(["run", "query", "test_distance"])


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser("python -m studykit.studies.again", description=__doc__.splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, default=10, help="how many runs are drawn")
    parser.add_argument("--draw", type=int, default=0, help="number of the draw; each has other runs")
    parser.add_argument("--any", action="store_true", help="also runs of other kinds of processors")
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--as", dest="arithmetic", choices=INSTRUCTIONS, help="compute by these instructions")
    arguments = parser.parse_args(args)
    if arguments.arithmetic:  # libraries choose when they start
        asked = ["--draw", str(arguments.draw), "--jobs", str(arguments.jobs), *["--any"] * arguments.any]
        command = [sys.executable, "-m", "studykit.studies.again", str(arguments.count), *asked]
        sys.exit(
            subprocess.run(
                command, env=os.environ | INSTRUCTIONS[arguments.arithmetic], check=False
            ).returncode
        )
    scale = current()
    if scale.name == "paper":
        raise XivlabError("No run of the scale paper is stored: unset XIVLAB_SCALE, or set it to study.")
    known = stored_runs(scale) if arguments.any else computed_here(stored_runs(scale))
    if not 0 < arguments.count <= len(known):
        raise XivlabError(f"{arguments.count} runs cannot be drawn of {len(known)}: say 1 to {len(known)}.")
    drawn = random.Random(arguments.draw).sample(known, arguments.count)
    print(f"Draw {arguments.draw}: {arguments.count} of {len(known)} stored runs.", flush=True)
    folder = scale.runs / "again" / f"draw-{arguments.draw}"
    both = train_again(drawn, scale, folder, arguments.jobs)
    shutil.rmtree(folder)
    print(told(both))
    if len(differing(both)):
        sys.exit(1)


if __name__ == "__main__":
    end_in_words(main)
