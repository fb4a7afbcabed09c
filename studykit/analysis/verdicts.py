"""The rule of all verdicts: from the interval of a gain to a word."""

from collections.abc import Sequence

from studykit.analysis.intervals import Interval

HOLDS, FAILS = "holds", "does not hold"
# Points. Below the least gain that the paper itself reports: 0.54 of mAP, of X over V in Table 5. Written down
# when the ablation in near infrared had been seen, and no other study; notebook 06 shows what 1 point changes.
SMALLEST = 0.5


def verdict(gain: Interval) -> str:
    """Whether a gain is there, from its interval alone.

    It holds if the whole interval lies above 0. It does not hold if the whole interval lies below
    `SMALLEST`: a loss, or at most a gain too small to be called one. Between the two nothing is
    decided, which is no evidence against it.

    Args:
        gain: difference in points.

    Example:
        >>> verdict(Interval(1.0, 0.2, 1.8, 5)), verdict(Interval(-0.4, -1.0, 0.2, 5))
        ('holds', 'does not hold')
        >>> verdict(Interval(1.0, -0.2, 2.2, 5))
        'undecided with 5 seeds'
    """
    if gain.low > 0:
        return HOLDS
    if gain.high < SMALLEST:
        return FAILS
    return f"undecided with {gain.count} seed{'s' * (gain.count > 1)}"  # one seed has no interval


def together(verdicts: Sequence[str]) -> str:
    """The verdict of a claim, from those of its gains."""
    if FAILS in verdicts:
        return FAILS
    return next((one for one in verdicts if one != HOLDS), HOLDS)
