"""Pictures that cells leave in a notebook, in JupyterLab's dark theme, without a widget or a kernel: charts turn dark, and so
does what stands around photographs, which stay what they are."""

import io

import numpy as np
import pytest
from browser import looks
from browser.every_widget import HEAD
from PIL import Image

CELL = """import numpy as np
from IPython.display import display
from PIL import Image
from studykit import widgets
from studykit.plots import Picture, image_strip, plot_axes
from studykit.server import WIDGET
chart = Picture(1.5, "a chart", 4.0)
plot_axes(chart, "x", "y")
strip = image_strip([np.full((128, 64, 3), grey, np.uint8) for grey in (90, 200)], alt="photographs")
display(chart, strip, Image.new("RGB", (60, 30), "white"))
still, about = widgets.frame_slider([0, 1], [strip, strip], "level")._repr_mimebundle_()
display({kind: part for kind, part in still.items() if kind != WIDGET}, metadata=about, raw=True)
same = widgets.search()  # its photographs are no images of axes
still, about = same._repr_mimebundle_()
display({kind: part for kind, part in still.items() if kind != WIDGET}, metadata=about, raw=True)"""
IMAGES = ".jp-RenderedImage img"
WHOLE = ".jp-RenderedImage"


def seen(image):
    """An image as the page shows it, gray, (height, width), 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(image.screenshot())).convert("L")).astype(int)


def change(page, theme):
    """Change the theme, and wait until the style of pictures has it."""
    looks.change(page, theme)
    dark = "none" if theme == "Light" else "invert"
    page.wait_for_function(
        "([images, dark]) => getComputedStyle(document.querySelector(images)).filter.startsWith(dark)",
        arg=[IMAGES, dark],
    )


def share(picture, level):
    """The share of the pixels of a picture that are within 6 of a level."""
    return (abs(picture - level) <= 6).mean()


@pytest.mark.parametrize("ratio", looks.RATIOS)
@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_pictures_follow_the_theme_and_photographs_stay(lab, app, ratio):
    page = lab.open(HEAD + CELL, app=app, shown=f"{WHOLE} >> nth=4", device_scale_factor=ratio).page
    places = [page.locator(WHOLE).nth(number) for number in range(5)]
    change(page, "Light")
    light = [seen(place.locator("img").first) for place in places]
    assert [picture.max() for picture in light] == [255] * 5
    try:
        change(page, "Dark")
        chart, strip, own, still, search = (seen(place.locator("img").first) for place in places)
        assert 128 < chart.max() < 255, "its lines are bright, and no paper is white"
        assert max(picture[2, 2] for picture in (chart, still, search)) < 32
        for dark, before in ((strip, light[1]), (still, light[3])):
            for grey in (90, 200):
                assert share(before, grey) > 0.03
                assert share(dark, grey) == pytest.approx(share(before, grey), abs=0.01), (
                    "a photograph has changed"
                )
        assert share(light[4], 255) > 0.2 and share(search, 255) < 0.02
        assert share(own, 255) > 0.9, "what the kit did not draw has changed"
        assert places[2].locator("img").evaluate("image => getComputedStyle(image).filter") == "none"
    finally:
        change(page, "Light")
    assert [seen(place.locator("img").first).max() for place in places] == [255] * 5
