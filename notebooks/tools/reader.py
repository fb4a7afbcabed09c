"""Minutes that a notebook takes its reader, reckoned by one rule from its source.

A text of this kind is read at 140 words a minute, folded answers with it, and code at 12 lines; a prediction is thought
over for a minute and a half, a widget is moved for three, and an exercise takes the minutes that it states. The questions and
the open task at the end come on top.
"""

import re

from nbformat import NotebookNode

from notebooks.tools import editions

WORDS_A_MINUTE = 140
LINES_A_MINUTE = 12
PREDICTION = 1.5
WIDGET = 3.0
MOST = 60  # minutes; a notebook that takes more is one and a half
STEP = 5  # a reckoning is not known to the minute
DISPLAYED = re.compile(r"\$\$.+?\$\$", re.DOTALL)
INLINE = re.compile(r"\$[^$]+\$")
TARGET = re.compile(r"\]\([^)]*\)")
MARKUP = re.compile(r"<[^>]+>")
WORD = re.compile(r"[A-Za-z][\w'-]*|\d[\d.,]*")
PREDICT = re.compile(r"\bwidgets\.predict\(")
STATED = re.compile(r"importance [●○]{3} · (\d+) minutes")
MOVED = re.compile(r"\bwidgets\.(?!quiz|predict)\w+\(")
# What nobody reads line by line: imports, comments, brackets that stand alone.
SKIPPED = re.compile(r"\s*(?:import |from \S+ import |#|\W*$)")


def reckoned(notebook: NotebookNode) -> float:
    """Minutes of the learners' part of a source, not rounded.

    Args:
        notebook: all cells of a source by their tags; cells of the quiz and those for teachers do not count.

    Example:
        >>> from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
        >>> text, question = new_markdown_cell("word " * 140), new_code_cell('widgets.predict("00.1")')
        >>> reckoned(new_notebook(cells=[text, question, new_code_cell("import a\\n\\nwidgets.search(\\n    a\\n)")]))
        5.75
    """
    minutes = 0.0
    for cell in notebook.cells:
        if {"teacher", "quiz"} & set(editions.tags(cell)):
            continue
        if cell.cell_type == "markdown":
            minutes += _of_text(cell.source)
        else:
            lines = [line for line in cell.source.splitlines() if not SKIPPED.match(line)]
            minutes += len(lines) / LINES_A_MINUTE + WIDGET * bool(MOVED.search(cell.source))
            minutes += PREDICTION * bool(PREDICT.search(cell.source))
    return round(minutes, 2)


def shown(notebook: NotebookNode) -> int:
    """The minutes as the first cell of a notebook says them: the next multiple of five."""
    return int(-(-reckoned(notebook) // STEP) * STEP)


def _of_text(text: str) -> float:
    for pattern in (DISPLAYED, INLINE):  # a formula is read as a word
        text = pattern.sub(" formula ", text)
    plain = MARKUP.sub(" ", TARGET.sub("]", text))
    return len(WORD.findall(plain)) / WORDS_A_MINUTE + sum(map(int, STATED.findall(text)))
