"""Exercises are found by their number, and their sources shown under the reader's name."""

import pytest

from studykit.exercises.exercise import code, find, numbers, solution
from xivlab.errors import XivlabError


def test_numbers_are_those_of_the_notebooks_in_order():
    assert numbers()[:3] == ["00.1", "00.2", "01.1"]
    assert numbers() == sorted(numbers())


def test_an_exercise_is_found_by_its_number():
    assert find("09.2").solution([1, 2], [4, 3]) == 2
    assert find("09.2").arguments == ["one", "other"]


@pytest.mark.parametrize("number", ["99.1", "03.9", "3.2", "", 3.2, "nb03", None])
def test_a_number_that_there_is_not_is_told(number):
    with pytest.raises(
        XivlabError, match=f"There is no exercise {number!r}; write its number as in 00.1, 00.2"
    ):
        find(number)


def test_whoever_gives_up_gets_the_solution(capsys):
    solution("02.2")
    shown = capsys.readouterr().out
    assert shown.startswith("def dead_for_all(w, b):\n    # The brightest colour")
    assert shown.endswith("<= 0\n")


def test_the_source_of_a_mistake_has_the_readers_name():
    exercise = find("02.2")
    mistake = code(exercise.mistakes["you forgot the bias b."], "dead_for_all")
    assert mistake == "def dead_for_all(w, b):\n    return np.maximum(0, w).sum() <= 0"
