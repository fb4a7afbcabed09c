"""What may predict whether X helps: measures of every point of the study `when`, on validation people.

Three of them, named in results/PROTOCOL.md before the results: how well the best linear mix of R, G, B predicts the
infrared of the garments worn; how much better the Baseline knows its training people than others; what turning V gray
at test costs it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from studykit.analysis.predictability import patches, predictability
from studykit.analysis.second_face import second_faces
from studykit.studies.store import Table, results
from xivlab.data.datasets import DataSet
from xivlab.runs.run import Run
from xivlab.scale import first_people
from xivlab.world import World

COLUMNS = ("point", "data", "seed", "run", "val", "train", "colour_cost", "linear", "v")


def stored() -> Table:
    """Where the measures are kept: a row per point and seed."""
    return Table(results("measures") / "why.csv", COLUMNS, words=("point", "data", "run"), numbers="%.6g")


def overfitting(run: Run, data: DataSet) -> tuple[float, float]:
    """Rank-1 of infrared queries among as many training people as there are validation people, and among those."""
    people = data.val.person
    few = first_people(data, min(len(np.unique(people)), len(np.unique(data.train.person))))
    found = [second_faces(run, split, ("gray",)) for split in (few.train, data.val)]
    ranks = [table.loc[table["test_distance"] == "v", "rank1"].iloc[0] for table in found]
    return float(ranks[0]), float(ranks[1])


def colour_cost(run: Run, data: DataSet) -> float:
    """How much rank-1 the Baseline loses among the validation people whose visible images are turned gray."""
    found = second_faces(run, data.val, ("gray",)).set_index("test_distance")["rank1"]
    return float(found["v"] - found["x"])


def measures(point: str, runs: Sequence[Run], data: DataSet) -> pd.DataFrame:
    """COLUMNS of a point.

    Args:
        point: its name.
        runs: of the Baseline, finished, one a seed.
        data: that they were trained on; a near-infrared world.
    """
    world = World(data.name)
    people = world.index.loc[world.index["split"] == "val", "person"].unique()
    colours = predictability(patches(world, people))
    rows = []
    for run in runs:
        train, val = overfitting(run, data)
        about = {"point": point, "data": data.name, "seed": run.config().seed, "run": run.folder.name}
        cost = colour_cost(run, data)
        rows.append(
            about
            | {"val": val, "train": train, "colour_cost": cost}
            | {k: colours[k] for k in ("linear", "v")}
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))
