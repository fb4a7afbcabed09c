"""Row 7: training at the paper's size on a GPU: images a second, the GPU's share of the time, an epoch of SYSU-MM01.

The images are random and packed, as many as SYSU-MM01 has and as large. Beside the whole step stands the backbone
alone, in the same run, plain, with channels last, and compiled.
"""

import copy
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from benchmarks.harness import Line, in_turns, quantity, ratio, seconds
from xivlab.config import Config, preset
from xivlab.data.datasets import DataSet, load
from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError
from xivlab.train import Training

# SYSU-MM01 (Wu et al. 2017), people and images of each modality: 395 people train, eight of whom count as validation
# people here, and train, too; 96 are searched.
PEOPLE = {"train": (387, 22_178, 11_829), "val": (8, 80, 80), "test": (96, 6_775, 3_803)}
STEPS, ROUNDS = 10, 5
WATCHED = 20  # steps of which the GPU's share is taken
CHUNK = 512  # images that are drawn at a time


def lines(small: bool = False, device: str = "cuda") -> list[Line]:
    """Everything on one set of random images.

    Args:
        small: a few images of 64 x 32 and a few steps.
        device: "cpu" tries the code where there is no GPU; the shares of the GPU are then left out.

    Raises:
        XivlabError: there is no GPU.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise XivlabError("PyTorch sees no GPU here: measure row 7 on a machine with one.")
    config = settings(small)
    with tempfile.TemporaryDirectory() as scratch:
        data = random_set(Path(scratch, "sysu-mm01"), config, small)
        training = Training(config, data)
        found = beside_the_backbone(
            training, 1 if small else STEPS, 1 if small else ROUNDS, compiles=not small
        )
        if device == "cuda":
            found.append(share(training, 2 if small else WATCHED))
        return [*found, epoch(training)]


def settings(small: bool) -> Config:
    """The paper's, from random weights; tiny ones to see that it runs."""
    tiny = {"backbone": "slim", "height": 64, "width": 32, "people_per_batch": 4, "images_per_person": 2}
    return preset("paper-sysu", weights=None, **(tiny if small else {}))


def random_set(folder: Path, config: Config, small: bool) -> DataSet:
    """As many random images as SYSU-MM01 has, of the size of the settings, packed."""
    rng = np.random.default_rng(0)
    rows: list[tuple[str, int, int, int, str]] = []
    first = 1
    for split, (people, *counts) in PEOPLE.items():
        for modality, count in enumerate(counts):
            count = min(count, 4 * people) if small else count
            for image in range(count):
                person, camera = first + image % people, (1, 3)[modality]
                rows.append((f"cam{camera}/{person:04d}/{image:05d}.jpg", person, camera, modality, split))
        first += people
    index = pd.DataFrame(rows, columns=["path", "person", "camera", "modality", "split"])

    def images() -> Iterator[np.ndarray]:
        for start in range(0, len(index), CHUNK):
            size = (min(CHUNK, len(index) - start), config.height, config.width, 3)
            yield rng.integers(0, 256, size, dtype=np.uint8)

    write_packed(folder, "random", "random-0", (config.height, config.width), index, images())
    return load(folder)


def beside_the_backbone(training: Training, steps: int, rounds: int, compiles: bool) -> list[Line]:
    """Whole steps, and forward and backward of the backbone alone on as many images, in turns."""
    config = training.config
    count = 3 * config.per_modality
    sides = {"step": _synchronized(training.device, steps, training.learn)}
    for name, (last, compiled) in {
        "channels last": (True, False),
        "channels first": (False, False),
        "channels last, torch.compile": (True, True),
    }.items():
        if not compiled or compiles:
            bare = _Bare(training, last, compiled)
            sides[name] = _synchronized(training.device, steps, bare)
    times = {name: took / steps for name, took in in_turns(sides, rounds, warm_up=2).items()}
    alone = times["channels last"]
    speed = quantity(2 * config.per_modality / float(np.median(times["step"])), "images/s")
    what = f"{config.backbone} {config.height} x {config.width}, {count} images, precision {config.precision}"
    found = [
        Line(
            f"Step on the GPU, {what}",
            f"{seconds(float(np.median(times['step'])))}, {speed}",
            f"bare backbone: {seconds(float(np.median(alone)))}",
            ratio(times["step"], alone),
            goal=1.15,
        )
    ]
    found += [
        Line(f"– bare backbone, {name}", seconds(float(np.median(took))), "channels last", ratio(took, alone))
        for name, took in times.items()
        if name not in ("step", "channels last")
    ]
    return found


class _Bare:
    """Forward and backward of the backbone in the precision of the training, images at hand on the device."""

    def __init__(self, training: Training, last: bool, compiled: bool) -> None:
        config = training.config
        layout = torch.channels_last if last else torch.contiguous_format
        self.backbone: nn.Module = copy.deepcopy(training.model.module.learner.backbone).to(
            memory_format=layout
        )
        self.weights = list(self.backbone.parameters())
        images = torch.randn(3 * config.per_modality, 3, config.height, config.width, device=training.device)
        self.images = images.contiguous(memory_format=layout)
        self.precision = training.fabric.strategy.precision
        self.run = torch.compile(self.backbone) if compiled else self.backbone

    def __call__(self) -> None:
        with self.precision.forward_context():
            found = self.run(self.images)
        found.float().mean((2, 3)).sum().backward()
        for weight in self.weights:
            weight.grad = None


def _synchronized(device: torch.device, steps: int, act):
    def run() -> None:
        for _ in range(steps):
            act()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return run


def share(training: Training, steps: int) -> Line:
    """The share of the time of some steps in which any kernel runs on the GPU, as PyTorch's profiler sees it."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        start = time.perf_counter()
        _synchronized(training.device, steps, training.learn)()
        took = time.perf_counter() - start
    spans = [
        (event.time_range.start, event.time_range.end)
        for event in seen.events()
        if event.device_type == torch.autograd.DeviceType.CUDA
    ]
    return Line(
        f"– of {steps} steps, time in which the GPU computes",
        seconds(covered(spans) / 1e6),
        f"of {seconds(took)}",
        100 * covered(spans) / 1e6 / took,
        "%",
        goal=90,
        at_least=True,
    )


def covered(spans: list[tuple[float, float]]) -> float:
    """How much of a line some spans cover together; where they overlap, once."""
    total, reached = 0.0, -np.inf
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def epoch(training: Training) -> Line:
    """One epoch from the first step to the last, without validation."""
    steps = training.steps_per_epoch
    start = time.perf_counter()
    _synchronized(training.device, steps, training.learn)()
    took = time.perf_counter() - start
    return Line(
        f"One epoch on {training.images}",
        f"{steps} steps",
        quantity(2 * training.config.per_modality * steps / took, "images/s"),
        took,
        "s",
    )
