"""Score of every method of the ladder, with a mark that moves from rung to rung."""

from collections.abc import Sequence

import numpy as np

from studykit.look import own_look
from studykit.plots.picture import COLOUR, CURVES, FONT, plot_axes
from studykit.widgets.canvas import Canvas
from studykit.widgets.explorer.pictures import half, shrink
from studykit.widgets.rungs.data import Step, one_stream

MARK = CURVES[4]
OURS = ("baseline", "baseline+x+cmg")  # what the course is about: another colour


class ScoresCanvas(Canvas):
    """Rank-1 of every method with its interval, from left to right in the order of the ladder.

    Args:
        steps: the methods.
    """

    @own_look()
    def __init__(self, steps: Sequence[Step]) -> None:
        picture = half()
        axes = plot_axes(picture, "", "rank-1 in %")
        shrink(axes)
        first = one_stream(tuple(steps))
        axes.axhline(first, color=CURVES[1], linestyle=(0, (5, 2)), linewidth=1.4)
        for place, one in enumerate(steps):
            colour = COLOUR["x"] if one.name in OURS else CURVES[0]
            axes.plot([place, place], [one.score.low, one.score.high], color=colour, linewidth=1.6)
            axes.plot(place, one.score.mean, "o", color=colour, markersize=4.5)
        # No interval of a single seed has ends; the widest of the others must fit.
        ends = [value for one in steps for value in one.score[:3] if np.isfinite(value)]
        room = 0.06 * (max(ends) - min(ends)) or 1.0
        axes.set(xlim=(-0.7, len(steps) - 0.3), ylim=(max(0, min(ends) - room), min(100, max(ends) + room)))
        axes.set_xticks(range(len(steps)), [one.title for one in steps], rotation=90, fontsize=FONT - 2)
        super().__init__(picture)
        self.line = self.moving(axes.axvline(0, color=MARK, linewidth=1.2))
        ring = {"marker": "o", "ms": 12, "mfc": "none", "mec": MARK, "mew": 2, "clip_on": False}
        self.ring = self.moving(axes.plot(0, first, **ring)[0])
        self.places = {one.name: place for place, one in enumerate(steps)}

    def show(self, step: Step) -> str:
        """Move the mark; the words under the picture."""
        place = self.places[step.name]
        self.line.set_xdata([place, place])
        self.ring.set_data([place], [step.score.mean])
        reach = "" if np.isnan(step.score.low) else f" ({step.score.low:.1f} to {step.score.high:.1f})"
        said = f"{step.title}: rank-1 {step.score.mean:.1f} %{reach}, {step.score.count} seed{'s' * (step.score.count > 1)}"
        if step.over is None:
            return f"{said}. All others are compared with it, seed by seed: the dashed line."
        over = "" if np.isnan(step.over.low) else f" ({step.over.low:+.1f} to {step.over.high:+.1f})"
        return f"{said}; {step.over.mean:+.1f} points{over} over One-stream: {step.verdict}."
