"""Pre-training of a small backbone on visible images of other people: the demo's stand-in for ImageNet.

    python -m data_prep.people.pretrain FOLDER OUT --backbone slim

FOLDER is a packed data set, of which the visible images of all splits are used; OUT is the
safetensors file to write. The shipped `assets/*_visible.safetensors` were made like this.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm.auto import trange

from xivlab.backbones import SLIM
from xivlab.data.augmentation import augment
from xivlab.data.datasets import DataSet, load
from xivlab.data.images import resize
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.loss import modality_loss
from xivlab.model import MEAN, STD, FeatureLearner, gray
from xivlab.runs.devices import pick_device
from xivlab.runs.weights import save_weights

HEIGHT, WIDTH = 64, 32
PEOPLE, IMAGES_PER_PERSON = 16, 4
LEARNING_RATE, WEIGHT_DECAY, MARGIN = 1e-3, 5e-4, 0.3
# Colour must help, but not be all that is learnt: infrared has none.
JITTER, GRAY_SHARE = 0.4, 0.5


def pretrain(
    pixels: NDArray[np.uint8],
    person: NDArray[np.integer],
    steps: int = 3000,
    seed: int = 0,
    backbone: str = "slim",
    gray_share: float = GRAY_SHARE,
) -> torch.nn.Module:
    """Train a backbone to tell people apart by identity classification and batch-hard triplets.

    Args:
        pixels: (N, H, W, 3) uint8, visible images.
        person: (N,) integer.
        steps: batches of 16 people x 4 images.
        seed: of weights, batches and augmentation.
        backbone: its name.
        gray_share: of the images that are turned gray, in [0, 1].

    Returns:
        the backbone, in evaluation mode, on the CPU.

    Raises:
        XivlabError: there are fewer than 16 people.
    """
    people, labels = np.unique(person, return_inverse=True)
    if len(people) < PEOPLE:
        raise XivlabError(f"Pre-training needs {PEOPLE} people, and there are {len(people)}.")
    rows = [np.flatnonzero(labels == label) for label in range(len(people))]
    images = resize(pixels, HEIGHT, WIDTH)
    rng, device = np.random.default_rng(seed), pick_device()
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        learner = FeatureLearner(backbone, len(people), None)
    learner = learner.to(device, memory_format=torch.channels_last).train()
    optimizer = torch.optim.Adam(
        (p for p in learner.parameters() if p.requires_grad), weight_decay=WEIGHT_DECAY
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, steps)
    mean, std = (torch.tensor(s, device=device).view(3, 1, 1) for s in (MEAN, STD))
    for _ in (bar := trange(steps, desc=backbone, unit="step")):
        chosen = rng.choice(len(people), PEOPLE, replace=False)
        batch = np.concatenate([rng.choice(rows[c], IMAGES_PER_PERSON) for c in chosen])
        target = torch.from_numpy(labels[batch]).to(device)
        visible = torch.from_numpy(images[batch]).to(device).permute(0, 3, 1, 2).float() / 255
        visible = vary_colour(augment(visible, generator, pad=4, erase=0.0), generator, gray_share)
        output = learner((visible - mean) / std)
        loss = modality_loss(output.before_bn, output.logits, target, MARGIN)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        accuracy = (output.logits.argmax(1) == target).float().mean()
        bar.set_postfix(loss=f"{loss.item():.2f}", right=f"{accuracy.item():.0%}", refresh=False)
    return learner.backbone.cpu().eval()


def vary_colour(visible: Tensor, generator: torch.Generator, gray_share: float = GRAY_SHARE) -> Tensor:
    """Vary brightness and contrast of (B, 3, H, W) images in [0, 1], and turn a share of them gray."""
    draw = torch.rand((3, len(visible), 1, 1, 1), generator=generator).to(visible.device)
    brightness, contrast = 1 + JITTER * (2 * draw[:2] - 1)
    centre = visible.mean((1, 2, 3), keepdim=True)
    varied = ((visible - centre) * contrast + centre * brightness).clamp(0, 1)
    return torch.where(draw[2] < gray_share, gray(varied), varied)


def visible_images(data: DataSet) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pixels (N, H, W, 3) and person (N,) of the visible images of all splits, in memory."""
    splits = [split.select(split.modality == 0) for split in (data.train, data.val, data.test)]
    pixels = np.concatenate([split.pixels for split in splits])
    return pixels, np.concatenate([split.person for split in splits])


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        "python -m data_prep.people.pretrain", description="Pre-train a small backbone."
    )
    parser.add_argument("folder", type=Path, help="packed data set; its visible images are used")
    parser.add_argument("out", type=Path, help="safetensors file to write")
    parser.add_argument("--steps", type=int, default=3000, help="batches of 64 images")
    parser.add_argument("--backbone", choices=SLIM, default="slim")
    parser.add_argument("--gray", type=float, default=GRAY_SHARE, help="share of the images turned gray")
    arguments = parser.parse_args(args)
    try:
        pixels, person = visible_images(load(arguments.folder))
        backbone = pretrain(
            pixels, person, arguments.steps, backbone=arguments.backbone, gray_share=arguments.gray
        )
        # Half the bytes; read back as single precision, the features change in the fourth digit.
        write_atomically(arguments.out, lambda path: save_weights(backbone.half(), path))
    except XivlabError as error:
        sys.exit(f"xivlab: {error}")


if __name__ == "__main__":
    main()
