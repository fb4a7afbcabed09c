"""Row 2: a training step of XIV against the bare backbone's forward and backward on as many images."""

import copy
import os

import torch

from benchmarks.harness import Line, in_turns, memory, ratio, seconds, threads
from xivlab.config import Config, preset
from xivlab.data.augmentation import augment
from xivlab.data.datasets import DataSet, load
from xivlab.methods import losses
from xivlab.scale import first_people
from xivlab.train import Training

PEOPLE = 16  # of each split: the images are read from memory, few or many
GOALS = {"slim": 1.15, "resnet50": 1.05}
ROUNDS = {"slim": 30, "resnet50": 3}
WHOLE_BATCH_GIB = 12  # of memory, for a step of ResNet-50 with the paper's 144 images


def configs() -> dict[str, Config]:
    """Settings by backbone. On a small machine ResNet-50 sees a quarter of the paper's batch: what does not grow
    with the batch, such as the optimiser, then weighs four times as much as in the paper's."""
    paper = {"weights": None, "train_on": "train", "precision": "32"}
    if memory() < WHOLE_BATCH_GIB:
        paper["people_per_batch"] = 3
    return {"slim": preset("demo"), "resnet50": preset("paper-sysu", **paper)}


def lines(small: bool = False, data: DataSet | None = None, changes: dict | None = None) -> list[Line]:
    """All of a step: sampling, images, augmentation, g, f, losses, backward, optimiser, a row of the log."""
    data = data or first_people(load("synthetic-sysu"), PEOPLE)
    found = []
    for name, config in configs().items():
        if small and name != "slim":
            continue
        config = preset("demo", **changes) if changes else config
        training = Training(config, data)
        bare = Bare(training)
        with threads(os.cpu_count() if name == "resnet50" else 1):  # one is quicker for small operations
            times = in_turns({"step": training.learn, "bare": bare}, 2 if small else ROUNDS[name], warm_up=2)
        step, alone = (float(torch.tensor(times[side]).median()) for side in ("step", "bare"))
        found.append(
            Line(
                f"Training step, {name} {config.height} x {config.width}, {len(bare.images)} images",
                seconds(step),
                f"bare backbone: {seconds(alone)}",
                ratio(times["step"], times["bare"]),
                goal=GOALS[name],
            )
        )
        if name == "slim":
            found += profile(training, bare, 2 if small else ROUNDS[name])
    return found


class Bare:
    """Forward and backward of the backbone alone, images at hand, down to the gradients of its weights.

    Args:
        training: whose backbone it is; its 3M images have the layout that convolutions prefer.
    """

    def __init__(self, training: Training) -> None:
        self.backbone = copy.deepcopy(training.model.module.learner.backbone)  # with gradients of its own
        config = training.config
        images = torch.randn(3 * config.per_modality, 3, config.height, config.width)
        self.images = images.contiguous(memory_format=torch.channels_last)

    def __call__(self) -> None:
        self.backbone(self.images).mean((2, 3)).sum().backward()
        for weight in self.backbone.parameters():
            weight.grad = None


def profile(training: Training, bare: Bare, rounds: int) -> list[Line]:
    """What a step does beyond the bare backbone, part by part, as shares of the backbone's time."""
    config, model, optimizer = training.config, training.model.module, training.optimizers["learner"]
    device = training.device
    generator = torch.Generator().manual_seed(0)
    batch = training.batches[0]
    labels = torch.from_numpy(batch.labels).to(device)

    def images() -> list[torch.Tensor]:
        chosen = training.batches[0]
        return [
            augment(training.images.levels(rows, device), generator, config.pad, config.erase)
            for rows in (chosen.infrared, chosen.visible)
        ]

    infrared, visible = images()
    made = model.x_images(visible)
    direction = torch.ones_like(made)
    outputs = model(infrared, visible)
    leaves = {
        name: output.mapped(lambda part: part.detach().requires_grad_()) for name, output in outputs.items()
    }
    pixels = bare.images.clone().requires_grad_()  # clone keeps the layout

    def to_pixels() -> None:
        bare.backbone(pixels).mean((2, 3)).sum().backward()
        for tensor in (pixels, *bare.backbone.parameters()):
            tensor.grad = None

    parts = {
        "bare": bare,
        "sampling, reading and augmenting the images": images,
        "X = g(V), forward and backward": lambda: model.x_images(visible).backward(direction),
        "the gradient down to the pixels of X": to_pixels,
        "losses, forward and backward": lambda: losses(leaves, labels, config)["loss"].backward(),
        "Adam": optimizer.step,
    }
    times = in_turns(parts, rounds, warm_up=2)
    times["the gradient down to the pixels of X"] = (
        times["the gradient down to the pixels of X"] - times["bare"]
    )
    return [
        Line(
            f"– of it {name}",
            seconds(float(torch.tensor(took).median())),
            "",
            100 * ratio(took, times["bare"]),
            "%",
        )
        for name, took in times.items()
        if name != "bare"
    ]
