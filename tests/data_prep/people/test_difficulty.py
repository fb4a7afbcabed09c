"""The measured difficulty is where it should be, and the README says what was measured."""

from pathlib import Path

import pandas as pd
import pytest

import data_prep.people

FOLDER = Path(data_prep.people.__file__).parent


@pytest.fixture
def table():
    return pd.read_csv(FOLDER / "difficulty.csv")


def test_people_can_be_learned_and_the_gap_is_real(table):
    rank1 = table.groupby("search")["rank1"]
    assert 0.25 < rank1.min()["infrared -> visible"] and rank1.max()["infrared -> visible"] < 0.50
    assert rank1.min()["visible -> visible, other cameras"] > 0.80


def test_the_readme_says_what_was_measured(table):
    text = (FOLDER / "README.md").read_text()
    for search, rows in table.groupby("search"):
        low, mean, high = (f"{100 * rows['rank1'].agg(how):.1f}" for how in ("min", "mean", "max"))
        mAP = f"{100 * rows['mAP'].mean():.1f}"
        assert f"| {search} | {mean} % ({low} to {high}) | {mAP} % |" in text
