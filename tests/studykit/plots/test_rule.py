"""The rule of the verdicts as a picture: every interval with its word."""

from studykit.analysis.intervals import Interval
from studykit.plots.rule import rule

GAINS = [Interval(1.0, 0.5, 1.5, 5), Interval(0.0, -1.0, 1.0, 5), Interval(-1.0, -2.0, 0.0, 5)]


def test_every_interval_has_its_line_and_its_word():
    picture = rule(GAINS)
    axes = picture.axes[0]
    words = [text.get_text() for text in axes.texts]
    assert {"✓ holds", "? undecided with 5 seeds", "✗ does not hold"} <= set(words)
    drawn = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]
    assert {(gain.low, gain.high) for gain in GAINS} <= set(drawn)
    assert "+1.0 (+0.5 to +1.5) holds" in picture.alt
    assert "-1.0 (-2.0 to +0.0) does not hold" in picture.alt
