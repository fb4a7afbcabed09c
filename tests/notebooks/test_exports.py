"""A committed notebook in every format that nbconvert writes here: prose, code, and the words of its pictures."""

import html
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import get_export_names, get_exporter
from nbconvert.utils.pandoc import PandocMissing

ROOT = Path(__file__).parents[2]
NOTEBOOK = nbformat.read(ROOT / "notebooks" / "03_losses_by_hand.ipynb", as_version=4)
REPORT = ROOT / "studykit" / "report"
WORDS = [
    output.metadata[kind]["alt"]
    for cell in NOTEBOOK.cells
    for output in cell.get("outputs", ())
    for kind in ("image/png", "image/jpeg")
    if kind in output.get("data", {})
]
# Formats and templates of their own that show what a picture's metadata say; the others have no place for it.
KEEPS_WORDS = {
    ("html", "page"),
    ("html", "classic"),
    ("slides", "slides"),
    ("notebook", ""),
}
PROGRAMS = ("python", "script")
FORMATS = [
    *((name, "") for name in get_export_names() if name not in ("custom", "html", "slides")),
    *(("html", template) for template in ("lab", "classic", "basic", "page")),
    *(("slides", template) for template in ("reveal", "slides")),
]


def exported(name, template):
    look = {}
    if template:
        own = REPORT / f"{template}.html.j2"
        look = {"template_file": str(own)} if own.exists() else {"template_name": template}
    try:
        body, resources = get_exporter(name)(**look).from_notebook_node(NOTEBOOK)
    except (PandocMissing, RuntimeError, OSError) as error:
        pytest.skip(f"{name}: {str(error).splitlines()[0]}")
    return body, resources


@pytest.mark.parametrize(("name", "template"), FORMATS)
def test_every_format(name, template):
    body, resources = exported(name, template)
    if not isinstance(body, str) or name == "latex":
        assert len(body) > 10_000
        return
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body)))
    title = NOTEBOOK.cells[0].source.splitlines()[0].lstrip("# ")
    assert title in text, "prose"
    assert "import" in text, "code"
    if name in PROGRAMS:
        assert resources["output_extension"] == ".py"
        compile(body.replace("get_ipython()", "ipython"), name, "exec")
    if (name, template) in KEEPS_WORDS:
        written = html.unescape(body)
        assert WORDS and [words for words in WORDS if words not in written and words not in text] == []
        assert "No description has been provided" not in body


def test_what_nbconvert_itself_says_of_our_pictures():
    """The day that its usual page reads the words of a picture, ours is not needed any more."""
    assert "No description has been provided" in exported("html", "lab")[0]
