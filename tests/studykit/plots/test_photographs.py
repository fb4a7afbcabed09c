"""A picture says where its photographs are, and the page can cut them out."""

import io

import numpy as np
import pytest
from PIL import Image

from studykit import plots
from studykit.plots import photographs
from studykit.plots.photographs import Place
from studykit.plots.picture import encode


def test_the_places_are_those_of_the_photographs():
    strip = plots.image_strip([np.full((128, 64, 3), (200, 30, 30), np.uint8)] * 3, ["a", "b", "c"])
    for ratio in (1, 2):
        mime, data = encode(strip, ratio)
        places = photographs.said(data)
        page = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
        red = page[..., 0] - page[..., 1] > 80
        tall, wide = red.shape
        assert mime == "image/jpeg" and len(places) == 3
        covered = np.zeros_like(red)
        for left, top, right, bottom in places:
            inside = red[round(top * tall) : round(bottom * tall), round(left * wide) : round(right * wide)]
            assert inside.mean() > 0.98
            covered[round(top * tall) : round(bottom * tall), round(left * wide) : round(right * wide)] = True
        assert (red & ~covered).mean() < 0.01


def test_what_is_kept_is_what_was_said():
    places = [Place(0.1, 0.25, 0.5, 1.0), Place(0.12345, 0, 1, 1)]
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", comment=photographs.comment(places))
    assert photographs.said(out.getvalue()) == [pytest.approx(place, abs=1e-4) for place in places]


@pytest.mark.parametrize("comment", [b"", b"a holiday", b"[1]", b'{"photographs": [[1]]}'])
def test_a_picture_of_others_has_no_known_photographs(comment):
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", comment=comment)
    assert photographs.said(out.getvalue()) == []


def test_a_place_on_a_larger_page():
    assert Place(0.5, 0, 1, 0.5).within(0.5, 0.2, 0.4, 0.6) == pytest.approx((0.7, 0.2, 0.9, 0.5))


def test_the_outline_goes_around_each_from_the_corner():
    assert (
        photographs.outline([Place(0.1, 0.2, 0.5, 1)])
        == "polygon(0 0, 10% 20%, 50% 20%, 50% 100%, 10% 100%, 10% 20%, 0 0)"
    )
