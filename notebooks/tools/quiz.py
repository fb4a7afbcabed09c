"""Quiz and open task of a notebook, put in where its source has a cell with the tag `quiz`.

The cell calls `widgets.quiz`; its words, the open task and the rubric come from `studykit/quiz/notebooks/NN.md`. What the
call shows without a kernel is the questions with folded answers, so the output of a built notebook hangs on that file, too.
"""

import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from notebooks.tools import editions
from studykit.quiz.data import quiz_of
from studykit.quiz.pages import bundle

TAG = "quiz"
CALL = re.compile(r'widgets\.quiz\("(\d\d)"\)')
WORDS = """## Questions

Choose, and press *Answer*; the sentence says what is behind the option, and only the first answer is counted. (Without a
running kernel the questions stand below, each with its answer folded.)"""


def with_quiz(notebook: NotebookNode) -> NotebookNode:
    """The notebook with heading, open task and, for teachers, rubric around the call of its quiz.

    Raises:
        XivlabError: the call names a notebook that has no quiz.
    """
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        if TAG not in editions.tags(cell):
            cells.append(cell)
            continue
        task = quiz_of(CALL.findall(cell.source)[0]).task
        said = "\n\n".join((f"## Open task: {task.title}", *task.paragraphs))
        rubric = "\n".join(("**Rubric of the open task.**", "", *(f"- {line}" for line in task.rubric)))
        cells += [new_markdown_cell(WORDS), new_code_cell(cell.source, metadata=cell.metadata)]
        cells += [new_markdown_cell(said), new_markdown_cell(rubric, metadata={"tags": ["teacher"]})]
    notebook.cells = cells
    return notebook


def renew(notebook: NotebookNode) -> bool:
    """Bring the shown questions of a built notebook up to date; whether they were not."""
    changed = False
    for cell in notebook.cells:
        if TAG not in editions.tags(cell):
            continue
        now = bundle(quiz_of(CALL.findall(cell.source)[0]))
        for output in cell.outputs:
            if dict(output.get("data", {})) != now:
                output.data, changed = NotebookNode(now), True
    return changed
