"""The X studio: sliders, named numbers and the reader's own picture, by what they show."""

import base64
import html
import io
import re

import numpy as np
import pandas as pd
import pytest
from own_pictures import give
from PIL import Image
from tiny import tiny
from toy import dataset

from studykit.studies.generators import COLUMNS, write_generators
from studykit.widgets import x_studio
from studykit.widgets.generator import weights, widget
from studykit.widgets.generator.data import to_show
from studykit.widgets.generator.pictures import LEFT, OWN_TALL, OWN_WIDE, ROW, TALL, TOP
from studykit.widgets.generator.weights import hidden, initial, preset, spread
from xivlab.errors import XivlabError
from xivlab.methods import build_model
from xivlab.runs.run import Run
from xivlab.runs.weights import save_weights
from xivlab.scale import Scale

STORED = (0.6, 0.5, 0.4, 0.0512, 3.25, 0.5, 0.4, -0.02, 0.0, 0.1)  # one reaches farther than its slider
OTHER = tuple(np.arange(10) / 10)


@pytest.fixture
def studio(tmp_path, monkeypatch):
    """Makes studios on the toy data, with or without something trained."""
    path = tmp_path / "generators.csv"
    monkeypatch.setattr(weights, "table_path", lambda: path)
    scale = Scale("toy", "demo", "no time", "toy", tmp_path / "runs")
    monkeypatch.setattr(widget, "current", lambda: scale)

    def make(stored=False, run=None):
        if stored:
            rows = [("some", "Baseline+X", 1, "toy", *STORED), ("more", "Baseline+X", 2, "toy", *OTHER)]
            write_generators(pd.DataFrame(rows, columns=COLUMNS), path)
        return x_studio(run, dataset())

    return make


def sliders(panel):
    return [slider.value for slider in panel.weights]


def about(panel):
    """The sentence over the sliders."""
    return html.unescape(re.sub("<.*?>", "", panel.about.value))


def rounded(g):
    return [round(number, 2) for number in g.numbers]


def picture(panel, canvas):
    return np.asarray(Image.open(io.BytesIO(panel.views[canvas].data)))


def x_row(panel):
    """The row of X as the reader sees it."""
    top = TOP + ROW
    return picture(panel, "photos")[top : top + TALL, LEFT:]


def test_without_anything_trained_it_begins_where_training_starts(studio):
    panel = studio()
    assert panel.preset.value == "initial" and "trained" not in panel.preset.options
    assert panel.run.disabled and "none yet" in panel.run.value
    assert panel.generator == initial()


def test_with_something_trained_it_begins_there_and_no_number_is_cut_off(studio):
    panel = studio(stored=True)
    assert panel.preset.value == "trained"
    assert panel.generator.numbers == pytest.approx(STORED) and sliders(panel)[4] == STORED[4]
    assert about(panel) == "Learnt by Baseline+X, seed 1, toy (stored)."


def test_a_slider_changes_x_the_words_and_the_histogram(studio):
    panel = studio()
    before = x_row(panel).mean((0, 1)), panel.views["photos"].words, panel.views["histograms"].data
    panel.weights[4].value = 1.2  # a R
    after = x_row(panel).mean((0, 1))
    assert after[0] > before[0][0] + 20 and np.abs(after - before[0])[1:].max() < 2  # JPEG
    assert panel.views["photos"].words != before[1] and panel.views["histograms"].data != before[2]
    assert panel.preset.value == "my own" and about(panel) == "Numbers of your own."


def test_the_row_of_x_shows_x(studio):
    panel = studio()
    panel.preset.value = "Gray"
    people = panel._people
    x = to_show(
        255 * spread(preset("Gray", people.light)[0], hidden(preset("Gray", people.light)[0], people.light))
    )
    first = np.asarray(Image.fromarray(x[0]).resize((TALL // 2, TALL)), int)
    seen = x_row(panel)[:, : TALL // 2].astype(int)
    assert np.abs(first - seen)[:, 4:-4].mean() < 4  # of JPEG; another person is tens of levels away


@pytest.mark.parametrize("name", ["initial", "Mean", "Gray", "V", "Y", "dead ReLU"])
def test_a_name_sets_sliders_and_says_what_it_is(studio, name):
    panel = studio()
    panel.weights[0].value = 1.0
    panel.preset.value = name
    g, sentence = preset(name, panel._people.light)
    assert panel.generator == g and sliders(panel) == rounded(g)
    assert about(panel) == sentence and panel.preset.value == name


def test_a_slider_shows_a_rounded_number_and_stands_for_the_exact_one_until_it_is_moved(studio):
    panel = studio()
    panel.preset.value = "Gray"
    exact = preset("Gray", panel._people.light)[0].numbers
    assert sliders(panel)[:3] == [0.3, 0.59, 0.11] and panel.generator.numbers == exact
    panel.weights[1].value = 0.6
    assert panel.generator.numbers == (exact[0], 0.6, *exact[2:])
    assert panel.preset.value == "my own"
    panel.weights[1].value = 0.59
    assert panel.generator.numbers == exact and panel.preset.value == "Gray"


def test_what_the_page_says_of_numbers_that_it_was_given_is_no_move(studio):
    panel = studio()
    before = [slider.value for slider in panel.weights]
    panel.preset.value = "Gray"
    data = panel.views["photos"].data
    panel.weights[0].value += 1e-16  # as the page counts steps
    assert panel.views["photos"].data is data and panel.preset.value == "Gray"
    given = [slider.value for slider in panel.weights]
    for slider, late in zip(panel.weights, before):  # an answer that arrives too late, and then the right one
        slider.value = late
    for slider, right in zip(panel.weights, given):
        slider.value = right
    assert panel.generator == preset("Gray", panel._people.light)[0] and panel.preset.value == "Gray"
    assert "exactly" in about(panel)


def test_a_dead_relu_is_said_in_words_and_x_is_flat(studio):
    panel = studio()
    panel.preset.value = "dead ReLU"
    assert "The ReLU is shut at every pixel: g is dead." in panel.views["photos"].words
    middle = x_row(panel)[10:-10, 5 : TALL // 2 - 10]
    assert np.ptp(middle.reshape(-1, 3), axis=0).max() <= 2  # JPEG
    panel.preset.value = "initial"
    assert "The ReLU is shut at 0% of the pixels." in panel.views["photos"].words


def test_v_normalised_is_told_from_the_same_numbers_with_v_as_it_is(studio):
    panel = studio()
    before = panel.views["photos"].words
    panel.preset.value = "initial, V normalised"
    assert sliders(panel) == rounded(initial()) and panel.views["photos"].words != before
    panel.weights[9].value = 0.5  # one's own numbers, too, as g sees V now
    share = (hidden(initial("normalized"), panel._people.light) == 0).mean()
    assert f"shut at {share:.0%}" in panel.views["photos"].words


def run_of(folder, **changes):
    config = tiny(**{"method": "baseline+x", "x_init_seed": 5} | changes)
    run = Run(folder)
    run.begin(config, dataset())
    model = build_model(config, 3)
    run.write("model.safetensors", lambda path: save_weights(model, path))
    return run


def test_a_run_that_is_given_comes_first(studio, tmp_path):
    panel = studio(stored=True, run=run_of(tmp_path / "elsewhere", x_input="normalized"))
    assert panel.preset.value == "trained" and panel.run.value.endswith("(given)")
    assert "sees V normalised" in about(panel)
    panel.run.value = "Baseline+X, seed 1, toy (stored)"
    assert panel.generator.numbers == pytest.approx(STORED) and "normalised" not in about(panel)


def test_choosing_a_trained_one_leaves_the_named_numbers(studio):
    panel = studio(stored=True)
    panel.preset.value = "Mean"
    panel.run.value = "Baseline+X, seed 2, toy (stored)"
    assert panel.preset.value == "trained" and panel.generator.numbers == pytest.approx(OTHER)


def test_a_run_without_ten_numbers_is_refused(studio, tmp_path):
    with pytest.raises(XivlabError, match="has no ten weights"):
        studio(run=run_of(tmp_path / "gray", x="gray", x_init_seed=None))


def test_other_people(studio):
    panel = studio()
    before = panel.views["photos"].data
    panel.others.click()
    assert panel.views["photos"].data != before and panel.preset.value == "initial"
    panel.preset.value = "V"
    before = about(panel)
    panel.others.click()
    assert about(panel) != before  # another sum is nearest for other people


def png(colour, size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def test_a_picture_of_ones_own_and_its_x_follow_the_sliders(studio):
    panel = studio()
    assert panel.views["own"].layout.display == "none" and panel.remove.disabled
    panel.preset.value = "Mean"
    give(panel, png((240, 60, 0)))
    assert panel.views["own"].layout.display is None
    assert panel.views["own"].words.startswith("Left, your mine.png; right, its X.")
    middle = OWN_TALL // 2
    left, right = picture(panel, "own")[middle, [OWN_WIDE // 2, -OWN_WIDE // 2]].astype(int)
    assert np.abs(left - (240, 60, 0)).max() < 6 and np.abs(right - 100).max() < 6  # JPEG
    panel.weights[9].value = 0.5
    right = picture(panel, "own")[middle, -OWN_WIDE // 2].astype(int)
    assert np.abs(right - (100, 100, 227)).max() < 8


def test_a_bad_file_is_one_sentence_and_the_picture_before_stays(studio):
    panel = studio()
    give(panel, png("red"))
    words, data = panel.views["own"].words, panel.views["own"].data
    give(panel, b"not a picture", "<b>notes.txt")
    assert "&lt;b&gt;notes.txt is no JPEG, PNG or WebP picture: choose one that is." in panel.notice.value
    assert (panel.views["own"].words, panel.views["own"].data) == (words, data)
    assert panel.upload.value == ()
    panel.weights[0].value = 0.9
    assert panel.notice.value == ""


def test_a_picture_can_be_removed_and_given_again(studio):
    panel = studio()

    def shape():  # of the still picture: with one's own it is taller for its width
        picture = Image.open(io.BytesIO(base64.b64decode(panel._repr_mimebundle_()[0]["image/jpeg"])))
        return picture.height / picture.width

    still, without = panel._repr_mimebundle_()[0]["image/jpeg"], shape()
    for _ in range(2):
        give(panel, png("red"))
        assert shape() > 1.2 * without
        panel.remove.click()
        assert panel.views["own"].layout.display == "none" and panel.views["own"].data == b""
        assert panel.remove.disabled and panel.upload.value == ()
        assert panel._repr_mimebundle_()[0]["image/jpeg"] == still
    panel.weights[0].value = 0.9  # and no slider brings it back
    assert panel.views["own"].data == b""


def test_readers_without_a_kernel_see_a_small_picture_and_its_words(studio):
    data, more = studio()._repr_mimebundle_()
    assert len(data["image/jpeg"]) * 3 / 4 < 60_000
    assert "levels from I" in data["text/plain"] and more["image/jpeg"]["alt"] == data["text/plain"]


def test_it_works_at_smoke_scale_without_arguments(folder):
    panel = x_studio()
    panel.weights[0].value = 0.5
    assert "levels from I" in panel.views["photos"].words
