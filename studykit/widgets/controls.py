"""Sliders, menus and buttons of one look: the name in full beside them, wide enough for the hand."""

import math
import time
from collections.abc import Sequence
from typing import Any

import ipywidgets

WIDE = ipywidgets.Layout(width="420px", max_width="100%")
STYLE = {"description_width": "initial"}
SENTENCES = ipywidgets.Layout(
    width="auto", max_width="760px"
)  # of a question, its options and what is said of them
NUMBER = "xivlab-number"  # a slider whose readout is a number, which stands beside it


class NumberSlider(ipywidgets.FloatSlider):
    """Slider over numbers that takes no late answer of the page for a move of the hand.

    The page tells back what it is given as it can hold it: 0.59 becomes 0.5900000000000001, and once more when the slider's
    ends change. It does so one number after another, so that the answer to an older number may come when a newer one has
    been set here; taken for a move, it would put the slider back.
    """

    WAITS = 5  # seconds in which an answer to an older number is looked out for

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._given: list[tuple[float, float]] = []  # number, and when it was replaced
        self._told: float | None = None
        super().__init__(*args, **kwargs)

    def notify_change(self, change: Any) -> None:
        """Pass a change on, and keep in mind what the page has been given so far."""
        if change["name"] == "value" and change["new"] != self._told and isinstance(change["old"], float):
            self._given.append((change["old"], time.monotonic()))
        super().notify_change(change)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page tells; if it is the answer to a number replaced since, tell it the newest again."""
        value = sync_data.get("value")
        if value is not None:
            old = [given for given, replaced in self._given if time.monotonic() - replaced < self.WAITS]
            if not _same(value, self.value) and any(_same(value, given) for given in old):
                sync_data = sync_data | {"value": self.value}
            else:  # it answers in order: nothing older will come
                self._given.clear()
            self._told = sync_data["value"]
        try:
            super().set_state(sync_data)
        finally:
            self._told = None


def _same(value: float, given: float) -> bool:
    """Whether the page may have made this value of a given one."""
    return math.isclose(value, given, abs_tol=1e-9)


def slider(label: str, value: float, least: float, most: float, step: float) -> NumberSlider:
    """A slider over numbers; an arrow key moves it by one step."""
    digits = max(0, len(f"{step:g}".partition(".")[2]))
    return NumberSlider(
        value, min=least, max=most, step=step, description=label, readout_format=f".{digits}f",
        layout=WIDE, style=STYLE,
    ).add_class(NUMBER)  # fmt: skip


def whole(label: str, value: int, least: int, most: int, step: int = 1) -> ipywidgets.IntSlider:
    """A slider over whole numbers."""
    return ipywidgets.IntSlider(
        value, min=least, max=most, step=step, description=label, layout=WIDE, style=STYLE
    ).add_class(NUMBER)


def steps(label: str, options: Sequence[Any], value: Any) -> ipywidgets.SelectionSlider:
    """A slider over a few values, such as those of a grid: options are values or pairs (word, value)."""
    return ipywidgets.SelectionSlider(
        options=options, value=value, description=label, layout=WIDE, style=STYLE
    )


def choice(label: str, options: Sequence[Any], value: Any) -> ipywidgets.Dropdown:
    """A menu: options are values or pairs (word, value)."""
    return ipywidgets.Dropdown(
        options=options, value=value, description=label, style=STYLE,
        layout=ipywidgets.Layout(width="max-content", max_width="100%", margin="2px 12px 2px 2px"),
    )  # fmt: skip


def more(*seldom: ipywidgets.Widget) -> tuple[ipywidgets.ToggleButton, ipywidgets.Box]:
    """A button that shows and hides controls that are seldom used, and the box that holds them."""
    opens = ipywidgets.ToggleButton(
        False, description="More", tooltip="Show or hide the other controls",
        layout=ipywidgets.Layout(width="max-content"),
    )  # fmt: skip
    box = ipywidgets.Box(seldom)
    box.layout = ipywidgets.Layout(
        display="none", flex_flow="row wrap", align_items="center", grid_gap="0 14px", width="100%"
    )
    opens.observe(lambda change: setattr(box.layout, "display", None if change["new"] else "none"), "value")
    return opens, box


def options_style(where: str) -> str:
    """Rules for radio buttons inside a class: ipywidgets gives their labels one line, and these are sentences."""
    return f""".{where} .widget-radio-box label {{
  display: flex; flex-direction: row-reverse; justify-content: flex-end; align-items: flex-start;
  height: auto; line-height: 1.45; white-space: normal; margin: 2px 0;
}}
.{where} .widget-radio-box input {{ flex: none; }}"""


def button(label: str, tip: str) -> ipywidgets.Button:
    """A button; `tip` says what it does."""
    return ipywidgets.Button(description=label, tooltip=tip, layout=ipywidgets.Layout(width="max-content"))
