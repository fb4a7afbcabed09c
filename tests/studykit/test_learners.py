"""The learners' edition: nothing below a question, no answer anywhere, and a reader's copies stay."""

import copy
import json

import pytest

from studykit import learners, progress
from studykit.exercises.exercise import code, find, numbers
from studykit.predictions import prediction
from studykit.quiz.data import numbers as with_quiz
from studykit.quiz.data import quiz_of


def cell(source, *tags, kind="code", **more):
    outputs = {"outputs": [{"text": "shown"}], "execution_count": 1} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}, **outputs, **more}


BUILT = {
    "metadata": {},
    "cells": [
        cell(
            "[index](INDEX.md) [next](01_a.ipynb) ![2](../results/figures/fig2.png) [w](https://a.b)",
            kind="markdown",
        ),
        cell("print('before')"),
        cell('widgets.predict("00.1")', "predict"),
        cell("picture()"),
        cell('widgets.quiz("00")', "quiz"),
    ],
}


@pytest.fixture
def edition():
    return learners.learners(copy.deepcopy(BUILT), "notebooks")["cells"]


def test_no_output_stands_below_the_first_question(edition):
    _, before, asked, below, quiz = edition
    assert before["outputs"] and below["outputs"] == [] and quiz["outputs"] == []
    (question,) = asked["outputs"]
    assert prediction("00.1").text in question["data"]["text/plain"]
    assert "details" not in str(question) and prediction("00.1").why[0] not in str(edition)


def test_links_lead_to_the_texts_beside(edition):
    assert edition[0]["source"] == (
        "[index](../notebooks/INDEX.md) [next](01_a.ipynb) ![2](../results/figures/fig2.png) [w](https://a.b)"
    )


def test_copies_of_a_reader_are_never_written_over(tmp_path):
    built = tmp_path / "notebooks"
    built.mkdir()
    (built / "00_a.ipynb").write_text(json.dumps(BUILT))
    mine = tmp_path / "lab"
    assert learners.prepare(built, mine) == []
    assert (mine / progress.NAME).read_text() == "{}\n"
    (mine / progress.NAME).write_text('{"quiz": {"00.1": "A"}}')
    changed = json.loads((mine / "00_a.ipynb").read_text())
    changed["cells"][1]["source"] = "my own"
    (mine / "00_a.ipynb").write_text(json.dumps(changed))
    assert learners.prepare(built, mine) == []
    newer = copy.deepcopy(BUILT)
    newer["cells"][3]["source"] = "another_picture()"
    (built / "00_a.ipynb").write_text(json.dumps(newer))
    (built / "01_a.ipynb").write_text(json.dumps(BUILT))
    assert learners.prepare(built, mine) == ["00_a.ipynb"]
    assert json.loads((mine / "00_a.ipynb").read_text()) == changed
    assert (mine / "01_a.ipynb").is_file()
    assert progress.read(mine)["quiz"] == {"00.1": "A"}


def strings(part):
    """Every text of a notebook's JSON, hidden cells, outputs and metadata as well; the lines of a cell together."""
    if isinstance(part, dict):
        return [one for key, value in part.items() for one in (key, *strings(value))]
    if isinstance(part, list):
        whole = ["".join(part)] if all(isinstance(one, str) for one in part) else []
        return whole + [one for value in part for one in strings(value)]
    return [str(part)]


def without_spaces(text):
    return "".join(text.split())


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """All that is written in the copies of all notebooks, without spaces."""
    folder = tmp_path_factory.mktemp("copies") / "lab"
    learners.prepare(learners.ROOT / "notebooks", folder)
    copies = sorted(folder.glob("*.ipynb"))
    return without_spaces(
        "\n".join(one for path in copies for one in strings(json.loads(path.read_text("utf-8"))))
    )


@pytest.mark.parametrize("number", numbers())
def test_no_copy_holds_a_solution_or_a_mistake(everything, number):
    assert f'check("{number}",' in everything  # the exercise itself is there
    exercise = find(number)
    for function in (exercise.solution, *exercise.mistakes.values()):
        _, _, body = code(function).partition("\n")
        assert body and without_spaces(body) not in everything, function.__name__


def test_a_solution_would_be_found(everything):
    body = code(find("03.2").solution).partition("\n")[2]
    folded = {"cells": [{"metadata": {"hidden": [line + "\n" for line in body.splitlines()]}}]}
    assert without_spaces(body) in without_spaces("\n".join(strings(folded)))
    assert without_spaces("distance = torch.cdist(anchor, other)") not in everything


@pytest.mark.parametrize("number", with_quiz())
def test_no_copy_holds_a_rubric(everything, number):
    for line in quiz_of(number).task.rubric:
        assert without_spaces(line) not in everything
