"""View: a picture in the page with a line of words under it, which tells where the pointer is."""

from pathlib import Path
from typing import Protocol

import anywidget
import traitlets

HERE = Path(__file__).parent


class Drawn(Protocol):
    """What a view shows, such as a Canvas."""

    def layers(self) -> tuple[str, str]:
        """What stands still and what moves, as SVG."""

    def encode(self) -> tuple[str, bytes]:
        """Both as pixels: the type, "image/png" or "image/jpeg", and the bytes."""


class View(anywidget.AnyWidget):
    """What a reader sees of a widget: picture, words, and the same words for those who cannot see it.

    Attributes:
        still, moving: two layers of the picture, the inside of an <svg>; empty before the first one.
        words: what the picture shows, in a sentence or two.
        letters: of the longest words it will have, if that is known; room is kept for them.
        width, height: of the picture in pixels; it becomes smaller with the page, but no word below 11 pixels.
        widths: narrower ones at which it may end at the right, ascending: a list of photographs loses its last places
            before it becomes smaller.
        reacts: whether the pointer over the picture is told.
        pointer: {"press": number of the press, "from": [x, y] where it began, "at": [x, y] where the
            pointer is, in pixels of the picture from its top left corner, "down": bool}; empty before
            the first move.
    """

    _esm = HERE / "view.js"
    _css = HERE / "view.css"

    still = traitlets.Unicode().tag(sync=True)
    moving = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    letters = traitlets.Int().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    widths = traitlets.List(traitlets.Int()).tag(sync=True)
    reacts = traitlets.Bool(False).tag(sync=True)
    pointer = traitlets.Dict().tag(sync=True)

    _drawn: Drawn | None = None
    _encoded: tuple[str, bytes] | None = None

    def show(self, drawn: Drawn | None, words: str) -> None:
        """Show a picture and its words, in one message, so that they never part; None empties the view."""
        layers = drawn.layers() if drawn else ("", "")
        self._drawn, self._encoded = drawn, None
        with self.hold_sync():
            self.still, self.moving, self.words = *layers, words

    def encode(self) -> tuple[str, bytes]:
        """The picture as pixels, for readers without a kernel; no bytes if there is none."""
        if self._encoded is None:
            self._encoded = self._drawn.encode() if self._drawn else ("image/png", b"")
        return self._encoded

    @property
    def mime(self) -> str:
        """The type of `data`."""
        return self.encode()[0]

    @property
    def data(self) -> bytes:
        """The picture as pixels, encoded when asked for."""
        return self.encode()[1]
