"""Figures of the modality gap: intensities (Fig. 3), positions of X, embedding maps (Fig. 1), distances.

The look, and what a `Picture` is, come from `studykit.plots.picture`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from studykit.analysis.gap import overlap
from studykit.analysis.wavelengths import Measured
from studykit.analysis.x_images import DEAD
from studykit.plots.charts import PEOPLE, feature_plane
from studykit.plots.picture import CHANNELS, COLOUR, CURVES, FONT, INK, MARKER, WIDTH, Picture, key, plot_axes

LINES = {"visible": "-", "x": "--", "infrared": ":"}
NAMES = {"visible": "visible", "x": "X", "infrared": "infrared"}
OTHERS = "other people"


def intensity_rows(sets: Mapping[str, NDArray[np.floating]], bins: int = 40) -> Picture:
    """Fig. 3 of the paper by channel: a row each for R, G and B, the modalities over each other.

    Args:
        sets: by modality (visible, x, infrared), (n, 3) mean intensities, 0 to 255 for images.
        bins: over the common range.
    """
    values = np.concatenate([one.ravel() for one in sets.values()])
    edges = np.histogram_bin_edges(values, bins)
    says = "; ".join(
        f"{NAMES[name]}: " + ", ".join(f"{c} {m:.0f}" for c, m in zip("RGB", one.mean(0)))
        for name, one in sets.items()
    )
    picture = Picture(5.0, f"Histograms of the mean intensity of R, G and B of each image. Means: {says}.")
    shared = None
    for row, channel in enumerate("RGB"):
        label = "mean intensity of an image, 0 to 255" if row == 2 else ""
        shared = axes = plot_axes(picture, label, f"{channel}\n% of images", (3, 1, row + 1), shared)
        for name, one in sets.items():
            shares = 100 * np.histogram(one[:, row], edges)[0] / len(one)
            look = {"color": COLOUR[name], "linestyle": LINES[name]}
            axes.stairs(shares, edges, linewidth=2, label=NAMES[name], **look)
            axes.stairs(shares, edges, color=COLOUR[name], alpha=0.1, fill=True)
            axes.axvline(one[:, row].mean(), linewidth=1, **look)
        axes.set_ylim(0, None)
    handles = [key(NAMES[name], color=COLOUR[name], linestyle=LINES[name], lw=2) for name in sets]
    picture.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False, fontsize=FONT)
    return picture


def starts_and_ends(starts: pd.DataFrame, ends: pd.DataFrame) -> Picture:
    """How red X was at the start of each training (open) and what it became (filled); a cross if g is dead.

    Args:
        starts, ends: of `studykit.studies.generators.looks`, row i of both being the same run.
    """
    dead = int((ends["alive"] < DEAD).sum())
    picture = Picture(
        0.3 * len(ends) + 1.1,
        f"Red excess of X for {len(ends)} generators, at the start and after training: the starts go from "
        f"{starts['excess'].min():.0f} to {starts['excess'].max():.0f} levels, the ends from "
        f"{ends['excess'].min():.0f} to {ends['excess'].max():.0f}; {dead} are dead at the end.",
    )
    axes = plot_axes(picture, "R above the larger of G and B, in levels (right of 0: red is strongest)", "")
    variants = list(dict.fromkeys(ends["variant"]))
    for row, (before, after) in enumerate(zip(starts.to_dict("records"), ends.to_dict("records"))):
        colour = CURVES[variants.index(after["variant"])]
        axes.plot([before["excess"], after["excess"]], [row, row], color=colour, linewidth=1.5)
        axes.plot(before["excess"], row, marker="o", mfc="white", mec=colour, ms=7, mew=1.5)
        axes.plot(
            after["excess"], row, marker="X" if after["alive"] < DEAD else "o", mfc=colour, mec=colour, ms=7
        )
    axes.axvline(0, color="#888888", linewidth=1)
    names = [f"{row['variant']}, seed {row['seed']}" for row in ends.to_dict("records")]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(False, axis="y")
    return _with_signs(picture, {"start": ("o", False), "trained": ("o", True), "trained, dead": ("X", True)})


def _with_signs(picture: Picture, signs: Mapping[str, tuple[str, bool]]) -> Picture:
    handles = [
        key(name, marker=m, mec="#555555", mfc="#555555" if full else "white", ms=7)
        for name, (m, full) in signs.items()
    ]
    picture.legend(
        handles=handles, loc="outside upper center", ncols=len(signs), frameon=False, fontsize=FONT
    )
    return picture


def rulers(panels: Mapping[str, Measured]) -> Picture:
    """Where narrow bands lie between visible (0) and infrared (1), and where X and others stand.

    Args:
        panels: of `studykit.analysis.wavelengths.measure`, by title.
    """
    says = "; ".join(
        f"{title}: the bands go from {ruler.along[0]:.2f} at {ruler.wavelength[0]} nm to "
        f"{ruler.along[-1]:.2f} at {ruler.wavelength[-1]} nm, "
        + ", ".join(f"{name} is at {mark.along.mean:.2f}" for name, mark in ruler.marks.items())
        for title, ruler in panels.items()
    )
    picture = Picture(3.9, f"Position between visible (0) and infrared (1) over the wavelength. {says}.")
    names = list(dict.fromkeys(name for ruler in panels.values() for name in ruler.marks))
    for place, (title, ruler) in enumerate(panels.items(), 1):
        label = "position (0 visible, 1 infrared)" if place == 1 else ""
        axes = plot_axes(picture, "wavelength of the band (nm)", label, (1, len(panels), place))
        axes.set_title(title, fontsize=FONT + 1, color=INK)
        axes.plot(ruler.wavelength, ruler.along, color=INK, marker=".", linewidth=1.8)
        for end in (0, 1):
            axes.axhline(end, color="#888888", linewidth=1)
        for name, (mark, _) in ruler.marks.items():
            look = _mark_look(names.index(name))
            axes.axhline(mark.mean, linewidth=2, **look)
            if np.isfinite(mark.low):
                axes.axhspan(mark.low, mark.high, color=look["color"], alpha=0.15, linewidth=0)
    handles = [key("narrow bands", color=INK, marker=".", lw=1.8, linestyle="-")]
    handles += [key(name, lw=2, **_mark_look(i)) for i, name in enumerate(names)]
    picture.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=FONT)
    return picture


def _mark_look(number: int) -> dict:
    looks = (
        (COLOUR["x"], "--"),
        (CURVES[2], "-."),
        (COLOUR["infrared"], ":"),
        (CURVES[0], (0, (5, 1, 1, 1))),
    )
    return dict(zip(("color", "linestyle"), looks[number % len(looks)]))


def by_modality(points: NDArray, sizes: Mapping[str, int]) -> dict[str, NDArray]:
    """Points of several modalities, one after the other, as groups for `map_grid`.

    Args:
        points: (N, 2).
        sizes: how many of each, in their order.
    """
    return dict(zip(sizes, np.split(points, np.cumsum(list(sizes.values()))[:-1])))


def by_person(points: NDArray, person: NDArray[np.integer], shown: int = 6) -> dict[str, NDArray]:
    """Points as groups for `map_grid`: the first few people by number, all others together.

    Args:
        points: (N, 2).
        person: (N,).
        shown: how many people have a colour and a marker of their own.
    """
    first = np.unique(person)[:shown]
    rest = {OTHERS: points[~np.isin(person, first)]}
    return rest | {f"person {p}": points[person == p] for p in first}


def map_grid(panels: Mapping[str, Mapping[str, Mapping[str, NDArray]]], alt: str) -> Picture:
    """Maps of embeddings in rows and columns, each point telling its group by colour and marker.

    Args:
        panels: by row, then by column, then by group (`by_modality`, `by_person`), points (n, 2).
        alt: what the picture shows.
    """
    across = max(map(len, panels.values()))
    groups = list(dict.fromkeys(g for row in panels.values() for one in row.values() for g in one))
    side = WIDTH / max(across, 2)  # a single map is no wider than one of two
    height = len(panels) * (0.82 * side + 0.3) + 0.3 * (1 + len(groups) // 6)
    picture = Picture(height, alt, side * across)
    for r, (row, columns) in enumerate(panels.items()):
        for c, (column, parts) in enumerate(columns.items()):
            axes = plot_axes(picture, "", row if c == 0 else "", (len(panels), across, r * across + c + 1))
            axes.set_title(column, fontsize=FONT, color=INK)
            axes.yaxis.label.set_size(FONT + 1)
            _scatter(axes, parts, groups)
    handles = [
        key(NAMES.get(name, name), marker=m, color=colour, ms=7)
        for name, (colour, m) in ((name, _group_look(name, groups)) for name in groups)
    ]
    columns = min(len(handles), 5)
    picture.legend(
        handles=handles, loc="outside lower center", ncols=columns, columnspacing=1, handletextpad=0.1,
        frameon=False, fontsize=FONT,
    )  # fmt: skip
    return picture


def _scatter(axes: Axes, parts: Mapping[str, NDArray], groups: Sequence[str]) -> None:
    for name, points in parts.items():
        colour, marker = _group_look(name, groups)
        faint = name == OTHERS
        axes.scatter(
            *np.asarray(points).T, s=9 if faint else 17, color=colour, marker=marker, alpha=0.45 if faint else 0.7,
            linewidths=0,
        )  # fmt: skip
    # Neither direction nor scale of such a map means anything, so it has no numbers.
    axes.set_xticks([]), axes.set_yticks([])


def _group_look(name: str, groups: Sequence[str]) -> tuple[str, str]:
    """Colour and marker of a group."""
    if name in COLOUR:
        return COLOUR[name], MARKER[name]
    if name == OTHERS:
        return "#AAAAAA", "."
    place = [group for group in groups if group not in COLOUR and group != OTHERS].index(name)
    place += 2  # the first two signs are those of visible and infrared
    return CURVES[place % len(CURVES)], PEOPLE[place % len(PEOPLE)]


def distance_histograms(panels: Mapping[str, tuple[NDArray, NDArray]], bins: int = 50) -> Picture:
    """Distances between infrared and other images, of the same person and of different people.

    Args:
        panels: by title, distances (same, different).
        bins: over the common range of all panels.
    """
    edges = np.histogram_bin_edges(np.concatenate([d for pair in panels.values() for d in pair]), bins)
    says = "; ".join(f"{title}: {overlap(*pair):.0%}" for title, pair in panels.items())
    picture = Picture(
        3.3, f"Histograms of distances, same person and different people. Their common area is {says}."
    )
    shared = None
    for place, (title, pair) in enumerate(panels.items(), 1):
        label = "share of pairs, %" if place == 1 else ""
        shared = axes = plot_axes(picture, "distance", label, (1, len(panels), place), shared)
        axes.set_title(title, fontsize=FONT + 1, color=INK)
        for kind, dash, values in zip(("right", "wrong"), ("-", "--"), pair):
            shares = 100 * np.histogram(values, edges)[0] / len(values)
            axes.stairs(shares, edges, color=COLOUR[kind], linestyle=dash, linewidth=2)
            axes.stairs(shares, edges, color=COLOUR[kind], alpha=0.12, fill=True)
    handles = [
        key(name, color=COLOUR[kind], linestyle=dash, lw=2)
        for kind, dash, name in (("right", "-", "same person"), ("wrong", "--", "different people"))
    ]
    picture.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=FONT)
    return picture


def people_plane(panels: Mapping[str, Mapping[str, ArrayLike]], labels: ArrayLike, alt: str) -> Picture:
    """Fig. 1 of the paper: a few people, before and after X, each panel in a plane of its own.

    Args:
        panels: by title, then by modality (infrared, x, visible), points (M, 2).
        labels: (M,) person of row i of every modality; eight people at most.
        alt: what the picture shows.
    """
    picture = feature_plane(panels, labels, alt=alt)
    for place, axes in enumerate(picture.axes):
        axes.set_xlabel("first axis of the plane"), axes.set_ylabel("" if place else "second axis")
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
