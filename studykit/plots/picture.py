"""Picture: a figure that shows itself in a notebook and says in a sentence what it shows; palette, axes and legend keys.

No pyplot: its global state mixes figures up when a widget draws from another thread. A `Picture` shows itself
in a notebook, as JPEG where it holds photographs and as PNG where it does not, small enough to be kept there.
"""

import base64
import inspect
import io
from typing import Any, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from studykit.look import own_look
from studykit.plots import photographs

# Okabe and Ito's palette: told apart by colour-blind readers. What matters has a marker or a line style as well.
COLOUR = {"visible": "#0072B2", "infrared": "#D55E00", "x": "#7A3E9D", "right": "#00805C", "wrong": "#C04000"}
MARKER = {"visible": "o", "infrared": "^", "x": "s"}
CHANNELS = {"R": ("#D55E00", "-"), "G": ("#009E73", "--"), "B": ("#0072B2", ":")}
CURVES = ("#0072B2", "#D55E00", "#009E73", "#7A3E9D", "#000000", "#A06A00", "#56A0D3")
DASHES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))
INK, FAINT = "#222222", "#E4E4E4"
DPI, WIDTH = 110, 8.0  # of a full-width picture: 880 pixels, which fit a notebook's column at 100 %
FONT = 10.5
PHOTO_QUALITY = 72  # of JPEG: a page of photographs stays below 100 KB
SHARP, SHARP_QUALITY = 2, 56  # pixels of a notebook's picture to one of the page, and JPEG quality of so many

T = TypeVar("T")


def _drawn_in_own_look(kind: type[T]) -> type[T]:
    """The class itself, each public method of which, inherited or not, now draws within `own_look`."""
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        # matplotlib takes a data ratio that is not its own for that of no plane.
        if not name.startswith("_") and name != "get_data_ratio":
            setattr(kind, name, own_look()(method))
    return kind


@_drawn_in_own_look
class PictureAxes(Axes):
    """Axes of a `Picture`, drawn like all of it within `own_look`."""


@_drawn_in_own_look
class Picture(Figure):
    """A figure that shows itself in a notebook, with words beside it, whatever matplotlib's settings are.

    Args:
        height: in inches; the width is `WIDTH` if not given.
        alt: what the picture shows, for readers who do not see it.
    """

    @own_look()
    def __init__(self, height: float, alt: str, width: float = WIDTH, layout: str | None = "constrained"):
        super().__init__(figsize=(width, height), dpi=DPI, layout=layout, facecolor="white")
        FigureCanvasAgg(self)
        self.alt = alt

    def add_subplot(self, *place: Any, **look: Any) -> Axes:
        return super().add_subplot(*place, **{"axes_class": PictureAxes} | look)

    def add_axes(self, *place: Any, **look: Any) -> Axes:
        return super().add_axes(*place, **{"axes_class": PictureAxes} | look)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        mime, data = encode(self, SHARP)
        bundle = {mime: base64.b64encode(data).decode(), "text/plain": self.alt}
        return bundle, shown_as(mime, self.alt, self.canvas.get_width_height()[0])


def shown_as(mime: str, alt: str, width: int) -> dict[str, Any]:
    """What a notebook is told of an image beside its bytes.

    Args:
        mime: "image/png", which is a chart, or "image/jpeg".
        alt: what it shows, in words.
        width: on the page, in pixels.
    """
    # JupyterLab marks such an image in the page; `labextension` turns a chart, and no photograph, dark with the theme.
    return {mime: {"alt": alt, "width": width}} | (
        {"needs_background": "light"} if mime == "image/png" else {}
    )


def encode(figure: Figure, ratio: int = 1) -> tuple[str, bytes]:
    """A figure as ("image/jpeg", bytes) if it holds photographs, and says where, else ("image/png", bytes).

    Args:
        figure: of any kind.
        ratio: pixels of the file to one of the figure.
    """
    with own_look():
        canvas = FigureCanvasAgg(figure) if not hasattr(figure.canvas, "buffer_rgba") else figure.canvas
        dpi = figure.dpi
        try:
            figure.dpi = ratio * dpi
            canvas.draw()
            image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
            places = photographs.places(figure)
        finally:
            figure.dpi = dpi
    out = io.BytesIO()
    if places:
        quality = PHOTO_QUALITY if ratio == 1 else SHARP_QUALITY
        comment = photographs.comment(places)
        image.save(out, "JPEG", quality=quality, subsampling=2, optimize=True, comment=comment)
        return "image/jpeg", out.getvalue()
    image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return "image/png", out.getvalue()


def plot_axes(
    picture: Picture,
    xlabel: str,
    ylabel: str,
    place: tuple[int, int, int] = (1, 1, 1),
    like: Axes | None = None,
) -> Axes:
    """Axes of the common look, sharing the scales of `like`."""
    axes = picture.add_subplot(*place, sharex=like, sharey=like)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color("#888888")
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=FONT - 0.5, colors=INK, color="#888888")
    axes.set_xlabel(xlabel, fontsize=FONT, color=INK)
    axes.set_ylabel(ylabel, fontsize=FONT, color=INK)
    return axes


@own_look()
def key(label: str, **look: Any) -> Line2D:
    """An entry of a legend that no artist of the picture stands for: a mark alone, or else a line.

    Args:
        label: what it says.
        look: of `matplotlib.lines.Line2D`; a mark has no line unless it names a line style.
    """
    if not {"ls", "linestyle"} & look.keys():
        look["linestyle"] = "" if "marker" in look else "-"
    return Line2D([], [], label=label, **look)
