"""Numbers of the ladder: what each method is made of, what it scores, and what is seen of its first run."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.anatomy import Anatomy, anatomy
from studykit.analysis.intervals import Interval
from studykit.studies.questions import STUDIES
from studykit.studies.rungs import SEED, STUDY, Rung, stored_rungs
from studykit.studies.table1 import FIRST, rows, stored
from studykit.widgets.run_view import world
from xivlab.data.images import Modality
from xivlab.errors import XivlabError
from xivlab.methods import METHODS
from xivlab.model import TestDistance
from xivlab.scale import SCALES


@dataclass(frozen=True, eq=False)
class Step:
    """One method.

    Attributes:
        name: in METHODS.
        title: in words.
        idea: what it changes, in words.
        source: its paper.
        kind: the distance that it searches by.
        score: rank-1 in points, with its interval.
        over: what it has over One-stream, of the same seeds; None for One-stream.
        verdict: on that.
        rung: what is seen of its first run.
    """

    name: str
    title: str
    idea: str
    source: str
    kind: TestDistance
    score: Interval
    over: Interval | None
    verdict: str
    rung: Rung


class Photos:
    """The photographs of the test people of the shipped world, by their row in the split."""

    def photo(self, modality: Modality, row: int) -> NDArray[np.uint8]:
        """The image of a row, (H, W, 3)."""
        return world().test.pixels[row]


@cache
def steps() -> tuple[Step, ...]:
    """The stored methods of the study, in the order of its variants: that of Table 1, then of the years.

    Raises:
        XivlabError: the table or all rungs are missing, or something stored is damaged.
    """
    table = stored()
    scores = rows(table)
    first = table[table["seed"] == SEED].drop_duplicates("variant").set_index("variant")["run"]
    rungs = stored_rungs({name: first[name] for name in scores.index if name in first.index})
    found = []
    for name, row in scores.loc[list(rungs)].iterrows():
        seeds = int(row["seeds"])
        over = Interval(row["rank1_over"], row["rank1_over_low"], row["rank1_over_high"], seeds)
        method = METHODS[name]
        found.append(
            Step(
                str(name), method.title, row["idea"], method.source,
                STUDIES[STUDY].distance(name),
                Interval(row["rank1"], row["rank1_low"], row["rank1_high"], seeds),
                None if name == FIRST else over, row["rank1_verdict"], rungs[name],
            )
        )  # fmt: skip
    return tuple(found)


@cache
def made_of(name: str) -> Anatomy:
    """What a method is made of in this study."""
    settings = {key: value for key, value in STUDIES[STUDY].variants[name].items() if key != "longer"}
    return anatomy(SCALES["demo"].study_config(**settings))


def guessing() -> float:
    """Identity loss of somebody who guesses among the training people, in nats."""
    return float(np.log(len(np.unique(world().train.person))))


def one_stream(every: tuple[Step, ...]) -> float:
    """Rank-1 of One-stream in points, whom all are compared with.

    Raises:
        XivlabError: it is not among them.
    """
    scores = [one.score.mean for one in every if one.name == FIRST]
    if not scores:
        raise XivlabError(f"{METHODS[FIRST].title} is not among the stored methods: type make results.")
    return scores[0]
