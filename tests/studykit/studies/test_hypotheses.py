"""The ten hypotheses of the protocol: each is judged, and by what was measured."""

import pandas as pd
import pytest
from known_map import known_map

from studykit.analysis.verdicts import FAILS, HOLDS
from studykit.studies import when, why
from studykit.studies.hypotheses import ASKED, hypotheses, stored
from xivlab.scale import project

SCORES, REASONS = known_map()


def judged(scores=SCORES, reasons=REASONS, **changed):
    """Verdicts by name, of a known map and the stored studies, some of them changed."""
    studies = stored() | {ASKED[int(place[-1])]: table for place, table in changed.items()}
    return {one.name: one for one in hypotheses(scores, reasons, studies)}


def plus(table, variant, points, sort="variant"):
    """A table in which a variant has so many points of rank-1 more."""
    return table.assign(rank1=table["rank1"] + points / 100 * (table[sort] == variant))


def at(scores, point, method, points):
    """A map in which a method has so many points more at one point, by both distances."""
    chosen = (scores["point"] == point) & (scores["method"] == method)
    return scores.assign(rank1=scores["rank1"] + points / 100 * chosen)


def test_all_that_the_protocol_lists_are_judged_from_what_is_stored():
    found = hypotheses(when.read(), why.stored().read(), stored())
    protocol = (project() / "results" / "PROTOCOL.md").read_text(encoding="utf-8")
    asked = protocol.split("## 4. Hypotheses")[1].split("## 5.")[0]
    assert [one.name for one in found] == [f"H{number}" for number in range(1, 11)]
    assert all(f"**{one.name}, " in asked for one in found) and "**H11" not in asked
    for one in found:
        assert one.verdict in (HOLDS, FAILS, "not asked") or one.verdict.startswith("undecided with ")
        assert any(letter.isdigit() for letter in one.why) or one.verdict == "not asked"
        assert str(one).startswith(f"{one.name}, {one.says}: {one.verdict}. ") and str(one).endswith(".")


def test_the_training_effect_along_length_and_people():
    assert judged()["H1"].verdict == FAILS, "it grows with length, and does not fall with people"
    fewer = SCORES
    for point, points in (("people 25", 6), ("people 50", 4), ("people 100", 2)):
        for method in ("Baseline+X", "Baseline+X+CMG"):
            fewer = at(fewer, point, method, points)
    assert judged(fewer)["H1"].verdict == HOLDS
    ends = fewer[~fewer["point"].isin(["people 50", "people 100"])]
    assert judged(ends)["H1"].verdict == HOLDS, "two ends of a row are compared as they are"
    assert judged(fewer[~fewer["point"].str.startswith("people")])["H1"].verdict == "not asked"


def test_reasons_are_judged_by_their_correlation():
    training = (
        SCORES.query("method == 'Baseline+X+CMG' and test_distance == 'v'").groupby("point")["rank1"].mean()
    )
    along = REASONS.assign(colour_cost=REASONS["point"].map(training))
    assert judged(reasons=along)["H2"].verdict == HOLDS
    assert judged(reasons=along.assign(colour_cost=-along["colour_cost"]))["H2"].verdict == FAILS
    assert judged()["H2"].verdict.startswith("undecided with 38 points")


def test_the_headroom_of_a_fixed_view():
    """Of V the test effect follows the carbon in the known map; at edge 3 the learned X is level with V."""
    rows = SCORES.query("method == 'V'").pivot_table("rank1", "point", "test_distance")
    lead = REASONS.assign(linear=0.0, v=REASONS["point"].map(rows["v+x"] - rows["v"]))
    assert judged(at(SCORES, "edge 3.0", "V", -3), lead)["H3"].verdict == HOLDS
    assert judged(at(SCORES, "edge 3.0", "V", 3), lead)["H3"].verdict == FAILS


def test_without_carbon():
    assert judged()["H4"].verdict == FAILS or judged()["H4"].verdict.startswith("undecided")
    nothing = SCORES
    for method in ("Baseline+X", "Baseline+X+CMG", "V", "random channel"):
        nothing = at(nothing, "carbon 0.0", method, -3)
    assert judged(nothing)["H4"].verdict == HOLDS
    assert judged(at(nothing, "carbon 0.0", "V", 8))["H4"].verdict == FAILS, "one that gains is enough"


def test_the_gray_share():
    falls = SCORES
    for point, points in (("gray 0.0", 3), ("gray 0.25", 1.5), ("gray 1.0", -3)):
        falls = at(falls, point, "Baseline+X+CMG", points)
    assert judged(falls)["H5"].verdict == HOLDS and judged()["H5"].verdict != HOLDS


@pytest.mark.parametrize(("points", "verdict"), [(9, HOLDS), (-9, FAILS)])
def test_the_stored_studies(points, verdict):
    near, heat, kinds, weighed = stored().values()
    order = plus(plus(near, "Baseline+X", points), "Baseline+X+CMG", 2 * points)
    assert judged(table0=order)["H6"].verdict == verdict
    assert judged(table2=plus(kinds, "V", points))["H8"].verdict == verdict
    assert judged(table3=plus(weighed, "1", points))["H7"].verdict == verdict
    worse = plus(plus(heat, "Baseline+X", -points), "Baseline+X+CMG", -points)
    assert judged(table1=worse)["H9"].verdict == verdict


def test_what_nobody_measured_is_said():
    assert judged()["H10"].verdict == "not asked"
    without = SCORES[~SCORES["point"].str.startswith(("gray", "carbon"))]
    found = judged(without)
    assert found["H5"].verdict == found["H4"].verdict == "not asked"
    assert isinstance(without, pd.DataFrame) and "not asked" in str(found["H5"])
