"""Table 1 at pocket size: the ideas of many methods on one small network, and apart from it what the paper reports.

    >>> table = stored("table1")                                  # doctest: +SKIP
    >>> print(as_markdown(table))                                # doctest: +SKIP

Ours and the reported numbers stand in two tables, which are never sorted together or subtracted: other people, other
backbones, other schedules.
"""

import sys

import numpy as np
import pandas as pd

from studykit.analysis.intervals import Interval, by_variant, paired
from studykit.analysis.verdicts import verdict
from studykit.studies.answers import judged, read_table, tables
from studykit.studies.cost import costs
from studykit.studies.questions import NEAR_INFRARED, STUDIES
from xivlab import paper
from xivlab.errors import XivlabError
from xivlab.methods import METHODS
from xivlab.methods.method import Method

TITLE = "Table 1 at pocket size: the ideas of {count} methods on one small network"
# What is always said with it.
CAPTION = (
    "Synthetic people. The same backbone, pre-training, optimiser, number of learner's steps and search for all{house}. "
    "Not the authors' code; not comparable with SYSU-MM01 or RegDB. Every model is the one that was best on the validation "
    "people. One feature of an image, no mirror image, no re-ranking. A fidelity of A: loss, sampling and test path as in "
    "code that was read; B: with a part repaired or unconfirmed; C: in its manner; kit: what this course is about. "
    "Claim nothing about the order of two rows whose intervals overlap."
)
HEADS = {
    "table1": "; everything equal but the method",
    "table1-own": "; head, batch and erasing are each method's own",
    "table1-compute": "; steps are fewer where a step costs more",
}
# What a method may have otherwise than the house, in words.
SETTINGS = {
    "neck": "no BNNeck",
    "people_per_batch": "{} people",
    "images_per_person": "{} image each",
    "normalize": "raw length",
    "erase": "erasing {:g}",
}
NOTHING = "nothing: a head without BNNeck in both"
REPORTED = "Reported, another data set, other backbones"
FIRST = "one-stream"  # what all are compared with
METRICS = ("rank1", "mAP")
HEADINGS = (
    *("method", "what it changes", "fidelity", "weights", "operations a step", "seeds", "rank-1", "mAP"),
    *("rank-1 over One-stream", "mAP over One-stream"),
)


def said(name: str) -> Method:
    """The row of a method that may stand in a table.

    Raises:
        XivlabError: it does not say how near it is to its paper, or what is assumed.
    """
    method = METHODS[name]
    if not (method.fidelity and method.assumed):
        raise XivlabError(
            f"{method.title} says neither how near it is to its paper nor what is assumed: give it fidelity and assumed "
            "before it stands in a table."
        )
    return method


def idea(name: str) -> str:
    """What a method changes, in words: the first line of its module, behind the paper."""
    first = (sys.modules[METHODS[name].build.__module__].__doc__ or "").partition("\n")[0]
    return first.partition(": ")[2].rstrip(".")


def stored(study: str = "table1", data: str = NEAR_INFRARED) -> pd.DataFrame:
    """The stored table of one of the three studies, as far as it is trained: the seeds that all its stored methods have.

    Raises:
        XivlabError: nothing is stored, no seed is there of all methods, or the table is damaged.
    """
    table = read_table(tables() / f"{study}.{data}.csv")
    common = set.intersection(*(set(one) for _, one in table.groupby("variant")["seed"]))
    if not common:
        raise XivlabError(f"No seed of {study} is stored of all its methods: type make results.")
    return table[table["seed"].isin(common)].reset_index(drop=True)


def coverage(table: pd.DataFrame) -> str:
    """How much of one of the three studies a table holds, in a sentence."""
    study, data = STUDIES[table["study"].iloc[0]], table["data"].iloc[0]
    asked, seeds = len(study.variants), study.fewer.get(data, study.seeds)
    methods, there = table["variant"].nunique(), table["seed"].nunique()
    return f"{methods} of {asked} methods are trained on {data}, {there} of {seeds} seeds."


def rows(table: pd.DataFrame, query: str = "infrared") -> pd.DataFrame:
    """One of the two tables, in the order of the study: nothing is sorted by score.

    Args:
        table: of one of the studies "table1", "table1-own" and "table1-compute" on one data set.
        query: modality that is searched by.

    Returns:
        index method; columns title, idea, fidelity, weights, operations and seconds (NaN where they are not stored),
        seeds; for rank1 and mAP, in points: mean, low and high, and those of the paired difference to One-stream,
        "over", with its verdict.

    Raises:
        XivlabError: a method may not stand in a table, or has other seeds than One-stream.
    """
    scores = judged(table, query)
    if scores["data"].nunique() > 1 or scores["study"].nunique() > 1:
        raise XivlabError("A table is of one study on one data set: ask for them one by one.")
    known = costs()
    study = STUDIES[scores["study"].iloc[0]]
    found = {}
    for name in dict.fromkeys(scores["variant"]):
        method = said(study.variants[name]["method"])
        row: dict[str, object] = {
            "title": method.title,
            "idea": idea(study.variants[name]["method"]),
            "fidelity": method.fidelity,
        }
        own = known.loc[name] if name in known.index else None
        row |= {key: np.nan if own is None else own[key] for key in ("weights", "operations", "seconds")}
        for metric in METRICS:
            mean, low, high, count = by_variant(scores[scores["variant"] == name], metric).loc[name]
            row |= {
                "seeds": int(count),
                metric: 100 * mean,
                f"{metric}_low": 100 * low,
                f"{metric}_high": 100 * high,
            }
            over = Interval(np.nan, np.nan, np.nan, 0)
            if name != FIRST:
                over = paired(scores, name, FIRST, metric).points
            row |= {
                f"{metric}_over": over.mean,
                f"{metric}_over_low": over.low,
                f"{metric}_over_high": over.high,
            }
            row[f"{metric}_verdict"] = "" if name == FIRST else verdict(over)
        found[name] = row
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("method")


def heads(
    own: pd.DataFrame, house: pd.DataFrame, metric: str = "rank1", query: str = "infrared"
) -> pd.DataFrame:
    """What methods gain by a head, batches and erasing of their own: the same method in both tables, seed by seed.

    Args:
        own, house: of the studies "table1-own" and "table1" on one data set; seeds that one of them lacks are left out.
        metric: "rank1" or "mAP".
        query: modality that is searched by.

    Returns:
        index method, in the order of `own`; columns title, changes (the settings that act, in words), seeds; in points: house, own,
        and the paired difference own - house as gain, low and high, with its verdict.
    """
    first, second = judged(own, query), judged(house, query)
    found = {}
    for name in dict.fromkeys(first["variant"]):
        two = [table[table["variant"] == name] for table in (first, second)]
        seeds = set(two[0]["seed"]) & set(two[1]["seed"])
        both = pd.concat(
            table[table["seed"].isin(seeds)].assign(variant=place)
            for place, table in zip(("own", "house"), two)
        )
        over = paired(both, "own", "house", metric).points
        means = 100 * both.groupby("variant")[metric].mean()
        method = METHODS[name]
        acts = {
            key: value for key, value in method.settings.items() if not (key == "neck" and method.neckless)
        }
        changes = ", ".join(SETTINGS[key].format(value) for key, value in acts.items()) or NOTHING
        found[name] = {
            "title": method.title, "changes": changes, "seeds": len(seeds), "house": means["house"], "own": means["own"],
            "gain": over.mean, "low": over.low, "high": over.high, "verdict": verdict(over),
        }  # fmt: skip
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("method")


def reported() -> pd.DataFrame:
    """What Table 1 of the paper reports, in its own order, a block of its own: index method, columns by data set, in points."""
    table = paper.results()
    table = table[table["table"] == 1]
    wide = table.assign(method=table["method"].replace({"baseline+x+cmg": "XIV-ReID"}))
    order = list(dict.fromkeys(wide[wide["data"] == "sysu-mm01"]["method"]))
    wide = wide.pivot(index="method", columns="data", values=list(METRICS)).mul(100)
    return wide.loc[order, [(metric, data) for data in ("sysu-mm01", "regdb") for metric in METRICS]]


def as_markdown(table: pd.DataFrame) -> str:
    """One of the two tables, with title, caption, assumptions, and the reported block below, to print or to show.

    Args:
        table: as of `rows`.
    """
    ours = rows(table)
    study = table["study"].iloc[0]
    lines = [
        f"### {TITLE.format(count=len(ours))}",
        "",
        CAPTION.format(house=HEADS[study]),
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
    ]
    for name, row in ours.iterrows():
        over = [
            "" if name == FIRST else f"{_reach(row, f'{metric}_over', '+')}: {row[f'{metric}_verdict']}"
            for metric in METRICS
        ]
        cells = (
            row["title"], row["idea"], row["fidelity"], _large(row["weights"]), _large(row["operations"]),
            row["seeds"], _reach(row, "rank1"), _reach(row, "mAP"), *over,
        )  # fmt: skip
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", "Assumed:", ""]
    for variant in ours.index:
        method = METHODS[STUDIES[study].variants[variant]["method"]]
        lines.append(f"- **{method.title}** ({method.source}): {' '.join(method.assumed)}")
    lines += [
        "",
        f"### {REPORTED}",
        "",
        "| method | SYSU-MM01 rank-1 | mAP | RegDB rank-1 | mAP |",
        "|" + "---|" * 5,
    ]
    for name, row in reported().iterrows():
        cells = ["–" if np.isnan(one) else f"{one:.2f}" for one in row]
        lines.append("| " + " | ".join([str(name), *cells]) + " |")
    return "\n".join(lines)


def _reach(row: pd.Series, name: str, sign: str = "") -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    reach = "" if np.isnan(low) else f" ({low:{sign}.1f} to {high:{sign}.1f})"
    return f"{row[name]:{sign}.1f}{reach}"


def _large(number: float) -> str:
    """A number of many digits, short."""
    if np.isnan(number):
        return "–"
    for unit, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:.0f}"
