"""Pictures of a training that grow with it: losses, and rank-1."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from studykit.look import own_look
from studykit.plots.charts import DISTANCES
from studykit.plots.picture import DASHES, DPI, FONT, INK, Picture, plot_axes
from studykit.plots.terms import Group, groups
from studykit.widgets.canvas import HALF, Canvas
from studykit.widgets.training.data import Learnt, terms_of

HEIGHT = 400  # pixels of both pictures


class LossCanvas(Canvas):
    """Loss terms over the steps: those of single images with their sum above, those between modalities below.

    Args:
        method: decides which terms there are.
    """

    @own_look()
    def __init__(self, method: str) -> None:
        super().__init__(_picture())
        above, below = groups(terms_of(method))
        self._parts = [_Part(self, above, 0.575, 0.28), _Part(self, below, 0.12, 0.28)]
        self._labels = {term.name: term.label for group in (above, below) for term in group.terms}
        self._parts[0].axes.tick_params(labelbottom=False)
        self._parts[0].axes.set_xlabel("")

    def show(self, learnt: Learnt) -> str:
        """Move the curves; returns the words."""
        for part in self._parts:
            part.show(learnt)
        if not learnt.done:
            return "No step taken yet with these settings: press Train."
        now = {name: values[-1] for name, values in learnt.means.items()}
        parts = ", ".join(
            f"{self._labels[name]} {value:.2f}" for name, value in now.items() if name != "loss"
        )
        return (
            f"Step {learnt.done} of {learnt.steps}: the loss L went from {learnt.first:.2f} to "
            f"{now['loss']:.2f}. {parts}."
        )


class _Part:
    """One of the two axes: faint curves of single steps under strong ones of their running means."""

    def __init__(self, canvas: Canvas, group: Group, bottom: float, height: float) -> None:
        self._canvas, self._names = canvas, [term.name for term in group.terms]
        self.axes = _axes(canvas.picture, "loss", group.title, bottom, height)
        if not group.terms:
            self.axes.text(0.5, 0.5, group.none, ha="center", va="center",
                            transform=self.axes.transAxes, fontsize=FONT, color=INK)  # fmt: skip
        self._faint = {
            name: canvas.moving(self.axes.plot([], [], color=colour, linewidth=0.7, alpha=0.25)[0])
            for name, _, colour, _ in group.terms
        }
        self._strong = {
            name: canvas.moving(
                self.axes.plot([], [], color=colour, linestyle=dash, linewidth=2, label=label)[0]
            )
            for name, label, colour, dash in group.terms
        }
        if group.terms:
            _legend(self.axes, list(self._strong.values()))

    def show(self, learnt: Learnt) -> None:
        highest = max((learnt.terms[n].max() for n in self._names if learnt.done), default=0.0)
        _limits(self._canvas, self.axes, learnt.steps, ceiling(highest) if learnt.done else None)
        for name in self._names:
            for line, values in ((self._faint[name], learnt.terms), (self._strong[name], learnt.means)):
                line.set_data(learnt.step if learnt.done else [], values.get(name, []))


class RankCanvas(Canvas):
    """Rank-1 on the validation people over the steps, by each test distance.

    Args:
        distances: by which they are searched.
        people: of the validation split that are searched; 0 if there are none.
    """

    @own_look()
    def __init__(self, distances: Sequence[str], people: int) -> None:
        super().__init__(_picture())
        self._people = people
        self.axes = _axes(
            self.picture, "rank-1 in %", "rank-1 on validation people, by distance", 0.12, 0.735
        )
        self._lines: dict[str, Line2D] = {}
        if not people:
            self.axes.text(0.5, 0.5, "no validation people: all train", ha="center", va="center",
                            transform=self.axes.transAxes, fontsize=FONT, color=INK)  # fmt: skip
            return
        chance = self.axes.axhline(
            100 / people, color="#666666", linewidth=1, linestyle=DASHES[3], label="chance"
        )
        for name in distances:
            colour, dash, mark = DISTANCES[name]
            line = self.axes.plot(
                [], [], color=colour, linestyle=dash, marker=mark, markersize=5, linewidth=2,
                label=name, clip_on=False,
            )[0]  # fmt: skip
            self._lines[name] = self.moving(line)
        _legend(self.axes, [*self._lines.values(), chance])

    def show(self, learnt: Learnt, distance: str, test: float | None) -> str:
        """Move the curves; returns the words.

        Args:
            learnt: the curves.
            distance: the test distance of the settings.
            test: rank-1 on the test people, once the run is finished.
        """
        highest = max((100 * values.max() for values in learnt.rank1.values()), default=0.0)
        top = 10 * math.ceil(1.25 * highest / 10) or 50
        _limits(self, self.axes, learnt.steps, top if learnt.rank1 else None)
        for name, line in self._lines.items():
            seen = name in learnt.rank1
            line.set_data(learnt.evaluated if seen else [], 100 * learnt.rank1[name] if seen else [])
        return self._words(learnt, distance) + (
            "" if test is None else f" On the test people, searched once at the end: {test:.1%}."
        )

    def _words(self, learnt: Learnt, distance: str) -> str:
        if not self._people:
            return "All people of these data train: there are no validation people to measure rank-1 on meanwhile."
        found = learnt.rank1.get(distance)
        if found is None:
            return f"Not measured yet. Chance is about {1 / self._people:.1%}: one in {self._people} people."
        best = int(found.argmax())
        return (
            f"Rank-1 on {self._people} validation people by distance {distance}: {found[-1]:.1%} after step "
            f"{learnt.evaluated[-1]}; best {found[best]:.1%}, after step {learnt.evaluated[best]}."
        )


def ceiling(value: float) -> float:
    """A round number at least as high: the top of an axis that holds a curve; 1 for nothing.

    >>> ceiling(17.3), ceiling(1.42), ceiling(0.0)
    (20.0, 1.5, 1.0)
    """
    if not value > 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(round(top * power, 10) for top in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if top * power >= value)


def _picture() -> Picture:
    # Laid out by hand: nothing that is drawn may depend on what was drawn before.
    return Picture(HEIGHT / DPI, "", HALF / DPI, layout=None)


def _axes(picture: Picture, ylabel: str, title: str, bottom: float, height: float) -> Axes:
    axes = plot_axes(picture, "step", ylabel)
    axes.set_position((0.145, bottom, 0.81, height))
    axes.set_title(title, fontsize=FONT + 1, color=INK, pad=24)  # points: room for a line of legend
    return axes


def _legend(axes: Axes, lines: Sequence[Line2D]) -> None:
    """In a line over the axes, where no curve can come."""
    axes.legend(
        handles=lines, loc="lower center", bbox_to_anchor=(0.48, 0.98), ncols=len(lines), frameon=False,
        fontsize=FONT - 1, handlelength=2.2, columnspacing=1.1, handletextpad=0.5, borderpad=0.2,
    )  # fmt: skip


def _limits(canvas: Canvas, axes: Axes, steps: int, top: float | None) -> None:
    """Set what stands still, if it has to move; None for the top if nothing is measured yet: no numbers then."""
    numbered, top = top is not None, top or 1.0
    if (axes.get_xlim(), axes.get_ylim(), _numbered(axes)) != ((0, steps), (0, top), numbered):
        axes.set(xlim=(0, steps), ylim=(0, top))
        axes.tick_params(axis="y", labelleft=numbered)
        canvas.redraw()


def _numbered(axes: Axes) -> bool:
    return bool(axes.yaxis.get_tick_params()["labelleft"])
