"""Curves of a run as far as it is, and their pictures."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from studykit.widgets.training.data import POINTS, learnt, terms_of
from studykit.widgets.training.pictures import LossCanvas, RankCanvas, ceiling


def log(count, method="baseline+x+cmg"):
    falling = 10 * 0.99 ** np.arange(count)
    return pd.DataFrame({"step": np.arange(1, count + 1)} | {name: falling for name in terms_of(method)})


def metrics(*rank1, split="val"):
    return pd.DataFrame(
        {"step": 10 * (i + 1), "split": split, "query": query, "test_distance": kind, "rank1": value + shift}
        for i, value in enumerate(rank1)
        for kind, shift in (("v", 0.0), ("v+x", 0.1))
        for query in ("infrared", "visible")
    )


def pixels(canvas):
    return np.asarray(Image.open(io.BytesIO(canvas.encode()[1])))


def test_curves_are_those_of_the_tables():
    table = log(40)
    found = learnt(table, metrics(0.2, 0.5, 0.4), 100)
    assert found.done == 40 and found.steps == 100 and found.first == 10
    np.testing.assert_array_equal(found.terms["loss_x"], table["loss_x"])
    np.testing.assert_allclose(found.means["loss"][1], table["loss"][:2].mean())  # a window of two
    np.testing.assert_array_equal(found.evaluated, [10, 20, 30])
    np.testing.assert_allclose(found.rank1["v+x"], [0.3, 0.6, 0.5])


def test_test_people_are_left_out():
    both = pd.concat([metrics(0.2), metrics(0.9, split="test")])
    assert learnt(log(10), both, 10).rank1["v"].tolist() == [0.2]


def test_nothing_yet_is_no_error():
    empty = learnt(pd.DataFrame(), pd.DataFrame(), 10)
    assert empty.done == 0
    assert "press Train" in LossCanvas("baseline+x+cmg").show(empty)
    assert "Chance is about 5.0%" in RankCanvas(("v",), 20).show(empty, "v", None)


def test_a_long_run_is_thinned_and_keeps_its_ends():
    found = learnt(log(20_000), pd.DataFrame(), 20_000)
    assert len(found.step) == POINTS and (found.step[0], found.step[-1]) == (1, 20_000)


def test_words_have_the_numbers():
    found = learnt(log(1), metrics(0.25, 0.5, 0.375), 30)
    words = LossCanvas("baseline+x+cmg").show(found)
    assert words.startswith("Step 1 of 30: the loss L went from 10.00 to 10.00. L_I 10.00, L_X 10.00")
    words = RankCanvas(("v", "x", "v+x"), 20).show(found, "v", 0.125)
    assert "37.5% after step 30; best 50.0%, after step 20" in words
    assert words.endswith("On the test people, searched once at the end: 12.5%.")


def test_without_validation_people_the_words_say_so():
    words = RankCanvas(("v",), 0).show(learnt(log(5), pd.DataFrame(), 10), "v", None)
    assert "no validation people" in words


def test_a_method_shows_its_own_terms_only():
    assert "loss_x" not in terms_of("baseline") and len(terms_of("baseline+x")) == 4
    found = learnt(log(5, "baseline"), pd.DataFrame(), 10)
    assert "cross" not in LossCanvas("baseline").show(found) and "L_X" not in LossCanvas("baseline").show(
        found
    )


def test_what_is_drawn_does_not_depend_on_what_was_drawn_before():
    """Axes have moved on the way: higher, longer, and back."""
    short, long, high = (learnt(log(n), metrics(r), 3 * n) for n, r in ((30, 0.3), (70, 0.4), (5, 0.95)))
    for make, show in (
        (lambda: LossCanvas("baseline+x+cmg"), lambda canvas, found: canvas.show(found)),
        (lambda: RankCanvas(("v", "v+x"), 20), lambda canvas, found: canvas.show(found, "v", None)),
    ):
        used, fresh = make(), make()
        for found in (long, high, short):
            show(used, found)
            pixels(used)
        show(fresh, short)
        np.testing.assert_array_equal(pixels(used), pixels(fresh))
        show(fresh, long)
        assert (pixels(used) != pixels(fresh)).any()


@pytest.mark.parametrize("value", [0.013, 0.7, 1.0, 1.01, 17.3, 99.0, 480.0])
def test_the_top_of_an_axis_is_round_and_not_far_above(value):
    assert value <= ceiling(value) < 1.6 * value
