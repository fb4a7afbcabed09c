"""A configuration made into networks on a device."""

from dataclasses import replace
from threading import Lock

import torch
from torch import nn

from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.model import FeatureLearner, SpecialCase, XGenerator, XIVNet
from xivlab.runs import Run

# The random numbers of PyTorch are the whole process's: two threads that build at once would share them out.
_RANDOM = Lock()


def pick_device() -> torch.device:
    """CUDA if there is one, else MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def build_model(config: Config, classes: int) -> XIVNet:
    """The untrained networks of a configuration, the same for the same seed, on the CPU.

    Args:
        config: settings.
        classes: C, the number of training people.

    Raises:
        XivlabError: the backbone's weights cannot be had.
    """
    with _RANDOM, torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        learner = FeatureLearner(config.backbone, classes, config.weights, config.last_stride, config.neck)
        generator: nn.Module | None = None
        if config.method != "baseline":
            learned = config.x == "x"
            generator = XGenerator(config.x_init_seed) if learned else SpecialCase(config.x)
    return XIVNet(learner, generator, config.x_input)


def to_device(model: XIVNet, device: torch.device) -> XIVNet:
    """Move a model to a device, channels last, which convolutions prefer."""
    return model.to(device, memory_format=torch.channels_last)


def load_model(run: Run) -> XIVNet:
    """The best model of a run, in evaluation mode, on the device `pick_device` finds.

    Raises:
        XivlabError: the run folder cannot be read.
    """
    classifier = run.weights().get("learner.classifier.weight", ())
    model = build_model(replace(run.config(), weights=None), len(classifier))
    fill(model, run)
    return to_device(model, pick_device()).eval()


def fill(model: nn.Module, run: Run) -> None:
    """Give a model the weights of the best one of a run.

    Raises:
        XivlabError: they cannot be read, or are of another network.
    """
    try:
        model.load_state_dict(run.weights())
    except RuntimeError as error:
        raise XivlabError(
            f"{run.folder}/model.safetensors is of another network: train the run again."
        ) from error
