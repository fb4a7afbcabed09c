"""Negative controls of Table 1: what each method has over itself without its idea.

    >>> print(as_markdown(answers("table1-controls")))             # doctest: +SKIP

A method whose gain over its control does not hold has not shown that its idea is what works, whatever it scores.
"""

import pandas as pd

from studykit.analysis.intervals import by_variant, paired
from studykit.analysis.verdicts import verdict
from studykit.studies.answers import judged
from studykit.studies.questions import CONTROLS
from xivlab.methods import METHODS

METRICS = ("rank1", "mAP")
CAPTION = (
    "Synthetic people, near infrared, in the house: everything equal but the method. Each row is a method beside itself "
    "without its idea; the gain is paired by seed. The idea is what works only where the gain holds."
)


def gains(table: pd.DataFrame, query: str = "infrared") -> pd.DataFrame:
    """What each method has over its negative control, in the order of the study.

    Args:
        table: of the study "table1-controls"; controls that it lacks are left out.
        query: modality that is searched by.

    Returns:
        index control; columns method, title, without (what is left out), seeds; for rank1 and mAP, in points: the mean
        of the method ("rank1") and of the control ("rank1_control"), the paired gain "rank1_over" with "_low" and
        "_high", and its verdict.
    """
    scores = judged(table, query)
    found = {}
    for name in dict.fromkeys(scores["variant"]):
        if not (of := CONTROLS.get(name)):
            continue
        row: dict[str, object] = {"method": of, "title": METHODS[name].title, "without": without(name)}
        for metric in METRICS:
            means = by_variant(scores[scores["variant"].isin((name, of))], metric)
            gain = paired(scores, of, name, metric).points
            row |= {
                "seeds": gain.count,
                metric: 100 * means.loc[of, "mean"],
                f"{metric}_control": 100 * means.loc[name, "mean"],
                f"{metric}_over": gain.mean,
                f"{metric}_over_low": gain.low,
                f"{metric}_over_high": gain.high,
                f"{metric}_verdict": verdict(gain),
            }
        found[name] = row
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("control")


def without(name: str) -> str:
    """What a control leaves out: the first of what is assumed of it."""
    return METHODS[name].assumed[0].removeprefix("Control: ")


def as_markdown(table: pd.DataFrame) -> str:
    """The gains as a table to print or to show.

    Args:
        table: as of `gains`.
    """
    head = (
        "control",
        "what is left out",
        "rank-1 of the method",
        "of the control",
        "gain",
        "seeds",
        "the idea",
    )
    lines = ["### Negative controls of Table 1", "", CAPTION, ""]
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for _, row in gains(table).iterrows():
        reach = (
            ""
            if pd.isna(row["rank1_over_low"])
            else f" ({row['rank1_over_low']:+.1f} to {row['rank1_over_high']:+.1f})"
        )
        cells = (
            row["title"], row["without"], f"{row['rank1']:.1f}", f"{row['rank1_control']:.1f}",
            f"{row['rank1_over']:+.1f}{reach}", row["seeds"], row["rank1_verdict"],
        )  # fmt: skip
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)
