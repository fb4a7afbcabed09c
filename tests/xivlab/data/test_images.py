"""The images of a split: resized, read when asked for, held where there is room."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from toy import split

from xivlab.data.images import Images, resize
from xivlab.errors import XivlabError


def test_resize_is_the_mean_of_the_area():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 4, 3), dtype=np.uint8)
    small = resize(pixels, 4, 2)
    expected = pixels.reshape(3, 4, 2, 2, 2, 3).mean((2, 4))
    assert small.dtype == np.uint8
    np.testing.assert_allclose(small, expected, atol=0.5)


def test_resize_to_the_same_size_keeps_every_value_and_chunks_do_not_matter():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 8, 4, 3), dtype=np.uint8)
    assert (resize(pixels, 8, 4, chunk=2) == pixels).all()
    assert (resize(pixels, 4, 4, chunk=2) == resize(pixels, 4, 4)).all()


def test_images_of_a_memory_mapped_split(tmp_path):
    data = split(3, 10, 0)
    np.save(tmp_path / "pixels.npy", data.pixels)
    data = replace(data, pixels=np.load(tmp_path / "pixels.npy", mmap_mode="r"))
    images = Images.of(data, 16, 8)
    batch = images.batch(np.array([4, 0]), torch.device("cpu"))
    expected = data.pixels[[4, 0]].transpose(0, 3, 1, 2).astype(np.float32) / 255
    np.testing.assert_allclose(batch.numpy(), expected)
    assert (images.modality[images.rows("infrared")] == 1).all()
    assert len(images.rows("visible")) + len(images.rows("infrared")) == len(data.pixels)
    assert np.shares_memory(images.pixels, data.pixels)  # not read into memory
    assert batch.is_contiguous(memory_format=torch.channels_last)
    assert str(images) == "36 of 16 x 8 (0.0 MB), memory-mapped from disk"
    assert str(Images.of(data, 8, 4)) == "36 of 8 x 4 (0.0 MB), resized in memory"


def test_images_of_a_split_in_memory_are_not_copied():
    data = split(3, 10, 0)
    images = Images.of(data, 16, 8)
    assert images.pixels is data.pixels
    assert str(images) == "36 of 16 x 8 (0.0 MB), in memory"


@pytest.mark.parametrize(
    ("free", "place"), [(55_297, "copied to cuda:0 (0.0 MB of 0.1 MB free)"), (55_296, "in memory")]
)
def test_a_gpu_with_room_for_four_times_the_images_holds_them(free, place, monkeypatch):
    """36 images of 384 bytes."""
    images = Images.of(split(3, 10, 0), 16, 8)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (free, 2 * free))
    monkeypatch.setattr(torch, "tensor", lambda pixels, device: torch.from_numpy(pixels))
    assert images.held_on(torch.device("cpu")) is images
    held = images.held_on(torch.device("cuda", 0))
    assert isinstance(held.pixels, torch.Tensor) == place.startswith("copied") and held.place == place
    rows = np.array([4, 0])
    assert torch.equal(*(i.batch(rows, torch.device("cpu")) for i in (images, held)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pixels": np.zeros((0, 16, 8, 3), np.uint8)}, "no images"),
        ({"pixels": np.zeros((36, 16, 8, 3), np.float32)}, "uint8"),
        ({"pixels": np.zeros((36, 16, 8), np.uint8)}, "uint8"),
        ({"camera": np.zeros(3, int)}, "one person, one camera"),
    ],
)
def test_a_split_of_another_layout_is_refused(change, sentence):
    data = split(3, 10, 0)
    vars(data).update(change)
    with pytest.raises(XivlabError, match=sentence):
        Images.of(data, 16, 8)


def test_large_images_are_resized_a_few_at_a_time(monkeypatch):
    """As floats they take four times their bytes, and more."""
    pixels = np.random.default_rng(0).integers(0, 256, (7, 8, 4, 3), np.uint8)
    whole = resize(pixels, 6, 3)
    monkeypatch.setattr("xivlab.data.images.CHUNK_PIXELS", 70)
    sizes = []
    interpolate = torch.nn.functional.interpolate
    monkeypatch.setattr(
        "xivlab.data.images.F.interpolate",
        lambda part, *a, **k: sizes.append(len(part)) or interpolate(part, *a, **k),
    )
    np.testing.assert_array_equal(resize(pixels, 6, 3), whole)
    assert sizes == [2, 2, 2, 1]
