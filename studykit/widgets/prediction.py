"""A prediction: options to commit to before the picture below is shown, then what was predicted beside what came."""

import html
from typing import Any

import ipywidgets

from studykit import progress
from studykit.predictions.data import prediction
from studykit.predictions.pages import bundle
from studykit.quiz.data import LETTERS
from studykit.server import MARK
from studykit.widgets import controls

# The outputs of the cell below are there as soon as it has run, in *Run All* as well; before the choice they are not
# shown. JupyterLab and Notebook 7 keep the cells in one page. Where each output is a page of its own, nothing is hidden.
BELOW = ".jp-Cell:has(.xivlab-ahead) + .jp-CodeCell:not(.jp-mod-noOutputs)"
STYLE = f"""<style>
{BELOW} .jp-Cell-outputArea {{ display: none; }}
{BELOW} .jp-Cell-outputWrapper::after {{
  content: "Commit to an option above, and this is shown."; font-style: italic; font-size: 13px;
  padding: 6px 12px; color: var(--jp-ui-font-color2, #555); font-family: var(--jp-ui-font-family, sans-serif);
}}
.xivlab-predict {{ border-left: 3px solid var(--jp-brand-color1, #1976d2); padding-left: 12px; }}
{controls.options_style("xivlab-predict")}
.xivlab-predict .widget-html-content {{ line-height: 1.45; font-size: 14px; color: var(--jp-ui-font-color1, #222); }}
.xivlab-predict .widget-html-content p {{ margin: 4px 0; }}
.xivlab-predict .widget-radio-box input:disabled, .xivlab-predict .widget-radio-box label {{ opacity: 1; }}
</style>"""


class Predict(ipywidgets.VBox):
    """A question, its options, and a button that commits to one; then the cell below shows what it has drawn.

    *Compare* says beside the reader's option which one came, and why. One commits once: running the cell again shows
    what was chosen, where progress is kept (`studykit.progress`). Without a kernel it is the question with its options,
    and what came folded.

    Args:
        number: "06.1" is the first of notebook 06.

    Raises:
        XivlabError: there is no prediction of that number.
    """

    def __init__(self, number: str) -> None:
        self.asked = prediction(number)
        self.committed: int | None = None
        labels = [self.asked.lettered(place) for place in range(len(self.asked.options))]
        self.choice = ipywidgets.RadioButtons(options=labels, index=None, layout=controls.SENTENCES)
        self.commit_button = controls.button(
            "That is my prediction", "Commit to it, and show what comes below"
        )
        self.compare_button = controls.button("Compare", "Say what came, beside what you predicted")
        self.sentence = ipywidgets.HTML(layout=controls.SENTENCES)
        question = ipywidgets.HTML(
            f"{STYLE}<b>Predict.</b> {html.escape(self.asked.text)}", layout=controls.SENTENCES
        )
        self.commit_button.on_click(lambda _: self.commit())
        self.compare_button.on_click(lambda _: self.compare())
        self.choice.observe(self._refresh, "index")
        buttons = ipywidgets.HBox([self.commit_button, self.compare_button])
        super().__init__([question, self.choice, buttons, self.sentence])
        self.add_class("xivlab-predict")
        self.add_class("xivlab-ahead")
        self._refresh()
        before = progress.read()["predictions"].get(number)
        if before and before in LETTERS[: len(labels)]:
            self.choice.index = LETTERS.index(before)
            self.commit()

    def commit(self) -> None:
        """Take the choice, once, and show what the cell below has drawn; nothing if there is none yet."""
        if self.choice.index is None or self.committed is not None:
            return
        self.committed = self.choice.index
        progress.note("predictions", self.asked.number, LETTERS[self.committed])
        self.remove_class("xivlab-ahead")
        self.sentence.value = (
            f"You predicted {LETTERS[self.committed]}. Run the next cell, look, and then <i>Compare</i>."
        )
        self._refresh()

    def compare(self) -> None:
        """Say what came beside what was predicted; nothing before the commitment."""
        if self.committed is None:
            return
        mine, came = self.asked.lettered(self.committed), self.asked.lettered(self.asked.came)
        as_expected = self.committed == self.asked.came
        said = (
            [f"✓ As you predicted: {came}"]
            if as_expected
            else [f"✗ You predicted: {mine}", f"→ What comes: {came}"]
        )
        self.sentence.value = "".join(f"<p>{html.escape(line)}</p>" for line in [*said, *self.asked.why])

    def _refresh(self, *_: Any) -> None:
        open_to_choose = self.committed is None
        self.choice.disabled = not open_to_choose
        self.commit_button.disabled = not open_to_choose or self.choice.index is None
        self.compare_button.disabled = open_to_choose

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        data = shown[0] if isinstance(shown, tuple) else shown
        return {**(data or {}), **bundle(self.asked, self.committed)}, {MARK: True}
