"""Hypotheses C1 to C10 of results/PROTOCOL.md on the negative controls of Table 1, judged from the stored runs.

>>> print(*control_answers(stored("table1-controls")), sep="\\n")     # doctest: +SKIP
"""

import pandas as pd

from studykit.analysis.intervals import paired
from studykit.analysis.verdicts import SMALLEST, together, verdict
from studykit.studies.answers import judged
from studykit.studies.ladder_claims import SMALL, Answer, below, points, title, within
from studykit.studies.table1 import FIRST

# Hypotheses of one kind: the first lies above the second.
ABOVE = {
    "C2": ("zero-padding", "one-place-zero-padding", "nodes of a modality's own need a place of its own"),
    "C4": ("tone", "unpaired-tone", "TONE without its contrastive loss falls"),
    "C5": ("unpaired-tone", "strangers-bdtr", "ranking by strangers is worse than no ranking"),
    "C6": ("cmgan", "gameless-cmgan", "cmGAN without its game loses"),
    "C7": ("d2rl-style", "shuffled-d2rl-style", "D2RL-style with translations of another image loses"),
    "C8": ("d2rl-style", "frozen-d2rl-style", "D2RL-style with untrained translators loses"),
    "C10": ("caj", "repeated-caj", "CAJ with the image itself for its random channel loses"),
}
HALF = "half of it"


def control_answers(table: pd.DataFrame) -> list[Answer]:
    """All ten, in order.

    Args:
        table: of the study "table1-controls".

    Raises:
        XivlabError: a method or control lacks seeds that another one has.
    """
    scores = judged(table)
    stems = {
        f"{title('two-stream')} over its control": points(scores, "two-stream", "frozen-two-stream"),
        f"the control over {title(FIRST)}": points(scores, "frozen-two-stream", FIRST),
    }
    over, equal = stems.values()
    found = {
        "C1": Answer("C1", f"stems that do not learn come within {SMALL:g} points of One-stream, and Two-stream above them",
                     together([verdict(over), within(equal, SMALL)]), stems),
    }  # fmt: skip
    halved = scores[scores["variant"] == "zero-padding"].assign(variant=HALF)
    halved["rank1"] = halved["rank1"] / 2
    swapped = paired(pd.concat([scores, halved]), HALF, "swapped-zero-padding", "rank1").points
    found["C3"] = Answer("C3", "with places swapped less than half of Zero-Padding's rank-1 is left", verdict(swapped),
                         {"half of Zero-Padding over places swapped": swapped})  # fmt: skip
    strangers = points(scores, "permuted-hcml", "tone")
    found["C9"] = Answer("C9", "a metric of strangers does not beat TONE's plain search", below(strangers, SMALLEST, low=0.0),
                         {f"{title('permuted-hcml')} over TONE": strangers})  # fmt: skip
    for name, (one, other, says) in ABOVE.items():
        gain = points(scores, one, other)
        found[name] = Answer(name, says, verdict(gain), {f"{title(one)} over {title(other)}": gain})
    return sorted(found.values(), key=lambda one: int(one.name[1:]))
