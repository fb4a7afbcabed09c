"""Difficulty of the synthetic worlds: rank-1 of the Baseline on the validation people, over seeds, trained as the studies train it.

    python -m data_prep.people.difficulty data_prep/people/difficulty.csv

It uses no X and no test person: it is what the worlds were set by (README.md).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from xivlab.config import preset
from xivlab.data.datasets import DataSet, load
from xivlab.data.images import Images, Modality
from xivlab.evaluation.embeddings import Embeddings, embed
from xivlab.evaluation.protocols import Protocol
from xivlab.evaluation.retrieval import search
from xivlab.runs.weights import load_model
from xivlab.train import train


@dataclass(frozen=True)
class Search:
    """What is searched with what; halves: a query is shown its own person only in the other half of their images."""

    name: str
    protocol: Protocol
    query: Modality
    gallery: Modality
    halves: bool = False


SEARCHES = {
    "synthetic-sysu": (
        Search("infrared -> visible", "sysu", "infrared", "visible"),
        Search("visible -> visible, other cameras", "llcm", "visible", "visible"),
        Search("infrared -> infrared, other camera", "llcm", "infrared", "infrared"),
    ),
    "synthetic-regdb": (
        Search("thermal -> visible", "regdb", "infrared", "visible"),
        Search("visible -> visible, other half of the walk", "llcm", "visible", "visible", halves=True),
        Search("thermal -> thermal, other half of the walk", "llcm", "infrared", "infrared", halves=True),
    ),
}


def in_halves(embeddings: Embeddings) -> Embeddings:
    """The same, the second half of each person's images of a modality as another camera's."""

    def cameras(person: np.ndarray, camera: np.ndarray) -> np.ndarray:
        place = pd.Series(person).groupby(person).cumcount().to_numpy()
        count = pd.Series(person).groupby(person).transform("size").to_numpy()
        return np.where(place < count // 2, camera, camera + 100)

    return replace(
        embeddings,
        visible_camera=cameras(embeddings.visible_person, embeddings.visible_camera),
        infrared_camera=cameras(embeddings.infrared_person, embeddings.infrared_camera),
    )


def measure(data: DataSet, seeds: range, runs: Path) -> pd.DataFrame:
    """A row per seed and search: rank1, rank10, mAP in [0, 1], queries, and rank-1 by chance."""
    rows = []
    for seed in seeds:
        protocol = SEARCHES[data.name][0].protocol
        config = preset("study", method="baseline", protocol=protocol, seed=seed)
        model = load_model(train(config, data, runs))
        val = Images.of(data.val, config.height, config.width)
        embeddings = embed(model, val, config.test_feature, config.normalize)
        for one in SEARCHES[data.name]:
            seen = in_halves(embeddings) if one.halves else embeddings
            scores = search(seen, one.protocol, "v", one.query, one.gallery)
            row = {"data": data.name, "search": one.name, "seed": seed}
            row |= {"rank1": scores.rank(1), "rank10": scores.rank(10), "mAP": scores.mAP}
            rows.append({**row, "queries": scores.valid_queries, "chance": 1 / len(set(data.val.person))})
    return pd.DataFrame(rows).round(4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="table to write; rows of data that are not measured stay")
    parser.add_argument("--data", nargs="+", choices=list(SEARCHES), default=list(SEARCHES))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    tables = [measure(load(name), range(arguments.seeds), arguments.runs) for name in arguments.data]
    if arguments.out.is_file():
        old = pd.read_csv(arguments.out)
        tables = [old[~old["data"].isin(arguments.data)], *tables]
    table = pd.concat(tables)
    table.to_csv(arguments.out, index=False)
    print(
        table.groupby("search", sort=False)[["rank1", "rank10", "mAP"]]
        .agg(["mean", "min", "max"])
        .round(3)
        .to_string()
    )


if __name__ == "__main__":
    main()
