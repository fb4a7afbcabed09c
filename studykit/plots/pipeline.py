"""Fig. 2 of the paper, from one run: the way of a visible and an infrared image from pixels to an answer.

python -m studykit.plots.pipeline results/figures     its copies with one part lit, which head the notebooks
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from studykit.look import own_look
from studykit.plots.boxes import arrow, box
from studykit.plots.picture import COLOUR, FONT, INK, MARKER, Picture

WIDE, TALL = 9.6, 4.0  # inches, of the whole
HIGH = 1.2  # inches, of a photograph
LEFT = {
    "visible": (0.25, 0.42),
    "x": (1.75, 0.42),
    "infrared": (0.25, 2.5),
}  # of a photograph's upper left corner
NAME = {"visible": "visible, V", "x": "X = g(V)", "infrared": "infrared, I"}
F = (3.15, 0.42, 1.05, 3.28)  # left, top, width, height of the box f
PLANE = (4.95, 0.55, 2.0, 2.4)
LIST = 7.6  # left edge of the ranked list
FOUND = 6  # gallery images that have a place
# Left, top, right and bottom of what each part of the method covers, in inches: up to the frame where a line leaves it.
PARTS = {
    "g": ((0.1, 0.1, 2.5, 0.4), (0.1, 0.4, 2.366, 1.636), (0.9, 1.4, 1.7, 1.9)),
    "losses": ((4.85, 0.2, 7.0, 3.05),),
    "training": ((0.1, 0.1, 4.215, 3.75), (0.1, 3.75, 4.5, 4.0)),
    "search": ((4.85, 0.1, 9.5, 3.75),),
}
VEIL = 0.22  # of the picture that is left outside of the part that is lit
FADED = 96  # of 256 colours, for what is not lit


@own_look()
def pipeline(
    photos: Mapping[str, NDArray[np.uint8]],
    points: Mapping[str, NDArray[np.floating]],
    strangers: NDArray[np.floating],
    found: Sequence[NDArray[np.uint8]],
    right: ArrayLike,
) -> Picture:
    """Draw how a query is answered: V through g, all through f, two distances, one list.

    Args:
        photos: "visible", "x" and "infrared", (H, W, 3) uint8, of one person; the infrared one is the query.
        points: the features of the three in a plane, (2,) each.
        strangers: features of visible images of other people in the same plane, (n, 2).
        found: gallery images nearest to the query, nearest first, (H, W, 3) uint8; six are shown.
        right: whether each of them shows the query's person.
    """
    right = np.asarray(right, bool)[:FOUND]
    picture = Picture(
        TALL,
        "Fig. 2: a visible image V goes through g, ten weights, and becomes X; V, X and the infrared query I go "
        "through one shared network f; the distances from I to V and from I to X are added, and order the gallery. "
        f"Of the {len(right)} nearest images here {right.sum()} show{'s' if right.sum() == 1 else ''} the right person.",
        WIDE,
        layout=None,
    )
    page = picture.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, WIDE), ylim=(TALL, 0))
    page.set_axis_off()
    wide = HIGH * photos["visible"].shape[1] / photos["visible"].shape[0]
    middle = {}
    for name, (left, top) in LEFT.items():
        _photo(page, photos[name], left, top, wide, HIGH, COLOUR[name])
        page.text(
            left + wide / 2,
            top - 0.1,
            NAME[name],
            ha="center",
            fontsize=FONT,
            color=COLOUR[name],
            weight="bold",
        )
        middle[name] = top + HIGH / 2
    arrow(page, LEFT["visible"][0] + wide, LEFT["x"][0], middle["x"], COLOUR["x"])
    box(page, 1.06, middle["x"] - 0.22, 0.46, 0.44, COLOUR["x"], "g")
    page.text(1.29, middle["x"] + 0.42, "ten\nweights", ha="center", va="top", fontsize=FONT - 1, color=INK)
    for name, top in (("x", middle["x"]), ("infrared", middle["infrared"])):
        arrow(page, LEFT[name][0] + wide, F[0], top, COLOUR[name])
    low = LEFT["visible"][1] + HIGH + 0.42  # V goes round X to f
    page.plot(
        [LEFT["visible"][0] + wide / 2] * 2, [LEFT["visible"][1] + HIGH, low], color=COLOUR["visible"], lw=1.8
    )
    arrow(page, LEFT["visible"][0] + wide / 2, F[0], low, COLOUR["visible"])
    box(page, *F, INK, "f\n\none network\nfor all three")
    arrow(page, F[0] + F[2], PLANE[0] - 0.12, 2.05, INK)
    _features(picture, points, strangers)
    arrow(page, PLANE[0] + PLANE[2] + 0.05, LIST - 0.15, 2.05, INK)
    page.text(LIST + 0.85, 0.32, "the answer", ha="center", fontsize=FONT, color=INK, weight="bold")
    small = (HIGH * 0.82, wide * 0.82)
    for k, (image, is_right) in enumerate(zip(found, right)):
        left, top = LIST + (k % 3) * (small[1] + 0.13), 0.62 + (k // 3) * (small[0] + 0.48)
        kind = "right" if is_right else "wrong"
        _photo(page, image, left, top, small[1], small[0], COLOUR[kind], "-" if is_right else (0, (3, 1.5)))
        mark = f"{k + 1} {'✓' if is_right else '✗'}"
        page.text(
            left + small[1] / 2, top + small[0] + 0.19, mark, ha="center", fontsize=FONT, color=COLOUR[kind]
        )
    page.text(F[0] + F[2] / 2, 3.92, "trained by Eq. 11", ha="center", fontsize=FONT - 1, color=INK)
    page.text(
        PLANE[0] + PLANE[2] / 2,
        3.3,
        "D(I, V) + D(I, X)",
        ha="center",
        fontsize=FONT + 1,
        color=INK,
        weight="bold",
    )
    page.text(PLANE[0] + PLANE[2] / 2, 3.56, "Eq. 2", ha="center", fontsize=FONT - 1, color=INK)
    return picture


def _features(
    picture: Picture, points: Mapping[str, NDArray[np.floating]], strangers: NDArray[np.floating]
) -> None:
    """The three features of the query's person, and of others, in a plane."""
    left, top, wide, tall = PLANE
    axes = picture.add_axes((left / WIDE, 1 - (top + tall) / TALL, wide / WIDE, tall / TALL))
    axes.plot(*strangers.T, "o", color="#BBBBBB", markersize=4.5, zorder=1)
    for name in ("visible", "x"):
        axes.plot(
            *np.stack([points["infrared"], points[name]]).T, color=COLOUR[name], linewidth=1.6, zorder=2
        )
    for name, place in points.items():
        axes.plot(*place, MARKER[name], color=COLOUR[name], markersize=10, markeredgecolor="white", zorder=3)
    axes.set(xticks=[], yticks=[])
    axes.margins(0.12)
    axes.set_aspect("equal", "datalim")
    for spine in axes.spines.values():
        spine.set_color("#BBBBBB")
    axes.set_title("features", fontsize=FONT, color=INK, weight="bold")


@own_look()
def _photo(
    page: Axes, image: NDArray[np.uint8], left: float, top: float, wide: float, tall: float, colour: str, dash: object = "-"
) -> None:  # fmt: skip
    page.imshow(
        image, extent=(left, left + wide, top + tall, top), interpolation="bicubic", aspect="auto", zorder=2
    )
    frame = Rectangle(
        (left, top), wide, tall, fill=False, edgecolor=colour, linewidth=2.2, linestyle=dash, zorder=3
    )
    page.add_patch(frame)
    page.set(xlim=(0, WIDE), ylim=(TALL, 0))  # imshow moves them


def lit(picture: NDArray[np.uint8], part: str) -> NDArray[np.uint8]:
    """Fig. 2 with all but one part faded.

    Args:
        picture: as drawn by `pipeline`, (H, W, 3) at any resolution.
        part: one of `PARTS`.
    """
    shown = _covered(picture.shape[1], picture.shape[0], part)[..., None]
    return np.where(shown, picture, (255 - VEIL * (255.0 - picture)).round()).astype(np.uint8)


def _covered(wide: int, tall: int, part: str) -> NDArray[np.bool_]:
    """Which of (tall, wide) pixels a part covers."""
    covered = np.zeros((tall, wide), bool)
    for edges in PARTS[part]:
        left, top, right, bottom = (round(edge * wide / WIDE) for edge in edges)
        covered[top:bottom, left:right] = True
    return covered


def _in_few_colours(page: Image.Image, part: str) -> Image.Image:
    """A page with a palette whose larger half is the lit part's own: the few bright dots of a class keep their colour."""
    covered = Image.fromarray(_covered(*page.size, part))
    faded, mine = page.quantize(FADED, dither=0), page.crop(covered.getbbox())
    classes = [int(colour[i : i + 2], 16) for colour in COLOUR.values() for i in (1, 3, 5)]
    photos = 256 - FADED - len(COLOUR)
    # A mean of white and what is nearly white would be a ground of its own.
    frequent = [255 if one > 247 else one for one in mine.quantize(photos, dither=0).getpalette()]
    kept = Image.new("P", (1, 1))
    kept.putpalette((frequent + [0] * 768)[: 3 * photos] + classes)
    own = page.quantize(palette=kept, dither=0)
    few = faded.copy()
    few.putpalette(((faded.getpalette() + [0] * 768)[: 3 * FADED] + own.getpalette())[:768])
    few.paste(own.point([min(one + FADED, 255) for one in range(256)]), mask=covered)
    return few


def write_lit(folder: Path) -> None:
    """Write `fig2-g.png` and so on beside a folder's `fig2.png`, a file for each part."""
    with Image.open(folder / "fig2.png") as image:
        whole = image.convert("RGB").resize((round(WIDE * 165), round(TALL * 165)), Image.Resampling.LANCZOS)
    for part in PARTS:
        page = Image.fromarray(lit(np.asarray(whole), part))
        _in_few_colours(page, part).save(folder / f"fig2-{part}.png", optimize=True)


if __name__ == "__main__":
    write_lit(Path(sys.argv[1]))
