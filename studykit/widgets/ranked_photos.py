"""Ranked list on a canvas: photographs that change, right ones told from wrong by colour, line and sign."""

from typing import Protocol

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from studykit.look import own_look
from studykit.plots.picture import COLOUR, DPI, FONT, INK, Picture
from studykit.widgets.canvas import Canvas
from xivlab.data.images import Modality

KINDS = {True: ("right", "✓", "-"), False: ("wrong", "✗", (0, (3, 1.5)))}
UNDER = 19  # pixels under a photograph, for sign and rank


class Photographs(Protocol):
    """Whatever has the images of its rows, such as a `RunView`."""

    def photo(self, modality: Modality, row: int) -> NDArray[np.uint8]:
        """The image of a row, (H, W, 3)."""


class FirstFound(Protocol):
    """What a query finds, such as a `RankedList`.

    Attributes:
        found: (n,), rows, nearest first.
        right: (n,), whether each shows the query's person.
        rank: of the first right one, from 1; None if there is nobody to find.
    """

    found: NDArray[np.integer]
    right: NDArray[np.bool_]
    rank: int | None


class RankedPhotos:
    """Places for the first images of a ranked list, in one or more lines.

    Signs and frames are drawn all at once, one artist for the right ones and one for the wrong: letters one
    by one would take most of the time.

    Args:
        canvas: that holds them.
        left, top: of the first photograph, in pixels from the top left corner.
        size: of a photograph, in pixels.
        columns, lines: how many places.
        gap: pixels between two photographs.
    """

    @own_look()
    def __init__(
        self,
        canvas: Canvas,
        left: int,
        top: int,
        size: tuple[int, int],
        columns: int,
        lines: int = 1,
        gap: int = 7,
    ) -> None:
        (wide, high), (_, tall) = size, canvas.size
        self.photos, frames, signs = [], [], []
        for place in range(columns * lines):
            x = left + place % columns * (wide + gap)
            y = top + place // columns * (high + UNDER + 4)
            self.photos.append(canvas.photo(x, y, wide, high))
            low, far = tall - y - high - 1, x + wide + 1
            frames.append(
                [(x - 1, low), (far, low), (far, tall - y + 1), (x - 1, tall - y + 1), (x - 1, low)]
            )
            signs.append((x + wide / 2 - 9, low - 9))
            write(canvas, x + wide / 2 + 7, y + high + 3, str(place + 1), ha="center")
        self._frames, self._signs = np.array(frames), np.array(signs)
        self.marks: dict[bool, tuple[LineCollection, Line2D]] = {}
        pixels = {"transform": IdentityTransform()}
        for right, (name, mark, dash) in KINDS.items():
            frame = LineCollection([], colors=COLOUR[name], linestyles=[dash], linewidths=2.2, **pixels)
            look = {"marker": _outline(mark), "ms": 9, "mew": 0, "ls": "", "color": COLOUR[name]}
            sign = Line2D([], [], **look, **pixels)
            for artist in (frame, sign):
                canvas.moving(canvas.picture.add_artist(artist))
            self.marks[right] = frame, sign

    def show(self, view: Photographs, found: FirstFound) -> None:
        """Show the head of a list; places beyond its end stay empty."""
        shown = min(len(found.found), len(self.photos))
        for place, photo in enumerate(self.photos):
            photo.show(view.photo("visible", found.found[place]) if place < shown else None)
        for right, (frame, sign) in self.marks.items():
            places = np.flatnonzero(found.right[:shown] == right)
            frame.set_segments(self._frames[places])
            sign.set_data(*self._signs[places].T)


@own_look()
def _outline(letter: str) -> Path:
    """A letter as a marker, its middle at the origin."""
    path = TextPath((0, 0), letter, size=10)
    box = path.get_extents()
    middle = (box.x0 + box.width / 2, box.y0 + box.height / 2)
    return Path(path.vertices - middle, path.codes)


def write(canvas: Canvas, x: float, y: float, text: str, moving: bool = False, **how: object) -> Text:
    """A text whose top is at (x, y), in pixels from the top left corner."""
    picture: Picture = canvas.picture
    wide, tall = canvas.size
    style = {"fontsize": FONT - 1, "color": INK, "va": "top", "linespacing": 1.35} | how
    artist = picture.text(x / wide, 1 - y / tall, text, **style)
    return canvas.moving(artist) if moving else artist


def blank(width: int, height: int) -> Canvas:
    """A canvas without axes, of a size in pixels."""
    return Canvas(Picture(height / DPI, "", width / DPI, layout=None))
