"""Pictures that cells leave in a notebook, in JupyterLab's dark theme: charts turn dark, photographs stay what they are."""

import io

import pytest
from PIL import Image

CELL = """import numpy as np
from IPython.display import display
from PIL import Image
from studykit import widgets
from studykit.plots import Picture, image_strip, plot_axes
chart = Picture(1.5, "a chart", 4.0)
plot_axes(chart, "x", "y")
display(chart, image_strip([np.full((128, 64, 3), 90, np.uint8)], alt="a photograph"))
display(Image.new("RGB", (60, 30), "white"))
widgets.loss_geometry()"""
IMAGES = ".jp-RenderedImage img"


def brightest(image):
    """The brightest of the pixels of an image as the page shows it, 0 to 255."""
    return Image.open(io.BytesIO(image.screenshot())).convert("L").getextrema()[1]


def change(page, theme):
    """The server remembers it for the pages that are opened next."""
    page.evaluate(
        f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})"
    )
    page.locator(f"body[data-jp-theme-light={str(theme == 'Light').lower()}]").wait_for(state="attached")
    dark = "none" if theme == "Light" else "invert"
    page.wait_for_function(
        "([images, dark]) => getComputedStyle(document.querySelector(images)).filter.startsWith(dark)",
        arg=[IMAGES, dark],
    )


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_charts_follow_the_theme(lab, app):
    page = lab.open(CELL, app=app).page
    chart, photograph, own = (page.locator(IMAGES).nth(number) for number in range(3))
    change(page, "Light")
    assert brightest(chart) == brightest(own) == 255
    try:
        change(page, "Dark")
        assert 128 < brightest(chart) < 255, "its lines are bright, and no paper is white"
        ground = Image.open(io.BytesIO(chart.screenshot())).convert("L").getpixel((2, 2))
        assert ground < 32
        # What the kit did not draw is not touched, and neither is a photograph.
        filters = [one.evaluate("image => getComputedStyle(image).filter") for one in (photograph, own)]
        assert brightest(own) == 255 and filters == ["none", "none"]
    finally:
        change(page, "Light")
    assert brightest(chart) == 255
