"""Questions in a real JupyterLab, answered by keys alone."""

import itertools

from studykit.quiz import quiz_of

CELL = 'from studykit import widgets\nwidgets.quiz("03")'
LABELS = ".xivlab-quiz .widget-radio-box label"


def test_keys_alone_answer_and_go_on(lab):
    page = lab.open(CELL, shown=LABELS).page
    first, second = quiz_of("03").questions[:2]
    page.locator(".xivlab-quiz input").first.focus()
    page.keyboard.press("Space")  # a choice that is changed before it counts ...
    for _ in range(first.right):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")  # ... to the right one
    page.get_by_text("0 of 5 at the first try").wait_for()
    page.wait_for_function("() => !document.querySelector('.xivlab-quiz button').disabled")
    for _ in range(len(first.options) - first.right):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text(first.options[first.right].reason).wait_for()
    page.get_by_text("1 of 5 at the first try").wait_for()
    page.keyboard.press("Tab")  # previous is disabled on the first question
    page.keyboard.press("Enter")
    page.get_by_text(second.text).wait_for()


def test_no_option_is_cut_or_lies_on_another(lab):
    """ipywidgets gives a label one line, whatever it says."""
    page = lab.open(CELL, shown=LABELS, width=560).page
    boxes = [label.bounding_box() for label in page.locator(LABELS).all()]
    assert len(boxes) == 4
    for one, other in itertools.pairwise(boxes):
        assert other["y"] >= one["y"] + one["height"]
    cut = "e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1"
    assert [label.inner_text() for label in page.locator(LABELS).all() if label.evaluate(cut)] == []


def test_every_button_stands_before_the_first_line_of_its_option(lab):
    page = lab.open(CELL, shown=LABELS, width=660).page
    heights = [label.bounding_box()["height"] for label in page.locator(LABELS).all()]
    assert max(heights) > 30, "no option takes two lines"
    for label in page.locator(LABELS).all():
        place, button = label.bounding_box(), label.locator("input").bounding_box()
        assert button["x"] - place["x"] < 5 and button["y"] - place["y"] < 8
