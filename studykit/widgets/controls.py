"""Sliders, menus and buttons of one look: the name in full beside them, wide enough for the hand."""

from collections.abc import Sequence
from typing import Any

import ipywidgets

WIDE = ipywidgets.Layout(width="420px", max_width="100%")
STYLE = {"description_width": "initial"}


def slider(label: str, value: float, least: float, most: float, step: float) -> ipywidgets.FloatSlider:
    """A slider over numbers; an arrow key moves it by one step."""
    digits = max(0, len(f"{step:g}".partition(".")[2]))
    return ipywidgets.FloatSlider(
        value, min=least, max=most, step=step, description=label, readout_format=f".{digits}f",
        layout=WIDE, style=STYLE,
    )  # fmt: skip


def whole(label: str, value: int, least: int, most: int, step: int = 1) -> ipywidgets.IntSlider:
    """A slider over whole numbers."""
    return ipywidgets.IntSlider(
        value, min=least, max=most, step=step, description=label, layout=WIDE, style=STYLE
    )


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


def button(label: str, tip: str) -> ipywidgets.Button:
    """A button; `tip` says what it does."""
    return ipywidgets.Button(description=label, tooltip=tip, layout=ipywidgets.Layout(width="max-content"))
