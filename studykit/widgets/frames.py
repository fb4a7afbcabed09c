"""Frame slider: a slider over pictures that are drawn already."""

from collections.abc import Sequence
from typing import Any

from studykit.plots.picture import Picture, encode
from studykit.widgets import controls
from studykit.widgets.canvas import Canvas
from studykit.widgets.panel import Panel


class Frames(Panel):
    """A slider over pictures that are drawn already, so that it follows the hand.

    Args:
        values: what the slider shows, one per picture, such as wavelengths.
        pictures: all of one size; their `alt` is the line of words under the slider.
        label: what the slider changes.
        start: index of the picture to begin with, the one readers without a kernel see.
    """

    def __init__(
        self, values: Sequence[Any], pictures: Sequence[Picture], label: str, start: int = 0
    ) -> None:
        canvases = [Drawn(picture) for picture in pictures]
        self.slider = controls.steps(label, [(str(value), i) for i, value in enumerate(values)], start)
        self._frames = canvases
        super().__init__([self.slider], {"picture": canvases[start]}, [self.slider])

    def draw(self) -> dict[str, str]:
        frame = self.canvases["picture"] = self._frames[self.slider.value]
        return {"picture": frame.alt}


class Drawn:
    """A picture drawn once; stands in for a canvas."""

    def __init__(self, picture: Picture) -> None:
        self.size, self.alt, self._picture = picture.canvas.get_width_height(), picture.alt, picture
        self.widths: Sequence[int] = ()
        self._layers = Canvas(picture).layers()

    def layers(self) -> tuple[str, str]:
        return self._layers

    def encode(self) -> tuple[str, bytes]:
        return encode(self._picture)
