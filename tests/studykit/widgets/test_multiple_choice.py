"""Questions with radio buttons: what each choice is told, what is counted, and what a reader without a kernel sees."""

import html

import pytest

from studykit import widgets
from studykit.quiz import numbers
from studykit.server import MARK
from xivlab.errors import XivlabError


@pytest.fixture
def quiz():
    return widgets.quiz("03")


def answer(quiz, place):
    quiz.asked[quiz.shown].choice.index = place
    quiz.answer_button.click()


@pytest.mark.parametrize("number", numbers())
def test_every_choice_gets_its_own_sentence(number):
    quiz = widgets.quiz(number)
    for one, question in zip(quiz.asked, quiz.quiz.questions):
        for place, option in enumerate(question.options):
            answer(quiz, place)
            said = html.unescape(one.sentence.value)
            assert said == f"{'✓' if option.right else '✗'} {'ABCD'[place]}. {option.reason}"
        quiz.next_button.click()


def test_nothing_is_said_before_the_answer_is_given(quiz):
    """Whoever changes the choice before is not counted for it."""
    now = quiz.asked[0]
    assert quiz.answer_button.disabled and now.choice.index is None
    for place in range(len(now.options)):
        now.choice.index = place
    assert not quiz.answer_button.disabled
    assert now.sentence.value == "" and quiz.score.value == "0 of 5 at the first try"


def test_only_the_first_answer_is_counted(quiz):
    first, second = quiz.quiz.questions[:2]
    answer(quiz, first.right)
    assert quiz.score.value == "1 of 5 at the first try"
    answer(quiz, (first.right + 1) % 4)
    assert quiz.score.value == "1 of 5 at the first try"
    quiz.next_button.click()
    answer(quiz, (second.right + 1) % 4)
    answer(quiz, second.right)
    assert quiz.asked[1].sentence.value.startswith("✓")
    assert quiz.score.value == "1 of 5 at the first try"


def test_one_goes_from_question_to_question_and_finds_what_was_said(quiz):
    assert quiz.previous_button.disabled and not quiz.next_button.disabled
    answer(quiz, 0)
    said = quiz.asked[0].sentence.value
    for _ in range(7):  # and not beyond the last one
        quiz.go(1)
    assert quiz.shown == 4 and quiz.next_button.disabled and quiz.answer_button.disabled
    for _ in range(7):
        quiz.go(-1)
    assert quiz.shown == 0 and quiz.asked[0].sentence.value == said
    assert quiz.asked[0].sentence in quiz._place.children


def test_without_a_kernel_it_is_the_list_of_questions(quiz):
    shown, metadata = quiz._repr_mimebundle_()
    assert metadata == {MARK: True}, "kept when the widget is left out on saving"
    assert "application/vnd.jupyter.widget-view+json" in shown
    for question in quiz.quiz.questions:
        assert question.text in shown["text/plain"] and html.escape(question.text) in shown["text/html"]


def test_a_notebook_without_questions_is_told():
    with pytest.raises(XivlabError, match="There is no quiz '77'"):
        widgets.quiz("77")
