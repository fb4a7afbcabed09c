"""Boxes with a word in them and arrows between them: what schemes of a method are drawn of."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from studykit.look import own_look
from studykit.plots.picture import FONT


@own_look()
def box(
    page: Axes,
    left: float,
    top: float,
    wide: float,
    tall: float,
    colour: str,
    text: str,
    face: str = "white",
    size: float = FONT,
) -> None:
    """Draw a box with rounded corners.

    Args:
        page: in inches, down.
        left, top, wide, tall: where it stands.
        colour: of frame and words.
        text: in its middle.
        face: what it is filled with.
        size: of the words, in points.
    """
    look = FancyBboxPatch(
        (left, top), wide, tall, boxstyle="round,pad=0,rounding_size=0.08", facecolor=face, edgecolor=colour,
        linewidth=1.8, zorder=4,
    )  # fmt: skip
    page.add_patch(look)
    page.text(
        left + wide / 2, top + tall / 2, text, ha="center", va="center", fontsize=size, color=colour, zorder=5
    )


@own_look()
def arrow(page: Axes, start: float, end: float, height: float, colour: str) -> None:
    """Draw an arrow to the right.

    Args:
        page: in inches, down.
        start, end: left and right.
        height: from the top.
        colour: of all of it.
    """
    page.add_patch(
        FancyArrowPatch((start + 0.03, height), (end - 0.03, height), arrowstyle="-|>", mutation_scale=13,
                        color=colour, linewidth=1.8, shrinkA=0, shrinkB=0, zorder=1)
    )  # fmt: skip
