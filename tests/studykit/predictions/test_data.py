"""Predictions as they are shipped, and what whoever breaks one is told."""

import re

import pytest

from studykit.predictions import data, numbers, pages, prediction
from xivlab.errors import XivlabError

each = pytest.mark.parametrize("number", numbers())
SMALL = """# 99 A small one

## 99.1

How much is
2 + 2?

- [ ] Three.
- [x] Four.

Two and two
are four.

Count them.
"""


@each
def test_two_or_three_options_and_why(number):
    asked = prediction(number)
    assert len(asked.options) in (2, 3) and len(set(asked.options)) == len(asked.options)
    assert not re.search(r"[$\\*`<]", "".join([asked.text, *asked.options, *asked.why])), "plain text"


def test_the_right_option_has_no_place_of_its_own():
    places = [prediction(number).came for number in numbers()]
    assert set(places) == {0, 1, 2} and max(places.count(p) for p in (0, 1, 2)) < 0.7 * len(places)


def test_a_prediction_is_read():
    (asked,) = data.parsed(SMALL, "99").values()
    assert asked == data.Prediction(
        "99.1", "How much is 2 + 2?", ("Three.", "Four."), 1, ("Two and two are four.", "Count them.")
    )
    assert asked.letter == "B"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[x]", "[ ]", "Prediction 99.1 needs two options or more"),
        ("- [ ] Three.\n", "", "Prediction 99.1 needs two options or more"),
        ("2 + 2?", "2 + 2", "Prediction 99.1 needs a question"),
        ("Two and two\nare four.\n\nCount them.\n", "", "Prediction 99.1 needs a question"),
        ("## 99.1", "## 99.2", "numbered one after another, from '## 99.1' on"),
    ],
)
def test_a_broken_one_is_told(old, new, sentence):
    assert old in SMALL
    with pytest.raises(XivlabError, match=re.escape(sentence)):
        data.parsed(SMALL.replace(old, new), "99")


@pytest.mark.parametrize("number", ["77.1", "00.77", "none"])
def test_a_number_that_is_none_is_told(number):
    with pytest.raises(XivlabError, match=f"There is no prediction '{number}'; write its number as in 00.1"):
        prediction(number)


@each
def test_pages_show_what_came_folded_or_not_at_all(number):
    asked = prediction(number)
    said = "\n".join([asked.lettered(asked.came), *asked.why])
    with_answer, without = pages.bundle(asked)["text/html"], pages.unanswered(asked)
    assert "<details><summary>What comes</summary>" in with_answer
    for line in said.splitlines():
        assert str(pages.jinja2.utils.markupsafe.escape(line)) in with_answer
    assert "<details>" not in without["text/html"]
    assert not any(
        str(pages.jinja2.utils.markupsafe.escape(line)) in without["text/html"] for line in asked.why
    )
    assert "You predicted B." in pages.bundle(asked, 1)["text/html"]
