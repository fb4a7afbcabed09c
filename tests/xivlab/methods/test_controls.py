"""Negative controls: each lacks what it says, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import tiny
from toy import dataset

from xivlab.data.images import Images
from xivlab.methods import METHODS, PUBLISHED, build_model, losses
from xivlab.methods.controls import metric_of_strangers
from xivlab.methods.hcml import learn_metric
from xivlab.train import Training

LABELS = torch.tensor([0, 0, 1, 1])
INFRARED, VISIBLE = torch.rand(2, 4, 3, 32, 16, generator=torch.Generator().manual_seed(0))
CONTROLS = [name for name in METHODS if name not in PUBLISHED]


def both(control, **changes):
    """Networks of a control and of its method, in eval mode, and their settings."""
    configs = [tiny(method=name, **changes) for name in (control, METHODS[control].control_of)]
    return *(build_model(config, 4).eval() for config in configs), *configs


def trained(name, steps=6):
    training = Training(tiny(method=name, epochs=2, steps_per_epoch=steps // 2), dataset())
    before = {key: one.clone() for key, one in training.model.module.state_dict().items()}
    for _ in range(steps):
        training.learn()
    return training.model.module, before, training.log


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_begins_as_its_method_and_says_first_what_it_leaves_out(name):
    control, method, *_ = both(name)
    own, other = control.state_dict(), method.state_dict()
    assert own.keys() == other.keys() and all(torch.equal(own[key], other[key]) for key in own)
    row, of = METHODS[name], METHODS[METHODS[name].control_of]
    assert row.assumed[0].startswith("Control: ") and row.assumed[1:] == of.assumed
    assert (row.faces, row.settings, row.least, row.fidelity) == (
        of.faces,
        of.settings,
        of.least,
        of.fidelity,
    )
    assert not of.control_of and row.title.startswith(of.title)


def test_frozen_stems_stay_as_they_were_but_for_their_own_statistics():
    model, before, _ = trained("frozen-two-stream")
    for key, weight in model.learner.doors.named_parameters():
        assert torch.equal(weight, before[f"learner.doors.{key}"])
    infrared, visible = (
        dict(model.learner.doors[light].named_buffers()) for light in ("infrared", "visible")
    )
    assert any(not torch.equal(one, visible[key]) for key, one in infrared.items())


def test_in_one_place_both_modalities_are_seen_alike():
    control, method, *_ = both("one-place-zero-padding")
    one, other = (control.embed(VISIBLE, light).before_bn for light in ("visible", "infrared"))
    assert torch.equal(one, other) and torch.equal(one, method.embed(VISIBLE, "visible").before_bn)


def test_places_are_swapped_in_the_search_alone():
    control, method, *_ = both("swapped-zero-padding")
    with torch.no_grad():  # as they are equal at the start, make the channels differ
        for net in (control, method):
            next(net.learner.parameters())[:, 1] *= 2
    assert torch.equal(
        control.embed(VISIBLE, "visible").before_bn, method.embed(VISIBLE, "infrared").before_bn
    )
    assert not torch.equal(
        control.embed(VISIBLE, "visible").before_bn, method.embed(VISIBLE, "visible").before_bn
    )
    for light in ("infrared", "visible"):
        one, other = (net(INFRARED, VISIBLE)[light].logits for net in (control, method))
        assert torch.equal(one, other)


def test_without_pairs_the_identity_of_tone_is_left():
    control, method, config, other = both("unpaired-tone")
    terms = losses(control(INFRARED, VISIBLE), LABELS, config)
    whole = losses(method(INFRARED, VISIBLE), LABELS, other)
    assert terms["loss_visible"] == whole["loss_visible"]
    assert terms["loss"] == (terms["loss_visible"] + terms["loss_infrared"]) / 2


def test_the_ranking_takes_strangers_for_partners():
    """Where every image lies with its person in the other modality, BDTR is content and the control is not."""
    control, _, config, other = both("strangers-bdtr")
    features = torch.eye(4)[[0, 0, 1, 1]]
    outputs = {
        light: output._replace(before_bn=features) for light, output in control(INFRARED, VISIBLE).items()
    }
    assert losses(outputs, LABELS, other)["loss_across"] == 0
    # Each is sqrt 2 from whom it takes for a partner, and 0 from a person's own: 0.5 + 1.414214, both ways.
    assert losses(outputs, LABELS, config)["loss_across"] == pytest.approx(2 * (0.5 + 2**0.5), abs=1e-6)


def test_without_a_game_the_discriminator_learns_and_the_features_do_not_hear_of_it():
    control, method, *_ = both("gameless-cmgan")
    heard = []
    for net in (control, method):
        outputs = net(INFRARED, VISIBLE)
        torch.stack([one.more["modality"].sum() for one in outputs.values()]).sum().backward()
        heard.append(
            max(float(one.grad.abs().max()) for one in net.learner.parameters() if one.grad is not None)
        )
        assert all(one.grad is not None for one in net.discriminator.parameters())
    assert heard[0] == 0 < heard[1]


@pytest.mark.parametrize(
    ("light", "seen", "made"), [("visible", [0, 1, 2], [3]), ("infrared", [3], [0, 1, 2])]
)
def test_shuffled_translations_are_of_another_person(light, seen, made):
    control, method, *_ = both("shuffled-d2rl-style")
    images = VISIBLE if light == "visible" else INFRARED
    with torch.no_grad():
        one, other = control.stacked(images, light), method.stacked(images, light)
    assert torch.equal(one[:, seen], other[:, seen])
    assert torch.equal(one[:, made], other[[2, 3, 0, 1]][:, made])


def test_frozen_translators_stay_as_they_were_drawn_while_all_else_learns():
    model, before, log = trained("frozen-d2rl-style")
    for part in ("encoders", "decoders"):
        for key, weight in getattr(model, part).named_parameters():
            assert torch.equal(weight, before[f"{part}.{key}"])
    of = trained("d2rl-style")[2]
    learns = [[not np.isnan(row["loss_visible"]) for row in rows] for rows in (log, of)]
    assert learns[0] == learns[1], "T_F has its turn in the same steps"


def test_the_metric_of_strangers_is_that_of_permuted_people():
    images = Images.of(dataset().train, 16, 8)
    models = [build_model(tiny(method="permuted-hcml"), 4) for _ in range(3)]
    people = np.unique(images.person)
    following = dict(zip(people, np.roll(people, 1)))
    person = [following[one] if kind == 1 else one for one, kind in zip(images.person, images.modality)]
    learn_metric(models[0], images)
    learn_metric(models[1], replace(images, person=np.array(person)))
    metric_of_strangers(models[2], images)
    maps = [one.get_buffer("map_visible") for one in models]
    assert torch.equal(maps[1], maps[2]) and not torch.allclose(maps[0], maps[1])


def test_the_repeated_image_is_the_image():
    control, method, *_ = both("repeated-caj")
    outputs = control(INFRARED, VISIBLE)
    assert list(outputs) == list(method(INFRARED, VISIBLE)) == ["infrared", "channel", "visible"]
    torch.testing.assert_close(outputs["channel"].before_bn, outputs["visible"].before_bn)
    other = method(INFRARED, VISIBLE)["channel"].before_bn
    assert not torch.allclose(other, outputs["channel"].before_bn, rtol=1e-2)
