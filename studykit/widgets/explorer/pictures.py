"""Pictures of the lambda explorer: each draws what stands still once, and moves the rest."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from numpy.typing import NDArray

from studykit.analysis.distances import Distances
from studykit.look import own_look
from studykit.plots.gap import NAMES
from studykit.plots.picture import COLOUR, CURVES, DPI, FONT, INK, MARKER, Picture, key, plot_axes
from studykit.plots.studies import axis_break, lambda_curve, lambda_places
from studykit.widgets.canvas import HALF, Canvas
from studykit.widgets.explorer.data import METRICS, Curve, Position
from studykit.widgets.ranked_photos import FirstFound, Photographs, RankedPhotos, blank, write
from xivlab.evaluation.scores import SHOWN
from xivlab.model import TestDistance

TALL = 330  # pixels of each picture
SMALL = FONT - 1
MARK, OWN, BASELINE = CURVES[4], CURVES[2], CURVES[1]
PAIRS = {"same": ("right", "-", "same person"), "different": ("wrong", (0, (4, 2)), "two people")}
SHARES: dict[TestDistance, str] = {"v": "infrared to visible", "x": "infrared to X"}


class OnMap(Protocol):
    """What a map is drawn of: `Position` of the explorer, or a rung of the ladder.

    Attributes:
        people: on the map, by number.
        points: by modality, (n, 2) on the map.
        numbers: by modality, (n,) person of each point.
        kept: share of the variance that the map holds, in [0, 1].
    """

    people: NDArray[np.integer]
    points: Mapping[str, NDArray[np.floating]]
    numbers: Mapping[str, NDArray[np.integer]]
    kept: float


def half() -> Picture:
    """An empty figure of half the width of a notebook."""
    return Picture(TALL / DPI, "", HALF / DPI)


def shrink(axes: Axes) -> None:
    """Smaller words than in a figure of the whole width."""
    axes.tick_params(labelsize=SMALL - 0.5)
    axes.xaxis.label.set_size(SMALL), axes.yaxis.label.set_size(SMALL)


class CurveCanvas(Canvas):
    """Rank-1 and mAP over lambda by one test distance, with a mark that moves.

    Args:
        curve: the stored scores.
        kind: the test distance.
        own: what the reader has added.
    """

    @own_look()
    def __init__(self, curve: Curve, kind: TestDistance, own: Sequence[Position]) -> None:
        picture = half()
        lams = sorted({*curve.scores["rank1"], *(position.lam for position in own)})
        self.places = lambda_places(lams)
        stored = {lam: self.places[lam] for lam in curve.scores["rank1"]}
        ticks = {place: f"{lam:g}" for lam, place in stored.items()}
        self.ends: dict[str, tuple[float, float]] = {}
        panels = []
        for row, metric in enumerate(METRICS, 1):
            axes = plot_axes(picture, "λ" if row == 2 else "", f"{SHOWN[metric]} in %", (2, 1, row))
            shrink(axes)
            lambda_curve(axes, stored, curve.scores[metric])
            axes.axhline(100 * curve.baseline[metric], color=BASELINE, linestyle=(0, (5, 2)), linewidth=1.6)
            for position in own:
                if position.compares:
                    self._star(axes, position, metric, kind)
            axes.set_xticks(list(ticks), list(ticks.values()) if row == 2 else [""] * len(ticks))
            if 0 in stored:
                axis_break(axes, (stored[0] + min(stored[lam] for lam in stored if lam)) / 2)
            panels.append(axes)
        # From 0, and alike: an axis around the curve makes a slope of one point look steep. A tenth is for the marks.
        high = 1.1 * max(axes.get_ylim()[1] for axes in panels)
        for axes, metric in zip(panels, METRICS, strict=True):
            low = 0.0
            self.ends[metric] = low, high
            for position in own:
                if not position.compares:  # on the edge if it lies beyond: the curve stays readable
                    self._star(axes, position, metric, kind)
            axes.set_ylim(low, high)
        keys = [
            key(f"mean of {curve.seeds} seeds, 95 %", color=CURVES[0], lw=2, marker="o", ms=6, linestyle="-"),
            key("Baseline", color=BASELINE, ls=(0, (5, 2)), lw=1.6),
        ]
        if own:
            keys.append(key("yours", marker="*", ms=11, mfc=OWN, mec=OWN))
        picture.legend(
            handles=keys, loc="outside upper center", ncols=len(keys), frameon=False, fontsize=SMALL,
            columnspacing=1, handletextpad=0.4, borderpad=0.1,
        )  # fmt: skip
        super().__init__(picture)
        self.lines = [self.moving(axes.axvline(0, color=MARK, linewidth=1.3)) for axes in panels]
        ring = {"marker": "o", "ms": 13, "mfc": "none", "mec": MARK, "mew": 2, "clip_on": False}
        self.rings = [self.moving(axes.plot(0, 0, **ring)[0]) for axes in panels]

    def _star(self, axes: Axes, position: Position, metric: str, kind: TestDistance) -> None:
        """A run of the reader's own, hollow if its score is of other people than the curve."""
        score = np.clip(
            100 * position.run_view.score(metric, kind), *self.ends.get(metric, (-np.inf, np.inf))
        )
        face = OWN if position.compares else "white"
        look = {"marker": "*", "ms": 13, "ls": "", "mec": OWN, "zorder": 5, "clip_on": False}
        axes.plot(self.places[position.lam], score, mfc=face, **look)

    def show(self, position: Position, curve: Curve, kind: TestDistance) -> str:
        """Move the mark; the words under the picture."""
        place, said = self.places[position.lam], []
        for line, ring, metric in zip(self.lines, self.rings, METRICS):
            name, stored = SHOWN[metric], curve.scores[metric].get(position.lam)
            score = position.run_view.score(metric, kind) if position.own else stored.mean
            line.set_xdata([place, place])
            ring.set_data([place], [np.clip(100 * score, *self.ends[metric])])
            reach = "" if position.own else f" ({100 * stored.low:.1f} to {100 * stored.high:.1f})"
            said.append(f"{name} {100 * score:.1f} %{reach}, Baseline {100 * curve.baseline[metric]:.1f} %")
        who = "your run" if position.own else f"mean of {curve.seeds} seeds (95 % interval)"
        return f"λ = {position.lam:g}, {who}: {'; '.join(said)}."


class MapCanvas(Canvas):
    """Embeddings of a few people in a plane; the modality told by colour and marker, the person by number.

    Args:
        positions: all that may be shown, for the limits of the axes.
    """

    @own_look()
    def __init__(self, positions: Sequence[OnMap]) -> None:
        picture = Picture(TALL / DPI, "", HALF / DPI, layout=None)
        above = 34  # pixels for the legend
        axes = picture.add_axes((0.005, 0.005, 0.99, 1 - above / TALL))
        axes.set_xticks([]), axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_color("#BBBBBB")
        every = np.concatenate([points for one in positions for points in one.points.values()])
        middle, half_span = (every.max(0) + every.min(0)) / 2, np.ptp(every, axis=0) / 2
        shape = (TALL - above) / HALF
        across = 1.1 * max(half_span[0], half_span[1] / shape)
        spans = across * np.array([1, shape])  # one scale for both directions
        axes.set(xlim=middle[0] + spans[0] * np.array([-1, 1]), ylim=middle[1] + spans[1] * np.array([-1, 1]))
        keys = [
            key(NAMES[name], marker=MARKER[name], ms=7, color=COLOUR[name])
            for name in ("infrared", "x", "visible")
            if any(name in one.points for one in positions)
        ]
        keys.append(key("query", marker="o", ms=11, mfc="none", mec=INK, mew=1.6))
        picture.legend(
            handles=keys, loc="upper center", ncols=len(keys), frameon=False, fontsize=SMALL,
            columnspacing=1, handletextpad=0.1, borderpad=0.1,
        )  # fmt: skip
        super().__init__(picture)
        look = {"s": 34, "linewidths": 1}
        self.dots = {
            name: self.moving(axes.scatter([], [], marker=MARKER[name], **look))
            for name in ("visible", "x", "infrared")
        }
        ring = {"s": 170, "facecolors": "none", "edgecolors": INK, "linewidths": 1.8}
        self.ring = self.moving(axes.scatter([], [], **ring))
        label = {"fontsize": FONT + 0.5, "ha": "center", "va": "center", "weight": "bold"}
        label["bbox"] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
        most = max(len(one.people) for one in positions)
        self.labels = [self.moving(axes.text(0, 0, "", **label)) for _ in range(most)]

    def show(self, position: OnMap, query: int, where: str, turn: str = "") -> str:
        """Move the points; the words under the picture.

        Args:
            position: whose points.
            query: which of the infrared points is the query.
            where: what it is a map of, in words.
            turn: to what it is turned, in words.
        """
        person = position.numbers["infrared"][query]
        for name, dots in self.dots.items():
            if name not in position.points:
                dots.set_visible(False)
                continue
            strong = position.numbers[name] == person
            dots.set_offsets(position.points[name])
            dots.set_facecolors([to_rgba(COLOUR[name], 0.95 if one else 0.22) for one in strong])
            dots.set_edgecolors([to_rgba(COLOUR[name], 1 if one else 0.35) for one in strong])
        self.ring.set_offsets(position.points["infrared"][[query]])
        everything = np.concatenate(list(position.points.values()))
        numbers = np.concatenate([position.numbers[name] for name in position.points])
        people = sorted(position.people, key=lambda number: number == person)  # the query's lies on top
        for i, label in enumerate(self.labels):
            label.set_visible(i < len(people))
            if i < len(people):
                number = people[i]
                label.set_position(np.median(everything[numbers == number], 0))
                label.set(text=str(number), color=INK if number == person else "#767676")
        return (
            f"{len(position.people)} people by number, {where}; strong: person {person}, the query's. "
            f"The plane holds {100 * position.kept:.0f} % of the variance{turn}."
        )


class DistanceCanvas(Canvas):
    """Histograms of the distances of infrared images to visible ones and to X, a panel each.

    Args:
        positions: all that may be shown, for the limits of the axes: distances by kind, "v" and perhaps "x".
    """

    @own_look()
    def __init__(self, positions: Sequence[Mapping[TestDistance, Distances]]) -> None:
        picture = half()
        every = [one for distances in positions for one in distances.values()]
        shares = {kind: title for kind, title in SHARES.items() if any(kind in one for one in positions)}
        filled = [np.flatnonzero(one.same + one.different) for one in every]
        low = min(one.edges[bins[0]] for one, bins in zip(every, filled))
        high = max(one.edges[bins[-1] + 1] for one, bins in zip(every, filled))
        top = 1.08 * max(max(one.same.max(), one.different.max()) for one in every)
        panels = {}
        for row, (kind, title) in enumerate(shares.items(), 1):
            last = row == len(shares)
            place = (len(shares), 1, row)
            axes = panels[kind] = plot_axes(picture, "distance" if last else "", "% of pairs", place)
            axes.set(xlim=(low, high), ylim=(0, top))
            axes.tick_params(labelbottom=last)
            axes.text(0.015, 0.93, title, transform=axes.transAxes, va="top", fontsize=SMALL, weight="bold")
            shrink(axes)
        keys = [key(label, color=COLOUR[name], ls=dash, lw=2.2) for name, dash, label in PAIRS.values()]
        picture.legend(
            handles=keys, loc="outside upper center", ncols=2, frameon=False, fontsize=SMALL, borderpad=0.1
        )
        super().__init__(picture)
        edges = every[0].edges
        self.stairs = {}
        for kind, axes in panels.items():
            for pair, (name, dash, _) in PAIRS.items():
                fill = axes.stairs(np.zeros(len(edges) - 1), edges, color=COLOUR[name], alpha=0.13, fill=True)
                line = axes.stairs(
                    np.zeros(len(edges) - 1), edges, color=COLOUR[name], linestyle=dash, linewidth=2
                )
                self.stairs[kind, pair] = self.moving(fill), self.moving(line)

    def show(self, distances: Mapping[TestDistance, Distances], where: str) -> str:
        """Move the histograms; the words under the picture.

        Args:
            distances: by kind; the panel of a kind that is not among them is empty.
            where: what they are of, in words.
        """
        for (kind, pair), both in self.stairs.items():
            one = distances.get(kind)
            for artist in both:
                artist.set_visible(one is not None)
                if one is not None:
                    artist.set_data(getattr(one, pair), one.edges)
        shares = [f"{SHARES[kind]} {100 * one.overlap:.0f} %" for kind, one in distances.items()]
        return (
            f"Area that the two curves share, {where}: {', '.join(shares)}. "
            "The less, the better can one person be told from two."
        )


class ListCanvas(Canvas):
    """The query and what it finds first."""

    @own_look()
    def __init__(self) -> None:
        base = blank(HALF, TALL)
        super().__init__(base.picture)
        write(self, 0, 20, "query", weight="bold", va="baseline")
        write(self, 104, 20, "what it finds first (✓ right, ✗ wrong)", weight="bold", va="baseline")
        self.query = self.photo(0, 34, 84, 168)
        self.about = write(self, 0, 208, "", moving=True)
        self.photos = RankedPhotos(self, 106, 36, (57, 114), 5, 2)

    def show(
        self,
        view: Photographs,
        row: int,
        who: tuple[int, int],
        found: FirstFound,
        said: str,
        of: tuple[int, int],
    ) -> str:
        """Show another list; the words under the picture.

        Args:
            view: that has the photographs.
            row: of the query in it.
            who: person and camera of the query.
            found: what it finds.
            said: which query this is, and how it was searched, in words.
            of: how many there are to find, and among how many images.
        """
        self.query.show(view.photo("infrared", row))
        self.about.set_text("person {}\ncamera {}".format(*who))
        self.photos.show(view, found)
        first = "nobody is left to find" if found.rank is None else f"found at rank {found.rank}"
        right = int(found.right[: len(self.photos.photos)].sum())
        return (
            f"{said}: {first}, {right} of the first {len(self.photos.photos)} right. It has {of[0]} to find among "
            f"{of[1]} images."
        )
