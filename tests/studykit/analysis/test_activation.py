"""Activation maps: where the network responds, as coarse as it is."""

import numpy as np
import pytest
import torch
from tiny import tiny
from torch import nn

from studykit.analysis.activation import activation_maps, alikeness, cells, overlay
from xivlab.methods import build_model

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (3, 32, 16, 3), dtype=np.uint8)


class Bright(nn.Module):
    """A backbone that sees brightness, in cells of 8 pixels."""

    def forward(self, images):
        return nn.functional.avg_pool2d(images, 8)


@pytest.fixture
def model():
    model = build_model(tiny(method="baseline+x"), 3).eval()
    model.learner.backbone = Bright()
    model.shift.zero_()  # so that black is 0 to the network
    return model


def test_a_map_is_large_where_the_network_responds(model):
    pixels = np.zeros((1, 32, 16, 3), np.uint8)
    pixels[0, 24:, :8] = 255
    found = activation_maps(model, pixels)
    assert found.shape == (1, 32, 16) and found.min() >= 0
    assert np.unravel_index(found[0].argmax(), (32, 16))[0] >= 24
    assert found[0, :16].max() == 0
    assert cells(model, 32, 16) == (4, 2)


def test_maps_of_x_see_x(model):
    model.generator.expand.bias.data.fill_(2.0)
    assert (activation_maps(model, PIXELS, "x") > activation_maps(model, PIXELS)).all()


def test_a_real_network_is_left_as_it_was():
    model = build_model(tiny(method="baseline+x"), 3).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert activation_maps(model, PIXELS).shape == (3, 32, 16)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_overlays_stretch_each_map_and_survive_a_flat_one():
    maps = np.zeros((3, 32, 16))
    maps[0, 0, 0], maps[1, 0, 0] = 1, 1000
    laid = overlay(np.zeros_like(PIXELS), maps)
    assert laid.dtype == np.uint8 and laid.shape == PIXELS.shape
    assert (laid[0, 0, 0] == laid[1, 0, 0]).all() and laid[0, 0, 0].sum() > laid[0, 5, 5].sum()


def test_alike_maps():
    maps = RNG.random((2, 8, 4))
    assert np.allclose(alikeness(maps, 3 * maps + 1), 1) and np.allclose(alikeness(maps, -maps), -1)
