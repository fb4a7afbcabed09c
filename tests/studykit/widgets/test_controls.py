"""Which of a page's messages a slider takes for a move of the hand."""

import time

from studykit.widgets import controls


def slider(*given):
    """A slider to which the kernel has given these numbers, one after another, and the list of its moves since."""
    made = controls.slider("λ", 0.25, -1, 1, 0.01)
    for number in given:
        made.value = number
    moves = []
    made.observe(lambda change: moves.append(change["new"]), "value")
    return made, moves


def test_a_move_of_the_hand_is_one():
    made, moves = slider()
    made.set_state({"value": 0.34})
    made.set_state({"value": 0.5})
    assert moves == [0.34, 0.5]


def test_an_answer_to_an_older_number_moves_nothing():
    made, moves = slider(0.59, 0.79)
    made.set_state({"value": 0.5900000000000001})
    assert made.value == 0.79
    assert not moves
    made.set_state({"value": 0.79})
    assert made.value == 0.79


def test_an_older_number_is_answered_once_more_when_the_ends_change():
    made, moves = slider(0, 1.5 / 2)
    made.set_state({"value": -5.551115123125783e-17})
    made.set_state({"value": 0})
    assert made.value == 0.75
    assert not moves


def test_a_hand_that_goes_back_to_an_older_number_is_followed_once_the_page_has_answered():
    made, _ = slider(0.59, 0.79)
    made.set_state({"value": 0.7900000000000001})  # and so has seen all before it
    made.set_state({"value": 0.5900000000000001})
    assert made.value == 0.5900000000000001


def test_a_hand_that_moves_on_is_followed_though_the_page_held_the_numbers_exactly():
    made, _ = slider(0.5, 0.75)  # no answer comes to these
    made.set_state({"value": 0.76})
    made.set_state({"value": 0.5})
    assert made.value == 0.5


def test_an_older_number_is_a_move_when_no_answer_to_it_can_still_come(monkeypatch):
    made, _ = slider(0.0, 1.0)  # no answer comes to these
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + made.WAITS)
    made.set_state({"value": 0})
    assert made.value == 0


def test_other_messages_of_the_page_pass():
    made, _ = slider(0.59)
    made.set_state({"description": "lambda"})
    assert made.description == "lambda"
    assert made.value == 0.59
