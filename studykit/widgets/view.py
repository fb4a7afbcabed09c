"""View: a picture in the page with a line of words under it, which tells where the pointer is."""

from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


class View(anywidget.AnyWidget):
    """What a reader sees of a widget: picture, words, and the same words for those who cannot see it.

    Attributes:
        data: the encoded picture.
        mime: "image/png" or "image/jpeg".
        words: what the picture shows, in a sentence or two.
        width, height: of the picture in pixels; it becomes narrower with the page.
        reacts: whether the pointer over the picture is told.
        pointer: {"press": number of the press, "from": [x, y] where it began, "at": [x, y] where the
            pointer is, in pixels of the picture from its top left corner, "down": bool}; empty before
            the first move.
    """

    _esm = HERE / "view.js"
    _css = HERE / "view.css"

    data = traitlets.Bytes().tag(sync=True)
    mime = traitlets.Unicode("image/png").tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    reacts = traitlets.Bool(False).tag(sync=True)
    pointer = traitlets.Dict().tag(sync=True)
