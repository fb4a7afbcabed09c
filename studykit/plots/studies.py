"""Charts of studies: scores of variants over seeds, paired gains, and scores over lambda (Fig. 5).

A table goes in, one row per run as `studykit.studies.answers.judged` gives it, and a `Picture` comes out. Bars are 95 %
intervals of the mean over seeds; small dots are the single seeds; hollow diamonds are the paper's.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from studykit.analysis.intervals import Interval, by_variant, interval, paired
from studykit.look import own_look
from studykit.plots.bars import (
    DIAMOND,
    METRICS,
    OURS,
    PAPER,
    ROW,
    SEEDS,
    THEIRS,
    bar,
    in_words,
    legend,
    mean_key,
    measured,
    paper_key,
    row_axes,
    same_span,
    seeds_key,
)
from studykit.plots.picture import FONT, INK, Picture, key, plot_axes
from xivlab.evaluation.scores import SHOWN


def variant_scores(table: pd.DataFrame, paper: pd.DataFrame | None = None) -> Picture:
    """Scores of each variant, one row each: every seed, the mean and its interval.

    Args:
        table: columns variant, seed, rank1 and mAP (in [0, 1]); a row per run of one data set.
        paper: index variant, columns rank1 and mAP, as `studykit.studies.claims.paper_scores` gives them; shown in a
            panel of its own, for its numbers are of other people.
    """
    names = list(dict.fromkeys(table["variant"]))
    shown = pd.DataFrame() if paper is None else paper.loc[[name for name in names if name in paper.index]]
    panels = len(METRICS) + (not shown.empty)
    means = {metric: by_variant(table, metric) for metric in METRICS}
    picture = Picture(ROW * len(names) + 1.35, _said(means, shown))
    for place, metric in enumerate(METRICS, 1):
        axes = row_axes(picture, f"{SHOWN[metric]} in %, here", names, (1, panels, place))
        for row, name in enumerate(names):
            measured(
                axes, row, table.loc[table["variant"] == name, metric], Interval(*means[metric].loc[name])
            )
    same_span(picture.axes, "x")
    if not shown.empty:
        axes = row_axes(picture, "in %", names, (1, panels, panels))
        axes.set_title(PAPER, fontsize=FONT + 0.5, color=THEIRS)
        for metric, marker in zip(METRICS, ("D", "s")):
            rows = [names.index(name) for name in shown.index]
            axes.plot(100 * shown[metric], rows, **DIAMOND | {"marker": marker}, label=SHOWN[metric])
    legend(picture, [mean_key("mean, 95 % interval"), seeds_key()] + [
        paper_key(f"{SHOWN[metric]}, {PAPER}", marker)
        for metric, marker in zip(METRICS, ("D", "s")) if not shown.empty
    ])  # fmt: skip
    return picture


def gains(table: pd.DataFrame, paper: pd.DataFrame | None = None) -> Picture:
    """Paired differences of the other variants against the first one, in points.

    A filled mark says that the interval leaves out 0, a hollow one that it holds it.

    Args:
        table: as of `variant_scores`.
        paper: as of `variant_scores`; differences stand on one scale with ours.

    Raises:
        XivlabError: the variants do not have the same seeds.
    """
    first, *others = dict.fromkeys(table["variant"])
    shown = paper is not None and first in paper.index
    picture = Picture(ROW * len(others) + 1.35, "")
    said, axes = [], None
    for place, metric in enumerate(METRICS, 1):
        axes = row_axes(
            picture, f"{SHOWN[metric]}, points more than {first}", others, (1, len(METRICS), place), axes
        )
        axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
        base = table[table["variant"] == first].set_index("seed")[metric]
        for row, name in enumerate(others):
            seeds = table[table["variant"] == name].set_index("seed")[metric] - base
            mean = paired(table, name, first, metric)
            measured(axes, row, seeds, mean, filled=not mean.low <= 0 <= mean.high)
            said.append(f"{name} {SHOWN[metric]} {in_words(mean, '+')}")
            if shown and name in paper.index:
                axes.plot(100 * (paper.loc[name, metric] - paper.loc[first, metric]), row, **DIAMOND)
    legend(
        picture,
        [mean_key("interval without 0"), mean_key("interval with 0", "white"), seeds_key()]
        + [paper_key(PAPER)] * shown,
    )
    picture.alt = f"Differences from {first} in points, with 95 % intervals: {'; '.join(said)}."
    return picture


@own_look()
def over_lambda(table: pd.DataFrame, default: float = 0.1) -> Picture:
    """Scores over lambda: Fig. 5 of the paper, with the spread that it does not show.

    The axis is logarithmic, where 0 has no place: it stands apart, beyond a break.

    Args:
        table: as of `variant_scores`, the variants being numbers in words.
        default: the paper's lambda, marked.
    """
    lams = sorted({float(name) for name in table["variant"]})
    table = table.assign(lam=table["variant"].astype(float))
    places = lambda_places(lams)
    picture = Picture(3.6, "")
    said = []
    for place, metric in enumerate(METRICS, 1):
        axes = plot_axes(picture, "λ", f"{SHOWN[metric]} in %", (1, len(METRICS), place))
        found = {lam: interval(table.loc[table["lam"] == lam, metric]) for lam in lams}
        said.append(f"{SHOWN[metric]}: " + ", ".join(f"λ {lam:g} {in_words(found[lam])}" for lam in lams))
        lambda_curve(axes, places, found)
        for row in table.itertuples():
            axes.scatter(places[row.lam] + 0.09, 100 * getattr(row, metric), **SEEDS)  # beside the mean
        if default in places:
            axes.axvline(places[default], color=THEIRS, linestyle=(0, (4, 2)), linewidth=1.4, zorder=1)
        axes.set_xticks(list(places.values()), [f"{lam:g}" for lam in places])
        if 0 in places:
            axis_break(axes, (places[0] + places[lams[1]]) / 2)
    same_span(picture.axes, "y")
    handles = [mean_key("mean", line=True), seeds_key()]
    handles.insert(1, Patch(color=OURS, alpha=0.2, linewidth=0, label="95 % interval"))
    handles.append(key(f"the paper's λ = {default:g}", color=THEIRS, linestyle=(0, (4, 2))))
    legend(picture, handles)
    picture.alt = f"Scores over lambda, mean and 95 % interval of the seeds. {'; '.join(said)}."
    return picture


@own_look()
def over_length(table: pd.DataFrame, enough: int, here: int | None = None) -> Picture:
    """Validation scores over the length of a training, mean and interval of the seeds.

    Args:
        table: columns steps, seed, rank1 and mAP (in [0, 1]), a row per run.
        enough: the length from which on nothing is gained, marked.
        here: the length of another run, marked as well.
    """
    lengths = sorted(int(steps) for steps in table["steps"].unique())
    places = {steps: np.log2(steps) for steps in lengths}
    picture = Picture(3.4, "")
    said = []
    for place, metric in enumerate(METRICS, 1):
        axes = plot_axes(
            picture, "steps", f"{SHOWN[metric]} in %, validation people", (1, len(METRICS), place)
        )
        found = {steps: interval(table.loc[table["steps"] == steps, metric]) for steps in lengths}
        lambda_curve(axes, places, found)
        for steps, seeds in table.groupby("steps")[metric]:
            axes.scatter(np.full(len(seeds), places[steps] + 0.12), 100 * seeds, **SEEDS)  # beside the mean
        axes.axvline(places[enough], color=THEIRS, linestyle=(0, (4, 2)), linewidth=1.4, zorder=1)
        if here is not None:
            axes.axvline(np.log2(here), color=INK, linestyle=(0, (1, 1.5)), linewidth=1.4, zorder=1)
        axes.set_xticks(list(places.values()), [f"{steps:,}" for steps in places])
        said.append(f"{SHOWN[metric]}: " + ", ".join(f"{n:,} steps {in_words(found[n])}" for n in lengths))
    same_span(picture.axes, "y")
    handles = [
        mean_key("mean", line=True),
        Patch(color=OURS, alpha=0.2, linewidth=0, label="95 % interval"),
        seeds_key(),
    ]
    handles.append(key(f"levels off: {enough:,}", color=THEIRS, linestyle=(0, (4, 2))))
    if here is not None:
        handles.append(key(f"this run: {here:,}", color=INK, linestyle=(0, (1, 1.5))))
    legend(picture, handles)
    picture.alt = f"Validation scores over the length of training, with 95 % intervals. {'; '.join(said)}."
    return picture


def lambda_places(lams: Sequence[float]) -> dict[float, float]:
    """Where each lambda stands: at its logarithm, and 0 one decade below the smallest other."""
    least = np.log10(min(lam for lam in lams if lam > 0))
    return {lam: np.log10(lam) if lam > 0 else least - 1 for lam in lams}


def lambda_curve(axes: Axes, places: dict[float, float], found: dict[float, Interval]) -> None:
    """A band and a line over the lambdas above 0; 0 is a point with a bar, joined to nothing."""
    above = [lam for lam in places if lam > 0]
    x = [places[lam] for lam in above]
    low, high, mean = ([100 * getattr(found[lam], end) for lam in above] for end in ("low", "high", "mean"))
    axes.fill_between(x, low, high, color=OURS, alpha=0.2, linewidth=0)
    axes.plot(x, mean, color=OURS, marker="o", markersize=7, linewidth=2)
    if 0 in places:
        bar(axes, found[0], places[0], vertical=True)


def axis_break(axes: Axes, x: float) -> None:
    """Two strokes across the horizontal axis: what is left of them is on no scale."""
    where = axes.get_xaxis_transform()
    axes.plot([x], [0], marker="s", ms=9, mfc="white", mec="white", transform=where, clip_on=False, zorder=4)
    for shift in (-0.05, 0.05):
        axes.plot(
            [x + shift - 0.04, x + shift + 0.04], [-0.022, 0.022],
            color="#888888", linewidth=1, transform=where, clip_on=False, zorder=5,
        )  # fmt: skip


def _said(means: dict[str, pd.DataFrame], paper: pd.DataFrame) -> str:
    """Every mean in words."""
    said = [
        f"{name}: " + ", ".join(f"{SHOWN[m]} {in_words(Interval(*means[m].loc[name]))}" for m in METRICS)
        + (f" (paper: {', '.join(f'{100 * paper.loc[name, m]:.1f}' for m in METRICS)})" if name in paper.index else "")
        for name in means["rank1"].index
    ]  # fmt: skip
    return f"Means over seeds with 95 % intervals, in %. {'; '.join(said)}."
