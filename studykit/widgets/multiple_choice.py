"""Multiple-choice questions of a notebook, one at a time, with a sentence for whichever option is chosen."""

import html
from typing import Any

import ipywidgets

from studykit import progress
from studykit.quiz.data import LETTERS, Question, quiz_of
from studykit.quiz.pages import bundle
from studykit.server import MARK
from studykit.widgets import controls

STYLE = f"""<style>
{controls.options_style("xivlab-quiz")}
.xivlab-quiz .widget-html-content {{ line-height: 1.45; font-size: 13px; color: var(--jp-ui-font-color1, #222); }}
.xivlab-quiz .xivlab-question {{ font-size: 14px; }}
</style>"""


class MultipleChoice(ipywidgets.VBox):
    """Questions of a notebook with their options; *Answer* says what is wrong with a choice, or why it is right.

    The choice counts when *Answer* is pressed and not before, so that one may change one's mind, or reach an option
    past others by keys. Only the first answer to a question is counted; one may go on trying. Without a kernel it is
    the list of questions, each with a folded answer.

    Args:
        number: of the notebook, such as "03".

    Raises:
        XivlabError: this notebook has no quiz.
    """

    def __init__(self, number: str) -> None:
        self.quiz = quiz_of(number)
        self.asked = [_Asked(place, question) for place, question in enumerate(self.quiz.questions, start=1)]
        self.shown = 0
        self.answer_button = controls.button("Answer", "Say what is to be said of this choice")
        self.previous_button = controls.button("previous", "one question back")
        self.next_button = controls.button("next", "one question on")
        self.score = ipywidgets.HTML()
        self._place = ipywidgets.VBox(layout=controls.SENTENCES)
        self.answer_button.on_click(lambda _: self.answer())
        self.previous_button.on_click(lambda _: self.go(-1))
        self.next_button.on_click(lambda _: self.go(1))
        for one in self.asked:
            one.choice.observe(self._refresh, "index")
        buttons = ipywidgets.HBox([self.answer_button, self.previous_button, self.next_button])
        super().__init__([ipywidgets.HTML(STYLE), self._place, buttons, self.score])
        self.add_class("xivlab-quiz")
        self._refresh()

    def answer(self) -> None:
        """Take the choice of the question that is shown; nothing if there is none."""
        now = self.asked[self.shown]
        new = now.first is None
        now.answer()
        if new and now.first is not None:
            number = f"{self.quiz.number}.{self.shown + 1}"
            progress.note("quiz", number, LETTERS[now.choice.index])
        self._refresh()

    def go(self, by: int) -> None:
        """Show the question so many places on, if there is one."""
        self.shown = min(max(self.shown + by, 0), len(self.asked) - 1)
        self._refresh()

    def _refresh(self, *_: Any) -> None:
        now = self.asked[self.shown]
        self._place.children = [now.question, now.choice, now.sentence]
        self.answer_button.disabled = now.choice.index is None
        self.previous_button.disabled = self.shown == 0
        self.next_button.disabled = self.shown == len(self.asked) - 1
        first = sum(one.first is True for one in self.asked)
        self.score.value = f"{first} of {len(self.asked)} at the first try"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        data = shown[0] if isinstance(shown, tuple) else shown
        return {**(data or {}), **bundle(self.quiz)}, {MARK: True}


class _Asked:
    """One question: what is shown of it, and how the first answer was."""

    def __init__(self, place: int, question: Question) -> None:
        self.options = question.options
        self.first: bool | None = None
        self.question = ipywidgets.HTML(
            f"<b>Question {place}.</b> {html.escape(question.text)}", layout=controls.SENTENCES
        )
        self.question.add_class("xivlab-question")
        labels = [f"{letter}. {option.text}" for letter, option in zip(LETTERS, question.options)]
        self.choice = ipywidgets.RadioButtons(options=labels, index=None, layout=controls.SENTENCES)
        self.sentence = ipywidgets.HTML(layout=controls.SENTENCES)

    def answer(self) -> None:
        if self.choice.index is None:
            return
        option = self.options[self.choice.index]
        self.first = option.right if self.first is None else self.first
        sign = "✓" if option.right else "✗"
        self.sentence.value = f"{sign} {LETTERS[self.choice.index]}. {html.escape(option.reason)}"
