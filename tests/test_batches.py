"""Images in memory and identity-aligned batches."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from toy import split

from xivlab.data.batches import IdentityBatches
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


def batches(people=10, p=4, k=3, seed=0, drop=()):
    data = split(people, 100, 0)
    keep = np.array([(q, m) not in drop for q, m in zip(data.person, data.modality, strict=True)])
    person, modality = data.person[keep], data.modality[keep]
    return IdentityBatches(person, modality, p, k, seed), person, modality


def test_rows_are_aligned_and_of_the_right_modality():
    it, person, modality = batches()
    for step in range(20):
        batch = it[step]
        assert (person[batch.infrared] == person[batch.visible]).all()
        assert (modality[batch.infrared] == 1).all() and (modality[batch.visible] == 0).all()
        assert (np.array(it.people)[batch.labels] == person[batch.visible]).all()
        people, counts = np.unique(batch.labels, return_counts=True)
        assert len(people) == 4 and (counts == 3).all()


def test_classes_follow_the_sorted_people_whatever_the_order_of_the_images():
    it, person, modality = batches()
    order = np.random.default_rng(0).permutation(len(person))
    assert IdentityBatches(person[order], modality[order], 4, 3, 0).people == it.people == sorted(it.people)


def test_a_batch_is_a_function_of_seed_and_step():
    first, again, other = batches()[0], batches()[0], batches(seed=1)[0]
    late = again[7]  # asked for without those before it
    for step in range(8):
        batch = first[step]
    assert all((getattr(batch, f) == getattr(late, f)).all() for f in vars(batch))
    assert any((first[s].visible != other[s].visible).any() for s in range(3))


def test_a_round_shows_everybody_before_anyone_again():
    it, *_ = batches(people=10, p=5)
    for round_number in range(3):
        seen = [c for step in (0, 1) for c in np.unique(it[2 * round_number + step].labels)]
        assert sorted(seen) == list(range(10))


def test_images_are_drawn_without_replacement_if_there_are_enough():
    it, *_ = batches(k=4)  # four infrared and eight visible images each
    for step in range(10):
        batch = it[step]
        assert len(set(batch.infrared)) == 16 and len(set(batch.visible)) == 16


def test_a_person_with_fewer_images_than_k_is_repeated():
    it, *_ = batches(k=6)
    assert len(it[0].infrared) == 24 and len(set(it[0].infrared)) <= 16


def test_people_of_one_modality_only_are_left_out():
    it, *_ = batches(drop={(103, 0), (105, 1)})
    assert it.people == [100, 101, 102, 104, 106, 107, 108, 109]


def test_shares_follow_one_another():
    """As many people for each process, all their images of both modalities."""
    it, *_ = batches()
    batch, parts = it[3], [it[3].share(rank, 2) for rank in (0, 1)]
    for name, rows in vars(batch).items():
        assert (np.concatenate([getattr(part, name) for part in parts]) == rows).all()
    assert [len(set(part.labels)) for part in parts] == [2, 2]
    assert all((vars(batch.share(0, 1))[name] == rows).all() for name, rows in vars(batch).items())


def test_too_few_people_is_one_clear_sentence():
    with pytest.raises(XivlabError, match="needs 11 people .* has 10"):
        batches(p=11)
