"""D-HSME-style: the values worked out by hand, and a decorrelation that changes no score."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from xivlab.methods.dhsme_style import agreement, begins, decorrelate, restrained, sphere_logits
from xivlab.methods.step import Step

PEOPLE = torch.eye(2, dtype=torch.float64)


def at(degrees, length=1.0):
    angle = math.radians(degrees)
    return length * torch.tensor([[math.cos(angle), math.sin(angle)]], dtype=torch.float64)


def sphere_loss(feature):
    return F.cross_entropy(sphere_logits(feature, PEOPLE), torch.tensor([0])).item()


def test_the_sphere_by_hand():
    assert sphere_loss(at(0)) == pytest.approx(8.3153e-7, rel=1e-4)
    assert [sphere_loss(at(45, size)) for size in (1, 9)] == pytest.approx([math.log(2)] * 2, abs=1e-6)
    assert sphere_loss(at(60)) == pytest.approx(
        5.130288, abs=1e-6
    )  # own person at 60 degrees, the other at 30


def test_agreement_by_hand():
    one, flat = torch.tensor([[1.0, 0.0]]), torch.zeros(1, 2)
    assert agreement(flat, one).item() == pytest.approx(0.110944, abs=1e-6)
    assert agreement(one, flat).item() == pytest.approx(0.120114, abs=1e-6)
    assert agreement(one, one).item() == pytest.approx(0, abs=1e-7)
    target = one.clone().requires_grad_()
    agreement(flat.clone().requires_grad_(), target).backward()
    assert target.grad is None


def test_decorrelation_changes_neither_scores_nor_distances():
    torch.manual_seed(0)
    layer, people = nn.Linear(4, 4, bias=False).double(), nn.Linear(4, 3, bias=False).double()
    rows = torch.randn(6, 4, dtype=torch.float64)
    before = layer(rows)
    scores, apart = sphere_logits(before, people.weight), torch.cdist(before, before)
    decorrelate(layer, people)
    after = layer(rows)
    torch.testing.assert_close(sphere_logits(after, people.weight), scores, rtol=0, atol=1e-10)
    torch.testing.assert_close(torch.cdist(after, after), apart, rtol=0, atol=1e-10)
    square = layer.weight @ layer.weight.mT
    torch.testing.assert_close(square, torch.diag(square.diagonal()), rtol=0, atol=1e-10)


def test_two_rounds_in_the_last_third():
    steps = [Step(number, 300) for number in range(300)]
    assert [step.number for step in steps if begins(step)] == [200, 250]
    rests = [step.number for step in steps if restrained(step)]
    assert rests == [*range(200, 225), *range(250, 275)]
