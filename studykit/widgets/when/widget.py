""" "When does X help?": gains along the knobs of the study `when`, the person and the g behind them, after a prediction."""

import html

import ipywidgets

from studykit.analysis.intervals import in_points
from studykit.analysis.verdicts import verdict
from studykit.studies import when
from studykit.widgets import controls
from studykit.widgets.panel import Panel
from studykit.widgets.when.data import (
    COLOUR_CAMERA,
    FALLS,
    GROWS,
    METHODS,
    NIGHT_CAMERA,
    SEED,
    STAYS,
    UNDECIDED,
    direction,
    seen,
    someone,
    stored_map,
    third,
)
from studykit.widgets.when.pictures import PartsCanvas, PeopleCanvas, ReasonCanvas, RowCanvas
from xivlab.world.knobs import knobs_of

NONE = ""
FIXED = {
    "V": "a fixed image: the largest of R, G, B",
    "random channel": "a fixed image: one of R, G, B by lot",
}
SHORT = {"V": "V of HSV for X", "random channel": "a channel for X"}


class WhenDoesXHelp(Panel):
    """Gain of a method with X over the Baseline at every stored point of the study `when`, and what goes with it.

    Nothing is shown of a knob before the reader has said which way the gain goes along it; what was said is then
    compared with what came. All scales are the same wherever the controls stand.

    Raises:
        XivlabError: nothing is stored, or a table is damaged.
    """

    def __init__(self) -> None:
        self._map = stored_map()
        knobs = list(self._map.axes)
        self._knob, self._said = knobs[0], dict.fromkeys(knobs, NONE)
        self.knob = controls.choice("knob", knobs, self._knob)
        self.method = controls.choice("method", METHODS, METHODS[0])
        answers = [("choose first", NONE), *((f"it {word}", word) for word in (GROWS, STAYS, FALLS))]
        self.prediction = controls.choice("the gain along the knob, you predict", answers, NONE)
        self.value = controls.steps("value", self._labels, self._start())
        self.about = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%", min_height="40px"))
        costs = [0.0, *(one.colour_cost for one in self._map.reasons.values())]
        canvases = {
            "row": RowCanvas(self._map.reach),
            "parts": PartsCanvas(self._map.reach),
            "people": PeopleCanvas(),
            "reasons": ReasonCanvas((min(costs), max(costs) + 0.5)),
        }
        self._axis(canvases["row"])
        follows = [self.knob, self.method, self.prediction, self.value]
        super().__init__([*follows, self.about], canvases, follows)
        self.add_class("xivlab-long-words")

    @property
    def _labels(self) -> list[str]:
        return list(self._map.axes[self._knob])

    def _start(self) -> str:
        """The default of the knob, if it is stored."""
        of = self._map.axes[self._knob]
        return next((label for label, point in of.items() if point == "default"), self._labels[0])

    def _axis(self, canvas: RowCanvas) -> None:
        row = when.rows()[self._knob]
        canvas.along(f"{row.label}", self._map.axes[self._knob])

    @property
    def main(self) -> list[ipywidgets.Widget]:
        return [self.knob, self.prediction, self.value]

    def draw(self) -> dict[str, str]:
        if self.knob.value != self._knob:
            self._turn()
        self._said[self._knob] = self.prediction.value
        self.value.disabled = self.prediction.value == NONE
        self._describe()
        return self._closed() if self.prediction.value == NONE else self._opened()

    def _turn(self) -> None:
        """Another knob: its values, and what was said of it before."""
        self._knob = self.knob.value
        moved = (self.value, self.prediction)
        for control in moved:
            control.unobserve(self.refresh, "value")
        try:
            self.value.options = self._labels
            self.value.value = self._start()
            self.prediction.value = self._said[self._knob]
        finally:
            for control in moved:
                control.observe(self.refresh, "value")
        self._axis(self.canvases["row"])

    def _describe(self) -> None:
        row = when.rows()[self._knob]
        first, last = self._labels[0], self._labels[-1]
        words = (
            f"{row.label}. Stored values from {first} to {last}. Gains are in points of rank-1 of infrared "
            "queries among the test people, with 95 % intervals over seeds."
        )
        self.about.value = f'<div class="xivlab-note">{html.escape(words)}</div>'

    def _closed(self) -> dict[str, str]:
        ask = (
            f"Predict first: from {self._labels[0]} to {self._labels[-1]}, does the gain of {self.method.value} over the "
            "Baseline grow, stay or fall?"
        )
        later = "Shown when you have predicted."
        words = {name: later for name in self.canvases} | {"row": ask}
        for name, canvas in self.canvases.items():
            canvas.cover(words[name])
        return words

    def _opened(self) -> dict[str, str]:
        method, label, said = self.method.value, self.value.value, self.prediction.value
        axis = self._map.axes[self._knob]
        point = axis[label]
        gains = {one: self._map.parts[name, method].whole for one, name in axis.items()}
        change = self._map.change(self._knob, method)
        came = direction(change)
        self.canvases["row"].show(gains, label, said, came)
        parts = self._map.parts[point, method]
        self.canvases["parts"].show(parts)
        shown, numbers = seen(self._map.worlds[point]), self._map.numbers.get((point, method))
        x = third(shown.visible, method, numbers)
        self.canvases["people"].show(shown, x, SHORT.get(method, "X"))
        mix, reasons = self._map.mix(point, method), self._map.reasons[point]
        if method in FIXED:
            mix = None
        self.canvases["reasons"].show(mix, FIXED.get(method, ""), reasons)
        return {
            "row": f"You predicted that it {said}. From {self._labels[0]} to {self._labels[-1]} the gain of {method} "
            f"changes by {in_points(change)} points: {_judged(said, came)}",
            "parts": f"{method} at {self._knob} {label}: {in_points(parts.whole)} points over the Baseline, {verdict(parts.whole)}. "
            f"Training effect {in_points(parts.training)}, test effect {in_points(parts.test)}.",
            "people": self._who(method, point),
            "reasons": f"{_made_of(mix, method)} The best linear mix of R, G, B predicts the infrared with correlation "
            f"{reasons.linear:.2f} (the largest of them: {reasons.v:.2f}); gray at test costs the Baseline "
            f"{reasons.colour_cost:.1f} points.",
        }

    def _who(self, method: str, point: str) -> str:
        data = self._map.worlds[point]
        turned = ", ".join(f"{name} {value:g}" for name, value in knobs_of(data).turned.items()) or "as it is"
        made = (
            f"in the place of X, {FIXED[method]}"
            if method in FIXED
            else f"X by the g that {method} learnt with seed {SEED}"
        )
        return (
            f"Validation person {someone()} in this world ({turned}): V by camera {COLOUR_CAMERA}, {made}, I by camera "
            f"{NIGHT_CAMERA}."
        )


def _judged(said: str, came: str) -> str:
    """The prediction and the measurement beside each other."""
    if came == UNDECIDED:
        return "undecided, since the interval holds 0."
    return f"it {came}, {'as' if said == came else 'not as'} you predicted."


def _made_of(mix: object, method: str) -> str:
    if mix is None:
        return f"{method} is a fixed image, and nothing in it is learnt."
    return f"The g of seed {SEED}: {mix}."
