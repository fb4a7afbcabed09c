"""What a training leaves on disk and lives on: run folders, devices, progress."""

from xivlab.runs.devices import pick_device, to_device
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model

__all__ = ["Run", "load_model", "pick_device", "to_device"]
