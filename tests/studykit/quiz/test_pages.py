"""Quizzes as pages: folded in a notebook, printed for a class."""

import html
import re

import pytest

from studykit.quiz import numbers, pages, quiz_of
from studykit.quiz.__main__ import main


def words(page):
    return html.unescape(re.sub(r"\s+", " ", page))


def test_folded_answers_stand_inside_details_and_questions_outside():
    quiz = quiz_of("03")
    shown = words(pages.folded(quiz))
    outside = re.sub(r"<details>.*?</details>", "", shown)
    for question in quiz.questions:
        assert question.text in outside
        for option in question.options:
            assert option.text in outside and option.reason in shown
            assert option.reason not in outside
    assert "✓" in shown and "✓" not in outside


def test_the_marked_option_is_the_right_one():
    for question, part in zip(quiz_of("00").questions, pages.folded(quiz_of("00")).split("<details>")[1:]):
        (marked,) = re.findall(r"✓ (\w)\.", part)
        assert marked == "ABCD"[question.right]


def test_plain_text_has_no_answers():
    quiz = quiz_of("05")
    text = pages.as_text(quiz)
    assert text.startswith(f"1. {quiz.questions[0].text}\n   A. {quiz.questions[0].options[0].text}")
    assert not any(option.reason in text for question in quiz.questions for option in question.options)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sheets") / "new"
    assert main(["--folder", str(folder)]) == 0
    return {path.name: words(path.read_text(encoding="utf-8")) for path in folder.iterdir()}


def test_sheets_have_every_question_and_task_once(printed):
    assert set(printed) == {"quiz.html", "quiz-answers.html"}
    for page in printed.values():
        for quiz in map(quiz_of, numbers()):
            assert page.count(f"<h1>{quiz.title}</h1>") == 1
            assert page.count(f"Open task: {quiz.task.title}<") == 1
            assert all(page.count(f"<p>{question.text}</p>") == 1 for question in quiz.questions)


def test_sheets_are_printed_on_a4_a_notebook_a_sheet(printed):
    for page in printed.values():
        (paper,) = re.findall(r"@page { (.*?)}", page)
        assert "size: A4" in paper and "article + article { break-before: page" in page


def test_only_the_teachers_sheets_have_reasons_and_rubrics(printed):
    for quiz in map(quiz_of, numbers()):
        secret = [option.reason for question in quiz.questions for option in question.options]
        secret += quiz.task.rubric
        assert [one for one in secret if one in printed["quiz.html"]] == []
        assert [one for one in secret if one not in printed["quiz-answers.html"]] == []
    assert "✓" not in printed["quiz.html"] and 'class="right"' not in printed["quiz.html"]


def test_some_notebooks_only(tmp_path, capsys):
    assert main(["03", "05", "--folder", str(tmp_path)]) == 0
    page = (tmp_path / "quiz.html").read_text(encoding="utf-8")
    assert re.findall(r"<h1>(\d\d)", page) == ["03", "05"]
    assert str(tmp_path / "quiz-answers.html") in capsys.readouterr().out


def test_a_wrong_number_is_told(tmp_path, capsys):
    assert main(["77", "--folder", str(tmp_path)]) == 1
    assert "There is no quiz '77'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
