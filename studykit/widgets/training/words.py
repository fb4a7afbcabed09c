"""Settings and durations in words."""

from studykit.studies.questions import KINDS_OF_X, TABLE_4
from xivlab.config import Config
from xivlab.methods import METHODS

# The rows of Table 4, as the course calls them.
OURS = {changes["method"]: name for name, changes in TABLE_4.items()}


def describe(config: Config) -> str:
    """The settings that have a control, in words.

    >>> from xivlab.config import preset
    >>> describe(preset("demo", method="baseline+x", x="gray"))
    'Baseline+X with Gray, α₂ 0.3, seed 0'
    >>> describe(preset("demo", method="agw"))
    'AGW, seed 0'
    """
    method = METHODS[config.method]
    words = OURS.get(config.method)
    if words is None:  # what these settings mean is the paper's; other methods have constants of their own
        return f"{method.title}, seed {config.seed}"
    if method.has_x and config.x != "x":
        kind = next(name for name, changes in KINDS_OF_X.items() if changes.get("x") == config.x)
        words += f" with {kind}"
    if method.weighed:
        words += f", λ {config.lam:g}, α₁ {config.margin_cross:g}"
    return f"{words}, α₂ {config.margin_respective:g}, seed {config.seed}"


def in_words(seconds: float) -> str:
    """A duration as one says it.

    >>> in_words(3.2), in_words(48), in_words(95), in_words(3 * 3600)
    ('a few seconds', 'about 50 seconds', 'about 2 minutes', 'about 3.0 hours')
    """
    if seconds < 7.5:
        return "a few seconds"
    if seconds < 57.5:
        return f"about {5 * round(seconds / 5)} seconds"
    if seconds < 90:
        return "about a minute"
    return f"about {seconds / 60:.0f} minutes" if seconds < 5400 else f"about {seconds / 3600:.1f} hours"
