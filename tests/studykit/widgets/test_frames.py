"""A slider over ready pictures: what it shows, with and without a kernel."""

import numpy as np

from studykit.plots.images import image_strip
from studykit.widgets import frame_slider


def test_the_slider_changes_picture_and_words():
    pictures = [
        image_strip([np.full((8, 4), level, np.uint8)], alt=f"level {level}") for level in (0, 90, 255)
    ]
    widget = frame_slider(["dark", "dim", "bright"], pictures, "light", start=1)
    view = widget.views["picture"]
    first = view.data
    assert view.words == "level 90"
    widget.slider.value = 2
    assert view.words == "level 255"
    assert view.data != first


def test_readers_without_a_kernel_see_a_picture_and_its_words():
    widget = frame_slider([1], [image_strip([np.zeros((8, 4), np.uint8)], alt="all dark")], "light")
    data, about = widget._repr_mimebundle_()
    assert data["text/plain"] == "all dark"
    assert "image/jpeg" in data and about["image/jpeg"]["alt"] == "all dark"
