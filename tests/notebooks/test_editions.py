"""The two editions of a source, and the words that a broken one gets."""

import jupytext
import pytest

from notebooks.tools import editions
from notebooks.tools.build import METADATA, execute, misjudged
from xivlab.errors import XivlabError

SOURCE = """\
# %% [markdown]
# # 99 A small one
# For you 5, for the computer {minutes}. See [the index](INDEX.md), [00](00_a.ipynb#task), [here](#b), [w](https://a.b).

# %%
from studykit.exercise import check

# %% [markdown] tags=["exercise-text"]
# ### Exercise 1. Twice
# Double it.

# %% tags=["exercise"]
def double(x):
    return None  # your code here


# %% tags=["check"]
mistakes = {"that is the square.": lambda x: x * x, "that is half of it.": lambda x: x / 2}
check(double, lambda x: 2 * x, [(3,), (4,)], mistakes)

# %% tags=["solution"]
def double(x):
    return 2 * x


# %% tags=["wrong"]
# says: that is the square
def double(x):
    return x**2


# %% tags=["wrong"]
# says: that is half of it
def double(x):
    return 0.5 * x


# %% tags=["wrong"]
# says: and yours is 3
def double(x):
    return x


# %% [markdown] tags=["teacher"]
# Ask what 2 * "a" gives.

# %%
print("the end")
"""


def source(text=SOURCE):
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata.update(METADATA)
    return notebook


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def test_learners_get_the_solution_folded_and_nothing_for_teachers():
    words, _, task, attempt, check, solution, end = texts(editions.learners(source(), "many"))
    assert "for the computer many." in words
    assert task.startswith("### Exercise 1. Twice")
    assert "return None" in attempt and check.startswith("mistakes")
    assert solution == (
        "<details><summary>Solution</summary>\n\n```python\ndef double(x):\n    return 2 * x\n```\n\n</details>"
    )
    assert end == 'print("the end")'


def test_the_parts_of_an_exercise():
    (exercise,) = editions.exercises(source())
    assert exercise.title == "Exercise 1. Twice"
    assert [editions.message(wrong) for wrong in exercise.wrong][:2] == [
        "that is the square",
        "that is half of it",
    ]


@pytest.fixture(scope="module")
def executed():
    return execute(editions.tried(source(), "many"))


def test_every_answer_is_judged(executed):
    assert misjudged(executed) == []
    said = [editions.printed(cell) for cell in executed.cells if "check" in editions.tags(cell)]
    assert said[0].startswith("Not yet: your function returns None")
    assert said[-1] == "Right: 2 cases out of 2.\n"


def test_a_message_that_does_not_come_is_noticed():
    broken = SOURCE.replace("# says: that is half", "# says: that is a third")
    (fault,) = misjudged(execute(editions.tried(source(broken), "")))
    assert "The check should say 'that is a third of it'" in fault and "0.5 * x" in fault


def test_teachers_get_solution_mistakes_with_messages_and_notes(executed):
    _, _, _, solution, check, *mistakes, notes, end = editions.teachers(executed).cells
    assert solution.source.endswith("return 2 * x")
    assert editions.printed(check).startswith("Right")
    assert len(mistakes) == 3
    assert "Typical mistake: that is the square.</summary>" in mistakes[0].source
    assert "return x**2" in mistakes[0].source and "says:" not in mistakes[0].source
    assert notes.source == 'Ask what 2 * "a" gives.'
    assert editions.printed(end) == "the end\n"


def test_links_of_the_teachers_edition_lead_one_folder_up(executed):
    words = editions.teachers(executed).cells[0].source
    assert "[the index](../INDEX.md), [00](00_a.ipynb#task), [here](#b), [w](https://a.b)" in words


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('# %% tags=["check"]', "# %%", "'### Exercise 1. Twice' the next cell must have the tag 'check'"),
        ('# %% tags=["exercise"]', '# %% tags=["wrong"]', "must have the tag 'exercise'"),
        ("# says: that is half of it\n", "", "must begin with `# says: ...`"),
        (
            '# %% tags=["wrong"]\n# says: and',
            '# %% tags=["teacher"]\n# says: and',
            "needs 3 wrong answers, and has 2",
        ),
    ],
)
def test_a_broken_exercise_is_told(old, new, sentence):
    assert old in SOURCE
    with pytest.raises(XivlabError, match=sentence.replace("`", ".").replace("(", r"\(")):
        editions.learners(source(SOURCE.replace(old, new)), "")


def test_a_source_without_exercises_stays_as_it_is():
    plain = source("# %%\n1 + 1\n\n# %% [markdown]\n# Solution")
    assert texts(editions.learners(plain, "")) == texts(plain)
