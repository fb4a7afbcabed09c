"""What this machine is to the kit, in a table with a remedy beside what is wrong: `xivlab doctor`."""

import importlib.metadata
import os
import platform
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import torch

import xivlab
from studykit.machine import describe
from studykit.studies.store import results
from xivlab.data.datasets import cache_folder
from xivlab.data.packed import read_packed
from xivlab.errors import XivlabError
from xivlab.files import ASSETS, NEW_ASSETS, SEALS, content_of
from xivlab.resources import cores, free_memory, in_words, processor, threads_for
from xivlab.runs.devices import pick_device, to_device
from xivlab.runs.run import Run
from xivlab.scale import current, project
from xivlab.world.world import SYNTHETIC

LARGE = 25_000_000  # weights of ResNet-50
LEAST_MEMORY, LEAST_ROOM = (
    2e9,
    1e9,
)  # of one demo training with its notebook; of the exposed sets and some runs
SETTINGS = (
    "XIVLAB_SCALE",
    "XIVLAB_DATA",
    "XIVLAB_CACHE",
    "XIVLAB_RUNS",
    "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
)


class Finding(NamedTuple):
    """One row: what was looked at, what was found, and what to do about it ("" if all is well)."""

    what: str
    found: str
    remedy: str = ""


def examine() -> list[Finding]:
    """All rows. Nothing is changed, trained or fetched; what cannot be told says so in its row."""
    rows = []
    for what, look in CHECKS.items():
        try:
            found, remedy = look()
        except XivlabError as error:  # a sentence with its remedy
            found, remedy = "does not work", str(error)
        except Exception as error:  # noqa: BLE001 - the worse this is, the more the other rows are wanted
            reason = str(error).partition("\n")[0]
            found, remedy = "cannot be told", f"{type(error).__name__}: {reason}: name it in a report"
        rows.append(Finding(what, found, remedy))
    return rows


def as_text(rows: list[Finding]) -> str:
    """The rows as lines: a mark, what, found; and below what is wrong its remedy."""
    width = max(len(row.what) for row in rows)
    lines = []
    for row in rows:
        lines.append(f"{'!' if row.remedy else ' '} {row.what:<{width}}  {row.found}".rstrip())
        if row.remedy:
            lines.append(f"  {'':<{width}}  -> {row.remedy}")
    return "\n".join(lines)


def _python() -> tuple[str, str]:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}", ""


def _kit() -> tuple[str, str]:
    found = f"{xivlab.__version__}, {Path(xivlab.__file__).parent}"
    for path, error in _changed(sorted(ASSETS.iterdir())):
        return f"{found}; {path.name}: {error}", NEW_ASSETS
    return found, ""


def _changed(paths: Iterable[Path]) -> Iterator[tuple[Path, Exception]]:
    """Files that are not as they were sealed, each with what is wrong with it."""
    for path in paths:
        try:
            content_of(path)
        except (OSError, ValueError) as error:
            yield path, error


def _packages() -> tuple[str, str]:
    missing, count = [], 0
    for line in importlib.metadata.requires("xivlab") or []:
        requirement, _, marker = line.partition(";")
        name = re.split(r"[<>=!~ \[]", requirement.strip())[0]
        if "extra" in marker and "'lab'" not in marker.replace('"', "'"):
            continue
        count += 1
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return f"{', '.join(missing)} not installed", "type pip install '.[lab]' in the project, or make lab"
    return f"all {count} that the lab needs", ""


def _torch() -> tuple[str, str]:
    built = f"built for CUDA {torch.version.cuda}" if torch.version.cuda else "built for the CPU"
    return f"{torch.__version__}, {built}", ""


def _device() -> tuple[str, str]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        device = pick_device()
        to_device(torch.nn.Linear(1, 1), device)  # the sentence about a GPU that does not work is its own
    if device.type == "cpu" and shutil.which("nvidia-smi"):
        if not torch.version.cuda:
            return describe(
                device
            ), "there is an NVIDIA GPU: install the PyTorch that is built for it (pytorch.org)"
        if os.environ.get("CUDA_VISIBLE_DEVICES") != "":
            why = next((str(one.message).partition("(")[0].strip() for one in told), "it is not visible here")
            return describe(
                device
            ), f"the NVIDIA GPU is not used ({why}): see that nvidia-smi works, update its driver"
    return f"{describe(device) if device.type == 'cuda' else device.type}; a first kernel runs on it", ""


def _threads() -> tuple[str, str]:
    small, why_small = threads_for(1)
    large, why_large = threads_for(LARGE)
    waiting = os.environ.get("OMP_WAIT_POLICY", "")
    return (
        f"{small} for slim ({why_small}), {large} for ResNet-50 ({why_large}); {processor()}, "
        f"{cores()} of {os.cpu_count()} cores; waiting threads: {waiting.lower() or 'spin'}"
    ), ""


def _memory() -> tuple[str, str]:
    free = free_memory()
    if free is None:
        return "not told by this system", ""
    wrong = "close other programs and notebooks' kernels" if free < LEAST_MEMORY else ""
    return f"{in_words(free)} free", wrong


def _room(folder: Path) -> tuple[str, str]:
    """Whether a folder, or the nearest above it that is there, can be written, and its room."""
    folder = Path(os.path.abspath(folder))
    if os.path.lexists(folder) and not folder.is_dir():
        return f"{folder} is no folder", "name another folder"
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        return f"{folder} cannot be written ({error.strerror})", "name another folder"
    free = shutil.disk_usage(there).free
    return f"{folder}, {in_words(free)} free", "free some space there" if free < LEAST_ROOM else ""


def _cache() -> tuple[str, str]:
    found, remedy = _room(cache_folder())
    return found, remedy and f"{remedy}, in the environment variable XIVLAB_CACHE"


def _runs() -> tuple[str, str]:
    folder = current().runs
    found, remedy = _room(folder)
    inside = [Run(path) for path in sorted(folder.iterdir()) if path.is_dir()] if folder.is_dir() else []
    finished = sum(run.finished for run in inside)
    return (
        f"{found}; {finished} finished runs",
        remedy and f"{remedy}, in the environment variable XIVLAB_RUNS",
    )


def _data() -> tuple[str, str]:
    kept = {name: any(cache_folder().glob(f"{name}-*/pixels.npy")) for name in SYNTHETIC}
    words = [
        f"{name} ({'in the cache' if there else 'exposed at its first use'})" for name, there in kept.items()
    ]
    named = current().data_name
    folders = {str(path.parent) for path in (project() / "data").glob("*/meta.json")}
    for folder in sorted(folders | ({named} - set(SYNTHETIC))):
        try:
            packed = read_packed(folder)
            words.append(f"{folder} ({packed.meta['name']}, {len(packed.index):,} images)")
        except XivlabError as error:
            return "; ".join(words), str(error)
    return "; ".join(words), ""


def _stored() -> tuple[str, str]:
    rooms = [results(name) for name in ("tables", "measures", "embeddings", "first_run", "ladder", "maps")]
    there = [path for room in rooms if room.is_dir() for path in sorted(room.rglob("*"))]
    files = [path for path in there if not path.is_dir() and path.name != SEALS]
    files += [path for name in ("generators.csv", "about.json") if (path := results(name)).exists()]
    if not files:
        return (
            "none: notebooks train what they show",
            "open the notebooks in a clone, or install the package anew",
        )
    for path, error in _changed(files):
        return f"{path}: {error}", f"restore it from the kit (git checkout -- {path})"
    return f"{len(files)} whole files in {Path(os.path.abspath(results('tables'))).parent}", ""


def _kernel() -> tuple[str, str]:
    try:
        from jupyter_client.kernelspec import KernelSpecManager
    except ModuleNotFoundError:
        return "no Jupyter", "type pip install '.[lab]' in the project, or make lab"
    command = KernelSpecManager().get_kernel_spec("python3").argv
    if command[0] in ("python", "python3") or os.path.realpath(command[0]) == os.path.realpath(
        sys.executable
    ):
        return f"python3, {sys.executable}", ""
    remedy = (
        f"type {sys.executable} -m ipykernel install --sys-prefix, or choose another kernel in JupyterLab"
    )
    return f"python3 is {command[0]}, another Python than this", remedy


def _settings() -> tuple[str, str]:
    said = [f"{name}={os.environ[name]}" for name in SETTINGS if name in os.environ]
    return f"{current().name} scale" + "".join(f", {one}" for one in said), ""


CHECKS: dict[str, Callable[[], tuple[str, str]]] = {
    "Python": _python,
    "XIV-Lab": _kit,
    "packages": _packages,
    "PyTorch": _torch,
    "device": _device,
    "threads": _threads,
    "memory": _memory,
    "cache": _cache,
    "runs": _runs,
    "data sets": _data,
    "stored results": _stored,
    "kernel": _kernel,
    "settings": _settings,
}
