"""Pictures of the X studio: photographs, histograms beside them, and a picture of the reader's own."""

from typing import Any

import numpy as np
from matplotlib.patches import StepPatch
from matplotlib.text import Text
from numpy.typing import NDArray

from studykit.look import own_look
from studykit.plots.picture import CHANNELS, COLOUR, DPI, FAINT, FONT, INK, Picture
from studykit.widgets.canvas import Canvas

# Pixels of the two canvases that stand beside each other, even in a window that shows the files at its side.
PHOTOS, HISTOGRAMS = 406, 418
LEFT, TOP, ROW, TALL, GAP = 38, 8, 146, 140, 5  # in both, a row each for V, X and I
LINE, BOTTOM = 20, TOP + 3 * ROW
HEIGHT = BOTTOM + 2 * LINE + 6
BINS = np.linspace(0, 255, 35)
OWN_WIDE, OWN_TALL, OWN = 412, 310, 844  # of the reader's picture, and of its X; width of both together


class Photos:
    """V, X and I of some people, a column each, and under it how far V and X are from I.

    Args:
        people: how many.
        aspect: width of a photograph over its height.
    """

    @own_look()
    def __init__(self, people: int, aspect: float) -> None:
        picture = Picture(HEIGHT / DPI, "", PHOTOS / DPI, layout=None)
        self.canvas = Canvas(picture)
        wide = min(round(aspect * TALL), (PHOTOS - LEFT) // people - GAP)

        def write(x: float, y: float, text: str, **how: Any) -> Text:
            look = {"fontsize": FONT, "color": INK, "ha": "center", "va": "center"}
            return picture.text(x / PHOTOS, 1 - y / HEIGHT, text, **look | how)

        for number, name in enumerate("VXI"):
            write(LEFT / 2, TOP + number * ROW + TALL / 2, name, weight="bold", fontsize=FONT + 2)
        lefts = [LEFT + column * (wide + GAP) for column in range(people)]
        self._rows = [
            [self.canvas.photo(left, TOP + number * ROW, wide, TALL) for left in lefts] for number in range(3)
        ]
        middles = [left + wide / 2 for left in lefts]
        above, below = BOTTOM + LINE / 2, BOTTOM + 3 * LINE / 2
        write(LEFT / 2, above, "V to I", fontsize=FONT - 1.5)
        write(LEFT / 2, below, "X to I", fontsize=FONT - 1.5)
        self._of_v = [write(x, above, "", color=COLOUR["visible"]) for x in middles]
        self._of_x = [
            self.canvas.moving(write(x, below, "", color=COLOUR["x"], weight="bold")) for x in middles
        ]

    def show_people(
        self, visible: NDArray[np.uint8], infrared: NDArray[np.uint8], apart: NDArray[np.floating]
    ) -> None:
        """Set V and I, (people, H, W, 3) each, and the distance between them, (people,) in levels."""
        self._show(0, visible)
        self._show(2, infrared)
        for text, number in zip(self._of_v, apart):
            text.set_text(f"{number:.1f}")
        self.canvas.redraw()

    def show_x(self, x: NDArray[np.uint8], apart: NDArray[np.floating]) -> None:
        """Set X and its distance from I, as above."""
        self._show(1, x)
        for text, number in zip(self._of_x, apart):
            text.set_text(f"{number:.1f}")

    def _show(self, row: int, images: NDArray[np.uint8]) -> None:
        for place, image in zip(self._rows[row], images, strict=True):
            place.show(image)


class Histograms:
    """Fig. 3 of the paper in three rows, which stand beside the photographs."""

    @own_look()
    def __init__(self) -> None:
        picture = Picture(HEIGHT / DPI, "", HISTOGRAMS / DPI, layout=None)
        self.canvas = Canvas(picture)
        self._steps: list[list[StepPatch]] = []
        for row, name in enumerate("VXI"):
            bottom = HEIGHT - (TOP + row * ROW + TALL)
            axes = picture.add_axes(
                (30 / HISTOGRAMS, bottom / HEIGHT, (HISTOGRAMS - 50) / HISTOGRAMS, (TALL - 8) / HEIGHT)
            )
            axes.set(xlim=(BINS[0], BINS[-1]), ylim=(0, 1.06), yticks=[], xticks=range(0, 256, 50))
            axes.spines[["left", "right", "top"]].set_visible(False)
            axes.spines["bottom"].set_color("#888888")
            axes.grid(axis="x", color=FAINT, linewidth=0.8)
            axes.tick_params(labelsize=FONT - 0.5, colors=INK, color="#888888", labelbottom=row == 2)
            axes.text(
                -0.05,
                0.5,
                name,
                transform=axes.transAxes,
                ha="center",
                va="center",
                weight="bold",
                fontsize=FONT + 2,
            )
            self._steps.append([])
            for channel, (colour, dash) in CHANNELS.items():
                look = {"edgecolor": colour, "linestyle": dash, "linewidth": 2, "label": channel}
                steps = StepPatch(np.zeros(len(BINS) - 1), BINS, fill=False, **look)
                axes.add_patch(steps)
                self._steps[row].append(self.canvas.moving(steps))
            if row == 0:
                axes.legend(frameon=False, fontsize=FONT, loc="upper right", handlelength=2.4)
        axes.set_xlabel("mean intensity of an image, in levels", fontsize=FONT, color=INK)

    def show(self, *panels: NDArray[np.floating]) -> None:
        """Set the histograms: means (n, 3) of V, X and I. The highest bar fills its row."""
        for steps, means in zip(self._steps, panels):
            # Beyond the scale X counts at its end, so that it is never gone from the picture.
            counts = [np.histogram(channel.clip(BINS[0], BINS[-1]), BINS)[0] for channel in means.T]
            for patch, count in zip(steps, counts):
                patch.set_data(count / np.max(counts))


class Pair:
    """A picture of the reader's own, and its X beside it."""

    def __init__(self) -> None:
        self.canvas = Canvas(Picture(OWN_TALL / DPI, "", OWN / DPI, layout=None))
        self._place = self.canvas.photo(0, 0, OWN, OWN_TALL)

    def show(self, *pictures: NDArray[np.uint8]) -> None:
        """Set both, (H, W, 3), in the middle of their boxes of OWN_WIDE by OWN_TALL."""
        page = np.full((OWN_TALL, OWN, 3), 255, np.uint8)
        for picture, box in zip(pictures, (0, OWN - OWN_WIDE)):
            tall, wide = picture.shape[:2]
            top, left = (OWN_TALL - tall) // 2, box + (OWN_WIDE - wide) // 2
            page[top : top + tall, left : left + wide] = picture
        self._place.show(page)
