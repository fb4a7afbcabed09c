"""MPANet: the values worked out by hand, masks, and averages that follow."""

import pytest
import torch

from xivlab.methods.mpanet import MOVED, Alleviation, Patterns, centre_cluster, disagreement, overlap


def test_the_centre_cluster_by_hand():
    rows, labels = torch.tensor([[0.0], [2.0], [4.0], [6.0]]), torch.tensor([0, 0, 1, 1])
    assert centre_cluster(rows, labels).item() == pytest.approx(1.0, abs=1e-6)
    near = torch.tensor([[0.0], [0.0], [0.5], [0.5]])
    assert centre_cluster(near, labels).item() == pytest.approx(0.2, abs=1e-6)  # the centres are too near
    assert centre_cluster(rows, labels + 5).item() == pytest.approx(1.0, abs=1e-6)


def test_the_centre_cluster_has_its_gradient():
    rows = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert torch.autograd.gradcheck(lambda f: centre_cluster(f, torch.tensor([0, 0, 1, 1])), rows)


def test_masks_that_lie_apart_do_not_overlap():
    masks = torch.zeros(1, 2, 2, 1)
    masks[0, 0, 0] = masks[0, 1, 1] = 1
    assert overlap(masks) == 0
    assert overlap(torch.ones(1, 2, 2, 1)) == 2  # places


def test_averages_stay_where_their_classifiers_are_and_follow_them():
    torch.manual_seed(0)
    head = Patterns(4, 2, 3, False)
    before = head.slow_visible.clone()
    head.follow()
    torch.testing.assert_close(head.slow_visible, before)
    head.own["visible"].weight.data += 1
    head.follow()
    torch.testing.assert_close(head.slow_visible, before + MOVED)


def test_classifiers_that_agree():
    scores = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    assert disagreement(scores, scores + 2).item() == pytest.approx(0, abs=1e-6)
    assert disagreement(torch.tensor([[1.0, 0.0]]), torch.zeros(1, 2)).item() == pytest.approx(
        0.110944, abs=1e-6
    )


def test_alleviation_between_the_image_and_its_normal_form():
    torch.manual_seed(0)
    layer, maps = Alleviation(8, 4), 3 + 2 * torch.randn(2, 8, 4, 2)
    layer.gate[2].weight.data.fill_(-100)  # the gate shut, wherever anything is inside
    layer.gate[0].weight.data.fill_(1)
    shut = layer(maps)
    assert shut.mean((2, 3)).abs().max() < 1e-5 and (shut.var((2, 3), correction=0) - 1).abs().max() < 1e-3
    layer.gate[2].weight.data.fill_(100)
    torch.testing.assert_close(layer(maps), maps)
