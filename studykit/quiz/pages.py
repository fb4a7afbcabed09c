"""Quizzes as pages: folded answers for readers without a kernel, and sheets to print for a class."""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import jinja2

from studykit.quiz.data import LETTERS, Quiz


def folded(quiz: Quiz) -> str:
    """The questions as HTML, the answer and the reason for each option folded below each; without the open task."""
    return _template("folded.html.j2").render(quiz=quiz, letters=LETTERS)


def as_text(quiz: Quiz) -> str:
    """The questions with their options as plain text, without the answers."""
    lines = []
    for number, question in enumerate(quiz.questions, start=1):
        lines.append(f"{number}. {question.text}")
        lines += [f"   {letter}. {option.text}" for letter, option in zip(LETTERS, question.options)]
    return "\n".join(lines)


def bundle(quiz: Quiz) -> dict[str, str]:
    """What a notebook shows of a quiz where there is no kernel, by mime type."""
    return {"text/html": folded(quiz), "text/plain": as_text(quiz)}


def sheets(quizzes: Sequence[Quiz], answers: bool) -> str:
    """A page to print: questions and open task of each notebook, each notebook on paper of its own.

    Args:
        quizzes: in the order of the page.
        answers: with the right options, all reasons and the rubrics, for the teacher; else with room for names and crosses.
    """
    return _template("sheets.html.j2").render(quizzes=quizzes, answers=answers, letters=LETTERS)


@cache
def _template(name: str) -> jinja2.Template:
    text = resources.files("studykit.quiz").joinpath(name).read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)
