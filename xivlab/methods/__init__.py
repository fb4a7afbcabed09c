"""METHODS: networks and losses put together, one module a paper, one row a method.

A module has `METHODS`, its rows by the name that the setting `method` gives them (`xivlab.methods.method` says
what a row holds). To add a method, write its module, and name it in `MODULES` below.
"""

from importlib import import_module
from threading import Lock

import torch
from torch import Tensor

from xivlab.methods.method import Method, Settings
from xivlab.methods.step import Step
from xivlab.model import Networks, Output

# Table 1 of XIV-ReID in the order of its ideas, between the kit's own and what the field did beside it and next.
MODULES = (
    "xiv",
    "one_stream",
    "two_stream",
    "zero_padding",
    "tone",
    "hcml",
    "bdtr",
    "dhsme_style",
    "cmgan",
    "d2rl_style",
    "msr_style",
    "aligngan_small",
    "hat",
    "ddag",
    "hctri",
    "agw",
    "caj",
    "mpanet",
    "mmn",
    "deen",
    "controls",
)
METHODS: dict[str, Method] = {
    name: row for module in MODULES for name, row in import_module(f"xivlab.methods.{module}").METHODS.items()
}
# Without the negative controls, which stand in no table of methods.
PUBLISHED = tuple(name for name, row in METHODS.items() if not row.control_of)

# The random numbers of PyTorch are the whole process's: two threads that build at once would share them out.
_RANDOM = Lock()


def build_model(config: Settings, classes: int) -> Networks:
    """The untrained networks of a configuration, the same for the same seed, on the CPU.

    Args:
        config: settings.
        classes: C, the number of training people.

    Raises:
        XivlabError: the backbone's weights cannot be had.
    """
    with _RANDOM, torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return METHODS[config.method].build(config, classes)


def losses(
    outputs: dict[str, Output], labels: Tensor, config: Settings, step: Step | None = None
) -> dict[str, Tensor]:
    """All loss terms of a batch by the method of a configuration; "loss" is the one to minimise.

    Args:
        outputs: of the networks' forward pass, M rows per modality.
        labels: (M,), int64.
        config: method, and what its losses are set by.
        step: what else they may ask for; the first of a training if not given.
    """
    return METHODS[config.method].losses(outputs, labels, config, step or Step(seed=config.seed))
