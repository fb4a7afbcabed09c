"""The quizzes as they are shipped, and what a teacher who breaks one is told."""

import re
from collections import Counter
from pathlib import Path

import pytest

from studykit.quiz import data, numbers, quiz_of
from xivlab.errors import XivlabError

NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
QUESTIONS = [(number, question) for number in numbers() for question in quiz_of(number).questions]
each = pytest.mark.parametrize("number", numbers())

SMALL = """# 99 A small one

## Question 1

How much is
2 + 2?

- [ ] Three.
  > That is 2 + 1.
- [x] Four, or
  IV.
  > Two and two
  > are four.

## Open task: Sums

Find a sum.

Say why.

### Rubric

- Good: a sum and
  a reason.
- Fair: a sum.
- Insufficient: none.
"""


def test_every_notebook_has_a_quiz_of_its_title():
    titles = [path.read_text(encoding="utf-8").splitlines()[1].removeprefix("# # ") for path in NOTEBOOKS]
    assert [quiz_of(number).title for number in numbers()] == titles
    assert numbers() == [path.name[:2] for path in NOTEBOOKS]


@each
def test_five_questions_of_three_or_four_options_with_one_right(number):
    questions = quiz_of(number).questions
    assert len(questions) == 5
    for question in questions:
        assert question.text.endswith("?") or "? " in question.text
        assert len(question.options) in (3, 4)
        assert [option.right for option in question.options].count(True) == 1


@each
def test_every_option_has_a_reason_and_none_is_there_twice(number):
    questions = quiz_of(number).questions
    assert len({question.text for question in questions}) == 5
    for question in questions:
        for said in ("text", "reason"):
            found = [getattr(option, said) for option in question.options]
            assert len(set(found)) == len(found) and all(one.endswith((".", "!")) for one in found)


def test_neither_length_nor_place_gives_the_right_option_away():
    """At most half are the longest, at most half the shortest, and each place is right in a tenth to two fifths."""
    lengths = [[len(option.text) for option in question.options] for _, question in QUESTIONS]
    right = [question.right for _, question in QUESTIONS]
    longest = sum(size[place] == max(size) for size, place in zip(lengths, right))
    shortest = sum(size[place] == min(size) for size, place in zip(lengths, right))
    assert max(longest, shortest) <= len(QUESTIONS) / 2
    places = Counter(right)
    assert set(places) == {0, 1, 2, 3}
    assert all(0.1 <= count / len(QUESTIONS) <= 0.4 for count in places.values()), places


@each
def test_places_of_right_options_are_no_pattern_within_a_notebook(number):
    right = [question.right for question in quiz_of(number).questions]
    assert len(set(right)) >= 3


@each
def test_options_are_of_like_length(number):
    for question in quiz_of(number).questions:
        lengths = [len(option.text) for option in question.options]
        assert max(lengths) <= 2 * min(lengths), question.text


@each
def test_all_is_plain_text(number):
    """Labels of radio buttons show no markup."""
    quiz = quiz_of(number)
    words = [
        text for question in quiz.questions for one in question.options for text in (one.text, one.reason)
    ]
    words += [question.text for question in quiz.questions]
    assert [one for one in words if re.search(r"[$`\\]|\*\*|</?\w+>", one)] == []


@each
def test_the_open_task_has_a_rubric_of_three_grades(number):
    task = quiz_of(number).task
    assert task.title and all(len(paragraph.split()) > 10 for paragraph in task.paragraphs)
    assert [line.partition(":")[0] for line in task.rubric] == ["Good", "Fair", "Insufficient"]


def test_a_text_becomes_a_quiz():
    quiz = data.parsed(SMALL, "99")
    assert (quiz.number, quiz.title) == ("99", "99 A small one")
    (question,) = quiz.questions
    assert question.text == "How much is 2 + 2?" and question.right == 1
    assert question.options[1] == data.Option("Four, or IV.", True, "Two and two are four.")
    assert quiz.task.paragraphs == ("Find a sum.", "Say why.")
    assert quiz.task.rubric[0] == "Good: a sum and a reason."


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("- [x]", "- [ ]", "Quiz 99, 'Question 1' needs exactly one right option"),
        ("- [ ]", "- [x]", "needs exactly one right option"),
        ("  > That is 2 + 1.\n", "", "the option 'Three.' needs a reason"),
        ("- [ ] Three.", "* Three.", "needs a question and two options"),
        ("  > That is", "> That is", "is no option .* and no reason"),
        ("- Fair: a sum.\n", "", "needs '### Rubric' and lines that begin with Good, Fair, Insufficient"),
        ("## Open task: Sums", "## Sums", "'Sums' needs a question"),
        ("# 99 A", "99 A", "Quiz 99 needs a title, questions, and an open task"),
    ],
)
def test_a_broken_text_is_told(old, new, sentence):
    assert old in SMALL
    with pytest.raises(XivlabError, match=sentence):
        data.parsed(SMALL.replace(old, new), "99")


def test_a_notebook_without_a_quiz_is_told():
    with pytest.raises(XivlabError, match="There is no quiz '77': choose one of 00, 01"):
        quiz_of("77")
