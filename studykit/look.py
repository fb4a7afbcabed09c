"""Look of every figure: matplotlib's defaults, whatever the reader has set.

    >>> with own_look():                         # doctest: +SKIP
    ...     axes.add_patch(Rectangle((0, 0), 1, 1))

An artist asks matplotlib's settings when it is made, when some of its properties are set, and again when it is
drawn. `studykit.plots.picture.Picture` sees to itself and its axes; artists that are made apart from them, such
as a Rectangle, are made within `own_look`.

Import this before matplotlib: a backend that there is not, in MPLBACKEND or a matplotlibrc, is no reason not to
draw, since figures of the kit are shown by none.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from threading import RLock
from unittest import mock


def _import_matplotlib() -> None:
    """Import matplotlib; without the reader's file and MPLBACKEND if it cannot bear them."""
    try:
        importlib.import_module("matplotlib")
    except ValueError:  # an unknown backend, or a file in no encoding
        for half in [name for name in sys.modules if name.startswith("matplotlib.")]:
            del sys.modules[half]
        own = Path(importlib.util.find_spec("matplotlib").origin).with_name("mpl-data") / "matplotlibrc"
        with mock.patch.dict(os.environ, MPLBACKEND="agg", MATPLOTLIBRC=str(own)):
            importlib.import_module("matplotlib")


_import_matplotlib()
from matplotlib import rcParams, rcParamsDefault

LOCK = RLock()  # widgets may draw from two threads
NONE = str(b"agg", "ascii")  # an object of its own, so that a backend chosen meanwhile is told from it
SHOWN = ("backend", "backend_fallback", "interactive")  # how pyplot shows figures: not ours to touch
# The one font is named, since a list of fonts is often changed in place, and with it matplotlib's defaults.
OWN = {name: deepcopy(value) for name, value in dict.items(rcParamsDefault) if name not in SHOWN}
OWN["font.family"] = ["DejaVu Sans"]
OWN["svg.hashsalt"] = "xivlab"  # the same drawing has the same names of its parts
_inside = False


@contextmanager
def own_look() -> Iterator[None]:
    """Matplotlib's defaults within a block or, as a decorator, a function; one thread at a time.

    The reader's settings are back afterwards, those included that another thread has changed meanwhile.
    """
    global _inside
    with LOCK:
        if _inside:
            yield
            return
        theirs = dict(dict.items(rcParams))  # as they are: to ask for the backend would choose one
        dict.update(rcParams, OWN)  # `rcParams.update` would check every value: 100 times as long
        if not isinstance(
            theirs["backend"], str
        ):  # none is chosen yet, and a box plot, which reads all, would
            dict.__setitem__(rcParams, "backend", NONE)
        _inside = True
        try:
            yield
        finally:
            _inside = False
            now = dict(dict.items(rcParams))
            ours = (name for name, value in OWN.items() if now[name] is value or now[name] == value)
            dict.update(rcParams, {name: theirs[name] for name in ours})
            if now["backend"] is NONE:
                dict.__setitem__(rcParams, "backend", theirs["backend"])
