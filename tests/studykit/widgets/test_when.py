""" "When does X help?": nothing before a prediction, then the stored numbers, on scales that never change."""

import made_up_map
import numpy as np
import pytest

from studykit.widgets import when_does_x_help
from xivlab.errors import XivlabError


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made_up_map.install(tmp_path_factory.mktemp("results"), patch)
        yield


@pytest.fixture
def widget(results):
    return when_does_x_help()


def words(widget):
    return {name: view.words for name, view in widget.views.items()}


def test_nothing_is_shown_before_a_prediction(widget):
    before = {name: view.data for name, view in widget.views.items()}
    assert words(widget)["row"].startswith("Predict first: from 0 to 1, does the gain of Baseline+X")
    assert not any(digit in words(widget)["parts"] for digit in "0123456789")
    assert widget.value.disabled
    widget.value.value = "1"  # as if it could be moved
    assert {name: view.data for name, view in widget.views.items()} == before
    widget.prediction.value = "grows"
    assert not widget.value.disabled
    assert all(view.data != before[name] for name, view in widget.views.items())


def test_a_prediction_is_compared_with_what_came(widget):
    widget.prediction.value = "falls"
    assert (
        "changes by +5.0" in words(widget)["row"] and "it grows, not as you predicted" in words(widget)["row"]
    )
    widget.prediction.value = "grows"
    assert "it grows, as you predicted" in words(widget)["row"]
    widget.knob.value = "backbone"  # is asked anew
    assert widget.prediction.value == "" and words(widget)["row"].startswith("Predict first: from slim to")
    widget.prediction.value = "falls"
    assert "changes by -7.0" in words(widget)["row"] and "as you predicted" in words(widget)["row"]
    widget.knob.value = "carbon"  # and what was said of it is known
    assert widget.prediction.value == "grows" and widget.value.value == "0.6"


def test_words_and_marks_are_the_stored_gains(widget):
    widget.prediction.value = "grows"
    for label, training in (("0", 0.0), ("1", 5.0)):
        widget.value.value = label
        said, canvas = words(widget)["parts"], widget.canvases["parts"]
        assert f"Baseline+X at carbon {label}: {training + 1:+.1f}" in said
        assert f"Training effect {training:+.1f}" in said and "test effect +1.0" in said
        means = [mean.get_xdata()[0] for mean in canvas._means]
        assert means == pytest.approx([training + 1, training, 1.0])
        assert canvas._number.get_text() == f"{training + 1:+.1f} points"
    assert "holds" in canvas._verdict.get_text()
    widget.method.value = "random channel"
    assert "does not hold" in words(widget)["parts"] and "-2.0" in words(widget)["parts"]


def test_scales_stay_wherever_the_controls_stand(widget):
    limits = []
    for knob in widget.knob.options:
        widget.knob.value = knob
        widget.prediction.value = "stays"
        for method in ("V", "Baseline+X"):
            widget.method.value = method
            limits.append(
                (widget.canvases["parts"]._axes.get_xlim(), widget.canvases["row"]._axes.get_ylim())
            )
            assert len({canvas.size for canvas in widget.canvases.values()}) == 4
    low, high = limits[0][0]
    assert len(set(limits)) == 1 and low < -5.5 and high > 6.5  # the ends of the made-up map


def test_the_person_and_x_are_those_of_the_world(widget):
    widget.prediction.value = "grows"
    people = [place._artist.pixels for place in widget.canvases["people"]._places]
    assert "carbon 1" not in words(widget)["people"] and "(as it is)" in words(widget)["people"]
    widget.value.value = "1"
    turned = [place._artist.pixels for place in widget.canvases["people"]._places]
    assert "(carbon 1)" in words(widget)["people"] and "with seed 0" in words(widget)["people"]
    assert not np.array_equal(people[2], turned[2])  # the infrared of a fabric that has carbon now
    widget.method.value = "V"
    assert "a fixed image: the largest of R, G, B" in words(widget)["people"]
    fixed = widget.canvases["people"]._places[1]._artist.pixels
    assert not np.array_equal(fixed, turned[1])


def test_the_mix_and_the_reasons_are_said(widget):
    widget.prediction.value = "grows"
    said = words(widget)["reasons"]
    assert "R 60 %, G 30 %, B -10 %; black becomes 26 of 255" in said
    assert "correlation 0.70 (the largest of them: 0.60); gray at test costs the Baseline 7.0 points" in said
    widget.method.value = "V"
    assert words(widget)["reasons"].startswith("V is a fixed image")


def test_without_a_map_one_sentence_says_what_to_run(tmp_path, monkeypatch):
    made_up_map.there(tmp_path, monkeypatch)
    with pytest.raises(XivlabError, match="make when"):
        when_does_x_help()
