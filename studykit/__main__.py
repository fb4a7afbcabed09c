"""First steps without make: environment, JupyterLab, main job, by any Python of 3.10 or later, with nothing installed.

    python -m studykit lab          JupyterLab on the first notebook of your own copies, in lab; what follows goes to it, such as --no-browser
    python -m studykit report       a line to hand in: what was solved, predicted and answered in lab
    python -m studykit study        the main job without a screen, `xivlab study`
    python -m studykit install      the environment alone, in .venv; with --dev what tests and builds need, too
    python -m studykit fill         the images of both worlds into the cache, for a machine that many will use

On Windows `py` in the place of `python`. Each begins with `install`, unless the kit is installed in the Python that runs
it already, as in a container, with conda, or in .venv itself. `make` calls the same. `--torch-index URL`, or the environment
variable TORCH_INDEX, names the package index of PyTorch: https://download.pytorch.org/whl/cpu has it without CUDA.
"""

from __future__ import annotations  # an older Python is to get as far as the sentence below

import argparse
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMANDS = {  # words for the Python that has the kit
    # At the root, so that links out of the folder of the notebooks work.
    "lab": [
        "-m",
        "jupyterlab",
        "--ServerApp.root_dir=.",
        "--LabApp.default_url=/lab/tree/lab/00_start_here.ipynb",
    ],
    "report": ["-m", "studykit.hand_in", "report"],
    "study": ["-m", "xivlab", "study"],
    "fill": ["-c", "from xivlab.data import load; load('synthetic-sysu'); load('synthetic-regdb')"],
}


def plan(venv: Path, extra: str = "lab", index: str | None = None) -> list[list[str]]:
    """The commands that make an environment, each as its words; to be run in the folder of the kit.

    Args:
        venv: folder of the environment.
        extra: of pyproject.toml, "lab" or "dev".
        index: address of the package index that PyTorch is taken from; pip's own if not given.
    """
    python = str(interpreter(venv))
    pip = [python, "-m", "pip", "install", "--quiet"]
    commands = [] if os.path.exists(python) else [[sys.executable, "-m", "venv", str(venv)]]
    if (
        index
    ):  # first, so that what comes after finds it there; and from nowhere else, or a newer one would win
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        commands.append(
            [*pip, *re.findall(r'^    "(torch\w*>=[\d.]+)"', project, re.MULTILINE), "--index-url", index]
        )
    return [*commands, [*pip, "--editable", f".[{extra}]"]]


def interpreter(venv: Path) -> Path:
    """The Python of an environment, which has another place on Windows."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(venv: Path, extra: str = "lab", index: str | None = None) -> Path:
    """Make an environment, unless it is there and as new as pyproject.toml; its Python.

    Args:
        venv: folder of the environment.
        extra: as in `plan`.
        index: as in `plan`.

    Raises:
        subprocess.CalledProcessError: pip could not install; it has said why.
    """
    stamp = venv / ("installed" if extra == "lab" else f"installed-{extra}")
    if not stamp.exists() or stamp.stat().st_mtime < (ROOT / "pyproject.toml").stat().st_mtime:
        print(f"Installing into {venv}: as long as PyTorch takes to download, the first time.", flush=True)
        for command in plan(venv, extra, index):
            subprocess.run(command, check=True, cwd=ROOT)
        stamp.touch()
    elif index:
        print(f"{venv} is there already: delete it to take PyTorch from {index}.", flush=True)
    return interpreter(venv)


def installed_here() -> bool:
    """Whether this very Python has the kit, with JupyterLab."""
    try:
        importlib.metadata.version("xivlab")
    except importlib.metadata.PackageNotFoundError:
        return False
    return importlib.util.find_spec("jupyterlab") is not None


def copies(python: Path) -> int:
    """Make the reader's own copies of the notebooks, where they are not there yet; the exit status."""
    return subprocess.call([str(python), "-m", "studykit.learners"], cwd=ROOT)


def main(words: list[str] | None = None) -> int:
    """The command line; the exit status is that of what was run."""
    if sys.version_info < (3, 10):  # noqa: UP036 - who has an older one is to read why
        sys.exit(f"This is Python {sys.version.split()[0]}: XIV-Lab needs 3.10 or later.")
    parser = argparse.ArgumentParser("python -m studykit", description="Make the environment, and use it.")
    parser.add_argument("what", choices=("install", *COMMANDS))
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="folder of the environment")
    parser.add_argument("--dev", action="store_true", help="with install: what tests and builds need, too")
    parser.add_argument(
        "--torch-index", default=os.environ.get("TORCH_INDEX"), metavar="URL", help="where PyTorch comes from"
    )
    asked, others = parser.parse_known_args(words)
    if asked.what == "install" and others:
        parser.error(f"unknown: {' '.join(others)}")
    python = Path(sys.executable)
    if asked.what == "install" or not installed_here():
        try:
            python = install(asked.venv, "dev" if asked.dev else "lab", asked.torch_index)
        except subprocess.CalledProcessError as error:
            return error.returncode
    if asked.what == "lab" and (failed := copies(python)):
        return failed
    return 0 if asked.what == "install" else _run([str(python), *COMMANDS[asked.what], *others])


def _run(command: list[str]) -> int:
    """Run to the end; its exit status. Ctrl-C is for the command, which may ask whether it is meant."""
    process = subprocess.Popen(command, cwd=ROOT)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    sys.exit(main())
