"""Row 3: augmented batches from the packed set against Pillow and a DataLoader with two workers."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from benchmarks.harness import Line, in_turns, ratio, seconds
from data_prep.export import export
from xivlab.data.augmentation import augment
from xivlab.data.batches import IdentityBatches
from xivlab.data.datasets import load
from xivlab.data.images import Images

PEOPLE, SHOTS, WORKERS = 12, 6, 2  # 72 images of each modality
PAD, ERASE = 4, 0.5
STEPS, ROUNDS = 6, 5  # batches of a round: enough that the workers' start-up does not count
GOALS = {(64, 32): 20, (128, 64): 10}  # the baseline hardly grows with the image, the kit does


class Files(Dataset):
    """What the field's code does with one image: open, resize, pad and crop, flip, erase."""

    def __init__(self, paths: list[Path], size: tuple[int, int]) -> None:
        self.paths, (height, width) = paths, size
        self.transform = transforms.Compose(
            [
                transforms.Resize((height, width)),
                transforms.Pad(PAD),
                transforms.RandomCrop((height, width)),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.RandomErasing(ERASE),
            ]
        )

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, row: int) -> torch.Tensor:
        with Image.open(self.paths[row]) as image:
            return self.transform(image.convert("RGB"))


class Rows:
    """The same rows for either side: infrared and visible ones of a batch together.

    Args:
        batches: which rows.
        steps: how many batches an epoch has.
    """

    def __init__(self, batches: IdentityBatches, steps: int) -> None:
        self.batches, self.steps = batches, steps

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self.steps):
            batch = self.batches[step]
            yield np.concatenate([batch.infrared, batch.visible]).tolist()


def lines(small: bool = False) -> list[Line]:
    """The folder tree of the baseline is that of `xivlab export`, in a temporary folder."""
    data = load("synthetic-sysu")
    split = data.train
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        export("synthetic-sysu", "sysu-mm01", tree)
        paths = [tree / path for path in split.path]
        return [_line(split, paths, size, small) for size in list(GOALS)[: 1 if small else None]]


def _line(split, paths: list[Path], size: tuple[int, int], small: bool) -> Line:
    people, shots, steps, rounds = (2, 2, 2, 1) if small else (PEOPLE, SHOTS, STEPS, ROUNDS)
    images = Images.of(split, *size)
    batches = IdentityBatches(images.person, images.modality, people, shots, seed=0)
    loader = DataLoader(
        Files(paths, size),
        batch_sampler=Rows(batches, steps),
        num_workers=WORKERS,
        persistent_workers=True,
    )
    cpu, generator = torch.device("cpu"), torch.Generator().manual_seed(0)

    def ours() -> None:
        for step in range(steps):
            batch = batches[step]
            for rows in (batch.infrared, batch.visible):
                augment(images.levels(rows, cpu), generator, PAD, ERASE)

    def theirs() -> None:
        for _ in loader:
            pass

    times = in_turns({"ours": ours, "theirs": theirs}, rounds)
    return Line(
        f"{2 * people * shots} augmented images, {size[0]} x {size[1]}: speed over files",
        seconds(float(np.median(times["ours"])) / steps),
        f"Pillow, {WORKERS} workers: {seconds(float(np.median(times['theirs'])) / steps)}",
        ratio(times["theirs"], times["ours"]),
        goal=GOALS[size],
        at_least=True,
    )
