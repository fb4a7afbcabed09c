"""Hypotheses on the negative controls: each can hold, fail and stay open, by made-up scores."""

import pandas as pd
import pytest

from studykit.studies.answers import COLUMNS
from studykit.studies.control_claims import ABOVE, control_answers
from studykit.studies.questions import CONTROLS, NEAR_INFRARED, STUDIES

NOISE = (-0.3, 0.0, 0.3)  # points, of the three seeds of a method; those of a control have the other order


def made_up(scores):
    """All have 30 %, but for those named, in percent."""
    rows = []
    for name in STUDIES["table1-controls"].variants:
        for seed in range(3):
            score = (scores.get(name, 30.0) + (-1) ** (name in CONTROLS) * NOISE[seed]) / 100
            row = {"study": "table1-controls", "variant": name, "seed": seed, "data": NEAR_INFRARED}
            row |= {"query": "infrared", "test_distance": "v", "rank1": score, "mAP": score}
            rows.append(dict.fromkeys(COLUMNS, "") | row)
    return pd.DataFrame(rows)


def verdicts(**scores):
    table = made_up({name.replace("_", "-"): score for name, score in scores.items()})
    return {one.name: one.verdict for one in control_answers(table)}


def test_each_hypothesis_is_judged_once_and_each_control_is_in_one():
    assert [*verdicts()] == [f"C{number}" for number in range(1, 11)]
    named = {name for one, other, _ in ABOVE.values() for name in (one, other)}
    assert {*CONTROLS} <= named | {"frozen-two-stream", "swapped-zero-padding", "permuted-hcml"}


@pytest.mark.parametrize("name", ABOVE)
def test_a_control_below_its_method_holds_and_one_above_does_not(name):
    other = ABOVE[name][1]
    assert verdicts(**{other: 20.0})[name] == "holds"
    assert verdicts(**{other: 40.0})[name] == "does not hold"
    assert name == "C5" or verdicts(**{other: 29.9})[name].startswith("undecided")  # C5 is of two controls


def test_stems_have_to_come_near_one_stream_and_below_two_stream():
    assert verdicts(two_stream=40.0)["C1"] == "holds"
    assert verdicts(two_stream=20.0)["C1"] == "does not hold"
    assert verdicts(two_stream=40.0, frozen_two_stream=20.0)["C1"] == "does not hold"


def test_swapped_places_are_set_beside_half_of_the_method():
    assert verdicts(swapped_zero_padding=5.0)["C3"] == "holds"
    assert verdicts(swapped_zero_padding=20.0)["C3"] == "does not hold"
    assert verdicts(swapped_zero_padding=15.0)["C3"].startswith("undecided")


def test_a_metric_of_strangers_may_fall_but_not_rise():
    assert verdicts(permuted_hcml=20.0)["C9"] == "holds"
    assert verdicts(permuted_hcml=40.0)["C9"] == "does not hold"


def test_an_answer_tells_its_numbers():
    third = control_answers(made_up({"swapped-zero-padding": 5.0}))[2]
    assert str(third).startswith(
        "C3, with places swapped less than half of Zero-Padding's rank-1 is left: holds. "
    )
    assert "half of Zero-Padding over places swapped +10.0 (" in str(third)
