"""Pictures of the loss geometry: the points with who looks at whom, and every term as a number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from studykit.look import own_look
from studykit.plots.charts import FILL
from studykit.plots.charts import PEOPLE as MARKERS
from studykit.plots.picture import COLOUR, DPI, FONT, INK, Picture, key, plot_axes
from studykit.widgets.canvas import Canvas
from studykit.widgets.drawing import Drawing
from studykit.widgets.geometry.data import (
    IMAGES,
    MODALITIES,
    PEOPLE,
    TERMS,
    Hinges,
    Losses,
    Points,
    Settings,
    Term,
)

WIDE, TALL = 430, 430  # pixels of the plane
TABLE = 380  # pixels: width of the table
MIDDLE, REACH = (3.5, 3.0), 5.8  # of the plane at first
NAMES = dict(zip(MODALITIES, ("infrared", "x", "visible")))
GRAB = 24  # pixels around a point in which it is taken
ARROW = 4.0  # units per unit of gradient: M, which undoes the mean over the images
SHORTEST = 13  # pixels: an arrow that is there at all can be seen beside its marker
LONGEST = 2.4  # units: if an arrow would be longer, all are shortened alike
LINES = {"positive": ("right", "-"), "negative": ("wrong", (0, (3, 2)))}
SMALL = FONT - 1.5


class Letters(Artist):
    """Many short words, drawn in a fiftieth of the time that matplotlib takes for each.

    Attributes:
        words: (x, y, anchor, text, bold, colour) each: x and y in pixels from the top left corner, and what of
            the text stands there, such as "rm" for the middle of its right end.
    """

    @own_look()
    def __init__(self, points: float, halo: bool = False) -> None:
        super().__init__()
        self._halo = halo  # around each word, in the colour of the ground: legible over lines and markers
        self.words: list[tuple[float, float, str, str, bool, str]] = []
        pixels = self._pixels = points * DPI / 72
        self._fonts = {
            bold: ImageFont.truetype(
                findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")), pixels
            )
            for bold in (False, True)
        }

    def draw(self, renderer: Any) -> None:
        if isinstance(renderer, Drawing):
            for x, y, anchor, text, bold, colour in self.words:
                renderer.letters(x, y, anchor, text, self._pixels, bold, colour, self._halo)
            return
        page = np.asarray(renderer.buffer_rgba())
        image = Image.fromarray(page)
        pen = ImageDraw.Draw(image)
        for x, y, anchor, text, bold, colour in self.words:
            halo = {"stroke_width": 2, "stroke_fill": "white"} if self._halo else {}
            pen.text((x, y), text, colour, self._fonts[bold], anchor, **halo)
        page[:] = image


class Plane(Canvas):
    """The twelve points, hardest positives and negatives of a term, and arrows."""

    @own_look()
    def __init__(self) -> None:
        picture = Picture(TALL / DPI, "", WIDE / DPI, layout=None)
        self.axes = axes = plot_axes(picture, "", "")
        left, bottom, side = 34, 24, 350
        axes.set_position((left / WIDE, bottom / TALL, (WIDE - left - 4) / WIDE, side / TALL))
        self._shape = side / (WIDE - left - 4)
        axes.tick_params(labelsize=SMALL)
        keys = [
            key(f"hardest {name}", color=COLOUR[colour], ls=dash, lw=2)
            for name, (colour, dash) in LINES.items()
        ]
        keys.append(key("pays", marker="o", ms=12, mfc="none", mec=INK, mew=1.5))
        keys.append(key("point", marker="s", ms=12, mfc="none", mec="#888888"))
        keys += [
            key(m, marker="o", ms=7.5, mec=COLOUR[name], mfc=to_rgba(COLOUR[name], FILL[name]))
            for m, name in NAMES.items()
        ]  # fmt: skip
        keys += [
            key(f"person {person}", marker=mark, ms=7.5, mfc="white", mec=INK)
            for person, mark in zip(np.unique(PEOPLE), MARKERS)
        ]
        for row, (first, last) in enumerate(((0, 4), (4, len(keys)))):
            picture.legend(
                handles=keys[first:last], loc="upper left", ncols=last - first, frameon=False, fontsize=SMALL,
                columnspacing=1.2, handletextpad=0.4, handlelength=1.9 if row == 0 else 1, borderpad=0,
                bbox_to_anchor=(left / WIDE, 1 - (4 + 22 * row) / TALL), borderaxespad=0,
            )  # fmt: skip
        super().__init__(picture)
        self._lines = {
            name: self.moving(LineCollection([], colors=COLOUR[colour], linestyles=[dash], zorder=2))
            for name, (colour, dash) in LINES.items()
        }
        for lines in self._lines.values():
            axes.add_collection(lines, autolim=False)
        still = np.zeros(12)
        colours = [COLOUR[NAMES[m]] for m in MODALITIES for _ in IMAGES]
        self._arrows = self.moving(
            axes.quiver(
                still, still, still, still, color=colours, angles="uv", scale_units="dots", scale=1, units="dots",
                width=3, headwidth=4, headlength=4.5, headaxislength=4, minlength=0, minshaft=1.5,
            )
        )  # fmt: skip
        self._dots = [
            self.moving(
                axes.plot(
                    [], [], ls="", marker=MARKERS[person], ms=9, mew=1.5, mec=COLOUR[NAMES[m]],
                    mfc=_on_white(COLOUR[NAMES[m]], FILL[NAMES[m]]), clip_on=False,
                )[0]
            )
            for m in MODALITIES
            for person in range(2)
        ]  # fmt: skip
        ring = {"ls": "", "marker": "o", "mfc": "none", "mec": INK}
        self._paying = self.moving(axes.plot([], [], ms=16, mew=1.5, **ring)[0])
        self._taken = self.moving(axes.plot([], [], ls="", marker="s", ms=20, mfc="none", mec="#888888")[0])
        self._labels = self.moving(Letters(FONT - 2, halo=True))
        self.reach = 0.0
        self.fit(REACH)

    def fit(self, reach: float) -> None:
        """Show as far as `reach` to the left and right of the middle."""
        if reach != self.reach:
            self.reach = reach
            self.axes.set_xlim(MIDDLE[0] - reach, MIDDLE[0] + reach)
            self.axes.set_ylim(MIDDLE[1] - reach * self._shape, MIDDLE[1] + reach * self._shape)
            self.redraw()

    def contain(self, points: Points) -> None:
        """Show more of the plane if a point has left it."""
        beyond = np.abs(points - MIDDLE).max((0, 1)) / (1, self._shape)
        reach = self.reach
        while beyond.max() > reach:
            reach *= 1.5
        self.fit(reach)

    def spot(self, x: float, y: float) -> NDArray[np.float64]:
        """The place in the plane of a pixel from the top left corner, no farther out than the plane is shown."""
        place = self.axes.transData.inverted().transform((x, TALL - y))
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        return np.clip(place, (left, low), (right, high))

    def nearest(self, points: Points, x: float, y: float) -> int | None:
        """The point (counted through all 12) at a pixel from the top left corner; None if none is near."""
        pixels = self.axes.transData.transform(points.reshape(-1, 2))
        far = np.hypot(*(pixels - (x, TALL - y)).T)
        return int(far.argmin()) if far.min() < GRAB else None

    @own_look()
    def show(
        self, points: Points, slope: Points, term: Term, found: Hinges, anchors: Sequence[int], taken: int
    ) -> None:
        """Move everything.

        Args:
            points: (3, 4, 2).
            slope: (3, 4, 2), the gradient; arrows point against it.
            term: whose pairs are drawn.
            found: its hinges.
            anchors: which of its four anchors.
            taken: the chosen point, counted through all 12.
        """
        flat = points.reshape(-1, 2)
        for dots, at in zip(self._dots, flat.reshape(6, 2, 2)):
            dots.set_data(*at.T)
        moves = -ARROW * slope.reshape(-1, 2)
        moves *= min(1, LONGEST / max(np.linalg.norm(moves, axis=1).max(), 1e-12))
        long = np.linalg.norm(moves, axis=1)
        hidden = long < 1e-9
        self._arrows.set_offsets(flat)
        scale = self.axes.bbox.width / (2 * self.reach)
        pixels = moves * np.maximum(scale, SHORTEST / np.maximum(long, 1e-9))[:, None]
        self._arrows.set_UVC(*np.ma.masked_array(pixels, np.stack([hidden, hidden], 1)).T)
        anchors = np.asarray(anchors, int)
        pays = found.pays[anchors] > 0
        for name, lines in self._lines.items():
            ends = points[term.other][getattr(found, name)[anchors]]
            lines.set_segments(list(np.stack([points[term.anchor][anchors], ends], 1)))
            lines.set(linewidths=np.where(pays, 2.4, 1.1), alpha=np.where(pays, 0.95, 0.4))
        self._paying.set_data(*points[term.anchor][anchors[pays]].T)
        self._taken.set_data(*flat[[taken]].T)
        pixels = self.axes.transData.transform(flat)
        outside = np.where(pixels >= pixels.mean(0), 1, -1)  # from the middle of all, so that few labels meet
        self._labels.words = [
            (
                x + 15 * right,
                TALL - y - 13 * up,
                "mm",
                IMAGES[i % 4],
                False,
                COLOUR[NAMES[MODALITIES[i // 4]]],
            )
            for i, ((x, y), (right, up)) in enumerate(zip(pixels, outside))
        ]


class Table(Canvas):
    """Every term of the objective, anchor by anchor, and the sums."""

    ROW, FIRST = 27, 46  # pixels: of a line, and the middle of the first one
    COLUMNS, SUM = (184, 228, 272, 316), TABLE - 6  # pixels: right ends of the numbers
    RULE = FIRST + 7 * ROW + 2

    @own_look()
    def __init__(self) -> None:
        super().__init__(Picture(TALL / DPI, "", TABLE / DPI, layout=None))
        self._write(4, 16, "each anchor pays", fontsize=SMALL)
        for x, image in zip(self.COLUMNS, IMAGES):
            self._write(x, 16, image, ha="right", weight="bold")
        self._write(self.SUM, 16, "sum", ha="right", weight="bold")
        band = Rectangle(
            (0, 0), 1, self.ROW / TALL, transform=self.picture.transFigure, color="#E6EEF5", lw=0
        )
        self._band = self.moving(self.picture.add_artist(band))
        self.picture.add_artist(
            Line2D([0.01, 0.98], [1 - self.RULE / TALL] * 2, color="#888888", lw=0.8, transform=self.picture.transFigure)
        )  # fmt: skip
        formulas = (
            (r"$L_M = L_I + L_X + L_V$  (7, 8)", "each: sum / 4"),
            (r"$L_C = L_{cross}^{I,X} + L_{cross}^{I,V}$  (3, 4)", "each: both sums / 4"),
            (r"$L = L_M + \lambda\,L_C$  (11)", ""),
        )
        for row, (formula, remark) in enumerate(formulas):
            self._write(4, self._line(row), formula, fontsize=FONT)
            self._write(self.SUM, self._line(row), remark, ha="right", fontsize=SMALL, color="#555555")
        self._numbers = self.moving(Letters(FONT - 0.5))

    @own_look()
    def show(self, every: Sequence[Hinges], values: Losses, settings: Settings, chosen: int) -> None:
        """Show other numbers.

        Args:
            every: hinges by term, in the order of TERMS.
            values: the sums.
            settings: margins and lambda.
            chosen: row of the term whose pairs are drawn.
        """
        words = []
        for row, (term, hinges) in enumerate(zip(TERMS, every)):
            y = self._row(row)
            words.append((4, y, "lm", f"{term.name}  ({term.equation})", row == chosen, INK))
            for x, pays in zip(self.COLUMNS, hinges.pays):
                words.append((x, y, "rm", number(pays), False, INK if pays else "#767676"))
            words.append((self.SUM, y, "rm", number(hinges.pays.sum()), True, INK))
        self._band.set_y(1 - (self._row(chosen) + self.ROW / 2) / TALL)
        L_M, L_C, L = (number(float(value)) for value in (values.L_M, values.L_C, values.L))
        sums = (
            (" + ".join(number(float(one)) for one in values.modality), L_M),
            (" + ".join(number(float(one)) for one in values.cross), L_C),
            (f"{L_M} + {settings.lam:g} · {L_C}", L),
        )
        for row, (summed, result) in enumerate(sums):
            y = self._line(row) + 25
            words.append((4, y, "lm", f"= {summed}", False, INK))
            words.append((self.SUM, y, "rm", f"= {result}", True, INK))
        self._numbers.words = words

    def _row(self, row: int) -> int:
        """Middle of a term's line, in pixels from the top; a gap divides Eq. 10 from the others."""
        return self.FIRST + row * self.ROW + (8 if row > 2 else 0)

    def _line(self, row: int) -> int:
        """Middle of a formula."""
        return self.RULE + 30 + 58 * row

    def _write(self, x: float, y: float, words: str, **look: Any) -> None:
        """Words that stand still, whose middle is `y` pixels below the top."""
        look = {"fontsize": FONT - 0.5, "color": INK, "va": "center"} | look
        self.picture.text(x / TABLE, 1 - y / TALL, words, **look)


def number(value: float) -> str:
    """Two digits after the point, and a plain 0 for nothing.

    >>> number(1.234), number(0.0), number(0.001)
    ('1.23', '0', '0.00')
    """
    return "0" if value == 0 else f"{value:.2f}"


def _on_white(colour: str, opacity: float) -> tuple[float, ...]:
    """A colour as it looks half transparent on white: so that no line shines through a marker."""
    return tuple(opacity * part + 1 - opacity for part in to_rgba(colour)[:3])
