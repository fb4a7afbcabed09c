"""The measured difficulty is where it should be, and the README says what was measured."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import data_prep.people
from data_prep.people.difficulty import in_halves
from xivlab.evaluation.embeddings import Embeddings

FOLDER = Path(data_prep.people.__file__).parent


@pytest.fixture
def table():
    return pd.read_csv(FOLDER / "difficulty.csv")


def test_people_can_be_learned_and_the_gap_is_real(table):
    rank1 = table.groupby("search")["rank1"]
    assert 0.25 < rank1.min()["infrared -> visible"] and rank1.max()["infrared -> visible"] < 0.50
    assert rank1.min()["visible -> visible, other cameras"] > 0.80
    assert 0.25 < rank1.min()["thermal -> visible"] and rank1.max()["thermal -> visible"] < 0.50
    assert rank1.min()["visible -> visible, other half of the walk"] > 0.80


def test_the_readme_says_what_was_measured(table):
    text = (FOLDER / "README.md").read_text()
    for search, rows in table.groupby("search"):
        low, mean, high = (f"{100 * rows['rank1'].agg(how):.1f}" for how in ("min", "mean", "max"))
        mAP = f"{100 * rows['mAP'].mean():.1f}"
        assert f"| {search} | {mean} % ({low} to {high}) | {mAP} % |" in text


def test_halves_are_the_first_and_the_last_images_of_each_person():
    person = np.array([1, 1, 1, 1, 2, 2])
    empty = np.zeros((6, 2), np.float32)
    halves = in_halves(Embeddings(empty, empty, None, person, np.full(6, 2), person, np.full(6, 1)))
    assert halves.visible_camera.tolist() == [1, 1, 101, 101, 1, 101]
    assert halves.infrared_camera.tolist() == [2, 2, 102, 102, 2, 102]
