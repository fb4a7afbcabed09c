"""Two editions of a notebook from one source, by the tags of its cells.

An exercise is these cells, one after another:

| tag | cell | learners' edition | teachers' edition |
|---|---|---|---|
| exercise-text | title, difficulty, importance, minutes, task, folded hints | as it is | as it is |
| exercise | the attempt: a function that returns None | as it is | left out |
| check | `check("03.2", my_triplet)` | as it is | as it is |

Solution, cases and typical mistakes stand in `studykit.exercises`, and nowhere in a source. From there the
teachers' edition has, after the check, the same function right, as code, and each mistake as text with its
message; the learners' edition has nothing. Cells with the tag `teacher` are notes for the teachers' edition
only. `{minutes}` in a text becomes the minutes that the computer needs, as measured.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from studykit.exercises.exercise import code, find
from xivlab.errors import XivlabError

ORDER = ("exercise-text", "exercise", "check")
CHECK = re.compile(r"""^check\("(\d\d\.\d)", (\w+)\)$""", re.MULTILINE)
# A link or picture to a file that is no notebook of this folder: the teachers' edition lies one folder deeper.
ELSEWHERE = re.compile(r"(\]\()(?![a-z]+:|#|[\dA]\d_\w+\.ipynb)([^)\s]+\))")


@dataclass(frozen=True)
class Exercise:
    """The cells of one exercise.

    Attributes:
        text: the task, markdown.
        attempt: what the learner completes, code.
        check: code.
        number: "03.2", by which the package knows it.
        function: the name of the learner's function.
    """

    text: NotebookNode
    attempt: NotebookNode
    check: NotebookNode
    number: str
    function: str

    @property
    def title(self) -> str:
        """Heading of the task; the first may stand under one of all exercises."""
        return self.text.source.removeprefix("## Exercises").strip().splitlines()[0].removeprefix("### ")

    @property
    def solution(self) -> NotebookNode:
        """The learner's function, right, code."""
        return new_code_cell(code(find(self.number).solution, self.function), metadata={"tags": ["solution"]})

    @property
    def wrong(self) -> list[NotebookNode]:
        """The learner's function with each typical mistake, code; its `says` is the message that it gets."""
        return [
            new_code_cell(code(mistake, self.function), metadata={"tags": ["wrong"], "says": sentence})
            for sentence, mistake in find(self.number).mistakes.items()
        ]


def tags(cell: NotebookNode) -> Sequence[str]:
    """The tags of a cell."""
    return cell.metadata.get("tags", ())


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """The exercises of a source in order.

    Raises:
        XivlabError: cells are missing or stand in another order, or a check names no exercise.
    """
    return [part for part in _parts(notebook) if isinstance(part, Exercise)]


def learners(notebook: NotebookNode, minutes: str) -> NotebookNode:
    """The edition that is committed, not executed: no solutions, and nothing of what is for teachers.

    Args:
        notebook: a source, not changed.
        minutes: what the text says for `{minutes}`.

    Raises:
        XivlabError: as `exercises`.
    """
    cells: list[NotebookNode] = []
    for part in _parts(notebook):
        if isinstance(part, Exercise):
            cells += [part.text, part.attempt, part.check]
        elif "teacher" not in tags(part):
            cells.append(part)
    return _with(notebook, cells, minutes)


def tried(notebook: NotebookNode, minutes: str) -> NotebookNode:
    """Everything in one go, not executed: attempt, each wrong answer and the solution, the check after each.

    Args:
        notebook: a source by tags, not changed.
        minutes: as for `learners`.

    Raises:
        XivlabError: as `exercises`.
    """
    cells: list[NotebookNode] = []
    for part in _parts(notebook):
        if isinstance(part, Exercise):
            cells.append(part.text)
            for answer in (part.attempt, *part.wrong, part.solution):
                cells += [answer, part.check]
        else:
            cells.append(part)
    return _with(notebook, cells, minutes)


def teachers(executed: NotebookNode) -> NotebookNode:
    """The teachers' edition of what `tried` gave, after it was executed: it keeps the outputs."""
    cells: list[NotebookNode] = []
    mistakes: list[NotebookNode] = []
    answer = None  # the kind of the answer that the next check is about
    for cell in deepcopy(executed.cells):
        kind = next((name for name in (*ORDER, "solution", "wrong") if name in tags(cell)), None)
        if kind in ("exercise", "solution", "wrong"):
            answer, function = kind, cell
            if kind == "solution":
                cells.append(cell)
        elif kind == "check" and answer == "wrong":
            mistakes.append(_folded(*_mistake(function.source, printed(cell))))
        elif kind == "check" and answer == "solution":
            cells += [cell, *mistakes]
            mistakes = []
        elif kind != "check":
            cells.append(cell)
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = ELSEWHERE.sub(r"\1../\2", cell.source)
    edition = deepcopy(executed)
    edition.cells = cells
    return edition


def printed(cell: NotebookNode) -> str:
    """What a cell printed when it was executed."""
    return "".join(o.text for o in cell.get("outputs", ()) if o.output_type == "stream")


def _parts(notebook: NotebookNode) -> Iterator[NotebookNode | Exercise]:
    """The cells of a source, those of each exercise taken together."""
    cells = list(notebook.cells)
    while cells:
        if not set(ORDER) & set(tags(cells[0])):
            yield cells.pop(0)
            continue
        group = []
        for name in ORDER:
            if not cells or name not in tags(cells[0]):
                title = group[0].source.splitlines()[0] if group else cells[0].source[:60]
                raise XivlabError(f"In the exercise {title!r} the next cell must have the tag {name!r}.")
            group.append(cells.pop(0))
        if not (named := CHECK.search(group[2].source)):
            raise XivlabError(
                f'A check must have the line `check("03.2", name)`, not {group[2].source[:60]!r}.'
            )
        find(named[1])
        yield Exercise(*group, *named.groups())


def _with(notebook: NotebookNode, cells: Sequence[NotebookNode], minutes: str) -> NotebookNode:
    edition = deepcopy(notebook)
    edition.cells = [deepcopy(cell) for cell in cells]  # one by one: the same check stands in several places
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("{minutes}", minutes)
    return edition


def _folded(summary: str, text: str) -> NotebookNode:
    return new_markdown_cell(f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>")


def _mistake(source: str, output: str) -> tuple[str, str]:
    words = output.strip().removeprefix("Not yet: ")
    return f"Typical mistake: {words}", f"```python\n{source}\n```"
