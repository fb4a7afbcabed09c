"""The picture of the toy says what it shows."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from studykit.analysis.toy_of_x import learn, toy_world
from studykit.plots.toy_of_x import toy_frame


@pytest.fixture(scope="module")
def run():
    return learn(toy_world(2.0), steps=4, every=2)


def test_words_are_those_of_the_frame(run):
    for number, frame in enumerate(run.frames):
        words = toy_frame(run, number).alt
        assert words.startswith(f"B survives in the infrared. Step {frame.step}: {frame.mix}.")
    assert toy_frame(run).alt == words


def test_people_have_their_colours_and_marks_stand_at_the_step(run):
    people, mixes, losses = toy_frame(run, 1).axes
    colours = [to_rgb(bar.get_facecolor()) for bar in people.patches]
    np.testing.assert_allclose(colours[:6], run.world.visible[:, 0], atol=1e-6)  # V, the top
    marks = [line for line in mixes.lines if line.get_marker() == "o"]
    assert [line.get_ydata()[0] for line in marks] == list(run.frames[1].mix.shares)
    assert [axes.lines[-1].get_xdata()[0] for axes in (mixes, losses)] == [2, 2]
