"""Cases and answers in a line."""

import numpy as np
import pandas as pd
import pytest
import torch

from studykit.exercises.words import LINE, case_in_words, numeric, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([[1.0, 2.0], [3.5, 4.0]]), "[[1 2] [3.5 4]]"),
        (np.array([True, False]), "[True False]"),
        (np.array([200, 7], np.uint8), "[200 7]"),
        (torch.tensor([[0.5], [1.0]]), "[[0.5] [1]]"),
        (0.123456, "0.1235"),
        ("v+x", "'v+x'"),
        ([(0, 2.5)], "[(0, 2.5)]"),
        (pd.DataFrame({"step": [10, 20], "split": ["val", "test"]}), "10 val; 20 test"),
    ],
)
def test_values(value, text):
    assert short(value) == text


def test_a_case_names_its_arguments():
    assert case_in_words(["w", "b"], (np.array([1, 2]), -1)) == "w = [1 2], b = -1"
    assert case_in_words([], ()) == ""


def test_a_long_case_is_left_out():
    assert case_in_words(["w"], (np.arange(100),)) == ""
    assert 0 < len(case_in_words(["w"], (np.arange(20),))) <= LINE


def test_numbers_of_answers():
    assert numeric([True, 2]).tolist() == [1.0, 2.0]
    for wrong in ("two", short, {1: 2}, [[1], [2, 3]]):
        with pytest.raises((TypeError, ValueError)):
            numeric(wrong)
