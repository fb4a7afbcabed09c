"""The control of the ablation: Baselines searched with a fixed image as second face at test, stored over seeds."""

from collections.abc import Sequence

import pandas as pd

from studykit.analysis.second_face import second_faces
from studykit.studies.grid import runs_of
from studykit.studies.questions import STUDIES
from studykit.studies.store import Table, results
from xivlab.runs.run import Run
from xivlab.scale import Scale, current

COLUMNS = ("data", "seed", "run", "face", "test_distance", "rank1", "mAP")


def stored(data: str) -> Table:
    """Where the scores of a world are kept: a row per seed, face and test distance."""
    words = ("data", "run", "face", "test_distance")
    return Table(results("measures") / f"faces.{data}.csv", COLUMNS, words=words, numbers="%.6g")


def baselines(scale: Scale) -> list[Run]:
    """The Baselines of the ablation on the scale's data, trained yet or not."""
    asked = [config for name, config in STUDIES["ablation"].configs(scale) if name == "Baseline"]
    return runs_of(asked, scale)


def faces(runs: Sequence[Run], scale: Scale) -> pd.DataFrame:
    """COLUMNS of finished Baselines on the scale's data; infrared queries, test people."""
    data, tables = scale.load(), []
    for run in runs:
        about = {"data": data.name, "seed": run.config().seed, "run": run.folder.name}
        tables.append(second_faces(run, data.test).assign(**about))
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def control(data: str, scale: Scale | None = None) -> pd.DataFrame:
    """The same as rows of a study, as `as_study`: stored where the runs are those of the scale, else searched now.

    Args:
        data: of the ablation, whose Baselines are finished where they are not stored.
        scale: how big everything is; the current scale if not given.

    Raises:
        XivlabError: a run is neither stored nor whole, or the stored scores are damaged.
    """
    scale = (scale or current()).on(data)
    runs = baselines(scale)
    names = [run.folder.name for run in runs]
    known = stored(data).read()
    if known is None or not set(names) <= set(known["run"]):
        known = faces(runs, scale)
    return as_study(known[known["run"].isin(names)])


def add_faces(scale: Scale) -> None:
    """Store the scores of the Baselines that are finished, beside what is stored; nothing changes where all are stored."""
    table = stored(scale.data_name)
    known = table.read()
    have = set() if known is None else set(known["run"])
    new = [run for run in baselines(scale) if run.finished and run.folder.name not in have]
    if new:
        found = [] if known is None else [known[list(COLUMNS)]]
        table.write(pd.concat([*found, faces(new, scale)], ignore_index=True))


def as_study(table: pd.DataFrame) -> pd.DataFrame:
    """The same as rows of a study: the variant is "Baseline, Gray at test" and so on.

    Args:
        table: COLUMNS.
    """
    named = "Baseline, " + table["face"].str.capitalize() + " at test"
    return table.assign(variant=named, query="infrared")
