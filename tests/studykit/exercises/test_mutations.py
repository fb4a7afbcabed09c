"""No small change of a solution passes as right: each operator, constant, axis, comparison and name in turn."""

import dataclasses

import pytest

from studykit.exercises.changes import changes
from studykit.exercises.exercise import find, numbers
from studykit.exercises.judging import passes

# Changes after which a solution does the same, and why.
LAST_AXIS = "of a table, axis -1 is axis 1"
ONE_ROW = "labels[None, :] and labels are broadcast alike"
EQUIVALENT = {
    ("00.1", "return np.argmin(to_visible + to_x, axis=-1)"): LAST_AXIS,
    ("00.2", "nearest = np.argmin(distance, axis=-1)"): LAST_AXIS,
    ("01.2", "return between / np.linalg.norm(visible - centre, axis=-1).mean()"): LAST_AXIS,
    ("03.1", "return np.where(same, np.inf, distance).argmin(axis=-1)"): LAST_AXIS,
    ("03.1", "same = labels[:, None] == labels"): ONE_ROW,
    ("03.2", "same = labels[:, None] == labels"): ONE_ROW,
    ("03.2", "d_p = distance.masked_fill(~same, -torch.inf).amax(-1)"): LAST_AXIS,
    ("03.2", "d_n = distance.masked_fill(same, torch.inf).amin(-1)"): LAST_AXIS,
    ("04.1", "if epoch <= warmup:"): "when the warm-up ends, the line has reached the peak",
    ("05.2", "return len(set(before)) + 1"): "NumPy's integers make a set as Python's do",
    ("07.1", "which = images.sum((1, -2, 3)) % 3"): "of four axes, -2 is axis 2",
    ("07.2", "return ([0.299, 0.587, 0.114], -0.0, [219 / 255] * 3, [16 / 255] * 3)"): "minus 0 is 0",
    (
        "08.1",
        "best = np.delete(scores, seed, axis=0).sum(0).argmax()",
    ): "the largest sum has the largest mean",
    (
        "10.2",
        "return (same[:, None] <= different[None, :]).mean()",
    ): "whether a tie is nearer, the task leaves open",
    ("10.2", "return (same[:, None] < different).mean()"): ONE_ROW,
    ("11.2", "n = gains.shape[-1]"): LAST_AXIS,
    ("12.1", "rows = np.maximum(0, margin + match - rest.min(-1))"): LAST_AXIS,
}
each = pytest.mark.parametrize("number", numbers())


def survivors(number, every=1):
    """Changed solutions that pass, by the line that is changed, and how many changes there were."""
    exercise = find(number)
    all_of_them = list(changes(exercise.solution))[::every]
    return {(number, one.line) for one in all_of_them if passes(exercise, one.function)}, len(all_of_them)


@each
def test_some_changes_of_each_solution_do_not_pass(number):
    passed, _ = survivors(number, every=5)
    assert passed - EQUIVALENT.keys() == set()


@pytest.mark.slow
def test_no_change_of_a_solution_passes(capsys):
    passed, count = set(), 0
    for number in numbers():
        more, many = survivors(number)
        passed, count = passed | more, count + many
    with capsys.disabled():
        print(f"\n{count} changed solutions, {len(passed)} pass, all of which do the same.")
    assert count > 700
    assert passed == EQUIVALENT.keys()  # none passes that should not, and none is listed that is found


def test_a_case_that_lies_on_no_edge_lets_a_change_pass():
    """The test sees what it should: without its edges, exercise 02.2 takes `<` for `<=`."""
    whole = find("02.2")
    without = {
        about: case
        for about, case in whole.cases.items()
        if "exactly" not in about and "all is 0" not in about
    }
    assert len(without) == len(whole.cases) - 2
    strict = next(one.function for one in changes(whole.solution) if one.words == "`<` in the place of `<=`")
    assert not passes(whole, strict)
    assert passes(dataclasses.replace(whole, cases=without), strict)


def hinge(d_p, d_n, margin=1):
    loss = max(0, margin + d_p - d_n)
    return loss


def test_changes_are_of_every_kind_and_have_words():
    found = {one.words: one for one in changes(hinge)}
    assert found["`min` in the place of `max`"].function(1, 5) == -3
    assert found["`d_p` in the place of `d_n`"].function(1, 5) == 1
    assert found["`- d_n` left out"].line == "loss = max(0, margin + d_p)"
    assert found["`-` in the place of `+` before `d_p`"].function(3, 1) == 0
    lines = [one.line for one in changes(hinge)]
    assert "loss = max(-1, margin + d_p - d_n)" in lines  # a constant
    assert len(lines) == len(set(lines)) >= 15
