"""Pictures of data: arrays in, a figure out. Every figure carries a sentence that says what it shows.

No pyplot: its global state mixes figures up when a widget draws from another thread. A `Picture` shows itself
in a notebook, as JPEG where it holds photographs and as PNG where it does not, small enough to be kept there.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from xivlab.errors import XivlabError

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
BANDS = {"visible light": (400, 700), "near infrared": (700, 1000)}  # nm

LOCK = RLock()  # widgets may draw from two threads


class Picture(Figure):
    """A figure that shows itself in a notebook, with words beside it.

    Args:
        height: in inches; the width is `WIDTH` if not given.
        alt: what the picture shows, for readers who do not see it.
    """

    def __init__(self, height: float, alt: str, width: float = WIDTH, layout: str | None = "constrained"):
        super().__init__(figsize=(width, height), dpi=DPI, layout=layout, facecolor="white")
        FigureCanvasAgg(self)
        self.alt = alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        mime, data = encode(self)
        bundle = {mime: base64.b64encode(data).decode(), "text/plain": self.alt}
        return bundle, {mime: {"alt": self.alt}}


def encode(figure: Figure) -> tuple[str, bytes]:
    """A figure as ("image/jpeg", bytes) if it holds photographs, else ("image/png", bytes)."""
    with LOCK:
        canvas = FigureCanvasAgg(figure) if not hasattr(figure.canvas, "buffer_rgba") else figure.canvas
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    out = io.BytesIO()
    if any(axes.images for axes in figure.axes):
        image.save(out, "JPEG", quality=PHOTO_QUALITY, subsampling=2, optimize=True)
        return "image/jpeg", out.getvalue()
    image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return "image/png", out.getvalue()


def image_strip(
    images: Sequence[Any] | NDArray[np.uint8],
    columns: Sequence[str] = (),
    rows: Sequence[str] = (),
    alt: str = "",
    largest: float = 1.0,
) -> Picture:
    """Images in rows and columns, with a word over each column and beside each row.

    Args:
        images: one row (n) or several (rows, n) of images, each (H, W, 3) or (H, W), uint8, all of one size;
            an entry of None leaves its place empty.
        columns: titles of the columns.
        rows: names of the rows.
        alt: what the picture shows.
        largest: width of an image in inches at most.

    Raises:
        XivlabError: images of different sizes, or not uint8.
    """
    grid = [list(images)] if _is_image(images[0]) else [list(row) for row in images]
    across = max(len(row) for row in grid)
    left, top, gap = (1.05 if rows else 0.0), (0.28 if columns else 0.0), 0.05
    shape = next(np.shape(image) for row in grid for image in row if image is not None)
    wide = min(largest, (WIDTH - left) / across - gap)
    tall = wide * shape[0] / shape[1]
    picture = Picture(top + len(grid) * (tall + gap), alt, left + across * (wide + gap), layout=None)
    for r, row in enumerate(grid):
        for c, image in enumerate(row):
            if image is not None:
                _photo(picture, image, shape, left + c * (wide + gap), top + r * (tall + gap), wide, tall)
    for c, title in enumerate(columns):
        _write(picture, left + c * (wide + gap) + wide / 2, top - 0.08, title, ha="center", va="bottom")
    for r, name in enumerate(rows):
        _write(picture, left - 0.1, top + r * (tall + gap) + tall / 2, name, ha="right", va="center")
    return picture


def ranked_lists(
    queries: Sequence[NDArray[np.uint8]],
    galleries: Sequence[Sequence[NDArray[np.uint8]]],
    right: ArrayLike,
    notes: Sequence[Sequence[str]] = (),
    alt: str = "",
    largest: float = 0.85,
) -> Picture:
    """Each query with the first gallery images of its ranking, right ones told from wrong by colour and by mark.

    Args:
        queries: (Q) images, (H, W, 3) uint8.
        galleries: (Q, K) images, nearest first.
        right: (Q, K) bool, whether the image shows the query's person.
        notes: (Q, K) a word under each gallery image, such as its distance.
        alt: what the picture shows; a count of right ones if not given.
        largest: width of an image in inches at most.
    """
    right = np.asarray(right, bool)
    across, shape = right.shape[1] + 1, np.shape(queries[0])
    gap, split, top, line = 0.09, 0.25, 0.28, (0.42 if len(notes) else 0.24)
    wide = min(largest, (WIDTH - split) / across - gap)
    tall = wide * shape[0] / shape[1]
    alt = alt or (
        f"{len(queries)} infrared quer{'y' if len(queries) == 1 else 'ies'}, each with its {right.shape[1]} nearest gallery "
        f"images; {int(right[:, 0].sum())} of those in first place and {int(right.sum())} of all show the right person."
    )
    picture = Picture(
        top + len(queries) * (tall + line + gap), alt, across * (wide + gap) + split, layout=None
    )
    _write(picture, gap / 2 + wide / 2, top - 0.08, "query", ha="center", va="bottom", weight="bold")
    for q, query in enumerate(queries):
        y = top + q * (tall + line + gap)
        _photo(picture, query, shape, gap / 2, y, wide, tall)
        for k, image in enumerate(galleries[q]):
            x = gap / 2 + (k + 1) * (wide + gap) + split
            kind, sign = ("right", "✓") if right[q, k] else ("wrong", "✗")
            mark = f"{sign} {kind}" if wide > 0.6 else sign  # the words would run into each other
            axes = _photo(picture, image, shape, x, y, wide, tall)
            dash = "-" if right[q, k] else (0, (3, 1.5))
            frame = {"edgecolor": COLOUR[kind], "linestyle": dash, "linewidth": 2.5, "fill": False}
            axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, clip_on=False, **frame))
            if q == 0:
                _write(picture, x + wide / 2, top - 0.08, f"place {k + 1}", ha="center", va="bottom")
            _write(picture, x + wide / 2, y + tall + 0.05, mark, ha="center", va="top", color=COLOUR[kind])
            if len(notes):
                _write(picture, x + wide / 2, y + tall + 0.23, notes[q][k], ha="center", va="top")
    return picture


def spectra(
    wavelength: NDArray[np.floating],
    curves: Mapping[str, NDArray[np.floating]],
    label: str = "reflectance",
    alt: str = "",
    colours: Sequence[str] = CURVES,
) -> Picture:
    """Curves over the wavelength, with the visible and the near-infrared band marked.

    Args:
        wavelength: (n,), nm.
        curves: (n,) each, by name.
        label: of the vertical axis.
        alt: what the picture shows.
        colours: of the curves, used in turn.
    """
    picture = Picture(3.6, alt or f"{label} from 400 to 1000 nm of {', '.join(curves)}.")
    axes = plot_axes(picture, "wavelength (nm)", label)
    for name, (first, last) in BANDS.items():
        shade = "#EAF3FA" if first < 700 else "#FBEEE6"
        axes.axvspan(first, last, color=shade, linewidth=0, zorder=0)
        axes.text(
            (first + last) / 2, 1.02, name, transform=axes.get_xaxis_transform(), ha="center", fontsize=FONT
        )
    for i, (name, curve) in enumerate(curves.items()):
        look = {"color": colours[i % len(colours)], "linestyle": DASHES[i % len(DASHES)]}
        axes.plot(wavelength, curve, linewidth=2.2, label=name, **look)
    axes.legend(
        loc="center left",
        bbox_to_anchor=(1.01, 0.5),
        frameon=False,
        fontsize=FONT,
        handlelength=3,
        labelspacing=0.9,
    )
    axes.set_xlim(wavelength[0], wavelength[-1])
    axes.set_ylim(0, None)
    return picture


def lines(
    across: NDArray[np.floating],
    curves: Mapping[str, NDArray[np.floating]],
    xlabel: str,
    ylabel: str,
    alt: str,
    styles: Mapping[str, tuple[str, str]] = CHANNELS,
) -> Picture:
    """A few curves with a legend; `styles` gives colour and line style by name (R, G and B if not given)."""
    picture = Picture(3.0, alt, 5.2)
    axes = plot_axes(picture, xlabel, ylabel)
    for name, curve in curves.items():
        colour, dash = styles[name]
        axes.plot(across, curve, color=colour, linestyle=dash, linewidth=2.2, label=name)
    axes.legend(frameon=False, fontsize=FONT)
    return picture


def channel_histograms(panels: Mapping[str, NDArray[np.floating]], alt: str = "", bins: int = 30) -> Picture:
    """Histograms of the mean intensity of each image, per channel: Fig. 3 of the paper.

    Args:
        panels: by title, (n, 3) mean of R, G and B over the pixels of each image, on one scale for all panels.
        alt: what the picture shows; the medians if not given.
        bins: over the common range.
    """
    values = np.concatenate([np.ravel(panel) for panel in panels.values()])
    edges = np.linspace(values.min(), max(values.max(), values.min() + 1e-6), bins + 1)
    medians = "; ".join(
        f"{title}: " + ", ".join(f"{c} {m:.2f}" for c, m in zip("RGB", np.median(panel, 0)))
        for title, panel in panels.items()
    )
    picture = Picture(3.0, alt or f"Histograms of mean intensity per channel. Medians: {medians}.")
    shared = None
    for i, (title, panel) in enumerate(panels.items()):
        shared = axes = plot_axes(
            picture, "mean intensity of an image", "" if i else "images", (1, len(panels), i + 1), shared
        )
        axes.set_title(title, fontsize=FONT + 1, color=INK)
        for (name, (colour, dash)), channel in zip(CHANNELS.items(), np.asarray(panel).T):
            counts, _ = np.histogram(channel, edges)
            axes.stairs(counts, edges, color=colour, linestyle=dash, linewidth=2, label=name)
            axes.stairs(counts, edges, color=colour, alpha=0.12, fill=True)
        axes.legend(frameon=False, fontsize=FONT)
    return picture


def embedding_map(panels: Mapping[str, Mapping[str, NDArray[np.floating]]], alt: str) -> Picture:
    """Embeddings in two dimensions, the modality told by colour and marker.

    Args:
        panels: by title, then by modality (visible, infrared, x), points (n, 2).
        alt: what the picture shows.
    """
    picture = Picture(3.8 if len(panels) > 1 else 4.2, alt, WIDTH if len(panels) > 1 else 5.6)
    for i, (title, groups) in enumerate(panels.items()):
        axes = plot_axes(picture, "first axis", "" if i else "second axis", (1, len(panels), i + 1))
        axes.set_title(title, fontsize=FONT + 1, color=INK)
        for name, points in groups.items():
            axes.scatter(
                *np.asarray(points).T, s=22, color=COLOUR[name], marker=MARKER[name],
                alpha=0.55, linewidths=0, label="X" if name == "x" else name,
            )  # fmt: skip
        axes.set_xticks([]), axes.set_yticks([])
        axes.legend(frameon=True, framealpha=0.85, edgecolor="none", fontsize=FONT)
    return picture


def _is_image(thing: Any) -> bool:
    """(H, W) or (H, W, 3), not a row of images."""
    shape = getattr(thing, "shape", ())
    return len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)


def _photo(
    picture: Picture, image: Any, shape: tuple[int, ...], x: float, y: float, wide: float, tall: float
) -> Axes:
    """An image at a place given in inches from the top left corner."""
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.shape[:2] != tuple(shape[:2]):
        raise XivlabError(
            f"Images of one picture must be uint8 of one size, {tuple(shape[:2])}: one is {image.dtype} {image.shape}."
        )
    width, height = picture.get_size_inches()
    axes = picture.add_axes((x / width, 1 - (y + tall) / height, wide / width, tall / height))
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="bicubic", aspect="auto")
    axes.set_axis_off()
    return axes


def _write(picture: Picture, x: float, y: float, text: str, **how: Any) -> None:
    width, height = picture.get_size_inches()
    picture.text(x / width, 1 - y / height, text, **{"fontsize": FONT, "color": INK} | how)


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
