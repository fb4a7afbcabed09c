"""Hypotheses T1 to T7 of results/PROTOCOL.md on the methods of Table 1, judged from the stored runs.

>>> print(*ladder_answers({"synthetic-sysu": stored("table1")}), sep="\\n")     # doctest: +SKIP
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from studykit.analysis.intervals import Interval, in_points, paired
from studykit.analysis.verdicts import FAILS, HOLDS, SMALLEST, together, verdict
from studykit.studies.answers import judged
from studykit.studies.questions import NEAR_INFRARED, THERMAL
from studykit.studies.table1 import FIRST
from xivlab.methods import METHODS

# The eleven systems of Table 1 before XIV-ReID; those after 2020; whole networks private; private stems with rankings.
ELEVEN = (
    "one-stream", "two-stream", "zero-padding", "tone", "hcml", "bdtr", "dhsme-style", "cmgan", "d2rl-style", "msr-style",
    "aligngan-small",
)  # fmt: skip
AFTER = ("agw", "caj", "mpanet", "mmn", "deen")
PRIVATE = ("tone", "bdtr", "dhsme-style", "msr-style")
STEMS = ("ddag", "hctri", "agw", "caj")
RANKING = ("bdtr", "cmgan", "hctri", "agw")
TRANSLATORS = ("d2rl-style", "aligngan-small")
MOST, SMALL = 10.0, 2.0  # points, of T1 and T3


class Answer(NamedTuple):
    """What a hypothesis came to.

    Attributes:
        name: T1 to T7, or C1 to C10.
        says: the hypothesis, in words.
        verdict: of `studykit.analysis.verdicts`.
        gains: what it was judged by, in points, by name.
    """

    name: str
    says: str
    verdict: str
    gains: Mapping[str, Interval]

    def __str__(self) -> str:
        told = "; ".join(f"{name} {in_points(gain)}" for name, gain in self.gains.items())
        return f"{self.name}, {self.says}: {self.verdict}. {told}."


def ladder_answers(tables: Mapping[str, pd.DataFrame]) -> list[Answer]:
    """All hypotheses that the stored runs can judge.

    Args:
        tables: of the study "table1", by data set: T6 needs the thermal one beside that in near infrared.

    Raises:
        XivlabError: two methods have other seeds.
    """
    near = judged(tables[NEAR_INFRARED])
    best, later = _best(near, ELEVEN), _best(near, AFTER)
    over = _over(near, [name for name in METHODS if name in set(near["variant"]) - {FIRST}])
    rankings = {title(name): over[name] for name in RANKING}
    two_stream, translated = over["two-stream"], {title(name): over[name] for name in TRANSLATORS}
    first = Interval(0.0, 0.0, 0.0, near["seed"].nunique())
    above = over.get(best, first)
    privates = {
        f"{title(one)} under {title(other)}": points(near, other, one) for one in PRIVATE for other in STEMS
    }
    next_one = points(near, later, best)
    answers = [
        Answer("T1", f"the best of the eleven is less than {MOST:g} points above One-stream", below(above, MOST),
               {f"{title(best)} over One-stream": above}),
        Answer("T2", "ranking across the modalities beats identity alone", _all(rankings), rankings),
        Answer("T3", f"private stems change rank-1 by less than {SMALL:g} points", within(two_stream, SMALL),
               {"Two-stream": two_stream}),
        Answer("T4", "methods whose whole network is private are worse than private stems with rankings", _all(privates),
               privates),
        Answer("T5", "small translators do not beat One-stream",
               together([below(one, SMALLEST, low=0.0) for one in translated.values()]), translated),
    ]  # fmt: skip
    if THERMAL in tables:
        heat = judged(tables[THERMAL])
        gains = {
            world: points(table, "caj", "agw")
            for world, table in (("near infrared", near), ("thermal", heat))
        }
        here, there = gains.values()
        said = HOLDS if here.low > there.high else FAILS if here.high < there.low else "undecided"
        answers.append(Answer("T6", "CAJ gains more over AGW in near infrared than in thermal", said, gains))
    return [
        *answers,
        Answer("T7", "the best method after 2020 beats the best of the eleven", verdict(next_one),
               {f"{title(later)} over {title(best)}": next_one}),
    ]  # fmt: skip


def title(name: str) -> str:
    """What a method is called."""
    return METHODS[name].title


def _best(table: pd.DataFrame, names: Sequence[str]) -> str:
    means = table[table["variant"].isin(names)].groupby("variant")["rank1"].mean()
    return str(means.idxmax())


def points(table: pd.DataFrame, one: str, other: str) -> Interval:
    """The gain in rank-1 of a method over another, in points, paired by seed."""
    return paired(table, one, other, "rank1").points


def _over(table: pd.DataFrame, names: Sequence[str]) -> dict[str, Interval]:
    return {name: points(table, name, FIRST) for name in names}


def _all(gains: Mapping[str, Interval]) -> str:
    return together([verdict(one) for one in gains.values()])


def below(gain: Interval, end: float, low: float | None = None) -> str:
    """Whether a gain is below an end: not if it is clearly above it, or above `low`."""
    if gain.high < end:
        return HOLDS
    return FAILS if gain.low > (end if low is None else low) else f"undecided with {gain.count} seeds"


def within(gain: Interval, end: float) -> str:
    """Whether a gain is less than an end in either direction."""
    if -end < gain.low and gain.high < end:
        return HOLDS
    return FAILS if gain.low > end or gain.high < -end else f"undecided with {gain.count} seeds"
