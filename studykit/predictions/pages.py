"""Predictions as pages, for readers without a kernel: with what came folded, or as a question alone."""

from functools import cache
from importlib import resources

import jinja2

from studykit.predictions.data import Prediction
from studykit.quiz.data import LETTERS


def bundle(asked: Prediction, chosen: int | None = None) -> dict[str, str]:
    """What a notebook shows of a prediction where there is no kernel, by mime type.

    Args:
        asked: the prediction.
        chosen: place of the option that the reader has committed to.
    """
    html = _template().render(asked=asked, letters=LETTERS, chosen=chosen, answer=True)
    return {"text/html": html, "text/plain": as_text(asked)}


def unanswered(asked: Prediction) -> dict[str, str]:
    """The same without what came, for the learners' edition."""
    html = _template().render(asked=asked, letters=LETTERS, chosen=None, answer=False)
    return {"text/html": html, "text/plain": as_text(asked)}


def as_text(asked: Prediction) -> str:
    """Question and options as plain text, without what came."""
    return "\n".join([asked.text, *(f"   {asked.lettered(place)}" for place in range(len(asked.options)))])


@cache
def _template() -> jinja2.Template:
    text = resources.files("studykit.predictions").joinpath("folded.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)
