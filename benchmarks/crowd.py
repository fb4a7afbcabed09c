"""Row 6: a training beside other programs, over the same training alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from benchmarks.harness import Line, in_process, in_turns, ratio, seconds

BUSY = "import numpy as np\na = np.random.rand(300, 300)\nwhile True: a @ a"
BESIDE, GOAL = 2, 3.0
ROUNDS = 3
# In a process of its own, with as many threads as PyTorch likes: what the kit makes of that is the question.
STEPS = """
import json, time
from xivlab.config import preset
from xivlab.data.datasets import load
from xivlab.resources import computing
from xivlab.scale import first_people
from xivlab.train import Training
import torch
training = Training(preset("demo"), first_people(load("synthetic-sysu"), 16))
with computing(training.model, ""):
    for _ in range(3):
        training.learn()
    start = time.perf_counter()
    for _ in range({steps}):
        training.learn()
print(json.dumps((time.perf_counter() - start) / {steps}))
"""


def lines(small: bool = False) -> list[Line]:
    """Seconds of a step of the demo training; alone and beside two programs that never rest, in turns."""
    took = {"alone": [], "beside": []}

    def alone() -> None:
        took["alone"].append(in_process(code))

    def beside() -> None:
        with busy(BESIDE):
            took["beside"].append(in_process(code))

    code = STEPS.format(steps=2 if small else 40)
    in_turns({"alone": alone, "beside": beside}, 1 if small else ROUNDS, warm_up=0)
    found = {name: float(np.median(values)) for name, values in took.items()}
    return [
        Line(
            f"Demo training beside {BESIDE} busy programs, a step",
            seconds(found["beside"]),
            f"alone: {seconds(found['alone'])}",
            ratio(*(np.array(took[name]) for name in ("beside", "alone"))),
            goal=GOAL,
        )
    ]


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Programs that multiply matrices on one thread each until the block ends."""
    environment = os.environ | dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
    )
    programs = [subprocess.Popen([sys.executable, "-c", BUSY], env=environment) for _ in range(count)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()
