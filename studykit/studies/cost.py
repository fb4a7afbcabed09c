"""Cost of each method beside its score: weights that learn, operations of a step, seconds that it takes.

    python -m studykit.studies.cost                   # measures all, and stores them

Operations are those that PyTorch's own counter sees, forward and backward: multiplications and additions of convolutions
and matrix products. Of a method whose steps differ they are the mean over its training. Seconds are of the processor where
it computes alone: with one thread a step takes as long on a machine that nobody else uses.
"""

import argparse
import os
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from studykit.studies.command import end_in_words
from studykit.studies.questions import NEAR_INFRARED
from studykit.studies.store import Table, results
from xivlab.config import Config
from xivlab.data.datasets import DataSet
from xivlab.methods import METHODS, PUBLISHED
from xivlab.resources import made
from xivlab.scale import current
from xivlab.train import Training

COLUMNS = ("method", "version", "weights", "operations", "seconds", "processor", "busy")
PHASES = 9  # steps that stand for a whole training, evenly apart: a ninth is the shortest phase of any method
REPEATS = 3  # timed steps of each


def cost(config: Config, data: DataSet, repeats: int = REPEATS) -> dict[str, object]:
    """What a step of a configuration costs.

    Args:
        config: settings; of the method, the backbone, the batch and the length.
        data: whose training people are seen.
        repeats: timed steps of each kind.

    Returns:
        COLUMNS: weights that are trained; operations and seconds of a step; on what processor, and how many processes
        wanted to compute on the machine in the last minute ("busy", its load): beside others a step is a little slower even
        by the seconds of its own.
    """
    # Here, since it takes Triton along, which readers of a table do without.
    from torch.utils.flop_counter import FlopCounterMode

    training = Training(config, data)
    clock = time.process_time if training.device.type == "cpu" else time.perf_counter
    own = METHODS[config.method]
    steps = (
        np.unique(np.arange(PHASES) * training.steps // PHASES) if len(own.players) > 1 else np.zeros(1, int)
    )
    operations, seconds = [], []
    for step in map(int, steps):
        training.step = step
        counter = FlopCounterMode(display=False)
        with counter:
            training.learn()
        operations.append(counter.get_total_flops())
        taken = []
        for _ in range(repeats):
            training.step, start = step, clock()
            training.learn()
            taken.append(clock() - start)
        seconds.append(np.median(taken))
    return {
        "method": config.method,
        "version": own.version,
        "weights": sum(one.numel() for one in training.model.parameters() if one.requires_grad),
        "operations": int(np.mean(operations)),
        "seconds": float(np.mean(seconds)),
        "processor": made(training.device)["processor"],
        "busy": os.getloadavg()[0] if hasattr(os, "getloadavg") else np.nan,
    }


def stored() -> Table:
    """Where the costs are kept: a row per method."""
    return Table(results("measures") / "cost.csv", COLUMNS, words=("method", "processor"), numbers="%.6g")


def costs() -> pd.DataFrame:
    """The stored costs of methods as they are now: index method; what is stored of another version is left out."""
    table = stored().read()
    if table is None:
        return pd.DataFrame(columns=list(COLUMNS)).set_index("method")
    versions = {name: method.version for name, method in METHODS.items()}
    return table[table["method"].map(versions) == table["version"]].set_index("method")


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser("python -m studykit.studies.cost", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", nargs="+", choices=PUBLISHED, help="these methods, beside what is stored of others"
    )
    only = parser.parse_args(args).only
    scale = current().on(NEAR_INFRARED)
    data, known = scale.load(), costs().reset_index()
    rows = {row["method"]: row for row in known.to_dict("records")} if only else {}
    for name in only or PUBLISHED:
        rows[name] = cost(scale.study_config(method=name), data)
        print(rows[name], flush=True)
    print(stored().write(pd.DataFrame([rows[name] for name in PUBLISHED if name in rows])[list(COLUMNS)]))


if __name__ == "__main__":
    end_in_words(main)
