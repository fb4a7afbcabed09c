"""Timing in turns, the lines of the table, and the description of the machine."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        what: was measured.
        ours: what the kit takes, in words, such as "16 ms".
        against: what it is compared with, in words; "" if with nothing.
        value: the number that the goal is about: a ratio, or a quantity in `unit`.
        unit: of `value`; "x" is a ratio.
        goal: what `value` should reach; None: there is no goal.
        at_least: whether more is better.
    """

    what: str
    ours: str
    against: str
    value: float
    unit: str = "x"
    goal: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """pass, miss, or nothing where there is no goal."""
        if self.goal is None:
            return ""
        return "pass" if (self.value >= self.goal if self.at_least else self.value <= self.goal) else "miss"

    @property
    def cells(self) -> list[str]:
        """What stands in the table."""
        goal = (
            "" if self.goal is None else f"{'≥' if self.at_least else '≤'} {quantity(self.goal, self.unit)}"
        )
        return [self.what, self.ours, self.against, quantity(self.value, self.unit), goal, self.verdict]


HEAD = ["what", "XIV-Lab", "against", "result", "goal", ""]


def quantity(value: float, unit: str) -> str:
    """A number with its unit, three digits: "1.07x", "512 images/s"."""
    digits = max(0, 2 - int(np.floor(np.log10(abs(value))))) if value else 2
    return f"{value:,.{min(digits, 2)}f}{'' if unit == 'x' else ' '}{unit}".rstrip()


def seconds(value: float) -> str:
    """A time in words: "16 ms", "2.41 s"."""
    return quantity(value, "s") if value >= 1 else quantity(value * 1e3, "ms")


def in_turns(sides: Mapping[str, Callable[[], Any]], rounds: int, warm_up: int = 1) -> dict[str, np.ndarray]:
    """Time several sides in turns.

    Args:
        sides: what to call, by name.
        rounds: how many times each is timed.
        warm_up: rounds before those, which are not kept.

    Returns:
        seconds of each round, (rounds,), by name.
    """
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(warm_up + rounds):
        for name, call in sides.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: np.array(values[warm_up:]) for name, values in times.items()}


def ratio(over: np.ndarray, under: np.ndarray) -> float:
    """The median over the rounds of one side's time over the other's: what slows a round down slows both."""
    return float(np.median(over / under))


def in_process(code: str, environment: Mapping[str, str] | None = None) -> Any:
    """What `code`, run by this Python in a process of its own, prints as JSON in its last line.

    Raises:
        RuntimeError: it failed; what it said is in the message.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,  # its own words are wanted
        env=os.environ | {"PYTHONPATH": path} | dict(environment or {}),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"a benchmark's process failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def peak() -> float:
    """The largest memory that this process has had, MiB.

    Linux counts from the start of the program; `getrusage` would hand down what the parent process had.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        words = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(words["VmHWM"].split()[0]) / 2**10
    import resource  # not there on Windows

    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / 2 ** (20 if sys.platform == "darwin" else 10)


def memory() -> float:
    """What the machine has, GiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


@contextmanager
def threads(count: int) -> Iterator[None]:
    """PyTorch uses as many for the time being."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def machine() -> str:
    """The machine and the versions that matter, in a sentence."""
    cores = os.cpu_count()
    return (
        f"{_processor()}, {cores} core{'s' * (cores > 1)}, {memory():.0f} GiB of memory, "
        f"{'with' if torch.cuda.is_available() else 'no'} GPU, {platform.system()}; Python "
        f"{platform.python_version()}, PyTorch {torch.__version__} with {torch.get_num_threads()} "
        f"thread{'s' * (torch.get_num_threads() > 1)}, NumPy {np.__version__}"
    )


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    names = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    found = [line.partition(":")[2].strip() for line in names if line.startswith("model name")]
    return found[0] if found else platform.processor() or platform.machine()


def text_table(rows: list[list[str]]) -> str:
    """Rows as a Markdown table that is readable in a terminal too; the first one is its head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
