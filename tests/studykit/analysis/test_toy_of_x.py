"""The toy of a learned g: a fair world, and g where the losses take it."""

import numpy as np
import pytest
import torch

from studykit.analysis.toy_of_x import CHANNELS, features, learn, toy_world
from studykit.analysis.x_images import mix_of


def short(survives=0.0, seed=0, **settings):
    return learn(toy_world(survives, seed), steps=60, every=30, seed=seed, **settings)


def test_channels_tell_people_apart_alike_and_say_nothing_of_each_other():
    world = toy_world(0.5)
    for channel in range(3):
        for garment in range(2):
            assert len(world.visible[:, garment, channel].unique()) == 6
    together = np.corrcoef(world.visible.reshape(12, 3).T)
    assert np.abs(together - np.eye(3)).max() < 0.1
    torch.testing.assert_close(world.infrared, world.visible[..., :2].mean(-1))
    assert world.weights == (0.5, 0.5, 0.0) and world.says == "R and G"


@pytest.mark.parametrize("channel", range(3))
def test_g_goes_to_the_channel_that_survives(channel):
    run = short(channel, seed=channel)
    start, end = run.frames[0], run.frames[-1]
    assert start.mix.shares == pytest.approx([100 / 3] * 3) and start.mix.black == 0
    shares = np.array(end.mix.shares)
    assert run.world.says == CHANNELS[channel] and shares.argmax() == channel and shares[channel] > 50
    assert start.agrees < 0.75 and end.agrees > 0.9 and end.found > start.found
    assert [one.step for one in run.frames] == [0, 30, 60] and len(run.losses) == 60


def test_nothing_moves_g_without_a_loss_of_x():
    run = short(lam=0.0, with_x=False)
    assert run.frames[-1].numbers == run.frames[0].numbers
    assert run.losses[-1] < run.losses[0]  # though something was learnt


def test_the_loss_of_x_alone_moves_g_and_not_to_the_infrared():
    run = short(lam=0.0)
    assert run.frames[-1].numbers != run.frames[0].numbers
    assert run.frames[-1].agrees < 0.75


def test_f_sees_the_brightness_of_each_garment():
    images = torch.tensor([0.2, 0.4, 0.6, 0.0, 0.0, 0.3]).view(1, 3, 2, 1)
    torch.testing.assert_close(features(images), torch.tensor([[4 * 0.8 / 3, 4 * 0.7 / 3]]))


def test_a_mix_is_that_of_what_comes_out():
    plain = mix_of([0.6, 0.2, -0.2, 0.1, 1, 1, 1, 0, 0, 0])
    assert plain.shares == pytest.approx((60, 20, -20)) and plain.black == pytest.approx(25.5)
    turned = mix_of([0.6, 0.2, -0.2, -0.1, -1, -1, -1, 1, 1, 1])  # the brighter V, the darker X
    assert turned.shares == pytest.approx((-60, -20, 20)) and turned.black == pytest.approx(255)
    assert mix_of([0] * 10).shares == (0, 0, 0)
