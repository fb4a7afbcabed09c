"""Every exercise: its solution, cases and mistakes; and that its solution agrees with the package."""

import ast
import inspect
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import wrong_answers

from notebooks.tools import build, editions
from studykit.analysis.gap import separation
from studykit.analysis.intervals import Interval, interval
from studykit.analysis.verdicts import FAILS, HOLDS, together, verdict
from studykit.analysis.x_images import shifts
from studykit.analysis.x_position import positions
from studykit.exercises.exercise import called, find, numbers
from studykit.exercises.judging import judge
from studykit.exercises.words import case_in_words
from xivlab.config import preset
from xivlab.evaluation import retrieval_metrics
from xivlab.loss import batch_hard_triplet
from xivlab.model import SPECIAL_CASES, random_channel
from xivlab.runs.schedule import learning_rate

BANK = Path(__file__).parent / "bank"
each = pytest.mark.parametrize("number", numbers())


def test_there_are_those_of_the_notebooks():
    """In their order, under the name that the reader's function has, with the arguments that it takes."""
    found, names, arguments = [], [], []
    for source in build.sources():
        for exercise in editions.exercises(build.read_source(source)):
            assert exercise.number.startswith(source.stem[:2])
            found.append(exercise.number)
            names.append(exercise.function)
            function = ast.parse(exercise.attempt.source).body[0]
            assert function.name == exercise.function
            arguments.append([one.arg for one in function.args.args])
    assert found == numbers() and len(found) >= 25
    assert names == [find(number).solution.__name__ for number in found]
    assert arguments == [list(inspect.signature(find(number).solution).parameters) for number in found]


@each
def test_the_solution_is_right_and_each_mistake_gets_its_own_sentence(number):
    exercise = find(number)
    assert judge(exercise, exercise.solution).kind == "right"
    assert len(exercise.mistakes) >= 3
    for sentence, mistake in exercise.mistakes.items():
        found = judge(exercise, mistake)
        assert (found.kind, found.sentence) == ("mistake", sentence)
        assert sentence.endswith(".") and not sentence.startswith("Not yet")


@each
def test_cases_fit_into_a_line_and_the_first_is_tiny(number):
    exercise = find(number)
    names = exercise.arguments if exercise.answer is called else []
    lines = [case_in_words(names, case) for case in exercise.cases.values()]
    assert len(lines) >= 4 and all(lines)
    assert len(lines[0]) <= 110
    assert not re.search(r"\d\.\d", lines[0]), "whole numbers only"


@pytest.mark.parametrize(
    "answer", wrong_answers.read(BANK / "right.txt"), ids=lambda one: f"{one.number} {one.about}"
)
def test_what_is_right_in_another_way_is_right(answer):
    found = judge(find(answer.number), answer.function())
    assert found.kind == "right", found.sentence


def rate(epoch, peak, warmup, decays):
    config = preset("demo", learning_rate=peak, warmup_epochs=warmup, decay_epochs=decays)
    return learning_rate(config, epoch)


def found(match):
    """Scores of one query, person 5, by a ranking of person 5 (right) and 6 (wrong), nearest first."""
    people, cameras = np.where(match, 5, 6), np.ones(len(match), int)
    distance = np.arange(len(match))[None] / 10
    return retrieval_metrics(distance, np.array([5]), people, np.array([6]), cameras, max_rank=len(match))


def rank_among_people(ranked, person):
    distance, cameras = np.arange(len(ranked))[None] / 10, np.ones(len(ranked), int)
    one = retrieval_metrics(
        distance, np.array([person]), ranked, np.array([6]), cameras, max_rank=len(ranked)
    )
    return int((one.cmc == 0).sum()) + 1


def student_interval(better, worse, t):
    """t is that of 95 % and five seeds."""
    one = interval(better - worse)
    return one.low, one.high


def judged(intervals):
    parts = [verdict(Interval((low + high) / 2, low, high, 5)) for low, high in intervals]
    return {HOLDS: 1, FAILS: -1}.get(together(parts), 0)


def drawn(images):
    batch = torch.tensor(images / 255).permute(0, 3, 1, 2)
    return (255 * random_channel(batch)[:, 0]).round().numpy()


def drawing(number, draw):
    """Arguments of an exercise, larger than its cases and drawn."""
    return {
        "03.2": lambda: (
            *torch.tensor(draw.normal(size=(2, 7, 4))),
            torch.tensor([0, 0, 0, 1, 1, 2, 2]),
            2.5,
        ),
        "04.1": lambda: (float(draw.uniform(0, 9)), 0.01, 2, (4, 6)),
        "05.1": lambda: (draw.permutation([True, True, True, False, False, False, False]),),
        "05.2": lambda: (draw.permutation([5, 5, 6, 6, 7, 8, 8, 9]), 5),
        "06.1": lambda: (*draw.normal(0.3, 0.02, (2, 5)), 2.7764451),
        "06.2": lambda: ([tuple(np.sort(draw.normal(0.5, 1, 2))) for _ in range(3)],),
        "07.1": lambda: (draw.integers(0, 256, (6, 5, 4, 3)).astype(np.uint8),),
        "09.1": lambda: tuple(draw.normal(size=(3, 64))),
        "09.2": lambda: tuple(draw.normal(100, 20, (2, 500))),
        "10.2": lambda: (draw.normal(1.0, 0.3, 20), draw.normal(1.4, 0.3, 50)),
    }[number]()


@pytest.mark.parametrize(
    ("number", "of_the_package"),
    [
        ("03.2", batch_hard_triplet),
        ("04.1", rate),
        ("05.1", lambda match: found(match).mAP),
        ("05.2", rank_among_people),
        ("06.1", student_interval),
        ("06.2", judged),
        ("07.1", drawn),
        ("09.1", positions),
        ("09.2", lambda one, other: shifts(one[:, None], other[:, None])[0]),
        ("10.2", separation),
    ],
)
def test_the_solution_does_what_the_package_does(number, of_the_package):
    draw = np.random.default_rng(0)
    for _ in range(5):
        case = drawing(number, draw)
        np.testing.assert_allclose(find(number).solution(*case), of_the_package(*case), rtol=1e-6, atol=1e-9)


def test_y_by_ten_numbers_is_the_y_of_the_package():
    w, b, a, d = find("07.2").solution()
    pixels = np.random.default_rng(0).random((5, 3))
    ours = np.maximum(0, pixels @ w + b)[:, None] * a + d
    theirs = SPECIAL_CASES["y"](torch.tensor(pixels)[:, :, None, None])[:, 0, 0, 0]
    np.testing.assert_allclose(
        ours, np.repeat(theirs.numpy()[:, None], 3, 1), atol=0.003
    )  # rounded as bytes are
