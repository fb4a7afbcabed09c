"""Execution of notebooks without a screen, written as notebook and as page."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from xivlab.errors import XivlabError
from xivlab.files import write_atomically

# By hand, too: jupyter nbconvert --to html --template-file studykit/report/page.html.j2 NOTEBOOK; or with slides.
PAGE = Path(__file__).with_name("page.html.j2")
WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Executed:
    """How the execution of a notebook went.

    Attributes:
        name: file name without its ending.
        seconds: how long it took.
        failure: the cell that failed and why; None if all went well.
    """

    name: str
    seconds: float
    failure: str | None


def notebooks_in(folder: Path) -> list[Path]:
    """The notebooks NN_name.ipynb of a folder, in order.

    Raises:
        XivlabError: there is none.
    """
    paths = sorted(folder.glob("[0-9A][0-9]_*.ipynb"))
    if not paths:
        raise XivlabError(
            f"There is no notebook NN_name.ipynb in {folder}: work in a clone of XIV-Lab, "
            "or name their folder with --notebooks."
        )
    return paths


def execute(
    paths: Sequence[Path],
    results: Path,
    environment: dict[str, str],
    cell_seconds: int | None = None,
    at_once: int = 1,
    tell: Callable[[Executed], None] | None = None,
) -> list[Executed]:
    """Run all cells of notebooks, each in a new kernel of this Python, in the notebook's folder.

    Of each whose cells all went well, NAME.ipynb and NAME.html are written to `results`; of another, what is
    there from before is left as it was.

    Args:
        paths: of the notebooks, which are not changed.
        results: existing folder to write to.
        environment: variables for the kernels, beside those of this process.
        cell_seconds: longest that a cell may take; None: no limit.
        at_once: how many run side by side.
        tell: told how each went, in their order, as soon as it and those before it are done.

    Raises:
        XivlabError: a result could not be written.
        KeyboardInterrupt: Ctrl-C; no kernel is left running.
    """

    stop = _Stop()
    done = []
    with ThreadPoolExecutor(at_once) as pool:
        try:
            tasks = [pool.submit(_execute, path, results, environment, cell_seconds, stop) for path in paths]
            for task in tasks:
                while not task.done():
                    wait([task], timeout=1)  # without a timeout Ctrl-C would not be heard on Windows
                done.append(task.result())
                if tell is not None:
                    tell(done[-1])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop.now()
            raise
    return done


class _Stop:
    """What ends the notebooks under way: they begin no further cell, and the kernel of the cell under way is killed."""

    def __init__(self) -> None:
        self.clients: set[NotebookClient] = set()
        self.asked = False

    @contextmanager
    def heard_by(self, client: NotebookClient) -> Iterator[None]:
        self.clients.add(client)
        try:
            yield
        finally:
            self.clients.discard(client)

    def now(self) -> None:
        self.asked = True
        for client in list(self.clients):
            provisioner = getattr(client.km, "provisioner", None)
            if getattr(
                provisioner, "pgid", None
            ):  # with what it has started itself, such as workers of joblib
                with suppress(ProcessLookupError):
                    os.killpg(provisioner.pgid, signal.SIGKILL)
            elif getattr(provisioner, "process", None) is not None:
                provisioner.process.kill()


def _execute(
    path: Path, results: Path, environment: dict[str, str], cell_seconds: int | None, stop: _Stop
) -> Executed:
    start = time.perf_counter()
    failure = None
    try:
        notebook = nbformat.read(path, as_version=4)
        failure = _run(notebook, path.parent, environment, cell_seconds, stop)
    except (OSError, ValueError, RuntimeError, nbformat.ValidationError) as error:
        failure = f"it could not be started: {_first_line(error)}"
    if failure is None:
        _write(notebook, results / path.name)
    return Executed(path.stem, time.perf_counter() - start, failure)


def kernel(
    notebook: NotebookNode, folder: Path, cell_seconds: int | None
) -> tuple[NotebookClient, dict[str, str]]:
    """What executes a notebook with this Python, and the environment variables that its kernel wants.

    Args:
        notebook: to execute in place.
        folder: where the kernel works.
        cell_seconds: longest that a cell may take; None: no limit.
    """
    # Of all kernels that are called python3, on a cluster often somebody else's, that of this very Python.
    own = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    client = NotebookClient(
        notebook,
        km=own,
        timeout=cell_seconds,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        # What a cell raises comes as its output; of the kernel's own workings nobody need read here.
        extra_arguments=["--log-level=CRITICAL"],
    )
    client.owns_km = (
        True  # the kernel ends with the notebook, where one that was handed over would be left running
    )
    # The package that runs here, installed or not; and no word of the debugger about frozen modules.
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
    return client, os.environ | {"PYTHONPATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def _run(
    notebook: NotebookNode, folder: Path, environment: dict[str, str], cell_seconds: int | None, stop: _Stop
) -> str | None:
    """Execute in place; the failure in words, if there is one."""
    client, env = kernel(notebook, folder, cell_seconds)
    # Cell by cell, and not by `client.execute`, which would keep Ctrl-C for itself.
    with client.setup_kernel(env=env | environment), stop.heard_by(client):
        for number, cell in enumerate(notebook.cells, start=1):
            if stop.asked:
                return "it was stopped"
            try:
                client.execute_cell(cell, number - 1)
            except CellExecutionError as error:
                why = f"{error.ename}: {error.evalue}"
            except CellTimeoutError:
                why = f"it took longer than {cell_seconds} s"
            except DeadKernelError:
                why = "the kernel died"
            else:
                continue
            begins = cell.source.strip().partition("\n")[0]
            return f"cell {number} of {len(notebook.cells)} ({begins!r}) failed: {_first_line(why)}"
    return None


def _write(notebook: NotebookNode, target: Path) -> None:
    # Without a kernel a widget shows nothing; the picture or the text beside it does.
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)
    notebook.metadata.pop("widgets", None)
    exporter = HTMLExporter(embed_images=True, template_file=str(PAGE))
    page, _ = exporter.from_notebook_node(
        notebook, {"metadata": {"name": target.stem, "path": str(target.parent)}}
    )
    write_atomically(target, lambda file: nbformat.write(notebook, file))
    write_atomically(target.with_suffix(".html"), lambda file: file.write_text(page, encoding="utf-8"))


def _first_line(error: object) -> str:
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().partition("\n")[0]
