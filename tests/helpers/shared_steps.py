"""What two processes find out together: `python tests/helpers/shared_steps.py OUT`, each writes OUT/RANK.pt."""

import sys
from pathlib import Path

import torch
from tiny import tiny
from toy import dataset

import xivlab.train
from xivlab.errors import XivlabError
from xivlab.methods import losses
from xivlab.runs import devices as distributed
from xivlab.train import Training

SHORT = {"epochs": 1, "steps_per_epoch": 3, "decay_epochs": ()}  # so that three steps are all phases
CASES = {
    "baseline": {"method": "baseline"},
    "full, hard": {"cross": "hard"},
    "full, centre": {"cross": "centre", "label_smoothing": 0.1},
    "tone": {"method": "tone"},  # drawn pairs and dropout
    "cmgan": {"method": "cmgan"},  # drawn triplets, a second network
    "mmn": {"method": "mmn"},  # middle images of both sides, their projection
    "deen": {"method": "deen"},  # three rows of an image
    "ddag": {
        "method": "ddag",
        "epochs": 3,
        "steps_per_epoch": 1,
        "height": 64,
    },  # a graph of the batch, and dropout
    "aligngan-small": {"method": "aligngan-small"} | SHORT,  # players, both phases, images of other people
    "d2rl-style": {"method": "d2rl-style"} | SHORT,  # players, drawn latent numbers
    "full, no neck": {"neck": False, "x_input": "normalized", "train_on": "train+val"},
}


def three_steps(devices, changes):
    """The log, the first gradient of each weight, and weights and statistics after the last step."""
    config = tiny(**changes)
    training = Training(config, dataset(), distributed.processes(config, devices))
    gradients = {}
    for _ in range(3):
        training.learn()
        for name, p in training.model.module.named_parameters():
            if name not in gradients and p.grad is not None and p.grad.any():
                gradients[name] = p.grad.clone()
    named = training.model.module.named_parameters()
    assert gradients.keys() == {name for name, p in named if p.requires_grad}
    log = [
        {name: value for name, value in row.items() if name != "images_per_second"} for row in training.log
    ]
    return {"log": log, "gradients": gradients, "state": training.model.state_dict()}


def in_double_precision(devices):
    """`three_steps` of every case. In single precision a rounding error would grow from step to step."""
    single = distributed.PRECISION["32"]
    distributed.PRECISION["32"] = "64-true"
    torch.set_default_dtype(torch.float64)
    try:
        return {name: three_steps(devices, changes) for name, changes in CASES.items()}
    finally:
        distributed.PRECISION["32"] = single
        torch.set_default_dtype(torch.float32)


def what_goes_wrong(devices):
    """The sentences of errors that only one process, or each of them, meets; and what one process knows."""

    def full_disk():
        raise XivlabError("The disk is full.")

    def broken(*arguments):
        return {name: term * float("nan") for name, term in losses(*arguments).items()}

    said = []
    fabric = distributed.processes(tiny(), devices)
    training = Training(tiny(), dataset(), fabric)
    xivlab.train.losses = broken
    for act in (lambda: distributed.first_alone(fabric, full_disk), training.learn):
        try:
            act()
        except XivlabError as error:
            said.append(str(error))
    xivlab.train.losses = losses
    try:
        distributed.processes(tiny(), 1)
    except XivlabError as error:
        said.append(str(error))
    last = fabric.global_rank == fabric.world_size - 1
    knows = [distributed.any_process(fabric, here) for here in (last, False)]
    return {"said": said, "knows": knows, "first": distributed.is_first()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    found = in_double_precision(2) | what_goes_wrong(2)
    torch.save(found, Path(sys.argv[1]) / f"{torch.distributed.get_rank()}.pt")
