"""Builds the notebooks from their sources, executed, with outputs.

    python -m notebooks.build               all of them
    python -m notebooks.build 01 04         these
    python -m notebooks.build --check       none; says which are out of step with their source

A source is `source/NN_name.py` in jupytext's percent format: `# %% [markdown]` and `# %%` begin the cells.
An exercise is three cells: `# %% tags=["exercise"]` holds the attempt (a function that returns None),
`# %% tags=["check"]` the check, and a markdown cell after it the solution, a ```python block inside
<details>. The tests put the solution in and want the check to print "Right".

A notebook is written only if every cell ran without an error and without a word on stderr, and if it has
300 KB at most. What depends on the machine or the hour (widget state, time stamps, versions in the metadata)
is left out, so that building twice gives the same file wherever the outputs are the same.
"""

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from xivlab.errors import XivlabError
from xivlab.runs import write_atomically

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "source"
LARGEST = 300_000  # bytes; above it, code hosts stop showing a notebook
CELL_SECONDS = 3600
WIDGET = "application/vnd.jupyter.widget-view+json"
# What a widget leaves as text when its state is gone: a progress bar, or the name of a class.
WIDGET_TEXT = re.compile(r"\d+%\||\d+it \[|^\w+\(")
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources(numbers: Sequence[str] = ()) -> list[Path]:
    """The sources in order; only those whose name begins with one of `numbers`, if any are given.

    Raises:
        XivlabError: a number fits no source.
    """
    paths = sorted(SOURCES.glob("[0-9][0-9]_*.py"))
    for number in numbers:
        if not any(path.name.startswith(number) for path in paths):
            raise XivlabError(f"No notebook begins with {number!r}: there are {_names(paths)}.")
    return [path for path in paths if not numbers or path.name.startswith(tuple(numbers))]


def target(source: Path) -> Path:
    """Where the notebook of a source is written."""
    return FOLDER / f"{source.stem}.ipynb"


def read_source(source: Path) -> NotebookNode:
    """The notebook of a source, without outputs. A cell's id follows from what it says."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = f"{digest}-{seen[digest]}"
    return notebook


def execute(notebook: NotebookNode) -> NotebookNode:
    """Run all cells in a new kernel of this Python, in the folder of the notebooks, and tidy the outputs.

    Raises:
        XivlabError: a cell raised an error; the sentence names the cell.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        record_timing=False,
        store_widget_state=False,
    )
    # The package beside the notebooks, installed or not.
    path = os.pathsep.join(filter(None, [str(FOLDER.parent), os.environ.get("PYTHONPATH")]))
    try:
        client.execute(env=os.environ | {"PYTHONPATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"})
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
    built = nbformat.read(target(source), as_version=4).cells
    wanted = read_source(source).cells
    for number, (one, other) in enumerate(zip(wanted, built)):
        if (one.cell_type, one.source) != (other.cell_type, other.source):
            return f"{target(source).name} differs from its source in cell {number}"
    if len(wanted) != len(built):
        return f"{target(source).name} has {len(built)} cells and its source {len(wanted)}"
    return None


def build(source: Path) -> None:
    """Execute a source and write its notebook, whole or not at all.

    Raises:
        XivlabError: it has faults, or could not be written; the notebook that was there is as it was.
    """
    notebook = execute(read_source(source))
    if found := faults(notebook):
        raise XivlabError("\n".join(found))
    nbformat.validate(notebook)
    write_atomically(target(source), lambda path: nbformat.write(notebook, path))


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.stem for path in paths) or "none"


def main(args: Sequence[str] | None = None) -> int:
    """The command line; 1 if a notebook could not be built or is out of step."""
    parser = argparse.ArgumentParser("python -m notebooks.build", description="Build the notebooks.")
    parser.add_argument("numbers", nargs="*", metavar="NN", help="which ones; all if not given")
    parser.add_argument("--check", action="store_true", help="compare with the sources, execute nothing")
    arguments = parser.parse_args(args)
    wrong = 0
    try:
        for source in sources(arguments.numbers):
            if arguments.check:
                fault = out_of_step(source)
            else:
                print(f"{target(source).name} ...", flush=True)
                try:
                    fault = build(source)
                except XivlabError as error:
                    fault = f"{target(source).name} is not built: {error}"
            if fault:
                print(fault, file=sys.stderr)
                wrong += 1
    except XivlabError as error:
        print(error, file=sys.stderr)
        return 1
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
