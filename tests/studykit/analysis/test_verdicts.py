"""The rule of all verdicts: one rule for all, and a claim is worth its worst part."""

from hypothesis import given
from hypothesis import strategies as st

from studykit.analysis.intervals import Interval
from studykit.analysis.verdicts import FAILS, HOLDS, SMALLEST, together, verdict

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
