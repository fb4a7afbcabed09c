"""Augmentation: each step alone, and the reach of all together."""

import pytest
import torch

from xivlab.augment import ERASE_AREA, augment, flip, random_erase, shift


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def images(count=64, height=32, width=16):
    return torch.rand(count, 3, height, width, generator=generator(9))


def test_flip_mirrors_about_half_and_leaves_the_others():
    before = images()
    after = flip(before, generator())
    same = (after == before).flatten(1).all(1)
    mirrored = (after == before.flip(3)).flatten(1).all(1)
    assert (same ^ mirrored).all() and 20 < same.sum() < 44


def test_shift_moves_each_image_within_its_padding():
    before = images(8)
    padded = torch.nn.functional.pad(before, (3, 3, 3, 3))
    crops = {}
    for one, source in zip(shift(before, generator(), 3), padded, strict=True):
        found = [
            (y, x) for y in range(7) for x in range(7) if torch.equal(source[:, y : y + 32, x : x + 16], one)
        ]
        assert len(found) == 1
        crops[found[0]] = True
    assert len(crops) > 1


def test_no_padding_moves_nothing():
    assert torch.equal(shift(images(), generator(), 0), images())


def test_erasing_replaces_one_rectangle_by_the_mean_colour():
    before = images()
    after = random_erase(before, generator(), 1.0)
    for one, other in zip(before, after, strict=True):
        erased = (one != other).all(0)
        ys, xs = erased.nonzero(as_tuple=True)
        assert erased[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].all()
        # One pixel of slack on each side: the rectangle's borders are not whole numbers.
        assert erased.sum() <= (ERASE_AREA[1] * 32 * 16) ** 0.5 * 70
        torch.testing.assert_close(other[:, ys[0], xs[0]], one.mean((1, 2)))


@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
def test_erasing_hits_the_share_asked_for(probability):
    touched = (random_erase(images(200), generator(), probability) != images(200)).flatten(1).any(1)
    assert touched.float().mean().item() == pytest.approx(probability, abs=0.12)


def test_augment_keeps_shape_and_range_and_repeats_with_its_seed():
    once = augment(images(), generator(1), pad=4, erase=0.5)
    assert once.shape == images().shape and once.min() >= 0 and once.max() <= 1
    assert torch.equal(once, augment(images(), generator(1), pad=4, erase=0.5))
    assert not torch.equal(once, augment(images(), generator(2), pad=4, erase=0.5))


@pytest.mark.parametrize("ranks", [2, 4])
def test_shares_of_a_batch_are_augmented_as_the_whole(ranks):
    """However many processes share a batch, each image meets the same luck."""
    before, whole = images(), augment(images(), generator(1), pad=4, erase=0.5)
    parts = [
        augment(part, generator(1), pad=4, erase=0.5, share=(rank, ranks))
        for rank, part in enumerate(before.chunk(ranks))
    ]
    assert torch.equal(torch.cat(parts), whole)
