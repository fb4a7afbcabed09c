"""Means with their intervals as marks on rows, the seeds under them, and the keys that explain the marks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from studykit.analysis.intervals import Interval, in_points
from studykit.plots.picture import CURVES, FONT, Picture, key, plot_axes

METRICS = ("rank1", "mAP")
PAPER = "paper, SYSU-MM01"
OURS, THEIRS = CURVES[0], CURVES[1]
ROW = 0.46  # inches per variant
SEEDS = {"s": 18, "color": OURS, "alpha": 0.6, "linewidths": 0}
DIAMOND = {"marker": "D", "ls": "", "ms": 7, "mfc": "white", "mec": THEIRS, "mew": 1.6, "zorder": 4}


def row_axes(
    picture: Picture, label: str, names: Sequence[str], place: tuple[int, int, int], like: Axes | None = None
) -> Axes:
    """Axes with a row per variant, named in the leftmost panel; on the scale of `like`."""
    axes = plot_axes(picture, label, "", place, like)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelleft=place[2] == 1)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(False, axis="y")
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=5)
    return axes


def measured(axes: Axes, row: int, seeds: pd.Series, mean: Interval, filled: bool = True) -> None:
    """The seeds under the mean with its interval; scores in [0, 1]."""
    axes.scatter(100 * seeds, np.full(len(seeds), row + 0.24), **SEEDS)
    bar(axes, mean, row, filled=filled)


def same_span(panels: Sequence[Axes], axis: str) -> None:
    """As many points across in all panels: a spread looks as wide as it is."""
    limits = [getattr(axes, f"get_{axis}lim")() for axes in panels]
    half = max(high - low for low, high in limits) / 2
    for axes, (low, high) in zip(panels, limits):
        getattr(axes, f"set_{axis}lim")((low + high) / 2 - half, (low + high) / 2 + half)


def bar(axes: Axes, mean: Interval, at: float, filled: bool = True, vertical: bool = False) -> None:
    """A mean with its interval; one seed has a mean only."""
    points = 100 * mean.mean, at
    half = None if np.isnan(mean.low) else 100 * mean.half
    x, y = points[::-1] if vertical else points
    axes.errorbar(
        x, y, **{"yerr" if vertical else "xerr": half}, fmt="o", ms=7, mfc=OURS if filled else "white",
        mec=OURS, mew=1.6, ecolor=OURS, elinewidth=2, capsize=4, zorder=3,
    )  # fmt: skip


def in_words(mean: Interval, sign: str = "") -> str:
    return in_points(mean.points, sign)


def mean_key(label: str, face: str = OURS, line: bool = False) -> Line2D:
    return key(label, color=OURS, ls="-" if line else "", lw=2, marker="o", ms=7, mfc=face, mew=1.6)


def seeds_key() -> Line2D:
    return key("one seed", marker="o", ms=4.4, color=OURS, alpha=0.6, mew=0)


def paper_key(label: str, marker: str = "D") -> Line2D:
    return key(label, **DIAMOND | {"marker": marker})


def legend(picture: Picture, handles: Sequence[Artist]) -> None:
    """Under the panels, never on a mark."""
    picture.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=FONT,
        columnspacing=1.2, handletextpad=0.4,
    )  # fmt: skip
