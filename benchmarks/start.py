"""Row 4: how soon there is something to see: exposure, load, import, the first figure of notebook 00."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from benchmarks.harness import ROOT, Line, in_process, in_turns, quantity, seconds
from xivlab.data.datasets import load
from xivlab.data.images import resize
from xivlab.world.world import World

NOTEBOOK = ROOT / "notebooks" / "00_start_here.ipynb"
IMAGES, ROUNDS = 256, 5
TIMED = "import json, time; start = time.perf_counter()\n{}\nprint(json.dumps(time.perf_counter() - start))"


def lines(small: bool = False) -> list[Line]:
    """With an empty cache, which costs most, and with what `make lab` leaves behind."""
    with tempfile.TemporaryDirectory() as empty:
        return [
            *exposure(small),
            *loading(Path(empty), small),
            training_import(1 if small else ROUNDS),
            imports(1 if small else ROUNDS),
            figure(NOTEBOOK),
            *([] if small else [lab(NOTEBOOK)]),
        ]


def exposure(small: bool) -> list[Line]:
    """Images per second of one process, in turns at the two sizes; the smaller one is resized by area."""
    world = World("synthetic-sysu")
    rows = np.random.default_rng(0).permutation(len(world.index))[: 4 if small else IMAGES]
    sides = {
        "128 x 64": lambda: world.expose(rows),
        "64 x 32": lambda: resize(world.expose(rows), 64, 32),
    }
    found = []
    for size, took in in_turns(sides, 1 if small else ROUNDS).items():
        rate = len(rows) / float(np.median(took))
        found.append(Line(f"Exposing the world, {size}, one process", "", "", rate, "images/s"))
    return found


def loading(cache: Path, small: bool) -> list[Line]:
    """The first load into an empty cache, on all cores, and the later ones."""
    start = time.perf_counter()
    data = load("synthetic-sysu", cache=cache)
    first = time.perf_counter() - start
    again = in_turns({"load": lambda: load("synthetic-sysu", cache=cache)}, 1 if small else ROUNDS)["load"]
    count = len(data.index)
    return [
        Line(
            f"First load: {count:,} images exposed on all cores",
            quantity(count / first, "images/s"),
            "",
            first,
            "s",
        ),
        Line(f"Every later load of {count:,} images", "", "", float(np.median(again)), "s"),
    ]


def training_import(rounds: int) -> Line:
    """What a script imports that trains, over PyTorch alone."""
    return _import_line("import xivlab.train, over PyTorch's own", "import xivlab.train", rounds, 0.5)


def imports(rounds: int, notebook: Path = NOTEBOOK) -> Line:
    """What notebook 00 imports of the kit, over PyTorch alone."""
    source = "\n".join(cell.source for cell in nbformat.read(notebook, as_version=4).cells)
    wanted = "\n".join(
        dict.fromkeys(re.findall(r"^from (?:xivlab|studykit)\S* import [\w, ]+$", source, re.MULTILINE))
    )
    what = "Import of all that notebook 00 takes of the kit, over PyTorch's own"
    return _import_line(what, wanted, rounds, 1.5)


def _import_line(what: str, wanted: str, rounds: int, goal: float) -> Line:
    """Both imports in turns, each in a fresh process."""
    times: dict[str, list[float]] = {"torch": [], "xivlab": []}
    for _ in range(rounds + 1):  # the first finds the files on the disk
        times["torch"].append(in_process(TIMED.format("import torch")))
        times["xivlab"].append(in_process(TIMED.format(wanted)))
    torch, xivlab = (np.array(times[name][1:]) for name in ("torch", "xivlab"))
    return Line(
        what,
        seconds(float(np.median(xivlab))),
        f"torch: {seconds(float(np.median(torch)))}",
        float(np.median(xivlab - torch)),
        "s",
        goal,
    )


def figure(path: Path) -> Line:
    """From the start of a kernel to the first picture of a notebook, with an empty cache and no runs."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "pyproject.toml").touch()  # a project of its own
        client = NotebookClient(
            notebook, kernel_name="python3", timeout=600, resources={"metadata": {"path": scratch}}
        )
        took = _until_a_picture(client, notebook, {"XIVLAB_CACHE": scratch, "PYTHONPATH": str(ROOT)})
    return Line(
        f"First figure of notebook {path.stem[:2]}, empty cache, kernel's start included",
        "",
        "",
        took,
        "s",
        60,
    )


def lab(path: Path) -> Line:
    """What `make lab` takes until JupyterLab answers, and from there the first picture, the world exposed before.

    The browser's own time, to fetch and to draw JupyterLab, is not in it.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["lab", str(path), "--no-browser", f"--port={port}", "--IdentityProvider.token=", "--allow-root"]
    start = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(f"http://127.0.0.1:{port}/api/status"):
            if server.poll() is not None or time.perf_counter() - start > 300:
                raise RuntimeError("JupyterLab did not start")
            time.sleep(0.05)
        answered = time.perf_counter() - start
    finally:
        server.terminate()
        server.wait()
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "pyproject.toml").touch()
        client = NotebookClient(
            notebook, kernel_name="python3", timeout=600, resources={"metadata": {"path": scratch}}
        )
        shown = _until_a_picture(client, notebook, {"PYTHONPATH": str(ROOT)})
    return Line(
        "make lab to the first figure, installed and the world exposed",
        f"server: {seconds(answered)}, kernel to figure: {seconds(shown)}",
        "",
        answered + shown,
        "s",
        15,
    )


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return reply.status == 200
    except OSError:
        return False


def _until_a_picture(client: NotebookClient, notebook: nbformat.NotebookNode, environment: dict) -> float:
    start = time.perf_counter()
    with client.setup_kernel(env=os.environ | environment):
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
            shown = [kind for output in cell.get("outputs", ()) for kind in output.get("data", {})]
            if any(kind.startswith("image/") for kind in shown):
                return time.perf_counter() - start
    raise RuntimeError("the notebook shows no picture")
