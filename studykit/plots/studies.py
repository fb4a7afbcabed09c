"""Charts of studies: scores of variants over seeds, paired gains, and scores over lambda (Fig. 5).

A table goes in, one row per run as `studykit.studies.answers.judged` gives it, and a `Picture` comes out. Bars are 95 %
intervals of the mean over seeds; small dots are the single seeds; hollow diamonds are the paper's.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from studykit.analysis.intervals import Interval, by_variant, interval, paired
from studykit.look import own_look
from studykit.plots.picture import CURVES, FONT, INK, Picture, key, plot_axes
from xivlab.evaluation.scores import SHOWN

METRICS = ("rank1", "mAP")
PAPER = "paper, SYSU-MM01"
OURS, THEIRS = CURVES[0], CURVES[1]
ROW = 0.46  # inches per variant
SEEDS = {"s": 18, "color": OURS, "alpha": 0.6, "linewidths": 0}
DIAMOND = {"marker": "D", "ls": "", "ms": 7, "mfc": "white", "mec": THEIRS, "mew": 1.6, "zorder": 4}


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
        axes = _rows(picture, f"{SHOWN[metric]} in %, here", names, (1, panels, place))
        for row, name in enumerate(names):
            _measured(
                axes, row, table.loc[table["variant"] == name, metric], Interval(*means[metric].loc[name])
            )
    same_span(picture.axes, "x")
    if not shown.empty:
        axes = _rows(picture, "in %", names, (1, panels, panels))
        axes.set_title(PAPER, fontsize=FONT + 0.5, color=THEIRS)
        for metric, marker in zip(METRICS, ("D", "s")):
            rows = [names.index(name) for name in shown.index]
            axes.plot(100 * shown[metric], rows, **DIAMOND | {"marker": marker}, label=SHOWN[metric])
    _legend(picture, [_key("mean, 95 % interval"), _dots()] + [
        _paper_key(f"{SHOWN[metric]}, {PAPER}", marker)
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
        axes = _rows(
            picture, f"{SHOWN[metric]}, points more than {first}", others, (1, len(METRICS), place), axes
        )
        axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
        base = table[table["variant"] == first].set_index("seed")[metric]
        for row, name in enumerate(others):
            seeds = table[table["variant"] == name].set_index("seed")[metric] - base
            mean = paired(table, name, first, metric)
            _measured(axes, row, seeds, mean, filled=not mean.low <= 0 <= mean.high)
            said.append(f"{name} {SHOWN[metric]} {_words(mean, '+')}")
            if shown and name in paper.index:
                axes.plot(100 * (paper.loc[name, metric] - paper.loc[first, metric]), row, **DIAMOND)
    _legend(
        picture,
        [_key("interval without 0"), _key("interval with 0", "white"), _dots()] + [_paper_key(PAPER)] * shown,
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
        said.append(f"{SHOWN[metric]}: " + ", ".join(f"λ {lam:g} {_words(found[lam])}" for lam in lams))
        lambda_curve(axes, places, found)
        for row in table.itertuples():
            axes.scatter(places[row.lam] + 0.09, 100 * getattr(row, metric), **SEEDS)  # beside the mean
        if default in places:
            axes.axvline(places[default], color=THEIRS, linestyle=(0, (4, 2)), linewidth=1.4, zorder=1)
        axes.set_xticks(list(places.values()), [f"{lam:g}" for lam in places])
        if 0 in places:
            axis_break(axes, (places[0] + places[lams[1]]) / 2)
    same_span(picture.axes, "y")
    handles = [_key("mean", line=True), _dots()]
    handles.insert(1, Patch(color=OURS, alpha=0.2, linewidth=0, label="95 % interval"))
    handles.append(key(f"the paper's λ = {default:g}", color=THEIRS, linestyle=(0, (4, 2))))
    _legend(picture, handles)
    picture.alt = f"Scores over lambda, mean and 95 % interval of the seeds. {'; '.join(said)}."
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
        _bar(axes, found[0], places[0], vertical=True)


def axis_break(axes: Axes, x: float) -> None:
    """Two strokes across the horizontal axis: what is left of them is on no scale."""
    where = axes.get_xaxis_transform()
    axes.plot([x], [0], marker="s", ms=9, mfc="white", mec="white", transform=where, clip_on=False, zorder=4)
    for shift in (-0.05, 0.05):
        axes.plot(
            [x + shift - 0.04, x + shift + 0.04], [-0.022, 0.022],
            color="#888888", linewidth=1, transform=where, clip_on=False, zorder=5,
        )  # fmt: skip


def _rows(
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


def _measured(axes: Axes, row: int, seeds: pd.Series, mean: Interval, filled: bool = True) -> None:
    """The seeds under the mean with its interval; scores in [0, 1]."""
    axes.scatter(100 * seeds, np.full(len(seeds), row + 0.24), **SEEDS)
    _bar(axes, mean, row, filled=filled)


def same_span(panels: Sequence[Axes], axis: str) -> None:
    """As many points across in all panels: a spread looks as wide as it is."""
    limits = [getattr(axes, f"get_{axis}lim")() for axes in panels]
    half = max(high - low for low, high in limits) / 2
    for axes, (low, high) in zip(panels, limits):
        getattr(axes, f"set_{axis}lim")((low + high) / 2 - half, (low + high) / 2 + half)


def _bar(axes: Axes, mean: Interval, at: float, filled: bool = True, vertical: bool = False) -> None:
    """A mean with its interval; one seed has a mean only."""
    points = 100 * mean.mean, at
    half = None if np.isnan(mean.low) else 100 * mean.half
    x, y = points[::-1] if vertical else points
    axes.errorbar(
        x, y, **{"yerr" if vertical else "xerr": half}, fmt="o", ms=7, mfc=OURS if filled else "white",
        mec=OURS, mew=1.6, ecolor=OURS, elinewidth=2, capsize=4, zorder=3,
    )  # fmt: skip


def _said(means: dict[str, pd.DataFrame], paper: pd.DataFrame) -> str:
    """Every mean in words."""
    said = [
        f"{name}: " + ", ".join(f"{SHOWN[m]} {_words(Interval(*means[m].loc[name]))}" for m in METRICS)
        + (f" (paper: {', '.join(f'{100 * paper.loc[name, m]:.1f}' for m in METRICS)})" if name in paper.index else "")
        for name in means["rank1"].index
    ]  # fmt: skip
    return f"Means over seeds with 95 % intervals, in %. {'; '.join(said)}."


def _words(mean: Interval, sign: str = "") -> str:
    reach = "" if np.isnan(mean.low) else f" ({100 * mean.low:{sign}.1f} to {100 * mean.high:{sign}.1f})"
    return f"{100 * mean.mean:{sign}.1f}{reach}"


def _key(label: str, face: str = OURS, line: bool = False) -> Line2D:
    return key(label, color=OURS, ls="-" if line else "", lw=2, marker="o", ms=7, mfc=face, mew=1.6)


def _dots() -> Line2D:
    return key("one seed", marker="o", ms=4.4, color=OURS, alpha=0.6, mew=0)


def _paper_key(label: str, marker: str = "D") -> Line2D:
    return key(label, **DIAMOND | {"marker": marker})


def _legend(picture: Picture, handles: Sequence[Artist]) -> None:
    """Under the panels, never on a mark."""
    picture.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=FONT,
        columnspacing=1.2, handletextpad=0.4,
    )  # fmt: skip
