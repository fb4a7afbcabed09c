"""Tables of scores: a row per direction of search and test distance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from xivlab.batches import Modality
from xivlab.embed import Embeddings, TestDistance
from xivlab.evaluate import Protocol, search

SHOWN = {"rank1": "rank-1", "rank10": "rank-10", "rank20": "rank-20", "mAP": "mAP", "mINP": "mINP"}
# SYSU-MM01 is searched by infrared queries only; the others are reported in both directions.
DIRECTIONS: dict[Protocol, tuple[tuple[Modality, Modality], ...]] = {
    "sysu": (("infrared", "visible"),),
    "regdb": (("infrared", "visible"), ("visible", "infrared")),
    "llcm": (("infrared", "visible"), ("visible", "infrared")),
}


def score(
    embeddings: Embeddings, protocol: Protocol = "sysu", distances: Sequence[TestDistance] = ()
) -> pd.DataFrame:
    """Search by each test distance; Eq. 2 is "v+x".

    Args:
        embeddings: of one split.
        protocol: whose rules.
        distances: which; all that the embeddings allow if none is given.

    Returns:
        columns query, test_distance, rank1, rank5, rank10, rank20, mAP, mINP (in [0, 1]), queries.

    Raises:
        XivlabError: as `search`.
    """
    table = []
    for query, gallery in DIRECTIONS[protocol]:
        for distance in distances or (("v",) if embeddings.x is None else ("v", "x", "v+x")):
            result = search(embeddings, protocol, distance, query, gallery)
            row = {"query": query, "test_distance": distance}
            row |= {f"rank{k}": result.rank(k) for k in (1, 5, 10, 20)}
            table.append(row | {"mAP": result.mAP, "mINP": result.mINP, "queries": result.valid_queries})
    return pd.DataFrame(table)


def chance(embeddings: Embeddings, protocol: Protocol = "sysu") -> pd.DataFrame:
    """The scores of random features for the same people and cameras, a row per direction: what a
    model that has learnt nothing would get."""
    rng = np.random.default_rng(0)
    infrared, visible = (
        rng.normal(size=(len(features), 8)) for features in (embeddings.infrared, embeddings.visible)
    )
    return score(replace(embeddings, infrared=infrared, visible=visible, x=None), protocol)


def as_text(table: pd.DataFrame) -> str:
    """A table of scores in percent, to print; columns that are no score come first, as they are."""
    words = [name for name in table.columns if name not in (*SHOWN, "rank5", "queries")]
    lines = [[name.replace("_", " ") for name in words] + list(SHOWN.values())]
    for _, row in table.iterrows():
        lines.append([str(row[name]) for name in words] + [f"{row[name]:.2%}"[:-1] for name in SHOWN])
    widths = [max(map(len, column)) for column in zip(*lines)]
    sides = "<" * len(words) + ">" * len(SHOWN)
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(line, sides, widths)).rstrip()
        for line in lines
    )
