"""One step at the paper's size: both backbones, in every precision."""

from functools import cache

import pytest
import torch
from toy import dataset

from xivlab.config import preset
from xivlab.train import Training

pytestmark = pytest.mark.gpu

ROOM = 24e9  # bytes; on a smaller GPU DenseNet-121 in single precision sees a quarter of the paper's batch
MOST_STEPS = 20  # until the scaler has found a scale at which no gradient overflows: it halves it each time


@cache
def steps(backbone, precision, device, count=1):
    """The log of some steps, the precision's state, and whether each part has moved and is on the device."""
    changes = {"weights": None, "precision": precision, "backbone": backbone}
    if device.type == "cpu":
        changes |= {"height": 64, "width": 32, "people_per_batch": 2, "images_per_person": 2}
    elif torch.cuda.mem_get_info(device)[1] < ROOM:
        changes["people_per_batch"] = 3
    config = preset("paper-sysu", **changes)
    training = Training(config, dataset((config.height, config.width)))
    named = dict(training.model.module.named_parameters())
    before = {name: one.detach().clone() for name, one in named.items()}
    moved = False
    while len(training.log) < count or (precision == "16" and not moved and len(training.log) < MOST_STEPS):
        training.learn()
        moved = any(not torch.equal(one, before[name]) for name, one in named.items())
    finite = all(bool(torch.isfinite(one).all()) for one in named.values())
    where = {one.device.type for one in named.values()}
    return training.log, training.fabric.strategy.precision.state_dict(), moved, finite, where


@pytest.mark.parametrize("precision", ["32", "bf16", "16"])
@pytest.mark.parametrize("backbone", ["resnet50", "densenet121"])
def test_a_step_of_the_papers_size(backbone, precision, device):
    """The first loss is that of single precision to 5 %: weights and batch are the same, and the digits are not.

    The four images with which the CPU tries this are too few for that: their statistics wander more.
    """
    if precision == "16" and device.type == "cpu":
        pytest.skip("fp16 is for a GPU.")
    log, scaler, moved, finite, where = steps(backbone, precision, device)
    assert where == {device.type} and moved and finite
    (single, *_), *_ = steps(backbone, "32", device)
    for term in ("loss", "loss_infrared", "loss_visible"):
        assert log[0][term] == pytest.approx(single[term], rel=0.05 if device.type == "cuda" else 0.2)
    assert ("scale" in scaler) == (precision == "16")
