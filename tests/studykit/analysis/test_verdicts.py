"""The rule of all verdicts: one rule for all, and a claim is worth its worst part."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from studykit.analysis.intervals import Interval
from studykit.analysis.verdicts import FAILS, HOLDS, SMALLEST, ahead, together, verdict

FINITE = st.floats(-20, 20)


@given(FINITE, st.floats(0, 20))
def test_the_rule(middle, half):
    gain = Interval(middle, middle - half, middle + half, 5)
    expected = HOLDS if gain.low > 0 else FAILS if gain.high < SMALLEST else "undecided with 5 seeds"
    assert verdict(gain) == expected


@given(st.lists(st.sampled_from([HOLDS, FAILS, "undecided with 5 seeds"]), min_size=1))
def test_a_claim_is_worth_its_worst_part(parts):
    worth = [FAILS, "undecided with 5 seeds", HOLDS]
    assert together(parts) == min(parts, key=worth.index)


def test_seeds_are_compared_with_themselves_in_whatever_order_they_stand():
    scores = [("B", 2, 0.30), ("B", 1, 0.34), ("B", 0, 0.30), ("A", 0, 0.32), ("A", 1, 0.35), ("A", 2, 0.33)]
    said = ahead(pd.DataFrame(scores, columns=["variant", "seed", "mAP"]), "A", "B", "mAP")
    assert said.startswith("A over B: ahead in 3 of 3 seeds, by +2.0 (")
    assert said.endswith("points of mAP: undecided with 3 seeds.")
