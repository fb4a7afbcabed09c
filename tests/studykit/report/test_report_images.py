import base64
import io

import numpy as np
from PIL import Image

from studykit.report.report_images import line_chart, person_image, running_mean


def data(picture):
    kind, _, text = picture.source.partition(";base64,")
    return kind.removeprefix("data:"), base64.b64decode(text)


def test_a_chart_says_what_it_shows():
    steps = np.arange(1, 51)
    series = {"Baseline": (steps, steps / 2), "XIV-ReID": (steps, np.sqrt(steps))}
    picture = line_chart(series, "Rank-1, %", " %")
    assert picture.alt == (
        "Rank-1, % over the steps of training: Baseline goes from 0.5 % to 25 %; "
        "XIV-ReID goes from 1 % to 7.07 %."
    )
    kind, svg = data(picture)
    assert kind == "image/svg+xml"
    assert svg.startswith(b"<?xml")
    assert line_chart(series, "Rank-1, %", " %") == picture, "the same picture, the same bytes"


def test_a_chart_of_one_point():
    assert data(line_chart({"a": (np.array([4]), np.array([0.1]))}, "A"))[1]


def test_running_mean():
    np.testing.assert_allclose(running_mean(np.array([1.0, 3, 5, 7]), 2), [1, 2, 4, 6])


def test_a_person():
    pixels = np.full((8, 4, 3), (200, 30, 30), np.uint8)
    picture = person_image(pixels, "Query: person 7, camera 3")
    kind, jpeg = data(picture)
    assert (kind, picture.alt) == ("image/jpeg", "Query: person 7, camera 3")
    image = np.asarray(Image.open(io.BytesIO(jpeg)), int)
    assert np.abs(image - pixels).max() < 10
