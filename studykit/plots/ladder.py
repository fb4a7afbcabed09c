"""Gains of many methods over one, a line each: mean, interval, and the verdict as a sign at the right edge."""

import numpy as np
import pandas as pd

from studykit.analysis.intervals import Interval, in_points
from studykit.look import own_look
from studykit.plots.bars import OURS
from studykit.plots.picture import FONT, INK, Picture, key, plot_axes
from studykit.plots.verdicts import look_of
from xivlab.evaluation.scores import SHOWN

LINE = 0.255  # inches per method


@own_look()
def ladder_gains(rows: pd.DataFrame, over: str = "One-stream", metric: str = "rank1") -> Picture:
    """Paired differences to the first method, in the order of the rows: nothing is sorted by score.

    A filled mark says that the interval leaves out 0, a hollow one that it holds it.

    Args:
        rows: of `studykit.studies.table1.rows`: the first has no difference, and is left out.
        over: the first method, in words.
        metric: "rank1" or "mAP".
    """
    others = rows.iloc[1:]
    picture = Picture(LINE * len(others) + 1.2, "")
    axes = plot_axes(picture, f"{SHOWN[metric]}, points over {over}", "")
    axes.set_yticks(range(len(others)), others["title"], fontsize=FONT - 0.5)
    axes.set_ylim(len(others) - 0.4, -0.6)
    axes.grid(False, axis="y")
    axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
    beside = axes.get_yaxis_transform()
    axes.text(1.012, -0.95, "better?", transform=beside, va="center", fontsize=FONT - 1, color=INK)
    said = []
    for place, (_, row) in enumerate(others.iterrows()):
        mean, low, high = (row[f"{metric}_over{end}"] for end in ("", "_low", "_high"))
        axes.plot([low, high], [place, place], color=OURS, linewidth=2)
        clear = not np.isnan(low) and not low <= 0 <= high
        axes.plot(mean, place, "o", ms=6.5, mfc=OURS if clear else "white", mec=OURS, mew=1.5)
        word = row[f"{metric}_verdict"]
        mark, _, ink = look_of(word)
        axes.text(1.012, place, f"{mark} {word.partition(' with')[0]}", transform=beside,
                  va="center", fontsize=FONT - 1, color=ink)  # fmt: skip
        said.append(f"{row['title']} {in_points(Interval(mean, low, high, row['seeds']))}")
    marks = {"marker": "o", "ms": 6.5, "mec": OURS, "mew": 1.5, "color": OURS}
    picture.legend(
        handles=[key("interval without 0", **marks), key("interval with 0", mfc="white", **marks)],
        loc="outside upper center", ncols=2, frameon=False, fontsize=FONT - 1, borderpad=0.1,
    )  # fmt: skip
    picture.alt = f"Differences from {over} in points, with 95 % intervals: {'; '.join(said)}."
    return picture
