"""The loss geometry in the kernel: controls, pointer, steps, play and pause, and what the words say."""

import time

import numpy as np
import pytest
import torch

from studykit import widgets
from studykit.widgets.geometry.data import LABELS, STARTS, TERMS
from studykit.widgets.geometry.pictures import TALL, number
from xivlab import loss


@pytest.fixture
def widget():
    made = widgets.loss_geometry()
    yield made
    made.pause()


def pictures(widget):
    return {name: view.data for name, view in widget.views.items()}


def pixel(widget, point):
    """Where a point of the 12 is in the picture, from the top left corner."""
    x, y = widget.canvases["plane"].axes.transData.transform(widget.points.reshape(-1, 2)[point])
    return [float(x), float(TALL - y)]


def point_at(widget, press, start, at, down=True):
    widget.views["plane"].pointer = {"press": press, "from": start, "at": at, "down": down}


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def start(widget, part):
    widget.start.value = next(name for name in widget.start.options if part in name)


def test_words_name_the_content_anchors_and_the_sums(widget):
    words = {name: view.words for name, view in widget.views.items()}
    assert words["plane"].startswith("Anchors I among V: 7a and 7b are content; 8a pays 6.21, 8b pays 4.05.")
    i, x, v = torch.tensor(widget.points)
    L_C = loss.cross_modality(i, x, LABELS, 0.5) + loss.cross_modality(i, v, LABELS, 0.5)
    assert f"2.70 + 0.1 · {L_C:.2f} = {2.70 + 0.1 * L_C:.2f}." in words["table"]


def test_one_anchor_is_reckoned_out(widget):
    widget.anchor.value = 2
    assert "It pays 0.5 + 6.71 − 1.00 = 6.21." in widget.views["plane"].words
    widget.anchor.value = 0
    assert "It is content: 0.5 + 4.24 − 7.00 is not above 0." in widget.views["plane"].words
    widget.margin_cross.value = 2.8
    assert "It pays 2.8 + 4.24 − 7.00 = 0.04." in widget.views["plane"].words


@pytest.mark.parametrize("control", ["term", "anchor", "lam", "margin_cross", "margin_respective", "lower"])
def test_every_control_moves_a_picture_and_back(widget, control):
    before, slider = pictures(widget), getattr(widget, control)
    old = slider.value
    other = {
        "term": 0, "anchor": 1, "lam": 10.0, "margin_cross": 2.0, "margin_respective": 2.0, "lower": "L_C",
    }  # fmt: skip
    slider.value = other[control]
    assert pictures(widget) != before
    slider.value = old
    assert pictures(widget) == before


def test_a_slider_moves_the_chosen_point(widget):
    widget.point.value = 9  # V 7b
    assert [slider.value for slider in widget.place] == [3.0, 3.0]
    before = pictures(widget)
    widget.place[0].value = 1.5
    assert widget.points[2, 1].tolist() == [1.5, 3.0]
    assert pictures(widget) != before


def test_the_page_rounding_a_coordinate_moves_nothing(widget):
    widget.step()
    widget.point.value = 4
    exact = widget.points.copy()
    x = widget.place[0]
    assert x.value == exact[1, 0, 0] != round(x.value, 1)
    x.value = round(x.value, 1)  # what the page sends back
    assert np.array_equal(widget.points, exact)


def test_the_pointer_takes_a_point_moves_it_and_lets_go(widget):
    taken = 10  # V 8a at (7, 0)
    begin = pixel(widget, taken)
    per_unit = pixel(widget, 11)[1] - begin[1]  # of 6 units, upwards
    point_at(widget, 1, begin, begin)
    assert widget.point.value == taken
    assert widget.points[2, 2].tolist() == [7, 0]  # taking is not moving
    point_at(widget, 1, begin, [begin[0], begin[1] + per_unit / 6])
    np.testing.assert_allclose(widget.points[2, 2], [7, 1], atol=1e-9)
    point_at(widget, 1, begin, [begin[0], begin[1] + per_unit / 3], down=False)
    np.testing.assert_allclose(widget.points[2, 2], [7, 2], atol=1e-9)
    assert widget.place[1].value == pytest.approx(2)
    point_at(widget, 1, begin, [200.0, 200.0], down=False)  # only passes over the picture
    np.testing.assert_allclose(widget.points[2, 2], [7, 2], atol=1e-9)


def test_a_press_beside_all_points_takes_none(widget):
    before, chosen = widget.points.copy(), widget.point.value
    point_at(widget, 1, [420.0, 380.0], [420.0, 380.0])
    point_at(widget, 1, [420.0, 380.0], [300.0, 300.0])
    assert np.array_equal(widget.points, before) and widget.point.value == chosen


def test_a_point_cannot_be_dragged_out_of_the_picture(widget):
    begin = pixel(widget, 0)
    point_at(widget, 1, begin, [-500.0, 5000.0])
    x, y = pixel(widget, 0)
    assert 0 <= x <= 430 and 0 <= y <= TALL


def test_a_step_goes_against_the_gradient_of_the_package(widget):
    points = torch.tensor(widget.points, requires_grad=True)
    i, x, v = points
    triplet = sum(loss.batch_hard_triplet(m, m, LABELS, 0.3) for m in points) / 4
    whole = triplet + 0.1 * (loss.cross_modality(i, x, LABELS, 0.5) + loss.cross_modality(i, v, LABELS, 0.5))
    (slope,) = torch.autograd.grad(whole, points)
    before = widget.points.copy()
    assert widget.step()
    np.testing.assert_allclose(widget.points, before - 0.3 * slope.numpy(), atol=1e-12)
    assert "after 1 step." in widget.views["table"].words
    widget.reset()
    assert np.array_equal(widget.points, before) and "after" not in widget.views["table"].words


def test_only_the_drawn_term_is_lowered_if_asked(widget):
    widget.lower.value, widget.term.value = "term", 0
    before = widget.points.copy()
    widget.step()
    moved = (widget.points != before).any((1, 2))
    assert TERMS[0].name == "within I" and moved.tolist() == [True, False, False]


def test_play_steps_until_paused_and_the_kernel_answers_meanwhile(widget):
    widget.play()
    assert widget.play_button.description == "Pause" and widget.step_button.disabled
    until(lambda: widget.steps > 3)
    widget.margin_cross.value = 1.0
    assert "L_C 4.00" in widget.views["table"].words
    widget.pause()
    stands = widget.steps
    time.sleep(0.3)
    assert widget.steps == stands
    assert widget.play_button.description == "Play" and not widget.step_button.disabled
    assert widget.place[0].value == pytest.approx(widget.points[0, 0, 0])


def test_play_ends_by_itself_when_nothing_moves(widget):
    start(widget, "well ordered")
    widget.play_button.click()
    until(lambda: widget.play_button.description == "Play")
    assert widget.steps == 0 and "0 at every point" in widget.views["plane"].words


def test_another_start_stops_the_play(widget):
    widget.play()
    until(lambda: widget.steps > 0)
    start(widget, "collapsed")
    time.sleep(0.3)
    assert widget.steps == 0 and widget.lam.value == 10
    assert np.array_equal(widget.points, STARTS[widget.start.value].points)
    assert not widget.step()


def test_reset_keeps_what_the_reader_has_set(widget):
    start(widget, "infrared collapses")
    assert (widget.lam.value, widget.rate.value) == (10, 0.01)
    widget.lam.value, widget.rate.value = 0.1, 0.3
    widget.step()
    widget.reset()
    assert (widget.lam.value, widget.rate.value) == (0.1, 0.3)


def test_a_point_that_leaves_the_picture_is_followed(widget):
    widget.points[0, 0] = [-9.0, 20.0]
    widget.refresh()
    x, y = pixel(widget, 0)
    assert 0 <= x <= 430 and 0 <= y <= TALL
    widget.step()  # loads the sliders
    assert [slider.value for slider in widget.place] == pytest.approx(widget.points[0, 0].tolist())
    widget.reset()
    assert widget.canvases["plane"].axes.get_xlim()[0] > -3


def test_what_a_reader_without_a_kernel_sees_is_small(widget):
    data, metadata = widget._repr_mimebundle_()
    assert len(data["image/png"]) < 60_000
    assert "7a and 7b are content" in metadata["image/png"]["alt"]


def test_numbers_are_short():
    assert [number(value) for value in (0.0, 0.004, 1.999)] == ["0", "0.00", "2.00"]
