"""Images held on the GPU are those in memory, byte for byte."""

import numpy as np
import pytest
import torch
from toy import dataset

from xivlab.data.images import Images

pytestmark = pytest.mark.gpu


@pytest.fixture
def images():
    return Images.of(dataset().train, 16, 8)


def test_batches_of_held_images_are_the_same(images, device):
    held = images.held_on(device)
    rows = np.array([5, 0, 5, 17])
    there, here = held.batch(rows, device), images.batch(rows, torch.device("cpu"))
    assert there.device.type == device.type and there.is_contiguous(memory_format=torch.channels_last)
    # A division by 255 may differ in the last digit between two devices; the bytes must not.
    assert torch.equal(held.levels(rows, device).cpu(), images.levels(rows, torch.device("cpu")))
    torch.testing.assert_close(there.cpu(), here, rtol=1e-6, atol=0)
    if device.type == "cuda":
        assert held.pixels.is_cuda and held.place.startswith("copied to cuda")


def test_images_stay_where_they_are_if_the_gpu_has_no_room(images, device, monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (4 * images.pixels.nbytes, 80e9))
    assert images.held_on(device) is images
