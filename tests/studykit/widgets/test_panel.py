"""What all widgets share: pictures follow controls, from any thread, and errors become a sentence."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from studykit.plots.photographs import said
from studykit.plots.picture import Picture
from studykit.widgets import controls
from studykit.widgets.canvas import Canvas
from studykit.widgets.panel import Panel, still
from studykit.widgets.view import View
from xivlab.errors import XivlabError


class Bar(Panel):
    """A bar as long as the slider says."""

    def __init__(self):
        picture = Picture(1, "", 2, layout=None)
        axes = picture.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(-1, 1))
        axes.set_axis_off()
        canvas = Canvas(picture)
        self.bar = canvas.moving(axes.barh([0], [0], height=2, color="black")[0])
        self.length = controls.slider("length", 0.5, 0, 1, 0.1)
        self.drawn = 0
        super().__init__([self.length], {"bar": canvas}, [self.length])

    def draw(self):
        self.drawn += 1
        if self.length.value > 0.95:
            raise XivlabError("Too long: choose less than 1.")
        self.bar.set_width(self.length.value)
        return {"bar": f"{self.length.value:.1f} long"}


def dark(panel):
    """Share of dark pixels of the picture."""
    return (np.asarray(Image.open(io.BytesIO(panel.views["bar"].data)).convert("L")) < 128).mean()


def test_picture_and_words_follow_the_control():
    panel = Bar()
    for length in (0.2, 0.9, 0.4):
        panel.length.value = length
        assert panel.views["bar"].words == f"{length} long"
        assert abs(dark(panel) - length) < 0.01  # a pixel of 220, either side


def test_what_makes_no_sense_is_a_sentence_and_the_picture_stays():
    panel = Bar()
    before = panel.views["bar"].data
    panel.length.value = 1.0
    assert "Too long: choose less than 1." in panel.notice.value
    assert panel.views["bar"].data == before
    panel.length.value = 0.3
    assert panel.notice.value == ""


def test_setting_several_controls_draws_once():
    panel = Bar()
    before = panel.drawn
    panel.set({panel.length: 0.7})
    assert panel.drawn == before + 1 and panel.views["bar"].words == "0.7 long"


def test_after_moves_from_many_threads_the_picture_is_that_of_the_last_value():
    panels = [Bar() for _ in range(3)]

    def move(panel, seed):
        for value in np.random.default_rng(seed).integers(0, 9, 30):
            panel.length.value = value / 10

    threads = [threading.Thread(target=move, args=(p, s)) for p in panels for s in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for panel in panels:
        assert panel.views["bar"].words == f"{panel.length.value:.1f} long"
        assert abs(dark(panel) - panel.length.value) < 0.01


def test_readers_without_a_kernel_see_picture_and_words():
    data, about = Bar()._repr_mimebundle_()
    assert data["text/plain"] == "0.5 long" and about["image/png"]["alt"] == "0.5 long"


def test_the_still_picture_has_a_white_edge_around_all_that_it_shows():
    bar = Bar()
    bar.length.value = 0.9
    page = np.asarray(Image.open(io.BytesIO(still(list(bar.views.values()))[1])).convert("L"))
    rows, columns = np.nonzero(page < 250)
    assert rows.min() >= 12 and columns.min() >= 12
    assert rows.max() < page.shape[0] - 12 and columns.max() < page.shape[1] - 12


def test_the_still_picture_says_where_its_photographs_are():
    canvas = Canvas(Picture(3, "", 6, layout=None))
    canvas.photo(20, 30, 200, 100).show(np.full((10, 20, 3), (200, 30, 30), np.uint8))
    canvas.photo(300, 30, 200, 100)  # an empty place
    chart, photos = View(width=660, height=330), View(width=660, height=330)
    chart.show(Canvas(Picture(3, "", 6, layout=None)), "words")
    photos.show(canvas, "words")
    data = still([chart, photos])[1]
    (place,) = said(data)
    page = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    rows, columns = np.nonzero(page[..., 0] - page[..., 1] > 80)  # the red photograph, now under the chart
    tall, wide = page.shape[:2]
    assert [place.left * wide, place.right * wide] == pytest.approx(
        [columns.min(), columns.max() + 1], abs=1.5
    )
    assert [place.top * tall, place.bottom * tall] == pytest.approx([rows.min(), rows.max() + 1], abs=1.5)


def test_the_still_picture_of_photographs_stays_small():
    """Noise over a whole page is the worst that JPEG can meet: as sharp as fits, coarser than other pages."""
    noise = np.random.default_rng(0).integers(0, 256, (300, 600, 3), np.uint8)
    sizes = []
    for pixels in (noise, noise // 8 + 100):
        picture = Picture(3, "", 6, layout=None)
        canvas = Canvas(picture)
        canvas.photo(0, 0, 600, 300).show(pixels)
        view = View(width=660, height=330)
        view.show(canvas, "")
        sizes.append(len(still([view])[1]))
    assert sizes[1] < sizes[0] < 60_000
