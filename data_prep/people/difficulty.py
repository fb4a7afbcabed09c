"""Difficulty of the synthetic world: rank-1 of the Baseline on the validation people, over seeds, trained until it no longer gains.

    python -m data_prep.people.difficulty data_prep/people/difficulty.csv

It uses no X and no test person: it is what the share of carbon pigment was set by (README.md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from xivlab.config import preset
from xivlab.data.datasets import load
from xivlab.data.images import Images
from xivlab.evaluation.embeddings import embed
from xivlab.evaluation.retrieval import search
from xivlab.runs.weights import load_model
from xivlab.train import train

# what is searched with what: name -> (protocol, query, gallery)
SEARCHES = {
    "infrared -> visible": ("sysu", "infrared", "visible"),
    "visible -> visible, other cameras": ("llcm", "visible", "visible"),
    "infrared -> infrared, other camera": ("llcm", "infrared", "infrared"),
}
# twice the demo's length: longer runs gained nothing more
LENGTH = {"epochs": 20, "decay_epochs": (12, 18)}


def measure(seeds: range, runs: Path) -> pd.DataFrame:
    """A row per seed and search: rank1, rank10, mAP in [0, 1], queries, and rank-1 by chance."""
    data, rows = load("synthetic-sysu"), []
    for seed in seeds:
        config = preset("demo", method="baseline", seed=seed, **LENGTH)
        model = load_model(train(config, data, runs))
        val = Images.of(data.val, config.height, config.width)
        embeddings = embed(model, val, config.test_feature, config.normalize)
        for name, (protocol, query, gallery) in SEARCHES.items():
            scores = search(embeddings, protocol, "v", query, gallery)
            row = {"search": name, "seed": seed, "rank1": scores.rank(1), "rank10": scores.rank(10)}
            chance = 1 / len(set(data.val.person))
            rows.append({**row, "mAP": scores.mAP, "queries": scores.valid_queries, "chance": chance})
    return pd.DataFrame(rows).round(4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="table to write")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    table = measure(range(arguments.seeds), arguments.runs)
    table.to_csv(arguments.out, index=False)
    print(
        table.groupby("search", sort=False)[["rank1", "rank10", "mAP"]]
        .agg(["mean", "min", "max"])
        .round(3)
        .to_string()
    )


if __name__ == "__main__":
    main()
