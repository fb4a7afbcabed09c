"""Builder of the notebooks: sources in, executed notebooks out.

    python -m notebooks.tools.build               all of them
    python -m notebooks.tools.build 01 04         these
    python -m notebooks.tools.build --words 04    only its text or exercises have changed: the other outputs are kept
    python -m notebooks.tools.build --check       none; says which are out of step with their source
    python -m notebooks.tools.build --teachers    the teachers' edition of each, in notebooks/teachers/
    python -m notebooks.tools.build --time 04     measures it at the scale of XIVLAB_SCALE, see tools/minutes.csv

A source is `source/NN_name.py`, or `A1_name.py` for a page beside the way, in jupytext's percent format:
`# %% [markdown]` and `# %%` begin the cells. `{reader}` in a text becomes the minutes that `reader.py` reckons.
`editions.py` says which tags the cells of an exercise have, and makes the two editions from them.

A notebook is written only if every cell ran without an error and without a word on stderr, and if it has
600 KB at most. What depends on the machine or the hour (widget state, time stamps, versions in the metadata)
is left out, so that building twice gives the same file wherever the outputs are the same.
"""

import argparse
import hashlib
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import jupytext
import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from notebooks.tools import editions, quiz, reader, recordings
from notebooks.tools.minutes import Minutes
from studykit.report.notebooks import kernel
from studykit.widgets.recording import WANTED
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.scale import current

FOLDER = Path(__file__).parents[1]
SOURCES = FOLDER / "source"
TEACHERS = FOLDER / "teachers"
LARGEST = 600_000  # bytes; well below what code hosts still show
CELL_SECONDS = 3600
WIDGET = "application/vnd.jupyter.widget-view+json"
# What a widget leaves as text when its state is gone: a progress bar, or the name of a class.
WIDGET_TEXT = re.compile(r"\d+%\||\d+it \[|^\w+\(")
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # In full, but for the version: without it nbconvert does not know what a script of it would be called.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


def sources(numbers: Sequence[str] = ()) -> list[Path]:
    """The sources in order; only those whose name begins with one of `numbers`, if any are given.

    Raises:
        XivlabError: a number fits no source.
    """
    paths = sorted(SOURCES.glob("[0-9A][0-9]_*.py"))
    for number in numbers:
        if not any(path.name.startswith(number) for path in paths):
            raise XivlabError(f"No notebook begins with {number!r}: there are {_names(paths)}.")
    return [path for path in paths if not numbers or path.name.startswith(tuple(numbers))]


def target(source: Path) -> Path:
    """Where the notebook of a source is written."""
    return FOLDER / f"{source.stem}.ipynb"


def read_source(source: Path) -> NotebookNode:
    """All cells of a source, for learners and teachers, without outputs or ids."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def learners(source: Path) -> NotebookNode:
    """The learners' edition of a source, without outputs.

    Raises:
        XivlabError: an exercise lacks a part; the sentence names the file.
    """
    return _edition(editions.learners, source)


def tried(source: Path) -> NotebookNode:
    """A source with every answer to its exercises tried, without outputs.

    Raises:
        XivlabError: an exercise lacks a part; the sentence names the file.
    """
    return _edition(editions.tried, source)


def _edition(edition: Callable[[NotebookNode, str], NotebookNode], source: Path) -> NotebookNode:
    notebook = read_source(source)
    minutes = str(reader.shown(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("{reader}", minutes)
    try:
        return with_ids(edition(quiz.with_quiz(notebook), Minutes.read().sentence(source.stem)))
    except XivlabError as error:
        raise XivlabError(f"{source.name}: {error}") from error


def with_ids(notebook: NotebookNode) -> NotebookNode:
    """The notebook with an id for each cell, which follows from what the cell says."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = f"{digest}-{seen[digest]}"
    return notebook


def execute(notebook: NotebookNode, **variables: str) -> NotebookNode:
    """Run all cells in a new kernel of this Python, in the folder of the notebooks, and tidy the outputs.

    Args:
        notebook: without outputs, which are added to it.
        variables: of the environment, beside those of this process.

    Raises:
        XivlabError: a cell raised an error; the sentence names the cell.
    """
    client, env = kernel(notebook, FOLDER, CELL_SECONDS)
    try:
        client.execute(env=env | variables)
    except CellExecutionError as error:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
        raise XivlabError(f"A cell raised an error:\n{plain}") from error
    tidy(notebook)
    return notebook


def tidy(notebook: NotebookNode) -> None:
    """Take out what depends on the machine, and widgets, which show nothing without a kernel."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined([o for o in cell.outputs if not _only_widget(o)])


def _only_widget(output: NotebookNode) -> bool:
    """Whether nothing is left of an output without its widget, which is taken out."""
    data = output.get("data", {})
    if data.pop(WIDGET, None) is None:
        return False
    return not set(data) - {"text/plain"} and bool(WIDGET_TEXT.search(data.get("text/plain", "0%|")))


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Lines printed one after another as one output, however the kernel happened to send them."""
    joined: list[NotebookNode] = []
    for output in outputs:
        before = joined[-1] if joined else None
        if before and output.output_type == "stream" == before.output_type and output.name == before.name:
            before.text += output.text
        else:
            joined.append(output)
    return joined


def faults(notebook: NotebookNode) -> list[str]:
    """Why an executed notebook must not be published, a sentence each."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                found.append(f"Cell {number} raised {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"Cell {number} wrote to stderr: {output.text.strip()[:300]}")
    if (size := len(nbformat.writes(notebook).encode())) > LARGEST:
        found.append(f"It has {size // 1000} KB, and {LARGEST // 1000} are allowed: {_largest(notebook)}.")
    return found


def _largest(notebook: NotebookNode) -> str:
    sizes = [(len(str(cell.get("outputs", ""))), n) for n, cell in enumerate(notebook.cells)]
    return ", ".join(f"cell {n} has {size // 1000}" for size, n in sorted(sizes, reverse=True)[:3])


def out_of_step(source: Path) -> str | None:
    """What differs between a source and its built notebook; None if nothing does."""
    if not target(source).is_file():
        return f"{target(source).name} is not built"
    notebook = nbformat.read(target(source), as_version=4)
    built, wanted = notebook.cells, learners(source).cells
    for number, (one, other) in enumerate(zip(wanted, built)):
        if (one.cell_type, one.source) != (other.cell_type, other.source):
            return f"{target(source).name} differs from its source in cell {number}"
    if len(wanted) != len(built):
        return f"{target(source).name} has {len(built)} cells and its source {len(wanted)}"
    if quiz.renew(notebook):
        return f"{target(source).name} shows another quiz than studykit/quiz"
    return None


def build(source: Path) -> None:
    """Execute the learners' edition of a source and write it, whole or not at all, and what its widgets record.

    Raises:
        XivlabError: it has faults, or could not be written; the notebook that was there is as it was.
    """
    notebook = execute(learners(source), **{WANTED: "1"})
    recorded = recordings.take_out(notebook)
    _write(notebook, target(source))
    recordings.write(source.stem, recorded, target(source).parent / recordings.FOLDER.name)  # beside it


def build_words(source: Path) -> None:
    """Write the texts of a source anew, with the outputs of the notebook that is there.

    If exercises have changed, their cells are executed by themselves: they need nothing of the rest.

    Raises:
        XivlabError: there is none, or other code of it is not that of the source.
    """
    notebook = learners(source)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    built = nbformat.read(target(source), as_version=4).cells if target(source).is_file() else []
    built = [cell for cell in built if cell.cell_type == "code"]
    changed = [cell for cell, before in zip(code, built) if cell.source != before.source]
    of_exercises = [cell for cell in code if {"exercise", "check"} & set(editions.tags(cell))]
    if len(code) != len(built) or any(cell not in of_exercises for cell in changed):
        raise XivlabError("its code has changed, too: build it without --words.")
    for cell, before in zip(code, built):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    if changed:
        alone = execute(new_notebook(cells=[new_code_cell(cell.source) for cell in of_exercises]))
        for cell, run in zip(of_exercises, alone.cells):
            cell.outputs = run.outputs
    quiz.renew(notebook)
    _write(notebook, target(source))


def build_teachers(source: Path) -> None:
    """Execute a source with every answer tried, and write the teachers' edition.

    Raises:
        XivlabError: as `build`, or a check does not say what it should about an answer.
    """
    executed = execute(tried(source))
    if found := misjudged(executed):
        raise XivlabError("\n".join(found))
    TEACHERS.mkdir(exist_ok=True)
    _write(with_ids(editions.teachers(executed)), TEACHERS / target(source).name)


def misjudged(executed: NotebookNode) -> list[str]:
    """Answers, in what `tried` gave, about which the check does not say what it should; a sentence each."""
    found, expected, answer = [], "", ""
    for cell in executed.cells:
        tags = editions.tags(cell)
        if "exercise" in tags:
            expected, answer = "Not yet", cell.source
        elif "solution" in tags:
            expected, answer = "Right", cell.source
        elif "wrong" in tags:
            expected, answer = cell.metadata["says"], cell.source
        elif "check" in tags and expected not in (said := editions.printed(cell)):
            found.append(f"The check should say {expected!r}, and says {said.strip()!r}, of:\n{answer}")
    return found


def measure(source: Path) -> None:
    """Take the time of a source in a folder of runs of its own, twice: first empty, then as the first left it.

    Raises:
        XivlabError: as `execute`.
    """
    with tempfile.TemporaryDirectory() as runs:
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            execute(learners(source), XIVLAB_RUNS=runs)
            seconds.append(time.perf_counter() - start)
    Minutes.read().having(source.stem, current().name, *seconds).write()


def _write(notebook: NotebookNode, path: Path) -> None:
    if found := faults(notebook):
        raise XivlabError("\n".join(found))
    nbformat.validate(notebook)
    write_atomically(path, lambda part: nbformat.write(notebook, part))


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.stem for path in paths) or "none"


def _act(arguments: argparse.Namespace, source: Path) -> str | None:
    """Do what the command line asks for with one source; a sentence if it went wrong."""
    try:
        if arguments.check:
            return out_of_step(source)
        print(f"{target(source).name} ...", flush=True)
        if arguments.words:
            build_words(source)
        elif arguments.teachers:
            build_teachers(source)
        elif arguments.time:
            measure(source)
        else:
            build(source)
    except XivlabError as error:
        return f"{target(source).name} is not built: {error}"
    return None


def main(args: Sequence[str] | None = None) -> int:
    """The command line; 1 if a notebook could not be built or is out of step."""
    parser = argparse.ArgumentParser("python -m notebooks.tools.build", description="Build the notebooks.")
    parser.add_argument("numbers", nargs="*", metavar="NN", help="which ones; all if not given")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--words", action="store_true", help="texts and exercises anew, other outputs kept")
    what.add_argument("--check", action="store_true", help="compare with the sources, execute nothing")
    what.add_argument("--teachers", action="store_true", help="the teachers' edition")
    what.add_argument("--time", action="store_true", help="measure the seconds that it takes")
    arguments = parser.parse_args(args)
    try:
        chosen = sources(arguments.numbers)
    except XivlabError as error:
        print(error, file=sys.stderr)
        return 1
    wrong = 0
    for source in chosen:
        if fault := _act(arguments, source):
            print(fault, file=sys.stderr)
            wrong += 1
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
