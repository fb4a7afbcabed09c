"""Weights of a run: its best model loaded, and those of a model written."""

from dataclasses import replace
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

from xivlab.files import reading
from xivlab.methods import build_model
from xivlab.model import Networks
from xivlab.runs.devices import pick_device, to_device
from xivlab.runs.run import AGAIN, Run


def save_weights(model: torch.nn.Module, path: Path) -> None:
    """Write the state of a model as safetensors."""
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    # Not save_file, which makes a file that nobody but its owner can read.
    path.write_bytes(safetensors.torch.save(state))


def load_model(run: Run) -> Networks:
    """The model of a run that counts, in evaluation mode, on the device `pick_device` finds.

    Raises:
        XivlabError: the run folder cannot be read.
    """
    # Every classifier of a method has a row for each training person.
    classifier = next((w for name, w in run.weights().items() if name.endswith("classifier.weight")), ())
    model = build_model(replace(run.config(), weights=None), len(classifier))
    fill(model, run)
    return to_device(model, pick_device()).eval()


def fill(model: nn.Module, run: Run) -> None:
    """Give a model the weights of the best one of a run.

    Raises:
        XivlabError: they cannot be read, or are of another network.
    """
    weights = run.weights()
    with reading(run.folder / "model.safetensors", AGAIN, "is of another network"):
        model.load_state_dict(weights)
