"""Tables of scores (rank-k, mAP, mINP): a row per direction of search and test distance."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Protocol, Sampling, rules_of
from xivlab.evaluation.retrieval import searches
from xivlab.model import TestDistance

SHOWN = {f"rank{k}": f"rank-{k}" for k in (1, 5, 10, 20)} | {"mAP": "mAP", "mINP": "mINP"}
# What a row is about; the other columns are scores.
ABOUT = ("protocol", "sampler", "trials", "query", "test_distance")


def score(
    embeddings: Embeddings,
    protocol: Protocol = "sysu",
    distances: Sequence[TestDistance] = (),
    sampling: Sampling = Sampling(),
) -> pd.DataFrame:
    """Search by each test distance; Eq. 2 is "v+x".

    Args:
        embeddings: of one split.
        protocol: whose rules.
        distances: which; all that the embeddings allow if none is given.
        sampling: how galleries are drawn.

    Returns:
        columns protocol (with mode and shots), sampler, trials, query, test_distance, rank1, rank5,
        rank10, rank20, mAP, mINP (in [0, 1]), queries.

    Raises:
        XivlabError: as `search`.
    """
    how: dict[str, Any] = {"protocol": sampling.name(protocol), "sampler": sampling.how(protocol)}
    how["trials"] = sampling.trials if rules_of(protocol).drawn else 1
    table = []
    for query, gallery in rules_of(protocol).directions:
        kinds = distances or embeddings.kinds
        found = searches(embeddings, protocol, kinds, query, gallery, sampling)
        for distance, result in found.items():
            row = how | {"query": query, "test_distance": distance}
            row |= {f"rank{k}": result.rank(k) for k in (1, 5, 10, 20)}
            table.append(row | {"mAP": result.mAP, "mINP": result.mINP, "queries": result.valid_queries})
    return pd.DataFrame(table)


def mean_of(tables: Sequence[pd.DataFrame], runs: str = "runs") -> pd.DataFrame:
    """The mean of each score over runs, such as those of the ten splits of RegDB.

    Args:
        tables: of the same searches, one per run, as `score` gives them.
        runs: column of the number of runs that were averaged.

    Raises:
        XivlabError: the tables are not of the same searches.
    """
    about = [name for name in tables[0].columns if name not in (*SHOWN, "queries")]
    if any(not table[about].equals(tables[0][about]) for table in tables):
        raise XivlabError("The runs were not searched alike: evaluate them one by one.")
    scores = pd.concat(tables).groupby(level=0)[list(SHOWN)].mean()
    queries = pd.concat(tables).groupby(level=0)["queries"].sum()
    return pd.concat([tables[0][about].assign(**{runs: len(tables)}), scores, queries], axis=1)


def as_text(table: pd.DataFrame) -> str:
    """A table of scores in percent, to print; columns that are no score come first, as they are, and
    a score that is not known is a dash."""
    words = [name for name in table.columns if name not in (*SHOWN, "queries")]
    lines = [[name.replace("_", " ") for name in words] + list(SHOWN.values())]
    for _, row in table.iterrows():
        scores = ["–" if pd.isna(row[name]) else f"{row[name]:.2%}"[:-1] for name in SHOWN]
        lines.append([str(row[name]) for name in words] + scores)
    widths = [max(map(len, column)) for column in zip(*lines)]
    sides = "<" * len(words) + ">" * len(SHOWN)
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(line, sides, widths)).rstrip()
        for line in lines
    )
