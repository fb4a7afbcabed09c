"""Anatomy: what a method is made of, read off its networks and not written by hand."""

import inspect
from dataclasses import dataclass

import torch
from torch import nn

from xivlab.config import Config
from xivlab.methods import METHODS, build_model
from xivlab.methods.step import Step
from xivlab.model import Networks

STAGES = ("stem", "1", "2", "3", "4")  # of the backbones
PEOPLE, EACH = 2, 4  # of the batch that shows what the losses see


@dataclass(frozen=True)
class Anatomy:
    """A method on one backbone.

    Attributes:
        title: of the method.
        blocks: what the losses see, in the order of the training pass: modalities and what is made of them.
        channels: of the images that the first convolution takes.
        private: stages that each modality has for itself.
        shared: stages that all pass, behind those.
        head: what follows them, in a sentence.
        beside: further networks and what each has learnt of its own, by name: number of weights.
        terms: of the loss, without the word "loss".
        faces: by modality, what an image is embedded as at test time.
        weights: that are trained, all of them.
        alone: those of them in private stages, both modalities together.
    """

    title: str
    blocks: tuple[str, ...]
    channels: int
    private: tuple[str, ...]
    shared: tuple[str, ...]
    head: str
    beside: dict[str, int]
    terms: tuple[str, ...]
    faces: dict[str, tuple[str, ...]]
    weights: int
    alone: int


def anatomy(config: Config, classes: int = 10) -> Anatomy:
    """The parts of a configuration's networks.

    Args:
        config: method, backbone, and what else its networks hang on.
        classes: C, the number of training people.

    Raises:
        XivlabError: as `build_model`.
    """
    method = METHODS[config.method]
    model = build_model(config, classes)
    learner = model.learner
    doors = getattr(learner, "doors", {})
    private = len(next(iter(doors.values()))) if doors else 0
    head = getattr(learner, "head", learner)
    first = next(module for module in learner.modules() if isinstance(module, nn.Conv2d))
    return Anatomy(
        title=method.title,
        blocks=tuple(_outputs(model, config)),
        channels=first.in_channels,
        private=STAGES[:private],
        shared=STAGES[private:],
        head=(inspect.getdoc(type(head)) or "").split("\n")[0].rstrip("."),
        beside={
            name: _trained(part)
            for name, part in model.named_children()
            if part is not learner and _trained(part)
        },
        terms=tuple(term.removeprefix("loss_") for term in method.terms),
        faces={modality: tuple(faces) for modality, faces in method.faces.items()},
        weights=_trained(model),
        alone=sum(_trained(door) for door in doors.values()) if doors else 0,
    )


def _trained(part: nn.Module) -> int:
    return sum(numbers.numel() for numbers in part.parameters() if numbers.requires_grad)


@torch.no_grad()
def _outputs(model: Networks, config: Config) -> list[str]:
    """Names of the blocks of one training pass on gray images."""
    size = (PEOPLE * EACH, 3, config.height, config.width)
    infrared, visible = torch.full(size, 0.4), torch.full(size, 0.6)
    people = torch.arange(PEOPLE).repeat_interleave(EACH)
    model.train()
    return list(model(infrared, visible, Step(seed=config.seed, people=people)))
