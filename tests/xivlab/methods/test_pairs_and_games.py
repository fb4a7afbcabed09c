"""TONE, BDTR and cmGAN: the values worked out by hand, and what must not matter."""

import math

import pytest
import torch
from tiny import tiny
from torch import nn

from xivlab.methods.bdtr import WEIGHT_INSIDE, top_ranking
from xivlab.methods.cmgan import GAMMA, Game, reverse, sampled_triplets, told_apart
from xivlab.methods.step import Step
from xivlab.methods.streams import Head, Learner, split_for
from xivlab.methods.tone import WEIGHT, contrastive
from xivlab.model import Output


def at(*degrees):
    """Unit vectors by their angle."""
    angle = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return torch.stack([angle.cos(), angle.sin()], 1)


def apart(distance):
    """The angle between unit vectors at a distance."""
    return math.degrees(2 * math.asin(distance / 2))


def test_contrastive_by_hand():
    visible, infrared = at(0, 0), at(apart(0.6), apart(0.3))
    found = contrastive(visible, infrared, torch.tensor([True, False]))
    assert found.item() == pytest.approx(0.1, abs=1e-6)
    assert WEIGHT * found.item() == pytest.approx(0.02, abs=1e-6)
    assert contrastive(3 * visible, infrared, torch.tensor([True, False])).item() == pytest.approx(
        0.1, abs=1e-6
    )


def test_contrastive_has_no_gradient_where_there_is_nothing_to_do():
    visible, infrared = at(0, 0).requires_grad_(), at(0, 90)
    contrastive(visible, infrared, torch.tensor([True, False])).backward()
    assert (visible.grad == 0).all()  # a match at distance 0, and an impostor beyond the margin; no NaN


@pytest.mark.parametrize(
    ("visible", "infrared", "across", "inside"),
    [((0, 90), (60, 90), 0.534074, 0.0), ((0, 90), (87, 90), 1.367248, 0.047646)],
)
def test_top_ranking_by_hand(visible, infrared, across, inside):
    labels = torch.tensor([0, 1])
    found = top_ranking(at(*visible), at(*infrared), labels)
    assert [one.item() for one in found] == pytest.approx([across, inside], abs=1e-6)
    total = (found[0] + WEIGHT_INSIDE * found[1]).item()
    assert total == pytest.approx(1.372013 if inside else 0.534074, abs=1e-6)
    swapped = top_ranking(at(*infrared), at(*visible), labels)
    torch.testing.assert_close(swapped, found)
    torch.testing.assert_close(top_ranking(5 * at(*visible), at(*infrared) / 3, labels), found)


def test_top_ranking_of_several_images_a_person_counts_other_people_only():
    labels = torch.tensor([0, 0, 1, 1])
    visible, infrared = at(0, 2, 90, 92), at(1, 3, 91, 93)
    far = top_ranking(visible, infrared, labels)[0]
    assert far.item() == 0  # the person's other image, two degrees away, is no impostor


def test_the_reversed_gradient_is_minus_gamma_times_the_plain_one():
    torch.manual_seed(0)
    judge = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)).double()
    features = torch.randn(5, 3, dtype=torch.float64)
    plain, turned = features.clone().requires_grad_(), features.clone().requires_grad_()
    judge(plain).sum().backward()
    own = [one.grad.clone() for one in judge.parameters()]
    judge.zero_grad()
    judge(reverse(turned, 0.3)).sum().backward()
    assert torch.equal(turned.grad, -0.3 * plain.grad)
    assert all(torch.equal(one.grad, before) for one, before in zip(judge.parameters(), own, strict=True))
    assert GAMMA == 0.05


def test_with_gamma_0_the_feature_network_does_not_know_of_the_game():
    config = tiny(method="cmgan")
    images = torch.rand(2, 4, 3, 16, 8, generator=torch.Generator().manual_seed(0))
    gradients = []
    for weight in (0.0, 1.0):
        torch.manual_seed(0)
        parts = split_for(config, 0)
        game = Game(Learner(parts, Head(parts.width, 3, False)), parts.width, gamma=0.0)
        outputs = game(*images)
        (outputs["visible"].before_bn.square().sum() + weight * told_apart(outputs)).backward()
        gradients.append([p.grad for p in game.learner.parameters() if p.grad is not None])
    assert all(torch.equal(*pair) for pair in zip(*gradients, strict=True))


def test_a_discriminator_that_cannot_tell():
    blank = Output(*torch.zeros(3, 4, 2), {"modality": torch.zeros(4)})
    assert told_apart({"infrared": blank, "visible": blank}).item() == pytest.approx(1.386294, abs=1e-6)


def test_triplets_are_drawn_of_the_right_people_and_drawn_again_alike():
    labels = torch.tensor([0, 0, 1, 1])
    rows = torch.tensor([[0.0], [0.0], [9.0], [9.0]])
    assert sampled_triplets(rows, rows, labels, Step()) == 0  # 0 - 9 + 1.4
    assert sampled_triplets(rows, 9 - rows, labels, Step()) == pytest.approx(10.4)
    spread = torch.arange(4.0)[:, None]
    draws = {sampled_triplets(spread, spread, labels, Step(number=n)).item() for n in range(20)}
    assert len(draws) > 1
    assert len({sampled_triplets(spread, spread, labels, Step(number=3)).item() for _ in range(3)}) == 1
