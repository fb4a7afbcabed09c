"""One step at the paper's size on the CPU: it fits, and every weight learns. Minutes and gigabytes: one by one."""

import resource
import time

import numpy as np
import pytest
import torch
from toy import data_set_of, split

from xivlab.config import preset
from xivlab.train import Training

pytestmark = pytest.mark.slow
GIGABYTE = 1 << 20  # in the KB of which Linux counts the most memory a process had


# In full precision DenseNet-121 keeps 21 GB for the way back; as on a GPU, it takes half of that here.
@pytest.mark.parametrize(("backbone", "precision"), [("resnet50", "32"), ("densenet121", "bf16")])
def test_one_step_of_the_paper(backbone, precision, record_property):
    """12 people, 4 images of each, three modalities: 144 images of 256 x 128 or 224 x 224."""
    config = preset("paper-sysu", backbone=backbone, weights=None, precision=precision)
    size = (config.height, config.width)
    train, val = split(12, 0, 0, size=size), split(1, 50, 0, shots=1, size=size)
    training = Training(config, data_set_of("one batch", "0" * 64, train, val, val))
    start = time.perf_counter()
    training.learn()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIGABYTE
    print(f"{backbone}: {seconds:.0f} s, {peak:.1f} GB at most")
    record_property("seconds", seconds)
    record_property("gigabytes", peak)

    (row,) = training.log
    assert config.per_modality == 48 and training.images.pixels.shape[1:3] == size
    assert np.isfinite(list(row.values())).all()
    for name, weight in training.model.module.named_parameters():
        if weight.requires_grad:
            assert torch.isfinite(weight.grad).all() and weight.grad.abs().max() > 0, name
    assert peak < 16
