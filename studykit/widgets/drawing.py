"""Drawing of a figure as SVG for a page: sharp at every zoom, its neutral colours and letters those of the page.

The page may say what each colour is there: `#222222` is written `var(--x222222, #222222)`, and `view.css` gives the
variables for dark themes. Photographs keep their colours.
"""

import base64
import io
import re
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties
from numpy.typing import NDArray
from PIL import Image

from studykit.plots.picture import DPI

PIXELS = DPI / 72  # to a point
WHOLE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
UNWANTED = re.compile(r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>|\s*\n\s*", re.DOTALL)
COLOUR = re.compile(r"(?<=: )#([0-9a-f]{6})")
ENDS = {"left": 0.0, "center": 0.5, "right": 1.0}
ANCHORS = {0.0: "start", 0.5: "middle", 1.0: "end"}
ENDS_OF_LETTERS = {"l": 0.0, "m": 0.5, "r": 1.0}


class _Pen(GraphicsContextBase):
    """Widths and dashes, which come in points, in pixels."""

    def set_linewidth(self, w: float) -> None:
        super().set_linewidth(w * PIXELS)

    def set_dashes(self, dash_offset: float, dash_list: Any) -> None:
        scaled = None if dash_list is None else [PIXELS * one for one in dash_list]
        super().set_dashes(PIXELS * (dash_offset or 0), scaled)


class Drawing(RendererSVG):
    """A page of a size in pixels that artists draw themselves on; words stay words.

    Args:
        width, height: in pixels, as those of the figure.
    """

    def __init__(self, width: int, height: int) -> None:
        self._out = io.StringIO()
        super().__init__(width, height, self._out, image_dpi=144)

    def new_gc(self) -> GraphicsContextBase:
        return _Pen()

    def points_to_pixels(self, points: Any) -> Any:
        return PIXELS * points

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> Any:
        return super().get_text_width_height_descent(s, _larger(prop), ismath)

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:  # fmt: skip
        if ismath:
            super().draw_text(gc, x, y, s, _larger(prop), angle, ismath, mtext)
            return
        part = ENDS[mtext.get_horizontalalignment()] if mtext is not None else 0.0
        if angle and mtext.get_rotation_mode() != "anchor":
            part = 0.5  # the middle of the word stays, whatever the font of the page
        wide, turned = part * self.get_text_width_height_descent(s, prop, False)[0], np.deg2rad(angle)
        x, y = x + wide * np.cos(turned), y - wide * np.sin(turned)  # y is from the top
        bold = prop.get_weight() in ("bold", 700)
        self._word(x, y, s, _pixels(prop), ANCHORS[part], bold, to_hex(gc.get_rgb()), -angle)

    def letters(
        self, x: float, y: float, anchor: str, text: str, pixels: float, bold: bool, colour: str, halo: bool
    ) -> None:
        """A word whose left end, middle or right end ("l", "m", "r") is at x, and its middle at y from the top."""
        end = ANCHORS[ENDS_OF_LETTERS[anchor[0]]]
        self._word(x, y + 0.36 * pixels, text, pixels, end, bold, colour.lower(), 0, halo)

    def _word(
        self, x: float, y: float, text: str, pixels: float, anchor: str, bold: bool, colour: str, turn: float, halo: bool = False
    ) -> None:  # fmt: skip
        place = {"x": f"{x:.1f}", "y": f"{y:.1f}"}
        if turn:
            place["transform"] = f"rotate({turn:g} {x:.1f} {y:.1f})"
        # A picture that a narrow page makes smaller says by --least what can still be read.
        look = f"font-size: max({pixels:.1f}px, var(--least, 0px)); text-anchor: {anchor}; fill: {colour}"
        if bold:
            look += "; font-weight: 600"
        if halo:
            look += "; paint-order: stroke; stroke: #ffffff; stroke-width: 3px"
        self.writer.element("text", text, attrib=place | {"style": look})

    def photo(self, left: float, top: float, width: float, height: float, pixels: NDArray[np.uint8]) -> None:
        """A photograph, (H, W, 3), that the page enlarges or reduces to the place."""
        place = {"x": str(left), "y": str(top), "width": str(width), "height": str(height)}
        self.writer.element("image", attrib=place | {"preserveAspectRatio": "none", "href": _address(pixels)})

    def text(self) -> str:
        """What was drawn, as the inside of an <svg>."""
        self.finalize()
        inside = WHOLE.search(self._out.getvalue())[1]
        inside = UNWANTED.sub(" ", inside).replace(
            "image-rendering:crisp-edges;image-rendering:pixelated", ""
        )
        return COLOUR.sub(r"var(--x\1, #\1)", inside)


@lru_cache(maxsize=64)
def _larger_font(prop: FontProperties, points: float) -> FontProperties:
    larger = prop.copy()
    larger.set_size(PIXELS * points)
    return larger


def _larger(prop: FontProperties) -> FontProperties:
    return _larger_font(prop, prop.get_size_in_points())


def _pixels(prop: FontProperties) -> float:
    return PIXELS * prop.get_size_in_points()


def _address(pixels: NDArray[np.uint8]) -> str:
    return _encoded(pixels.tobytes(), pixels.shape)


@lru_cache(maxsize=512)
def _encoded(pixels: bytes, shape: tuple[int, ...]) -> str:
    """A photograph as an address that holds all of it; the same ones come again and again."""
    out = io.BytesIO()
    Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(shape)).save(
        out, "JPEG", quality=90, subsampling=0
    )
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
