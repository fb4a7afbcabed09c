"""Charts of losses, training curves and CMC curves.

The look, and what a `Picture` is, come from `studykit.plots.picture`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from studykit.look import own_look
from studykit.plots.picture import COLOUR, CURVES, DASHES, FONT, INK, MARKER, WIDTH, Picture, key, plot_axes
from studykit.plots.terms import groups

DISTANCES = {
    "v": (COLOUR["visible"], DASHES[1], MARKER["visible"]),
    "x": (COLOUR["x"], DASHES[2], MARKER["x"]),
    "v+x": (INK, DASHES[0], "D"),
}
PEOPLE = ("o", "^", "s", "D", "v", "P", "X", "*")  # markers, by person
FILL = {"infrared": 0.0, "x": 0.3, "visible": 0.9}  # opacity inside a marker, by modality
MARKS = ("o", "^", "s", "D", "v")  # along curves
# Light enough everywhere for dark numbers on it.
PAPER = LinearSegmentedColormap.from_list("paper", ["#FFFFFF", "#C9D6E2"])


def smooth(terms: pd.DataFrame) -> pd.DataFrame:
    """The running mean of noisy curves, a column each, over a twentieth of the rows."""
    return terms.rolling(max(1, len(terms) // 20), center=True, min_periods=1).mean()


def training_curves(log: pd.DataFrame, metrics: pd.DataFrame) -> Picture:
    """Loss terms, learning rate and rank-1 on the validation people, over the steps of a run.

    Args:
        log: `log.csv` of a run: a row per step, columns step, learning_rate and loss terms.
        metrics: `metrics.csv` of the run: a row per evaluation; those of the test people are left out. A
            run that trains on the validation people too has no others.
    """
    two = groups(log)
    val = metrics[(metrics["split"] == "val") & (metrics["query"] == "infrared")]
    mean = smooth(log[[term.name for group in two for term in group.terms]])
    says = "there are no validation people, since all train"
    if not val.empty:
        best = val.loc[val["rank1"].idxmax()]
        says = (
            f"the best rank-1 on the validation people is {best['rank1']:.0%}, by distance "
            f"{best['test_distance']} at step {best['step']}"
        )
    picture = Picture(
        6.0,
        f"Four panels over {len(log)} steps. The loss goes from {log['loss'].iloc[0]:.2f} to "
        f"{mean['loss'].iloc[-1]:.2f} in the running mean; the learning rate is {log['learning_rate'].max():.1e} at most; {says}.",
    )
    for place, group in enumerate(two, 1):
        axes = plot_axes(picture, "step", "loss", (2, 2, place))
        for name, label, colour, dash in group.terms:
            axes.plot(log["step"], log[name], color=colour, linewidth=0.7, alpha=0.25)
            axes.plot(log["step"], mean[name], color=colour, linestyle=dash, linewidth=2, label=label)
        if not group.terms:
            axes.text(0.5, 0.5, group.none, transform=axes.transAxes, ha="center", fontsize=FONT)
        axes.set_ylim(0, None)
        _finish(axes, group.title, len(group.terms) > 0)
    axes = plot_axes(picture, "step", "learning rate", (2, 2, 3))
    axes.plot(log["step"], log["learning_rate"], color=CURVES[0], linewidth=2)
    axes.set_yscale("log")
    _finish(axes, "learning rate", False)
    axes = plot_axes(picture, "step", "rank-1 in %", (2, 2, 4))
    for kind, rows in val.groupby("test_distance", sort=False):
        colour, dash, mark = DISTANCES[kind]
        axes.plot(
            rows["step"], 100 * rows["rank1"], color=colour, linestyle=dash, marker=mark, linewidth=2,
            label=f"distance {kind}",
        )  # fmt: skip
    if val.empty:
        axes.text(0.5, 0.5, "none: all train", transform=axes.transAxes, ha="center", fontsize=FONT)
    axes.set_ylim(0, None)
    _finish(axes, "validation people", not val.empty)
    return picture


def _finish(axes: Axes, title: str, legend: bool) -> None:
    axes.set_title(title, fontsize=FONT + 1, color=INK)
    if legend:
        axes.legend(frameon=True, framealpha=0.85, edgecolor="none", fontsize=FONT - 0.5)


def cmc_curves(curves: Mapping[str, NDArray[np.floating]]) -> Picture:
    """CMC curves of several searches.

    Args:
        curves: by name, (max_rank,) in [0, 1], rank 1 first.
    """
    words = "; ".join(f"{name}: {100 * cmc[0]:.1f} % at rank 1" for name, cmc in curves.items())
    picture = Picture(3.8, f"CMC curves. {words}.")
    axes = plot_axes(picture, "rank k", "queries found by rank k, in %")
    for i, (name, cmc) in enumerate(curves.items()):
        axes.plot(
            np.arange(1, len(cmc) + 1), 100 * np.asarray(cmc), color=CURVES[i % len(CURVES)],
            linestyle=DASHES[i % len(DASHES)], marker=MARKS[i % len(MARKS)], markersize=5, linewidth=1.8,
            label=name,
        )  # fmt: skip
    axes.set_ylim(0, 102)
    axes.set_xticks([1, *range(5, max(map(len, curves.values())) + 1, 5)])
    picture.legend(loc="outside right upper", frameon=False, fontsize=FONT)  # beside the curves, never on one
    return picture


@own_look()
def hardest(
    distance: ArrayLike,
    labels: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    pick: bool = True,
) -> Picture:
    """A distance matrix with each anchor's hardest positive and hardest negative marked.

    Args:
        distance: (M, M), anchors down, the images they are compared with across.
        labels: (M,) person of each row, and of each column.
        rows: (M,) names of the anchors.
        columns: (M,) names of the others.
        pick: mark the two; else only frame the images of the same person.
    """
    distance, labels = np.asarray(distance), np.asarray(labels)
    same = labels[:, None] == labels[None, :]
    positive = np.where(same, distance, -np.inf).argmax(1)
    negative = np.where(same, np.inf, distance).argmin(1)
    count = len(labels)
    words = "; ".join(f"{r}: {columns[p]} and {columns[n]}" for r, p, n in zip(rows, positive, negative))
    picture = Picture(
        0.62 * count + 1.2,
        f"Distance matrix. Hardest positive and hardest negative of each anchor: {words}." if pick
        else f"Distance matrix of {count} anchors; the images of the same person are framed.",
        min(WIDTH, 0.95 * count + 2.6),
    )  # fmt: skip
    axes = picture.add_subplot()
    axes.pcolormesh(distance, cmap=PAPER, vmin=0)
    axes.set_xlim(0, count), axes.set_ylim(count, 0)
    for (i, j), value in np.ndenumerate(distance):
        chosen = pick and j in (positive[i], negative[i])
        axes.text(
            j + 0.5, i + (0.36 if chosen else 0.5), f"{value:.2f}", ha="center", va="center", fontsize=FONT + 1,
            weight="bold" if chosen else "normal", color=INK if chosen or not pick else "#666666",
        )  # fmt: skip
        if chosen:
            kind, word = ("right", "positive") if j == positive[i] else ("wrong", "negative")
            dash = "-" if kind == "right" else (0, (3, 1.5))
            frame = {"edgecolor": COLOUR[kind], "linestyle": dash, "linewidth": 2.5, "fill": False}
            axes.add_patch(Rectangle((j + 0.05, i + 0.07), 0.9, 0.86, **frame))
            axes.text(
                j + 0.5, i + 0.73, word, ha="center", va="center", fontsize=FONT - 0.5, color=COLOUR[kind]
            )
        elif not pick and same[i, j]:
            frame = {"edgecolor": COLOUR["right"], "linewidth": 2.5, "fill": False}
            axes.add_patch(Rectangle((j + 0.05, i + 0.07), 0.9, 0.86, **frame))
    axes.set_xticks(np.arange(count) + 0.5, columns, fontsize=FONT)
    axes.set_yticks(np.arange(count) + 0.5, rows, fontsize=FONT)
    axes.tick_params(length=0, colors=INK, top=False, labeltop=True, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_ylabel("anchor", fontsize=FONT, color=INK)
    return picture


def hinge(margins: Sequence[float], gaps: Mapping[str, float] | None = None) -> Picture:
    """The hinge [margin + d_p - d_n]_+ over d_p - d_n.

    Args:
        margins: one curve each.
        gaps: d_p - d_n of some samples by name, marked on the first curve.
    """
    gaps = gaps or {}
    reach = 1.3 * max(1.0, *margins, *map(abs, gaps.values()))
    across = np.linspace(-reach, reach, 401)
    picture = Picture(
        3.6,
        "The hinge is 0 until the negative is farther than the positive by less than the margin, "
        f"then rises with slope 1; margins {', '.join(f'{m:g}' for m in margins)}.",
        6.4,
    )
    axes = plot_axes(picture, "$d_p - d_n$   (left: the right person is nearer)", "loss of one anchor")
    for i, margin in enumerate(margins):
        curve = (across + margin).clip(0)
        axes.plot(
            across, curve, color=CURVES[i], linestyle=DASHES[i], linewidth=2, label=f"margin {margin:g}"
        )
    for name, gap in gaps.items():
        loss = max(0.0, gap + margins[0])
        axes.plot(gap, loss, color=INK, marker="o", markersize=7)
        axes.annotate(
            name,
            (gap, loss),
            (0, 9),
            textcoords="offset points",
            ha="right",
            fontsize=FONT,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # legible over a curve
    axes.axvline(0, color="#888888", linewidth=0.8)
    axes.legend(frameon=False, fontsize=FONT, loc="upper left")
    return picture


def feature_plane(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    labels: ArrayLike,
    moves: Mapping[str, Mapping[str, ArrayLike]] | None = None,
    alt: str = "",
    same_scale: bool = False,
) -> Picture:
    """Features in two dimensions: colour and filling tell the modality, the marker the person.

    Args:
        panels: by title, then by modality (infrared, x, visible), points (M, 2).
        labels: (M,) person of row i of every modality.
        moves: arrows (M, 2) by title and modality, drawn from the points.
        alt: what the picture shows.
        same_scale: one scale of the axes for all panels.
    """
    labels, moves = np.asarray(labels), moves or {}
    people = np.unique(labels)
    picture = Picture(4.1, alt, WIDTH if len(panels) > 1 else 5.8)
    first = None
    for place, (title, clouds) in enumerate(panels.items(), 1):
        axes = plot_axes(
            picture, "first feature", "second feature" if place == 1 else "", (1, len(panels), place), first
        )
        first = axes if same_scale else None
        axes.set_title(title, fontsize=FONT + 1, color=INK)
        for modality, points in clouds.items():
            points = np.asarray(points)
            for person, marker in zip(people, PEOPLE, strict=False):
                axes.scatter(
                    *points[labels == person].T, s=46, marker=marker, facecolors=to_rgba(COLOUR[modality], FILL[modality]),
                    edgecolors=COLOUR[modality], linewidths=1.3,
                )  # fmt: skip
            if modality in moves.get(title, {}):
                arrows = np.asarray(moves[title][modality])
                axes.quiver(
                    *points.T, *arrows.T, color=COLOUR[modality], angles="xy", scale_units="xy", scale=1,
                    width=0.006, zorder=3,
                )  # fmt: skip
                axes.update_datalim(points + arrows)
        if same_scale:
            axes.set_aspect("auto")
        else:
            axes.set_aspect("equal", "datalim")
        axes.margins(0.15)
        axes.locator_params(nbins=5)
    _legend(picture, list(dict.fromkeys(m for clouds in panels.values() for m in clouds)), people)
    return picture


def _legend(picture: Picture, modalities: Sequence[str], people: ArrayLike) -> None:
    """Colour and filling of the modalities and markers of the people, under the panels."""

    def mark(label: str, marker: str, edge: str, fill: float) -> Line2D:
        return key(label, marker=marker, mec=edge, mfc=to_rgba(edge, fill), mew=1.3, ms=8)

    keys = [mark("X" if m == "x" else m, "o", COLOUR[m], FILL[m]) for m in modalities]
    keys += [mark(f"person {p}", marker, "#555555", 0) for p, marker in zip(people, PEOPLE, strict=False)]
    picture.legend(
        handles=keys,
        loc="outside lower center",
        ncols=len(keys),
        columnspacing=1,
        handletextpad=0.2,
        frameon=False,
        fontsize=FONT,
    )


def spread(
    scores: Mapping[str, ArrayLike], label: str, alt: str = "", limits: tuple[float, float] | None = None
) -> Picture:
    """Scores of repeated measurements, one row of dots each, with their mean.

    Args:
        scores: by name, (n,) in [0, 1].
        label: what they are, for the axis.
        alt: what the picture shows; means and ranges if not given.
        limits: of the axis, in %, for pictures that are to be compared.
    """
    words = "; ".join(
        f"{name}: mean {100 * np.mean(s):.1f}, from {100 * np.min(s):.1f} to {100 * np.max(s):.1f}"
        for name, s in scores.items()
    )
    picture = Picture(0.62 * len(scores) + 0.9, alt or f"{label}. {words}.")
    axes = plot_axes(picture, label, "")
    for i, values in enumerate(map(np.asarray, scores.values())):
        height = i + np.random.default_rng(i).uniform(-0.16, 0.16, len(values))  # more dots move none
        colour = CURVES[i % len(CURVES)]
        axes.scatter(
            100 * values, height, s=26, color=colour, alpha=0.6, linewidths=0, marker=MARKS[i % len(MARKS)]
        )
        axes.plot([100 * values.mean()] * 2, [i - 0.34, i + 0.34], color=INK, linewidth=2)
    if limits:
        axes.set_xlim(*limits)
    axes.set_yticks(range(len(scores)), list(scores))
    axes.set_ylim(len(scores) - 0.5, -0.5)
    axes.grid(False, axis="y")
    return picture
