"""The two editions of a source, and the words that a broken one gets."""

import re
from copy import deepcopy

import jupytext
import pytest

from notebooks.tools import editions
from notebooks.tools.build import METADATA, execute, misjudged, sources
from studykit import learners, predictions
from studykit.exercises.exercise import find
from xivlab.errors import XivlabError

SOURCE = """\
# %% [markdown]
# # 99 A small one
# For you 5, for the computer {minutes}. See [the index](INDEX.md), [00](00_a.ipynb#task), [here](#b), [w](https://a.b).

# %%
import numpy as np

# %% [markdown] tags=["exercise-text"]
# ### Exercise 1. Two histograms
# Write the distance.

# %% tags=["exercise"]
def my_distance(one, other):
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("09.2", my_distance)

# %% [markdown] tags=["teacher"]
# Ask what sorting does.

# %%
print("the end")
"""


def source(text=SOURCE):
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata.update(METADATA)
    return notebook


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def test_learners_get_no_solution_and_nothing_for_teachers():
    words, _, task, attempt, check, end = texts(editions.learners(source(), "many"))
    assert "for the computer many." in words
    assert task.startswith("### Exercise 1. Two histograms")
    assert "return None" in attempt and check.endswith('check("09.2", my_distance)')
    assert end == 'print("the end")'


def test_the_parts_of_an_exercise():
    (exercise,) = editions.exercises(source())
    assert exercise.title == "Exercise 1. Two histograms"
    assert (exercise.number, exercise.function) == ("09.2", "my_distance")
    assert exercise.solution.source == (
        "def my_distance(one, other):\n    return np.abs(np.sort(one) - np.sort(other)).mean()"
    )
    assert [wrong.metadata["says"] for wrong in exercise.wrong] == list(find("09.2").mistakes)
    assert all(wrong.source.startswith("def my_distance(one, other):\n") for wrong in exercise.wrong)


@pytest.fixture(scope="module")
def executed():
    return execute(editions.tried(source(), "many"))


def test_every_answer_is_judged(executed):
    assert misjudged(executed) == []
    said = [editions.printed(cell) for cell in executed.cells if "check" in editions.tags(cell)]
    assert said[0].startswith("Not yet: your function returns None")
    assert said[-1] == "Right: 6 cases out of 6.\n"


def test_a_message_that_does_not_come_is_noticed(executed):
    broken = deepcopy(executed)
    wrong = next(cell for cell in broken.cells if "wrong" in editions.tags(cell))
    wrong.metadata["says"] = "sort by name."
    (fault,) = misjudged(broken)
    assert "The check should say 'sort by name.', and says 'Not yet: sort both first" in fault
    assert "np.abs(one - other)" in fault


def test_teachers_get_solution_mistakes_with_messages_and_notes(executed):
    _, _, _, solution, check, *mistakes, notes, end = editions.teachers(executed).cells
    assert solution.source.endswith("return np.abs(np.sort(one) - np.sort(other)).mean()")
    assert editions.printed(check).startswith("Right")
    assert len(mistakes) == len(find("09.2").mistakes)
    assert "Typical mistake: sort both first: an image may go to any other.</summary>" in mistakes[0].source
    assert "return np.abs(one - other).mean()" in mistakes[0].source
    assert notes.source == "Ask what sorting does."
    assert editions.printed(end) == "the end\n"


def test_links_of_the_teachers_edition_lead_one_folder_up(executed):
    words = editions.teachers(executed).cells[0].source
    assert "[the index](../INDEX.md), [00](00_a.ipynb#task), [here](#b), [w](https://a.b)" in words


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('# %% tags=["check"]', "# %%", "Two histograms' the next cell must have the tag 'check'"),
        ('# %% tags=["exercise"]', '# %% tags=["check"]', "must have the tag 'exercise'"),
        ('check("09.2", my_distance)', "check(my_distance)", 'must have the line `check("03.2", name)`'),
        ('check("09.2", my_distance)', 'check("09.7", my_distance)', "There is no exercise '09.7'"),
    ],
)
def test_a_broken_exercise_is_told(old, new, sentence):
    assert old in SOURCE
    with pytest.raises(XivlabError, match=re.escape(sentence)):
        editions.learners(source(SOURCE.replace(old, new)), "")


def test_a_source_without_exercises_stays_as_it_is():
    plain = source("# %%\n1 + 1\n\n# %% [markdown]\n# Solution")
    assert texts(editions.learners(plain, "")) == texts(plain)


PREDICTED = [path for path in sources() if "widgets.predict(" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", PREDICTED, ids=lambda path: path.stem)
def test_the_copies_for_learners_hold_no_answer(path):
    """Neither a solution, folded or not, nor an answer to a prediction, nor an output below a question."""
    built = editions.learners(jupytext.read(path, fmt="py:percent"), "")
    for cell in built.cells:
        if cell.cell_type == "code":
            cell.outputs = [{"output_type": "stream", "name": "stdout", "text": "what came out\n"}]
    cells = learners.learners(built, "notebooks")["cells"]
    first = next(n for n, cell in enumerate(cells) if "predict" in editions.tags(cell))
    assert not any("what came out" in str(cell) for cell in cells[first:])
    text = "\n".join(str(cell) for cell in cells)
    assert "<summary>Answer</summary>" not in text
    assert not any(why in text for n in predictions.numbers() for why in predictions.prediction(n).why)
    for exercise in editions.exercises(jupytext.read(path, fmt="py:percent")):
        assert exercise.solution.source not in text
