"""What a reader does with the search: keys and buttons."""

from pathlib import Path

CELL = f"""
import os
os.chdir({str(Path(__file__).parents[2])!r})  # where the stored results are
from studykit import widgets

widgets.search()
"""


def at(notebook, query):
    """Wait until the words are of a query."""
    notebook.until(lambda: notebook.words(1).inner_text().startswith(f"Query {query} of"), f"query {query}")
    notebook.page.wait_for_timeout(200)


def test_an_arrow_key_is_one_query(lab):
    notebook = lab.open(CELL)
    at(notebook, 1)
    before = notebook.source(1)
    notebook.slider("query").focus()
    notebook.page.keyboard.press("ArrowRight")
    at(notebook, 2)
    assert notebook.source(1) != before
    notebook.page.keyboard.press("ArrowLeft")
    at(notebook, 1)
    assert notebook.source(1) == before


def test_previous_and_next_are_reached_by_keyboard_and_mouse(lab):
    notebook = lab.open(CELL)
    at(notebook, 1)
    notebook.button("next").click()
    at(notebook, 2)
    notebook.button("next").focus()
    notebook.page.keyboard.press("Enter")
    at(notebook, 3)
    notebook.button("previous").click()
    at(notebook, 2)
