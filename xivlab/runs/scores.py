"""Scores of a run, or the mean of several of the same settings, and the paper's row below."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings, TestFeature
from xivlab.evaluation.protocols import PROTOCOLS, Mode, Sampler, Sampling
from xivlab.evaluation.scores import SHOWN, mean_of, score
from xivlab.methods import METHODS
from xivlab.model import TestDistance
from xivlab.paper import PROTOCOL, counterpart
from xivlab.runs.run import Run

Sides = Mapping[TestFeature, Embeddings]


def scores_of_runs(
    runs: Sequence[Run],
    embeddings: Callable[[Run], Sides],
    distances: Sequence[TestDistance] = (),
    samplers: Sequence[Sampler] = (),
    mode: Mode = "all",
    shots: int = 1,
) -> pd.DataFrame:
    """Score one run, or the mean of several, such as those of the ten splits of RegDB or of five seeds.

    Args:
        runs: one or more, alike in all settings but the seed.
        embeddings: gives those of a run by side of the BNNeck.
        distances: through V, X or both; all that the method has if none is given.
        samplers: of galleries; all that the data allow if none is given.
        mode: cameras of the galleries.
        shots: images of each person in each camera of the galleries.

    Returns:
        columns of `xivlab.evaluation.scores.score`, after `of` ("this run", "5 runs", "paper, Table 4") and
        with test_feature; a row per test feature, sampler, direction and test distance, and
        the paper's own results last. Scores that the paper does not report are NaN.

    Raises:
        XivlabError: no run, runs of different settings or data sets; and as `score`.
    """
    config = _same_settings(runs)
    about = [run.about()["data"] for run in runs]
    tables = [_table(config, embeddings(run), distances, samplers, mode, shots) for run in runs]
    if about[0]["trial"] is not None:  # RegDB: a trial is a split into training and test people
        splits = sorted({data["trial"] for data in about})
        label = f"split {splits[0]}" if len(splits) == 1 else f"{len(splits)} splits"
        tables = [table.assign(trials=label) for table in tables]
    table = tables[0] if len(runs) == 1 else mean_of(tables)
    table.insert(0, "of", "this run" if len(runs) == 1 else f"{len(runs)} runs")
    return pd.concat([table, *_paper_rows(config, about[0]["name"], table)], ignore_index=True)


def remarks(runs: Sequence[Run]) -> list[str]:
    """What one should know of the runs of a table beside their scores, in sentences.

    Raises:
        XivlabError: what computed a run cannot be read.
    """
    open_ones = [run.folder.name for run in runs if run.finished and not run.sealed]
    made = {json.dumps(run.made(), sort_keys=True) for run in runs}
    said = []
    if open_ones:
        said.append(
            f"{', '.join(open_ones)}: of before runs were sealed, so a change by hand would not be noticed."
        )
    if len(made) > 1:
        said.append(
            "The runs were not computed alike (made.json of each): from that alone the scores of one run differ."
        )
    return said


def _table(
    config: Config,
    sides: Sides,
    distances: Sequence[TestDistance],
    samplers: Sequence[Sampler],
    mode: Mode,
    shots: int,
) -> pd.DataFrame:
    tables = []
    for side, embeddings in sides.items():
        known = embeddings.permutation is not None
        drawn = [one for one in PROTOCOLS[config.protocol].samplers if known or one != "official"]
        for sampler in samplers or drawn:
            table = score(embeddings, config.protocol, distances, Sampling(sampler, mode, shots))
            table.insert(list(table).index("rank1"), "test_feature", side if config.neck else "no BNNeck")
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _paper_rows(config: Config, data: str, table: pd.DataFrame) -> list[pd.DataFrame]:
    """The paper's result for these settings as a row of `table`, if it has one and it is comparable."""
    paper = counterpart(config, data)
    if paper is None or (data == "sysu-mm01" and PROTOCOL not in set(table["protocol"])):
        return []
    row: dict[str, Any] = {name: "–" for name in table.columns if name not in (*SHOWN, "queries")}
    row |= {"of": f"paper, Table {paper['table']}", "query": "infrared"}
    row["protocol"] = PROTOCOL if data == "sysu-mm01" else data
    row["test_distance"] = METHODS[config.method].distances[-1]
    row |= {name: paper.get(name) for name in SHOWN}
    return [pd.DataFrame([row]).dropna(axis=1)]  # joined to the table, which has NaN for what is not here


def _same_settings(runs: Sequence[Run]) -> Config:
    """The settings of all runs, which may differ in the seed."""
    if not runs:
        raise XivlabError("Name at least one run folder.")
    first, *others = [asdict(run.config()) for run in runs]
    for run, other in zip(runs[1:], others):
        differing = [name for name in first if name != "seed" and first[name] != other[name]]
        if differing or run.about()["data"]["name"] != runs[0].about()["data"]["name"]:
            raise XivlabError(
                f"{run.folder} and {runs[0].folder} differ in {', '.join(differing) or 'their data'}: "
                "a mean over them would mean nothing, so evaluate them one by one."
            )
    return runs[0].config()
