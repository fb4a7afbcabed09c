"""This machine and this kit in a line: scale, device, versions."""

import platform

import torch

from xivlab import __version__
from xivlab.runs.devices import pick_device
from xivlab.scale import current


def banner() -> str:
    """One line for the top of a notebook: scale, device, versions.

    From here on the notebook's own small sums take one thread, as do all small networks (`xivlab.resources`): beside
    other programs two threads wait for each other, and a minute becomes half an hour.
    """
    torch.set_num_threads(1)
    scale, device = current(), pick_device()
    return (
        f"XIV-Lab {__version__}, {scale.name} scale (a training takes {scale.training}), "
        f"on {describe(device)}, PyTorch {torch.__version__}, Python {platform.python_version()}"
    )


def describe(device: torch.device) -> str:
    """A device in words: "NVIDIA A100 (cuda)", "mps", "cpu (2 threads)"."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} (cuda)"
    threads = torch.get_num_threads()
    return f"cpu ({threads} thread{'s' * (threads > 1)})" if device.type == "cpu" else device.type
