"""How long to train: where the Baseline levels off on the validation people, and what rate and batch it likes.

    python -m studykit.studies.length                 # or: make length

No X and no test person has a part in it. The rule, written down before the runs (results/PROTOCOL.md): the study trains
for the shortest length whose validation mAP, averaged over seeds, is within one standard error of the best length's;
rate and batch stay what they are unless another is better at 1,200 steps by an interval over seeds above 0.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from studykit.studies.command import end_in_words
from studykit.studies.grid import runs_of, train_all
from studykit.studies.questions import NEAR_INFRARED
from studykit.studies.store import Table, results
from xivlab.config import Config
from xivlab.runs.run import Run
from xivlab.scale import Scale, current

SEEDS = 5
EPOCHS = 10  # of every length: the schedule is stretched
LENGTHS = (150, 300, 600, 1200, 2400)
# Others at 1,200 steps of 64 images, by name; a batch twice as large has half of the steps, so as many images.
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "half of the rate": {"learning_rate": 1e-3},
    "twice the rate": {"learning_rate": 4e-3},
    "16 people a batch": {"people_per_batch": 16, "steps_per_epoch": 60},
}
COLUMNS = ("variant", "steps", "seed", "run", "step", "rank1", "mAP")


def variants() -> dict[str, dict[str, Any]]:
    """Changes to the settings of the demo, by name."""
    base = {
        "method": "baseline",
        "epochs": EPOCHS,
        "warmup_epochs": 1,
        "decay_epochs": (6, 9),
        "evaluate_every": 1,
    }
    lengths = {f"{steps:,} steps": base | {"steps_per_epoch": steps // EPOCHS} for steps in LENGTHS}
    return lengths | {name: base | {"steps_per_epoch": 120} | changes for name, changes in OTHERS.items()}


def configs(scale: Scale, seeds: int = SEEDS) -> list[tuple[str, Config]]:
    """Name of the variant and settings of every run."""
    asked = variants().items()
    runs = [(name, scale.config(**changes, seed=seed)) for seed in range(seeds) for name, changes in asked]
    return sorted(runs, key=lambda one: one[0] in OTHERS)  # lengths first


def curve(variant: str, run: Run) -> pd.DataFrame:
    """The validation scores of one run as it went on: COLUMNS, a row per evaluation."""
    config, rows = run.config(), run.metrics()
    rows = rows[(rows["split"] == "val") & (rows["query"] == "infrared")]
    about = {
        "variant": variant,
        "steps": int(rows["step"].max()),
        "seed": config.seed,
        "run": run.folder.name,
    }
    return rows[["step", "rank1", "mAP"]].assign(**about)[list(COLUMNS)]


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """The row of each run that counts: the best on the validation people."""
    return table.loc[table.groupby(["variant", "seed"], sort=False)["mAP"].idxmax()]


def level(table: pd.DataFrame) -> int:
    """The length by the rule above.

    Args:
        table: as `stored` has it.
    """
    best_of = chosen(table)
    lengths = best_of[best_of["variant"].str.endswith(" steps")]
    means = lengths.groupby("steps")["mAP"].mean()
    longest = means.idxmax()
    for steps in sorted(means.index):
        sides = lengths[lengths["steps"].isin((steps, longest))]
        wide = sides.pivot(index="seed", columns="steps", values="mAP")
        lost = wide[longest] - wide[steps]
        if lost.mean() <= lost.sem():
            return int(steps)
    return int(longest)


def stored() -> Table:
    """Where the curves are kept."""
    return Table(results("measures") / "length.csv", COLUMNS, words=("variant", "run"), numbers="%.6g")


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser("python -m studykit.studies.length", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args(args).seeds
    scale = current().on(NEAR_INFRARED)
    asked = configs(scale, seeds)
    train_all([config for _, config in asked], scale)
    runs = runs_of([config for _, config in asked], scale)
    table = pd.concat([curve(name, run) for (name, _), run in zip(asked, runs)], ignore_index=True)
    print(stored().write(table))
    print(
        chosen(table).groupby("variant", sort=False)[["rank1", "mAP"]].agg(["mean", "sem"]).mul(100).round(2)
    )
    print(f"The Baseline levels off at {level(table):,} steps.")


if __name__ == "__main__":
    end_in_words(main)
