"""Settings of matplotlib as unlike its defaults as it allows, nearly every one of them at once."""

import warnings

from matplotlib import rcParams, rcParamsDefault, rcsetup
from matplotlib.patheffects import withStroke

HOW_SHOWN = ("backend", "backend_fallback", "interactive")
# Where no other value can be guessed.
NAMED = {
    "axes.axisbelow": False,
    "axes.autolimit_mode": "round_numbers",
    "axes.prop_cycle": rcsetup.cycler(color=["#00ff00"], linestyle=[":"]),
    "figure.figsize": [1.0, 1.0],
    "font.family": ["monospace"],
    "font.sans-serif": ["DejaVu Serif"],
    "font.size": 40.0,
    "image.cmap": "hsv",
    "image.interpolation": "lanczos",
    "image.interpolation_stage": "rgba",
    "image.origin": "lower",
    "legend.loc": "center",
    "lines.marker": "X",
    "markers.fillstyle": "none",
    "mathtext.default": "bf",
    "mathtext.fallback": "stix",
    "mathtext.fontset": "stix",
    "path.effects": [withStroke(linewidth=6, foreground="red")],
    "path.sketch": (5.0, 50.0, 3.0),
    "pcolor.shading": "nearest",
    "savefig.bbox": "tight",
    "savefig.format": "svg",
    "savefig.orientation": "landscape",
    "text.hinting": "none",
    "text.usetex": True,
}
GUESSES = ("#ff00ff", "bold", "italic", "monospace", "dotted", "bevel", "round", "center", "right", "top", "both", "minor", "x", "inout", 7, 0.5, [3.0, 1.0])  # fmt: skip


def changed():
    """Another value for every setting that has one."""
    found = {}
    for name, usual in dict.items(rcParamsDefault):
        if name in HOW_SHOWN:
            continue
        own = (
            [not usual]
            if isinstance(usual, bool)
            else [3 * usual + 1]
            if isinstance(usual, int | float)
            else []
        )
        for value in [NAMED[name]] if name in NAMED else [*own, *GUESSES]:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    checked = rcParams.validate[name](value)
            except (ValueError, TypeError, AttributeError, RuntimeError):
                continue
            if checked != usual:
                found[name] = checked
                break
    return found


def as_file():
    """The same as lines of a matplotlibrc, which cannot hold all of them."""
    plain = {name: value for name, value in changed().items() if isinstance(value, bool | int | float | str)}
    return "".join(
        f'{name}: "{value}"\n' if "#" in str(value) else f"{name}: {value}\n" for name, value in plain.items()
    )
