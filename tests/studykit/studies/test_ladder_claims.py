"""Hypotheses on the methods of Table 1: each can hold, fail and stay open, by made-up scores."""

import pandas as pd
import pytest
from made_up_methods import made_up

from studykit.studies.ladder_claims import AFTER, ELEVEN, PRIVATE, RANKING, STEMS, TRANSLATORS, ladder_answers
from studykit.studies.questions import LADDER, NEAR_INFRARED, THERMAL

LOWER = dict.fromkeys(PRIVATE, -5.0)


def verdicts(gains, thermal=None):
    tables = {NEAR_INFRARED: made_up(gains=gains)}
    if thermal is not None:
        tables[THERMAL] = made_up(gains=thermal).assign(data=THERMAL)
    return {one.name: one.verdict for one in ladder_answers(tables)}


def test_every_group_is_of_methods_of_the_study():
    assert {*ELEVEN, *AFTER, *PRIVATE, *STEMS, *RANKING, *TRANSLATORS} <= {*LADDER}
    assert len(ELEVEN) == 11 and ELEVEN == LADDER[:11]


@pytest.mark.parametrize(
    "name, gains, expected",
    [
        ("T1", {}, "holds"),
        ("T1", {"bdtr": 20.0}, "does not hold"),
        ("T2", {}, "holds"),
        ("T2", {"agw": -5.0}, "does not hold"),
        ("T3", {"two-stream": 0.0}, "holds"),
        ("T3", {"two-stream": 1.0}, "undecided with 3 seeds"),
        ("T3", {"two-stream": -9.0}, "does not hold"),
        ("T4", LOWER, "holds"),
        ("T4", {"bdtr": 30.0}, "does not hold"),
        ("T5", dict.fromkeys(TRANSLATORS, -5.0), "holds"),
        ("T5", {}, "does not hold"),
        ("T7", {"mmn": 8.0}, "holds"),
        ("T7", {"zero-padding": 8.0}, "does not hold"),
    ],
)
def test_each_can_come_out_either_way(name, gains, expected):
    assert verdicts(gains)[name] == expected


def test_near_infrared_is_set_beside_thermal():
    assert "T6" not in verdicts({})
    assert verdicts({"caj": 9.0, "agw": 1.0}, {})["T6"] == "holds"
    assert verdicts({}, {"caj": 9.0, "agw": 1.0})["T6"] == "does not hold"
    assert verdicts({}, {})["T6"] == "undecided"


def test_an_answer_tells_its_numbers():
    first = str(ladder_answers({NEAR_INFRARED: made_up(gains={"bdtr": 8.0})})[0])
    assert first.startswith("T1, the best of the eleven is less than 10 points above One-stream: ")
    assert "BDTR over One-stream +8.3 (" in first


def test_methods_with_other_seeds_are_not_compared():
    table = made_up()
    cut = table[~((table["variant"] == "agw") & (table["seed"] == 2))]
    with pytest.raises(Exception, match="seed"):
        ladder_answers({NEAR_INFRARED: pd.DataFrame(cut)})
