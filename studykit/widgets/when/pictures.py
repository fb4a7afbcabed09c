"""Pictures of "When does X help?": each shows a sentence until it is opened, and then never changes its scale."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.effects import Effects
from studykit.analysis.intervals import Interval
from studykit.analysis.verdicts import verdict
from studykit.analysis.x_images import Mix
from studykit.look import own_look
from studykit.plots.picture import CHANNELS, COLOUR, CURVES, DPI, FONT, INK, Picture, plot_axes
from studykit.plots.verdicts import look_of
from studykit.widgets.canvas import Canvas
from studykit.widgets.when.data import UNDECIDED, Seen, Why

LEFT, RIGHT = 415, 430  # pixels: widths that share a row of 700
UPPER, LOWER = 320, 284
MOST = 5  # values of a knob
ROWS = {"gain over the Baseline": "whole", "training effect": "training", "test effect": "test"}
SMALL = FONT - 1


class Covered(Canvas):
    """A canvas of which nothing that moves is seen until it is opened, but a sentence.

    Args:
        width, height: in pixels.
        middle: of the sentence, in pixels from the top left corner.
    """

    def __init__(self, width: int, height: int, middle: tuple[float, float]) -> None:
        super().__init__(Picture(height / DPI, "", width / DPI, layout=None))
        self.wide, self.tall = width, height
        self._sentence = self.write(*middle, "")
        self._sentence.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 6})
        self._sentence.set_zorder(9)

    @own_look()
    def cover(self, sentence: str) -> None:
        """Hide what moves, and say why."""
        for artist in self._moving:
            artist.set_visible(artist is self._sentence)
        self._sentence.set_text(fill(sentence, 33))

    @own_look()
    def uncover(self) -> None:
        """Show what moves."""
        for artist in self._moving:
            artist.set_visible(artist is not self._sentence)

    @own_look()
    def write(self, x: float, y: float, text: str, **how: Any) -> Any:
        """Words that move, at a place in pixels from the top left corner."""
        look = {"fontsize": FONT, "color": INK, "ha": "center", "va": "center"} | how
        return self.moving(self.picture.text(x / self.wide, 1 - y / self.tall, text, **look))

    def place(
        self, left: float, top: float, width: float, height: float
    ) -> tuple[float, float, float, float]:
        """A place in pixels from the top left corner, as matplotlib wants it."""
        return left / self.wide, 1 - (top + height) / self.tall, width / self.wide, height / self.tall


class RowCanvas(Covered):
    """The gain along a knob, and where the reader stands.

    Args:
        reach: of the gains, in points.
    """

    @own_look()
    def __init__(self, reach: tuple[float, float]) -> None:
        super().__init__(LEFT, UPPER, (58 + (LEFT - 70) / 2, 121))
        self._axes = axes = plot_axes(self.picture, "", "gain in rank-1, points")
        axes.set_position(self.place(58, 40, LEFT - 70, UPPER - 158))
        axes.axhline(0, color=INK, linewidth=1.2, zorder=1)
        axes.set(xlim=(-0.4, MOST - 0.6), ylim=_limits(reach))
        self._title = self.write(LEFT / 2, 18, "", weight="bold")
        self._bars = [self.moving(axes.plot([0, 0], [0, 0], color=CURVES[0], lw=1.6)[0]) for _ in range(MOST)]
        self._line = self.moving(axes.plot([0], [0], color=CURVES[0], marker="o", ms=6, lw=1.4)[0])
        ring = {"marker": "o", "ms": 14, "mfc": "none", "mec": CURVES[1], "mew": 2.2, "ls": ""}
        self._ring = self.moving(axes.plot([0], [0], **ring)[0])

    @own_look()
    def along(self, label: str, values: Mapping[str, str]) -> None:
        """Another knob: what is written under the axis, and its values."""
        # Long names of backbones are broken at their underscores, too.
        words = [fill(value.replace("_", "_ "), 11) for value in values]
        self._axes.set_xticks(range(len(words)), words, fontsize=SMALL)
        self._axes.set_xlim(-0.4, len(words) - 0.6)
        self._axes.set_xlabel(fill(label, 48), fontsize=SMALL)
        self.redraw()

    @own_look()
    def show(self, gains: Mapping[str, Interval], value: str, said: str, came: str) -> None:
        """Set the gains by value, the value that is looked at, and both answers."""
        self.uncover()
        every = list(gains.values())
        self._line.set_data(range(len(every)), [one.mean for one in every])
        for number, bar in enumerate(self._bars):
            bar.set_visible(number < len(every) and not np.isnan(every[number].low))
            if bar.get_visible():
                bar.set_data([number, number], [every[number].low, every[number].high])
        self._ring.set_data([list(gains).index(value)], [gains[value].mean])
        self._title.set_text(f"you: it {said};  measured: {_it(came)}")


class PartsCanvas(Covered):
    """The gain at a point with its verdict, and its two parts on one scale.

    Args:
        reach: of the gains, in points.
    """

    @own_look()
    def __init__(self, reach: tuple[float, float]) -> None:
        super().__init__(RIGHT, UPPER, (132 + (RIGHT - 148) / 2, 189))
        self._axes = axes = plot_axes(self.picture, "points of rank-1", "")
        axes.set_position(self.place(132, 108, RIGHT - 148, UPPER - 158))
        axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
        axes.set(xlim=_limits(reach), ylim=(2.5, -0.5))
        axes.set_yticks(range(3), [fill(name, 15) for name in ROWS])
        axes.grid(False, axis="y")
        axes.axhline(0.5, color="#888888", linewidth=0.8)
        self._number = self.write(RIGHT / 2, 28, "", fontsize=FONT + 8, weight="bold")
        self._verdict = self.write(RIGHT / 2, 66, "", fontsize=FONT + 1)
        self._bars = [self.moving(axes.plot([0, 0], [n, n], color=CURVES[0], lw=2.4)[0]) for n in range(3)]
        look = {"marker": "o", "ms": 9, "mec": CURVES[0], "mew": 1.8, "ls": ""}
        self._means = [self.moving(axes.plot([0], [n], **look)[0]) for n in range(3)]

    @own_look()
    def show(self, parts: Effects) -> str:
        """Set the parts; the verdict's word."""
        self.uncover()
        whole, word = parts.whole, verdict(parts.whole)
        mark, ground, ink = look_of(word)
        self._number.set_text(f"{whole.mean:+.1f} points")
        reach = "" if np.isnan(whole.low) else f"{whole.low:+.1f} to {whole.high:+.1f}:  "
        self._verdict.set_text(f"{reach}{mark} {word}")
        self._verdict.set_color(ink)
        self._verdict.set_bbox({"facecolor": ground, "edgecolor": "none", "pad": 5})
        for bar, mean, name in zip(self._bars, self._means, ROWS.values()):
            one = getattr(parts, name)
            bar.set_visible(not np.isnan(one.low))
            bar.set_xdata([one.low, one.high])
            mean.set_xdata([one.mean])
            mean.set_mfc("white" if np.isnan(one.low) or one.low <= 0 <= one.high else CURVES[0])
        return word


class PeopleCanvas(Covered):
    """One person in V, X and I."""

    @own_look()
    def __init__(self) -> None:
        super().__init__(LEFT, LOWER, (LEFT / 2, LOWER / 2))
        lefts = (8, 149, 290)
        self._places = [self.photo(left, 36, 117, 234) for left in lefts]
        names = {"V": "visible", "X": "x", "I": "infrared"}
        self._titles = [
            self.write(left + 58, 18, name, color=COLOUR[kind], weight="bold")
            for left, (name, kind) in zip(lefts, names.items())
        ]

    @own_look()
    def show(self, seen: Seen, x: NDArray[np.uint8], title: str) -> None:
        """Set the three images, (H, W, 3) uint8, and what stands above X."""
        self.uncover()
        for place, image in zip(self._places, (seen.visible, x, seen.infrared)):
            place.show(image)
        self._titles[1].set_text(title)


class ReasonCanvas(Covered):
    """What X is made of, and what may explain the gain.

    Args:
        cost: the least and the most that gray costs the Baseline at any point, in points.
    """

    @own_look()
    def __init__(self, cost: tuple[float, float]) -> None:
        super().__init__(RIGHT, LOWER, (RIGHT / 2, 158))
        self._axes = axes = plot_axes(self.picture, "what X is made of, %", "")
        axes.set_position(self.place(40, 10, RIGHT - 100, 78))
        axes.set(xlim=(-100, 100), ylim=(2.6, -0.6))
        axes.set_yticks(range(3), list(CHANNELS))
        axes.grid(False, axis="y")
        axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
        self._shares = [
            self.moving(axes.plot([0, 0], [row, row], color=colour, lw=13, solid_capstyle="butt")[0])
            for row, (colour, _) in enumerate(CHANNELS.values())
        ]
        self._numbers = [
            self.write(RIGHT - 30, 10 + 78 * (row + 0.6) / 3.2, "", fontsize=FONT) for row in range(3)
        ]
        self._fixed = self.write(40 + (RIGHT - 100) / 2, 49, "", weight="bold")
        self._fixed.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 3})
        self._black = self.write(RIGHT / 2, 158, "")
        left, wide = 16, RIGHT - 32
        how = {"ha": "left", "fontsize": FONT}
        self._why = [self.write(left, y, "", **how) for y in (188, 240)]
        self._scales = []
        for top, (low, high) in ((202, (-1.0, 1.0)), (254, cost)):
            line = self.picture.add_axes(self.place(left, top, wide, 14))
            line.set(xlim=(low, high), ylim=(0, 1))
            line.axis("off")
            line.axhspan(0.3, 0.7, color="#E4E4E4")
            line.axvline(0, color=INK, linewidth=1.2)
            look = {"marker": "D", "ms": 9, "color": CURVES[3], "clip_on": False, "ls": ""}
            self._scales.append(self.moving(line.plot([0], [0.5], **look)[0]))

    @own_look()
    def show(self, mix: Mix | None, fixed: str, reasons: Why) -> None:
        """Set the mix, or what fixed image stands there, and the reasons."""
        self.uncover()
        self._fixed.set_text(fill(fixed, 28))
        self._fixed.set_visible(mix is None)
        for line, number, share in zip(self._shares, self._numbers, mix.shares if mix else (0, 0, 0)):
            line.set_xdata([0, share])
            line.set_visible(mix is not None)
            number.set_text(f"{share:.0f} %".replace("-", "−") if mix else "")
        self._black.set_text(f"black level: {mix.black:.0f} of 255" if mix else "black stays black")
        self._why[0].set_text(f"best linear mix predicts infrared: {reasons.linear:.2f}")
        self._why[1].set_text(f"gray at test costs the Baseline: {reasons.colour_cost:+.1f} points")
        self._scales[0].set_xdata([reasons.linear])
        self._scales[1].set_xdata([reasons.colour_cost])


def _limits(reach: tuple[float, float]) -> tuple[float, float]:
    """A scale that holds all gains, and a little more."""
    low, high = reach
    spare = 0.06 * max(high - low, 1.0)
    return low - spare, high + spare


def _it(came: str) -> str:
    return came if came == UNDECIDED else f"it {came}"
