"""The map of the study `when`: a panel per knob, the plane of two knobs, and gains against what may predict them."""

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm

from studykit.analysis.when import PREDICTORS, correlation, reasons
from studykit.look import own_look
from studykit.plots.bars import legend
from studykit.plots.picture import CURVES, DASHES, FONT, INK, Picture, key, plot_axes

COLUMNS = 3
MARKS = ("o", "s", "^", "D")
PARTS = {"whole": "gain over the Baseline", "training": "training effect", "test": "test effect"}


def by_knob(gained: pd.DataFrame, knobs: Mapping[str, Mapping[str, str]], part: str = "whole") -> Picture:
    """Gains along every knob, a panel each: means over seeds with their 95 % intervals, a line per method.

    Args:
        gained: as `studykit.analysis.when.gains` gives them.
        knobs: by what is written under the panel, the points by their labels along the axis, named as in `gained`;
            what was not measured is left out.
        part: "whole", "training" or "test".
    """
    rows = gained[gained["part"] == part].drop_duplicates(["point", "method"])
    methods = list(dict.fromkeys(rows["method"]))
    high = -(-len(knobs) // COLUMNS)
    picture = Picture(2.35 * high + 0.5, "")
    said, axes = [], None
    for place, (label, points) in enumerate(knobs.items()):
        axes = plot_axes(picture, label, "", (high, COLUMNS, place + 1))
        axes.axhline(0, color=INK, linewidth=1.2, zorder=1)
        if place % COLUMNS == 0:
            axes.set_ylabel("points", fontsize=FONT, color=INK)
        seen = {value: point for value, point in points.items() if (rows["point"] == point).any()}
        for number, method in enumerate(methods):
            own = rows[rows["method"] == method].set_index("point").reindex(list(seen.values()))
            x = np.arange(len(seen)) + 0.09 * (number - (len(methods) - 1) / 2)
            reach = [own["mean"] - own["low"], own["high"] - own["mean"]]
            axes.errorbar(
                x, own["mean"], yerr=reach, color=CURVES[number], ls=DASHES[number], marker=MARKS[number],
                ms=4.5, lw=1.5, elinewidth=1, capsize=2,
            )  # fmt: skip
        if seen:
            first, last = next(iter(seen)), next(reversed(seen))
            ends = [rows.loc[rows["point"] == seen[value], "mean"] for value in (first, last)]
            said.append(f"{label}, at {first}: {_span(ends[0])}, at {last}: {_span(ends[1])}")
        axes.set_xticks(np.arange(len(seen)), [fill(value.replace("_", " "), 9) for value in seen])
        if max(map(len, seen), default=0) > 9:  # words, not numbers
            axes.tick_params(axis="x", labelsize=FONT - 3.5)
    ends = [axes.get_ylim() for axes in picture.axes]
    for axes in picture.axes:
        axes.set_ylim(min(low for low, _ in ends), max(top for _, top in ends))
    legend(picture, [
        key(method, color=CURVES[n], ls=DASHES[n], marker=MARKS[n], ms=5) for n, method in enumerate(methods)
    ])  # fmt: skip
    words = PARTS[part].capitalize()
    picture.alt = f"{words} in points, least and most of the methods. {'; '.join(said)}."
    return picture


def _span(means: pd.Series) -> str:
    return f"{means.min():+.1f} and {means.max():+.1f}"


@own_look()
def plane(table: pd.DataFrame, xlabel: str, ylabel: str, words: str) -> Picture:
    """Gains over two knobs, as numbers on coloured ground; bold where the interval leaves out 0.

    Args:
        table: index of one knob, columns of the other, cells (mean, low, high) in points, or None where nothing
            was measured.
        xlabel, ylabel: of columns and rows.
        words: what it shows.
    """
    picture = Picture(0.62 * len(table) + 1.2, "", width=6.2)
    axes = plot_axes(picture, xlabel, ylabel)
    means = [[np.nan if cell is None else cell[0] for cell in row] for row in table.to_numpy()]
    most = max(1.0, float(np.nanmax(np.abs(means))))
    axes.grid(False)
    axes.pcolormesh(np.ma.masked_invalid(means), cmap="PuOr", norm=TwoSlopeNorm(0, -1.6 * most, 1.6 * most))
    said = []
    for row, name in enumerate(table.index):
        for column, other in enumerate(table.columns):
            if (cell := table.iloc[row, column]) is None:
                continue
            sure = not cell[1] <= 0 <= cell[2]
            axes.text(
                column + 0.5, row + 0.5, f"{cell[0]:+.1f}\n{cell[1]:+.1f} to {cell[2]:+.1f}", ha="center",
                va="center", fontsize=FONT - 2, color=INK, fontweight="bold" if sure else "normal",
            )  # fmt: skip
            said.append(f"{ylabel} {name}, {xlabel} {other}: {cell[0]:+.1f}")
    axes.set_xticks(np.arange(len(table.columns)) + 0.5, [str(one) for one in table.columns])
    axes.set_yticks(np.arange(len(table)) + 0.5, [str(one) for one in table.index])
    picture.alt = f"{words} {'; '.join(said)}."
    return picture


def scatter(gained: pd.DataFrame, why: pd.DataFrame, method: str, part: str = "whole") -> Picture:
    """A method's gain at every point against each of the predictors, with the rank correlation above.

    Args:
        gained: as `studykit.analysis.when.gains` gives them.
        why: as `studykit.studies.why` stores it.
        method: that has an X.
        part: "whole", "training" or "test".
    """
    rows = gained[(gained["part"] == part) & (gained["method"] == method)].drop_duplicates("point")
    both = reasons(why).join(rows.set_index("point")[["mean", "low", "high"]], how="inner")
    picture = Picture(3.1, "")
    said, axes = [], None
    for place, (name, words) in enumerate(PREDICTORS.items(), 1):
        axes = plot_axes(
            picture, "", f"{PARTS[part]}, points" if place == 1 else "", (1, len(PREDICTORS), place)
        )
        axes.set_xlabel(fill(words, 30), fontsize=FONT - 1.5)
        found = correlation(both[name], both["mean"])
        axes.axhline(0, color=INK, linewidth=1.2, zorder=1)
        axes.errorbar(
            both[name], both["mean"], yerr=[both["mean"] - both["low"], both["high"] - both["mean"]],
            fmt="o", ms=4.5, color=CURVES[0], elinewidth=0.8, alpha=0.75,
        )  # fmt: skip
        told = f"ρ = {found.value:.2f} ({found.low:.2f} to {found.high:.2f}): {found.says}"
        axes.set_title(told.replace(": ", "\n"), fontsize=FONT - 1, color=INK)
        said.append(f"{words}: {told}")
    picture.alt = f"{method}, {PARTS[part]} at {len(both)} points of the map. {'; '.join(said)}."
    return picture
