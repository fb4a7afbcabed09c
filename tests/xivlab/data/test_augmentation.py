"""Augmentation: what each step does, and the reach of all together."""

import pytest
import torch

from xivlab.data.augmentation import ERASE_AREA, augment


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def images(count=64, height=32, width=16):
    return torch.rand(count, 3, height, width, generator=generator(9))


def test_about_half_are_mirrored_and_the_others_left():
    """Without padding nothing moves."""
    before = images()
    after = augment(before, generator(), pad=0, erase=0)
    same = (after == before).flatten(1).all(1)
    mirrored = (after == before.flip(3)).flatten(1).all(1)
    assert (same ^ mirrored).all() and 20 < same.sum() < 44


def test_each_image_moves_within_its_padding():
    before = images(8)
    mirrored = augment(before, generator(), pad=0, erase=0)  # the same luck: moves are drawn after it
    padded = torch.nn.functional.pad(mirrored, (3, 3, 3, 3))
    crops = {}
    for one, source in zip(augment(before, generator(), pad=3, erase=0), padded, strict=True):
        found = [
            (y, x) for y in range(7) for x in range(7) if torch.equal(source[:, y : y + 32, x : x + 16], one)
        ]
        assert len(found) == 1
        crops[found[0]] = True
    assert len(crops) > 1


def test_an_image_shifted_out_of_sight_is_black():
    """A padding larger than the image is a poor setting, but no crash."""
    shifted = augment(images(64, 4, 4), generator(), pad=6, erase=0)
    black = (shifted == 0).flatten(1).all(1)
    assert 0 < black.sum() < 64


def erased(count, probability):
    """Images before and after the erasing alone: mirrored alike, for that is drawn first."""
    return (augment(images(count), generator(), pad=0, erase=erase) for erase in (0.0, probability))


def test_erasing_replaces_one_rectangle_by_the_mean_colour():
    for one, other in zip(*erased(64, 1.0), strict=True):
        gone = (one != other).all(0)
        ys, xs = gone.nonzero(as_tuple=True)
        assert gone[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].all()
        # One pixel of slack on each side: the rectangle's borders are not whole numbers.
        assert gone.sum() <= (ERASE_AREA[1] * 32 * 16) ** 0.5 * 70
        torch.testing.assert_close(other[:, ys[0], xs[0]], one.mean((1, 2)))


@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
def test_erasing_hits_the_share_asked_for(probability):
    before, after = erased(200, probability)
    touched = (before != after).flatten(1).any(1)
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


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_levels_are_augmented_as_the_floats_that_they_stand_for(layout):
    """Bit for bit, and what is given is left as it is."""
    levels = (images() * 255).byte().contiguous(memory_format=layout)
    before = levels.clone()
    augmented = augment(levels, generator(1), pad=4, erase=0.5)
    assert torch.equal(augmented, augment(levels.float().div_(255), generator(1), pad=4, erase=0.5))
    assert augmented.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(levels, before)


def test_the_seed_decides_the_same_as_ever():
    """Runs of earlier versions were augmented so: a flip, a shift and a rectangle written as masks over all pixels."""
    before, random = images(16), generator(3)
    mirrored = torch.rand((16, 1, 1, 1), generator=random) < 0.5
    expected = torch.where(mirrored, before.flip(3), before)
    corner = torch.randint(0, 9, (2, 16), generator=random).T.tolist()
    padded = torch.nn.functional.pad(expected, (4, 4, 4, 4))
    expected = torch.stack([one[:, y : y + 32, x : x + 16] for one, (y, x) in zip(padded, corner)])
    chosen, area, aspect, top, left = torch.rand(5, 16, 1, 1, 1, generator=random)
    area = (0.02 + 0.38 * area) * 32 * 16
    aspect = torch.exp((2 * aspect - 1) * torch.log(torch.tensor(1 / 0.3)))
    tall, wide = (area * aspect).sqrt().clamp(1, 32), (area / aspect).sqrt().clamp(1, 16)
    top, left = top * (32 - tall), left * (16 - wide)
    y, x = torch.arange(32).view(1, 1, -1, 1), torch.arange(16).view(1, 1, 1, -1)
    inside = (y >= top) & (y < top + tall) & (x >= left) & (x < left + wide)
    expected = torch.where((chosen < 0.5) & inside, expected.mean((2, 3), keepdim=True), expected)
    torch.testing.assert_close(augment(before, generator(3), pad=4, erase=0.5), expected)
