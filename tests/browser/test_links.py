"""Every relative link of every notebook and text, clicked in JupyterLab: it opens the file that it names."""

import json
import posixpath
import re
import shutil
from pathlib import Path

import pytest
from browser.looks import RATIOS, looks

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


def opened(page, course, path):
    """Click every relative link of a text or notebook in an open JupyterLab.

    Returns:
        how many were clicked, and a sentence for each that opened something else.
    """
    names, wrong = wanted(path, course), []
    if not names:
        return 0, wrong
    where = path.relative_to(course.parent).as_posix()
    page.evaluate(CLOSE, False)
    page.evaluate(OPEN, [where, "Markdown Preview" if path.suffix == ".md" else "Notebook"])
    page.wait_for_function(f"count => ({LINKS})().length >= count", arg=len(names))
    assert page.evaluate(LINKS) == [f"{COURSE}/{name}" for name in names], where
    for number, name in enumerate(names):
        page.evaluate(CLICK, number)
        found = page.wait_for_function(OPENED).json_value()
        if found != f"{COURSE}/{name}":
            wrong.append(f"{where}: {name} opened {found}")
        page.evaluate(CLOSE, True)
    return len(names), wrong


def ready(page):
    """Wait for JupyterLab, and set it up to be clicked through."""
    page.wait_for_function("window.jupyterapp?.restored")
    page.evaluate("() => jupyterapp.restored.then(() => null)")
    page.evaluate(WINDOWING)
    page.evaluate(QUIET)


def test_every_relative_link_opens_the_file_that_it_names(lab, course):
    page = lab.visit("?", width=1366, height=768)
    ready(page)
    files = sorted(path for path in course.rglob("*") if path.suffix in (".md", ".ipynb"))
    found = [opened(page, course, path) for path in files]
    assert not [sentence for _, wrong in found for sentence in wrong]
    assert sum(clicked for clicked, _ in found) > 200  # this very list is not empty by mistake


@pytest.mark.parametrize("ratio", RATIOS)
def test_the_course_is_first_in_the_list_and_leads_on_in_every_look(lab, course, ratio):
    page = lab.visit(f"{COURSE}/lab/00_start_here.ipynb", width=1366, height=768, device_scale_factor=ratio)
    ready(page)
    listed = page.locator(".jp-DirListing-itemText")
    listed.first.wait_for(state="attached")
    page.wait_for_timeout(1500)  # what comes late, such as news
    for look in looks(page):
        assert listed.all_inner_texts()[:2] == ["00_start_here.ipynb", "01_data_and_modality_gap.ipynb"], look
        assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0, (
            f"{look}: something lies over the page"
        )
        clicked, wrong = opened(page, course, course / "lab" / "00_start_here.ipynb")
        assert clicked > 5 and not wrong, look
