"""A gain in its two parts, with the control: Baselines that get a second face at test, which they never saw in training."""

from collections.abc import Sequence

import pandas as pd

from studykit.analysis.effects import effects
from studykit.analysis.intervals import Interval, paired
from studykit.plots.bars import ROW, bar, in_words, legend, mean_key, row_axes
from studykit.plots.picture import INK, Picture
from xivlab.evaluation.scores import SHOWN

# What each panel shows, in the order of `studykit.analysis.effects.Effects`.
PANELS = ("training effect: by v", "test effect: v+x over v", "both together")


def two_parts(
    table: pd.DataFrame,
    faces: pd.DataFrame | None = None,
    metric: str = "rank1",
    baseline: str = "Baseline",
    names: Sequence[str] = (),
) -> Picture:
    """Gains over the Baseline in points, a row per variant: training effect, test effect, and their sum.

    A filled mark says that the interval leaves out 0, a hollow one that it holds it.

    Args:
        table: one data set and direction: columns variant, seed, test_distance and the metric in [0, 1].
        faces: the same of Baselines with a second face at test; they have no training effect.
        metric: whose.
        baseline: the variant without X.
        names: of the variants to show; all that are searched by v+x if none is named.

    Raises:
        XivlabError: as `studykit.analysis.effects.effects`.
    """
    with_x = table.loc[table["test_distance"] == "v+x", "variant"]
    shown = list(names or dict.fromkeys(with_x))
    found = {name: effects(table, name, baseline, metric) for name in shown}
    if faces is not None:
        for name in dict.fromkeys(faces["variant"]):
            test = _of_face(faces[faces["variant"] == name], metric)
            found[name] = (None, test, test)
    picture = Picture(ROW * len(found) + 1.45, "")
    said, axes = [], None
    for place, panel in enumerate(PANELS):
        axes = row_axes(picture, f"{SHOWN[metric]}, points", list(found), (1, len(PANELS), place + 1), axes)
        axes.set_title(panel, fontsize=10.5, color=INK)
        axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
        for row, (name, parts) in enumerate(found.items()):
            if (one := parts[place]) is None:
                continue
            bar(axes, one, row, filled=not one.low <= 0 <= one.high)
            said.append(f"{name}, {panel}: {in_words(one, '+')}")
        if 0 < len(shown) < len(found):
            axes.axhline(len(shown) - 0.5, color="#888888", linewidth=0.8)
    legend(picture, [mean_key("interval without 0"), mean_key("interval with 0", "white")])
    picture.alt = f"Gains over the {baseline} in points, with 95 % intervals. {'; '.join(said)}."
    return picture


def _of_face(rows: pd.DataFrame, metric: str) -> Interval:
    sides = rows[rows["test_distance"].isin(("v", "v+x"))]
    return paired(sides.assign(variant=sides["test_distance"]), "v+x", "v", metric)
