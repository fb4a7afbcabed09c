"""What moves in the notebooks. A widget shows a picture and a line of words, and both without a kernel too."""

import base64
from collections.abc import Sequence
from typing import Any

import ipywidgets

from xivlab.figures import Picture, encode


class FrameSlider(ipywidgets.VBox):
    """A slider over pictures that are drawn already, so that it follows the hand.

    Args:
        values: what the slider shows, one per picture, such as wavelengths.
        pictures: all of one size; their `alt` is the line of words under the slider.
        label: what the slider changes.
        start: index of the picture to begin with, the one readers without a kernel see.
    """

    def __init__(self, values: Sequence[Any], pictures: Sequence[Picture], label: str, start: int = 0):
        self._frames = [(*encode(picture), picture.alt) for picture in pictures]
        options = [(str(value), i) for i, value in enumerate(values)]
        wide = ipywidgets.Layout(width="560px")
        self.slider = ipywidgets.SelectionSlider(
            options=options,
            value=start,
            description=label,
            layout=wide,
            style={"description_width": "initial"},
        )
        self.image = ipywidgets.Image(format="jpeg", value=self._frames[start][1])
        self.image.layout.object_fit = "contain"
        self.image.layout.align_self = "flex-start"  # at its own size, not as wide as the page
        self.words = ipywidgets.Label(self._frames[start][2])
        self.slider.observe(self._show, "value")
        super().__init__([self.slider, self.words, self.image])

    def _show(self, change: dict) -> None:
        mime, data, alt = self._frames[change["new"]]
        self.image.format = mime.removeprefix("image/")
        self.image.value, self.words.value = data, alt

    def _repr_mimebundle_(self, **kwargs: Any) -> dict | tuple:
        bundle = super()._repr_mimebundle_(**kwargs)
        mime, data, alt = self._frames[self.slider.value]
        still = {mime: base64.b64encode(data).decode(), "text/plain": alt}
        return {**(bundle or {}), **still}, {mime: {"alt": alt}}
