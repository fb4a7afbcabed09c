"""Negative controls as a table, on made-up scores, and once on runs of a few steps."""

import joblib
import pandas as pd
import pytest
from tiny import TINY

from studykit.studies import answers as module
from studykit.studies.answers import COLUMNS, ask
from studykit.studies.controls import as_markdown, gains, without
from studykit.studies.questions import CONTROLS, NEAR_INFRARED, STUDIES, Study
from xivlab.scale import current


def made_up(loss):
    """Methods have 30, 32 and 34 %, their controls so many points less, and in the first seed one more than that."""
    rows = []
    for name in STUDIES["table1-controls"].variants:
        for seed in range(3):
            less = loss[name] + (seed == 0) if name in CONTROLS else 0
            score = (30 + 2 * seed - less) / 100
            row = {"study": "table1-controls", "variant": name, "seed": seed, "data": NEAR_INFRARED}
            row |= {"query": "infrared", "test_distance": "v", "rank1": score, "mAP": score / 2}
            rows += [dict.fromkeys(COLUMNS, "") | row | {"query": query} for query in ("infrared", "visible")]
    return pd.DataFrame(rows)


def test_a_gain_is_paired_and_judged():
    found = gains(made_up(dict.fromkeys(CONTROLS, 10.0) | {"gameless-cmgan": -3.0, "repeated-caj": -0.3}))
    assert list(found.index) == list(CONTROLS) and set(found["seeds"]) == {3}
    one = found.loc["unpaired-tone"]
    assert one["method"] == "tone" and one["rank1"] == pytest.approx(32)
    assert one["rank1_control"] == pytest.approx(32 - 31 / 3) and one["mAP_over"] == pytest.approx(31 / 6)
    # Seeds differ by 2 points and the differences by 1: paired, the interval is that of 11, 10, 10.
    assert one["rank1_over_low"] == pytest.approx(31 / 3 - 4.3027 / 3, abs=1e-3)
    verdicts = found["rank1_verdict"]
    assert verdicts["unpaired-tone"] == "holds" and verdicts["gameless-cmgan"] == "does not hold"
    assert verdicts["repeated-caj"] == "undecided with 3 seeds"


def test_the_table_says_what_each_leaves_out():
    text = as_markdown(made_up(dict.fromkeys(CONTROLS, 10.0)))
    for name in CONTROLS:
        assert f"| {without(name)} |" in text and not without(name).startswith("Control")
    assert "Synthetic people" in text and "+10.3" in text


def test_the_whole_study_runs_to_its_table(monkeypatch, folder):
    """All methods and controls of it, in a world of a few tiny people."""
    small = TINY | {"people_per_batch": 2, "epochs": 1, "steps_per_epoch": 3, "decay_epochs": ()}
    real = STUDIES["table1-controls"].variants
    variants = {name: {"method": change["method"]} | small for name, change in real.items()}
    monkeypatch.setitem(module.STUDIES, "table1-controls", Study("?", (NEAR_INFRARED,), variants, seeds=1))
    with joblib.parallel_config(backend="threading"):
        table = ask("table1-controls", NEAR_INFRARED, current(), jobs=1)
    found = gains(table)
    assert list(found.index) == list(CONTROLS) and found["rank1"].between(0, 100).all()
    assert as_markdown(table).count("undecided with 1 seed") == len(CONTROLS)
