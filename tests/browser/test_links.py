"""Every relative link of every notebook and text, clicked in JupyterLab: it opens the file that it names."""

import json
import posixpath
import re
import shutil
from pathlib import Path

import pytest

from studykit import learners

PROJECT = Path(__file__).parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?![a-z]+:|#)([^)\s#]+)")
TEXTS = ("*.md", "notebooks/*.md", "notebooks/class/*.md", "data_prep/*.md")
COURSE = "course"  # the project in the served folder
# No kernels: a link has to open a notebook, and not to run it. And all cells are there, in view or not.
QUIET = "() => { jupyterapp.serviceManager.sessions.startNew = () => new Promise(() => {}); }"
WINDOWING = """() => jupyterapp.serviceManager.settings.save(
    "@jupyterlab/notebook-extension:tracker", '{"windowingMode": "none"}')"""
OPEN = """async ([path, factory]) => {
    const widget = await jupyterapp.commands.execute("docmanager:open", {path, factory});
    await widget.context.ready;
    window.source = widget;
}"""
FOUND = """[...source.node.querySelectorAll('.jp-RenderedMarkdown a[href*="/files/"]')]"""
LINKS = f"() => {FOUND}.map(link => decodeURIComponent(new URL(link.href).pathname.split('/files/')[1]))"
CLICK = f"number => {{ {FOUND}[number].click(); }}"
# Path of the file that a click has opened, and null while there is none.
OPENED = """() => {
    const other = [...jupyterapp.shell.widgets("main")].filter(one => one !== source && one.context?.path);
    return other.length ? other[0].context.path : null;
}"""
CLOSE = """kept => { for (const one of [...jupyterapp.shell.widgets("main")]) if (!kept || one !== source) one.dispose(); }"""


def wanted(path, root):
    """The files that the links of a text or notebook name, in order, as paths from the root."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    here = path.parent.relative_to(root).as_posix()
    return [posixpath.normpath(posixpath.join(here, link)) for link in LINK.findall(text)]


@pytest.fixture
def course(_server):
    """The texts and notebooks, what they name, and a learner's copies, in the folder that is served."""
    root = _server[1] / COURSE
    sources = [path for pattern in (*TEXTS, "notebooks/*.ipynb") for path in sorted(PROJECT.glob(pattern))]
    for path in {*sources, *(PROJECT / name for source in sources for name in wanted(source, PROJECT))}:
        copy = root / path.relative_to(PROJECT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    learners.prepare(root / "notebooks", root / "lab")
    yield root
    shutil.rmtree(root)


def test_every_relative_link_opens_the_file_that_it_names(lab, course):
    page = lab.visit("?", width=1366, height=768)
    page.wait_for_function("window.jupyterapp?.restored")
    page.evaluate("() => jupyterapp.restored.then(() => null)")
    page.evaluate(WINDOWING)
    page.evaluate(QUIET)
    clicked, wrong = 0, []
    files = sorted(path for path in course.rglob("*") if path.suffix in (".md", ".ipynb"))
    for path in files:
        names = wanted(path, course)
        if not names:
            continue
        where = path.relative_to(course.parent).as_posix()
        page.evaluate(CLOSE, False)
        page.evaluate(OPEN, [where, "Markdown Preview" if path.suffix == ".md" else "Notebook"])
        page.wait_for_function(f"count => ({LINKS})().length >= count", arg=len(names))
        assert page.evaluate(LINKS) == [f"{COURSE}/{name}" for name in names], where
        for number, name in enumerate(names):
            page.evaluate(CLICK, number)
            opened = page.wait_for_function(OPENED).json_value()
            clicked += 1
            if opened != f"{COURSE}/{name}":
                wrong.append(f"{where}: {name} opened {opened}")
            page.evaluate(CLOSE, True)
    assert not wrong
    assert clicked > 200, clicked  # this very list is not empty by mistake
