"""The answer of the map in sentences: where the method helps, along which knobs, and what goes along with it."""

from collections.abc import Iterator

import pandas as pd

from studykit.analysis.verdicts import HOLDS
from studykit.analysis.when import FEWEST, PREDICTORS, Correlation, explained, gains
from studykit.studies import when
from studykit.studies.map_claims import CLAIMS, THEN, judge_map, trend

WORDS = {
    "whole": "the whole beats the Baseline",
    "training": "training with both makes a better f",
    "test": "searching by X as well helps",
}


def answer(scores: pd.DataFrame, reasons: pd.DataFrame, metric: str = "rank1") -> list[str]:
    """Three sentences: where, along which knobs, and why.

    Args:
        scores: as `when.read` gives them.
        reasons: as `studykit.studies.why` stores them.
        metric: "rank1" or "mAP".
    """
    return [_where(scores, metric), _along(scores, metric), _why(scores, reasons, metric)]


def _where(scores: pd.DataFrame, metric: str) -> str:
    grids = [judge_map(scores, knob, when.axis(knob), metric) for knob in when.rows()]
    table = pd.concat(grids).drop_duplicates(["claim", "difference", "low", "high"], ignore_index=True)
    said = []
    for part in WORDS:
        rows = table[table["claim"] == WORDS[part]]
        held = rows[rows["verdict"] == HOLDS]
        best = rows.loc[rows["difference"].idxmax()]
        default = when.axis(best["world"])[best["study"]] == str(when.Point({}))
        place = "in the default world" if default else f"at {best['world']} {best['study']}"
        said.append(
            f"{_name(part)} holds at {len(held)} of {len(rows)} points, and is largest {place} "
            f"({best['difference']:+.1f} points, {best['low']:+.1f} to {best['high']:+.1f})"
        )
    return f"Of {THEN}, {'; '.join(said)}."


def _along(scores: pd.DataFrame, metric: str) -> str:
    said = list(_trends(scores, metric))
    return f"Along the knobs, {'; '.join(said)}." if said else "Along no knob a change is shown."


def _trends(scores: pd.DataFrame, metric: str) -> Iterator[str]:
    knobs = list(filter(when.ordered, when.rows()))
    for part in ("training", "test"):
        for knob in knobs:
            points = list(when.axis(knob).values())
            # as many questions as there are knobs and parts: together they are wrong once in twenty times
            found = trend(scores, points, CLAIMS[WORDS[part]], metric, 1 - 0.05 / (2 * len(knobs)))
            if found is not None and found.says != "undecided":
                c = found.change
                yield f"{_name(part)} {found.says} with {knob} ({c.mean:+.1f} points, {c.low:+.1f} to {c.high:+.1f})"


def _why(scores: pd.DataFrame, reasons: pd.DataFrame, metric: str) -> str:
    table = explained(gains(scores, metric), reasons, THEN)
    said = []
    for (predictor, part), row in table.iterrows():
        one = Correlation(*(row[name] for name in Correlation._fields))
        if one.says != "nothing shown":
            words = one.says.replace("with it", f"with {PREDICTORS[predictor]}")
            said.append(f"{_name(part)} {words} (ρ {one.value:.2f}, {one.low:.2f} to {one.high:.2f})")
    count = table["points"].iloc[0]
    if count < FEWEST:
        return f"{count} points are too few to say what goes along with the gain or its parts."
    if not said:
        return f"Over all {count} points, none of the three reasons goes along with the gain or its parts."
    return f"Over all points, {'; '.join(said)}."


def _name(part: str) -> str:
    return "the gain" if part == "whole" else f"the {part} effect"
