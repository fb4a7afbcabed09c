"""Recording of a widget: every state of its main controls, for a page that has no kernel to ask.

A recording is data for JSON. `tree` holds the controls, one level each: what its label says, its kind, the words of its
values, the value to begin with, and `then`, for every value either the next control or, at the last level, the number
of a state. A state has for each view three numbers of `texts`: what stands still, what moves, and the words. `photos`
are the photographs in the drawings, once each, which name them `photo:NAME`.

So much for the script "frames", which plays states. `script` names what makes a widget of a recording: `generator`, `geometry`
and `light` of the book work it out from numbers that their widget's `recording` says. What stands under `shared` becomes a
file of its own, which recordings with the same content have in common.
"""

import base64
import io
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from xivlab.files import digest_of

if TYPE_CHECKING:
    from studykit.widgets.panel import Panel

MIME = "application/x-xivlab-recording+json"
WANTED = (
    "XIVLAB_RECORD"  # variable of the environment: whether widgets record themselves where they are shown
)
MOST = 2500  # states of a widget
QUALITY = 78  # of photographs, as WebP: half as large as JPEG that looks the same
FLAT = 64  # colours of a picture that is a drawing at most; a photograph has more
PHOTO = re.compile(r"data:image/\w+;base64,([A-Za-z0-9+/=\s]+)")
SMALL = re.compile(r"(?<=\d\.\d\d)\d+")  # digits of hundredths of a pixel and beyond


def wanted() -> bool:
    """Whether widgets are to record themselves, as when the notebooks are built."""
    return bool(os.environ.get(WANTED))


def record(panel: "Panel", controls: Sequence[ipywidgets.Widget]) -> dict[str, Any]:
    """Every state of some controls of a widget, which stands as before afterwards.

    Args:
        panel: the widget.
        controls: the main one, or several, whose every combination is drawn. What a control offers may depend on those
            before it; one that is disabled stays as it is.

    Returns:
        {"tree", "views", "states", "texts", "photos"}, as the head of this module says.

    Raises:
        ValueError: there are more than MOST states, or none of a view.
    """
    taken = _Taken()
    before = {control: control.value for control in controls}
    try:
        tree = _walk(panel, list(controls), taken)
    finally:
        for control, value in before.items():
            control.value = value
    views = [{"name": name, "width": view.width, "height": view.height} for name, view in panel.views.items()]
    return {
        "tree": tree, "views": views, "states": list(taken.states), "texts": list(taken.texts), "photos": taken.photos,
    }  # fmt: skip


def _walk(panel: "Panel", controls: list[ipywidgets.Widget], taken: "_Taken") -> Any:
    if not controls:
        return taken.state(panel)
    control, *others = controls
    words, values = offered(control)
    start = values.index(control.value) if control.value in values else 0
    if control.disabled:
        words, values, start = [words[start]], [control.value], 0
    then = []
    for value in values:
        control.value = value
        then.append(_walk(panel, others, taken))
    control.value = values[start]
    return {
        "label": control.description, "menu": isinstance(control, ipywidgets.Dropdown), "values": words, "start": start,
        "then": then,
    }  # fmt: skip


def offered(control: ipywidgets.Widget) -> tuple[list[str], list[Any]]:
    """All values of a control, first as it shows them."""
    if hasattr(control, "_options_labels"):
        return list(control._options_labels), list(control._options_values)
    count = round((control.max - control.min) / control.step) + 1
    values = [control.min + i * control.step for i in range(count)]
    if isinstance(control, ipywidgets.FloatSlider):
        values = [round(value, 10) for value in values]
        return [format(value, control.readout_format) for value in values], values
    return [str(value) for value in values], values


class _Taken:
    """States as they are taken, with texts and photographs once each."""

    def __init__(self) -> None:
        self.states: dict[tuple[tuple[int, int, int], ...], int] = {}
        self.texts: dict[str, int] = {}
        self.photos: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def state(self, panel: "Panel") -> int:
        """The number of the state in which a widget is."""
        shown = []
        for name, view in panel.views.items():
            if not view.words and view.layout.display != "none":
                raise ValueError(f"{name} of {type(panel).__name__} has no words")
            shown.append(
                (
                    self._text(self._drawing(view.still)),
                    self._text(self._drawing(view.moving)),
                    self._text(view.words),
                )
            )
        number = self.states.setdefault(tuple(shown), len(self.states))
        if number >= MOST:
            raise ValueError(f"{type(panel).__name__} has more than {MOST} states")
        return number

    def _text(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def _drawing(self, svg: str) -> str:
        return SMALL.sub("", PHOTO.sub(lambda found: f"photo:{self._photo(found[0], found[1])}", svg))

    def _photo(self, address: str, data: str) -> str:
        if address not in self._names:
            content = webp(base64.b64decode(data))
            name = self._names[address] = name_of(content)
            self.photos[name] = base64.b64encode(content).decode()
        return self._names[address]


def name_of(content: bytes) -> str:
    """A name for a file of this content: the same content has the same one."""
    return digest_of(content)[:16]


def webp(picture: bytes, quality: int = QUALITY) -> bytes:
    """A picture as WebP: a photograph with loss, few flat colours or a transparent ground without."""
    image = Image.open(io.BytesIO(picture))
    out = io.BytesIO()
    colours = image.convert("RGBA")
    # Matplotlib writes photographs with an alpha channel, too; a grey one has 256 colours at most.
    flat = colours.getextrema()[3][0] < 255 or colours.getcolors(FLAT) is not None
    if flat:
        image.save(out, "WEBP", lossless=True, method=6)
    else:
        colours.convert("RGB").save(out, "WEBP", quality=quality, method=6)
    return out.getvalue()


def photo(pixels: NDArray[np.uint8]) -> str:
    """A photograph, (h, w, 3), as an address that holds it, with loss."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", quality=QUALITY, method=6)
    return address(out.getvalue())


def lossless(pixels: NDArray[np.uint8]) -> str:
    """An image, (h, w) or (h, w, 3), as an address that holds it to the bit."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB").save(out, "WEBP", lossless=True, method=6)
    return address(out.getvalue())


def address(picture: bytes) -> str:
    """A WebP as an address that holds it."""
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
