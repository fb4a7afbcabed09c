"""Recordings: every state of the main controls, and the widget as it was."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from studykit import widgets
from studykit.plots import image_strip
from studykit.widgets import recording

LEVELS = (0, 120, 240)


@pytest.fixture
def frames():
    pictures = [image_strip([np.full((64, 32, 3), v, np.uint8)] * 2, alt=f"level {v}") for v in LEVELS]
    return widgets.frame_slider(LEVELS, pictures, "level", start=1)


def test_every_value_has_its_state(frames):
    found = frames.recording()
    tree = found["tree"]
    assert (tree["label"], tree["values"], tree["start"]) == ("level", ["0", "120", "240"], 1)
    words = [found["texts"][found["states"][state][0][2]] for state in tree["then"]]
    assert words == [f"level {v}" for v in LEVELS]
    assert not found["more"]


def test_the_widget_stands_as_before(frames):
    before = frames.views["picture"].moving, frames.views["picture"].words
    frames.recording()
    assert frames.slider.value == 1
    assert (frames.views["picture"].moving, frames.views["picture"].words) == before


def test_photographs_are_named_and_kept_once(frames):
    found = frames.recording()
    named = {name for text in found["texts"] for name in re.findall(r"photo:(\w+)", text)}
    assert named == set(found["photos"]) and named
    assert not any("base64" in text for text in found["texts"])


def test_what_an_earlier_control_changes_is_offered_anew(monkeypatch, tmp_path):
    import made_up_map

    made_up_map.install(tmp_path, monkeypatch)
    tree = widgets.when_does_x_help().recording()["tree"]
    assert [one["label"] for one in (tree, tree["then"][0])] == [
        "knob",
        "the gain along the knob, you predict",
    ]
    closed, opened = tree["then"][0]["then"][:2]
    assert len(closed["values"]) == 1 < len(opened["values"])  # nothing moves before the prediction


def test_it_is_shown_only_where_it_is_wanted(frames, monkeypatch):
    monkeypatch.delenv(recording.WANTED, raising=False)
    assert recording.MIME not in frames._repr_mimebundle_()[0]
    monkeypatch.setenv(recording.WANTED, "1")
    assert frames._repr_mimebundle_()[0][recording.MIME]["script"] == "frames"


def test_a_photograph_becomes_smaller_and_stays_itself():
    rng = np.random.default_rng(0)
    pixels = np.asarray(
        Image.fromarray(rng.integers(0, 256, (8, 4, 3), np.uint8)).resize((64, 128), Image.Resampling.BICUBIC)
    )
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    small = recording.webp(out.getvalue())
    assert len(small) < len(out.getvalue()) / 3
    again = np.asarray(Image.open(io.BytesIO(small)), float)
    assert np.abs(again - pixels).mean() < 6  # levels of 255


def test_a_grey_photograph_with_an_alpha_channel_becomes_small_and_a_drawing_stays_as_it_is():
    rng = np.random.default_rng(1)
    grey = rng.integers(0, 255, (64, 32, 1), np.uint8).repeat(4, 2)
    grey[..., 3] = 255
    drawing = np.where(grey > 128, 255, 0).astype(np.uint8)
    made = []
    for pixels in (grey, drawing):
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        made.append(recording.webp(out.getvalue()))
    assert b"VP8 " in made[0][:16] and b"VP8L" not in made[0]
    again = np.asarray(Image.open(io.BytesIO(made[1])).convert("RGBA"))
    assert (again[again[..., 3] > 0] == drawing[again[..., 3] > 0]).all()


def test_too_many_states_are_told(frames, monkeypatch):
    monkeypatch.setattr(recording, "MOST", 2)
    with pytest.raises(ValueError, match="Frames has more than 2 states"):
        frames.recording()
