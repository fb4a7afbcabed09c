"""The rule of all verdicts as a picture: made-up intervals, and the word that each of them gets."""

from collections.abc import Sequence

from studykit.analysis.intervals import Interval, in_points
from studykit.analysis.verdicts import SMALLEST, verdict
from studykit.look import own_look
from studykit.plots.bars import OURS
from studykit.plots.picture import FONT, INK, Picture, plot_axes
from studykit.plots.verdicts import look_of


@own_look()
def rule(gains: Sequence[Interval]) -> Picture:
    """A line per interval, and what `studykit.analysis.verdicts.verdict` says of it; the two bounds are drawn.

    Args:
        gains: in points.
    """
    picture = Picture(0.34 * len(gains) + 0.95, "")
    axes = plot_axes(picture, "gain in points", "")
    axes.set(yticks=[], ylim=(len(gains) - 0.4, -0.9))
    axes.grid(False, axis="y")
    for place, line, words in ((0, "-", "0"), (SMALLEST, "--", f"{SMALLEST:g}")):
        axes.axvline(place, color=INK, linewidth=1.2, linestyle=line, zorder=1)
        axes.text(place, -0.95, words, ha="center", va="bottom", fontsize=FONT - 1, color=INK)
    beside = axes.get_yaxis_transform()
    said = []
    for row, gain in enumerate(gains):
        word = verdict(gain)
        mark, _, ink = look_of(word)
        axes.plot([gain.low, gain.high], [row, row], color=OURS, linewidth=2)
        axes.plot(gain.mean, row, "o", ms=6.5, color=OURS)
        axes.text(1.012, row, f"{mark} {word}", transform=beside, va="center", fontsize=FONT, color=ink)
        said.append(f"{in_points(gain)} {word}")
    picture.alt = (
        f"Intervals of made-up gains with the lines of 0 and {SMALLEST:g} points: {'; '.join(said)}."
    )
    return picture
