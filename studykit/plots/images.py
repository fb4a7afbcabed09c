"""Strips of photographs, and ranked lists."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from studykit.look import own_look
from studykit.plots.picture import COLOUR, FONT, INK, WIDTH, Picture
from xivlab.errors import XivlabError

# Not matplotlib's own "gray", which has as many greys as the reader's matplotlibrc says.
GREYS = LinearSegmentedColormap.from_list("greys", ["black", "white"])


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


@own_look()
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
    axes.imshow(image, cmap=GREYS, vmin=0, vmax=255, interpolation="bicubic", aspect="auto")
    axes.set_axis_off()
    return axes


def _write(picture: Picture, x: float, y: float, text: str, **how: Any) -> None:
    width, height = picture.get_size_inches()
    picture.text(x / width, 1 - y / height, text, **{"fontsize": FONT, "color": INK} | how)
