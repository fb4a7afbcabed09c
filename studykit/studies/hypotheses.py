"""Hypotheses H1 to H10 of results/PROTOCOL.md, judged from the stored map and the stored studies, by rank-1.

>>> print(*hypotheses(when.read(), why.stored().read(), stored()), sep="\\n")      # doctest: +SKIP
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from studykit.analysis.intervals import Interval, in_points, interval, paired
from studykit.analysis.verdicts import FAILS, HOLDS, together, verdict
from studykit.analysis.when import Correlation, correlation, explained, gains
from studykit.studies import when
from studykit.studies.answers import judged, read_table, tables
from studykit.studies.claims import judge, verdicts
from studykit.studies.map_claims import CLAIMS, FIRST, FIXED, THEN, by_seed, trend
from studykit.studies.questions import NEAR_INFRARED, THERMAL

TRAINING, WHOLE, LEARNED = (
    "training with both makes a better f",
    "the whole beats the Baseline",
    "a learned X beats V in its place",
)
NO_CARBON, STEEP = {"carbon": 0.0}, {"edge": 3.0}
# The studies that are asked beside the map.
ASKED = (
    ("ablation", NEAR_INFRARED),
    ("ablation", THERMAL),
    ("special-cases", NEAR_INFRARED),
    ("lambda", NEAR_INFRARED),
)


class Hypothesis(NamedTuple):
    """What a hypothesis came to.

    Attributes:
        name: H1 to H10.
        says: the hypothesis, in words.
        verdict: of `studykit.analysis.verdicts`, or "not asked".
        why: the numbers that it was judged by, in words.
    """

    name: str
    says: str
    verdict: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}, {self.says}: {self.verdict}. {self.why[0].upper()}{self.why[1:]}."


def stored() -> dict[tuple[str, str], pd.DataFrame]:
    """The tables of the studies that are asked beside the map.

    Raises:
        XivlabError: one is not there, or damaged.
    """
    return {(name, data): read_table(tables() / f"{name}.{data}.csv") for name, data in ASKED}


def hypotheses(
    scores: pd.DataFrame, reasons: pd.DataFrame, studies: Mapping[tuple[str, str], pd.DataFrame]
) -> list[Hypothesis]:
    """All ten, in order.

    Args:
        scores: of the map, as `studykit.studies.when.read` gives them.
        reasons: of its points, as `studykit.studies.why` stores them.
        studies: their tables, as `stored` gives them.
    """
    near, heat, kinds, weighed = (studies[asked] for asked in ASKED)
    gained = gains(scores)
    return [
        _overfitting(scores),
        _colour(gained, reasons),
        _headroom(scores, gained, reasons),
        _carbon(gained),
        _gray(scores),
        _order(near),
        _middle(weighed),
        _fixed(kinds),
        _thermal(heat),
        Hypothesis(
            "H10", "X costs infrared to infrared", "not asked", "no stored run was searched in that direction"
        ),
    ]


def _overfitting(scores: pd.DataFrame) -> Hypothesis:
    longer, more = (_along(scores, knob, TRAINING) for knob in ("length", "people"))
    parts = {"with length": longer, "with people": more}
    said = together([_word(longer), _word(_turned(more))])
    return Hypothesis("H1", "the training effect grows with length and falls with people", said, _told(parts))


def _colour(gained: pd.DataFrame, reasons: pd.DataFrame) -> Hypothesis:
    row = explained(gained, reasons, THEN).loc[("colour_cost", "training")]
    one = Correlation(*(row[name] for name in Correlation._fields))
    says = "the training effect grows with what gray at test costs the Baseline"
    return Hypothesis("H2", says, _rises(one), _rho(one))


def _headroom(scores: pd.DataFrame, gained: pd.DataFrame, reasons: pd.DataFrame) -> Hypothesis:
    by_point = reasons.groupby("point", sort=False)[["linear", "v"]].mean()
    of_v = gained[(gained["method"] == FIXED) & (gained["part"] == "test")].set_index("point")["mean"]
    both = by_point.join(of_v, how="inner")
    lead = correlation(both["v"] - both["linear"], both["mean"])
    steep = _at(scores, STEEP, LEARNED)
    # "Comes up to V": it fails where V is ahead by the whole interval.
    level = FAILS if steep.high < 0 else HOLDS if steep.low > 0 else f"undecided with {steep.count} seeds"
    says = "the test effect of V grows with how much better V predicts infrared than a linear mix, and steep dyes raise the learned X to V"
    return Hypothesis(
        "H3",
        says,
        together([_rises(lead), level]),
        f"{_rho(lead)}; at edge 3 the learned X over V {in_points(steep)}",
    )


def _carbon(gained: pd.DataFrame) -> Hypothesis:
    there = gained[(gained["point"] == str(when.Point(NO_CARBON))) & (gained["part"] == "whole")]
    found = {
        row.method: Interval(row.mean, row.low, row.high, row.seeds) for row in there.itertuples(index=False)
    }
    return Hypothesis("H4", "without carbon no method gains", _none(found), _told(found, "at carbon 0"))


def _gray(scores: pd.DataFrame) -> Hypothesis:
    change = _along(scores, "gray", WHOLE)
    said = _word(_turned(change))
    return Hypothesis(
        "H5", "the gain falls with the gray share of the pre-training", said, _told({"with gray": change})
    )


def _order(near: pd.DataFrame) -> Hypothesis:
    rows = judged(near)
    found = {
        f"{one} over {other}": _points(rows, one, other)
        for one, other in ((FIRST, "Baseline"), (THEN, FIRST))
    }
    said = together([verdict(one) for one in found.values()])
    return Hypothesis("H6", "Baseline < Baseline+X < Baseline+X+CMG in near infrared", said, _told(found))


def _middle(weighed: pd.DataFrame) -> Hypothesis:
    parts = judge(weighed)
    words = verdicts(parts)["rank1"].tolist()
    said = _any(words)
    rows = parts[parts["metric"] == "rank1"]
    found = {
        row.gain: Interval(row.difference, row.low, row.high, row.seeds)
        for row in rows.itertuples(index=False)
    }
    return Hypothesis("H7", "a middle lambda, 0.1 or 1, is better than both 0 and 10", said, _told(found))


def _fixed(kinds: pd.DataFrame) -> Hypothesis:
    gain = _points(judged(kinds), "V", "X")
    return Hypothesis(
        "H8", "V in its place beats the learned X in near infrared", verdict(gain), _told({"V over X": gain})
    )


def _thermal(heat: pd.DataFrame) -> Hypothesis:
    rows = judged(heat)
    found = {one: _points(rows, one, "Baseline") for one in (FIRST, THEN)}
    return Hypothesis("H9", "in thermal no method with X gains", _none(found), _told(found, "in thermal"))


def _along(scores: pd.DataFrame, knob: str, claim: str) -> Interval | None:
    """The change of a gain along a knob: of the straight line, or between two ends if there is nothing else."""
    points = list(when.axis(knob).values())
    found = trend(scores, points, CLAIMS[claim])
    if found is not None:
        return found.change
    there = set(scores["point"])
    ends = [by_seed(scores, point, CLAIMS[claim]) for point in points if point in there]
    return interval(ends[-1] - ends[0]) if len(ends) == 2 else None


def _at(scores: pd.DataFrame, values: Mapping[str, float], claim: str) -> Interval:
    return interval(by_seed(scores, str(when.Point(values)), CLAIMS[claim]))


def _points(rows: pd.DataFrame, one: str, other: str) -> Interval:
    return paired(rows, one, other, "rank1").points


def _turned(change: Interval | None) -> Interval | None:
    return change and Interval(-change.mean, -change.high, -change.low, change.count)


def _word(change: Interval | None) -> str:
    return "not asked" if change is None else verdict(change)


def _none(found: Mapping[str, Interval]) -> str:
    """Whether none of some gains is there."""
    words = [verdict(one) for one in found.values()]
    if not words:
        return "not asked"
    said = _any(words)
    return {HOLDS: FAILS, FAILS: HOLDS}.get(said, said)


def _any(words: Sequence[str]) -> str:
    """The verdict of at least one of some claims, from theirs."""
    if HOLDS in words:
        return HOLDS
    return next((one for one in words if one != FAILS), FAILS)


def _rises(one: Correlation) -> str:
    return HOLDS if one.low > 0 else FAILS if one.high < 0 else f"undecided with {one.points} points"


def _rho(one: Correlation) -> str:
    return f"Spearman's ρ {one.value:.2f} ({one.low:.2f} to {one.high:.2f}) over {one.points} points"


def _told(found: Mapping[str, Interval | None], where: str = "") -> str:
    said = [
        f"{name} {'not asked' if one is None else f'{in_points(one)} points'}" for name, one in found.items()
    ]
    return f"{where} {'; '.join(said)}".strip()
