"""METHODS: a row says of a method what its networks and losses do."""

from typing import get_args

import pytest
import torch
from tiny import tiny

from xivlab.config import Config, MethodName, preset
from xivlab.methods import METHODS, build_model, losses
from xivlab.methods.step import Step
from xivlab.model import TestDistance

WIDTHS = {"mpanet": 384, "mmn": 256, "deen": 384}  # with two patterns; two strips; three rows


@pytest.mark.parametrize("name", METHODS)
def test_a_row_says_what_its_networks_and_losses_do(name):
    config, method = tiny(method=name), METHODS[name]
    net, images = build_model(config, 4), torch.rand(4, 3, 32, 16)
    assert net.faces == method.faces
    labels, found = torch.tensor([0, 0, 1, 1]), {}
    if len(method.players) == 1:
        found = losses(net(images, images), labels, config)
    for number in (0, 5, 9):  # phases of a training of ten steps
        for move in method.moves(Step(number, 10)):
            step = Step(number, 10, people=labels, move=move)
            found |= losses(net(images, images, step), labels, config, step)
    assert set(found) == {"loss", *method.terms} and len(set(method.terms)) == len(method.terms)
    assert list(found) == ["loss", *method.terms] or len(method.players) > 1
    assert set(method.weighed) <= set(method.terms)


@pytest.mark.parametrize("name", METHODS)
def test_every_face_is_embedded(name):
    net = build_model(tiny(method=name), 4).eval()
    for faces in METHODS[name].faces.values():
        for face in faces:
            output = net.embed(torch.rand(2, 3, 32, 16), face)
            assert output.after_bn.shape == output.before_bn.shape and output.logits.shape == (2, 4)
            assert output.after_bn.shape[1] == WIDTHS.get(name, 128)


def test_test_distances_follow_from_the_faces():
    assert METHODS["baseline"].distances == ("v",)
    assert METHODS["baseline+x"].distances == get_args(TestDistance)
    for name, method in METHODS.items():
        assert preset("demo", method=name).test_distance == method.distances[-1]


def test_the_setting_knows_all_of_them_and_lambda_counts_for_the_whole_alone():
    assert get_args(MethodName) == tuple(METHODS)
    assert [name for name, method in METHODS.items() if method.weighed] == [Config().method]
