"""The answer in sentences says what was put into the map, and nothing that was not."""

import pandas as pd
from known_map import known_map

from studykit.studies.when_answer import answer


def test_three_sentences_say_where_along_what_and_why():
    where, along, why = answer(*known_map())
    assert where.startswith("Of Baseline+X+CMG, the gain holds at ")
    assert (
        "the training effect grows with length (+" in along
        and "the test effect grows with carbon (+" in along
    )
    assert not any(f"with {knob}" in along for knob in ("edge", "noise", "people", "wavelength"))
    assert "the training effect rises with how much better the Baseline knows its training people" in why
    assert "best linear mix" not in why and "turning V gray" not in why


def test_a_few_points_explain_nothing_however_well_they_lie_on_a_line():
    scores, reasons = known_map()
    few = ["default", "length 0.25", "length 0.5"]
    where, _, why = answer(scores[scores["point"].isin(few)], reasons[reasons["point"].isin(few)])
    assert " of 3 points, and is largest in the default world (" in where
    assert why == "3 points are too few to say what goes along with the gain or its parts."


def test_where_nothing_is_shown_it_says_so():
    scores, reasons = known_map()
    flat = scores.assign(rank1=0.25 + 0.01 * scores["seed"])
    noise = reasons.assign(train=pd.Series(range(len(reasons))).sample(frac=1, random_state=0).to_numpy())
    _, along, why = answer(flat, noise)
    assert along == "Along no knob a change is shown."
    assert why.startswith("Over all") and "none of the three reasons" in why
