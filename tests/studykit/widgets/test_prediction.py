"""A prediction is committed to once; what came is said after it, and not before."""

import html

import pytest

from studykit import progress, widgets
from studykit.predictions import numbers, prediction
from studykit.server import MARK
from xivlab.errors import XivlabError

AHEAD = "xivlab-ahead"  # as long as the widget has this class, the cell below shows nothing


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """The first prediction of notebook 00, in a reader's folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / progress.NAME).write_text("{}")
    return widgets.predict("00.1")


def said(widget):
    return html.unescape(widget.sentence.value)


@pytest.mark.parametrize("number", numbers())
def test_what_came_stands_beside_what_was_predicted(number):
    for place in range(len(prediction(number).options)):
        widget = widgets.predict(number)
        widget.choice.index = place
        widget.commit_button.click()
        assert all(why not in said(widget) for why in widget.asked.why), "look first"
        widget.compare_button.click()
        assert widget.asked.lettered(widget.asked.came) in said(widget)
        assert widget.asked.lettered(place) in said(widget)
        assert said(widget).startswith("<p>✓" if place == widget.asked.came else "<p>✗")
        assert all(why in said(widget) for why in widget.asked.why)


def test_the_picture_is_shown_after_the_commitment(asked):
    assert AHEAD in asked._dom_classes and asked.commit_button.disabled
    asked.choice.index = 1
    assert AHEAD in asked._dom_classes and not asked.commit_button.disabled
    asked.commit_button.click()
    assert AHEAD not in asked._dom_classes


def test_one_commits_once(asked):
    asked.compare_button.click()
    assert said(asked) == ""
    asked.choice.index = 1
    asked.commit_button.click()
    assert asked.choice.disabled and asked.commit_button.disabled and not asked.compare_button.disabled
    asked.choice.index = 0
    asked.commit()
    assert asked.committed == 1 and progress.read()["predictions"] == {"00.1": "B"}


def test_the_next_day_it_is_as_it_was(asked):
    asked.choice.index = 1
    asked.commit_button.click()
    again = widgets.predict("00.1")
    assert again.committed == 1 and AHEAD not in again._dom_classes
    assert "You predicted B." in again._repr_mimebundle_()[0]["text/html"]


def test_a_reader_without_a_kernel_has_question_options_and_what_came_folded(asked):
    data, metadata = asked._repr_mimebundle_()
    assert metadata[MARK], "it is kept when the widget is left out on saving"
    for option in asked.asked.options:
        assert html.escape(option) in data["text/html"] and option in data["text/plain"]
    assert "<details><summary>What comes</summary>" in data["text/html"]


def test_a_number_that_is_none_is_told():
    with pytest.raises(XivlabError, match="There is no prediction '00.9'"):
        widgets.predict("00.9")
