"""AlignGAN-small and D2RL-style: the values worked out by hand, who moves whom, and what enters the network."""

import pytest
import torch
from tiny import tiny
from torch import nn
from toy import dataset

from xivlab.methods import METHODS, build_model, losses
from xivlab.methods.aligngan_small import JointDiscriminator
from xivlab.methods.d2rl_style import divergence
from xivlab.methods.one_stream import build as one_stream
from xivlab.methods.step import Step
from xivlab.methods.translators import as_made, as_real, cosine_triplet, far, first_of_each
from xivlab.methods.zero_padding import GRAY_MEAN, GRAY_STD
from xivlab.train import Training

LABELS = torch.tensor([0, 0, 1, 1])
IMAGES = torch.rand(2, 4, 3, 32, 16, generator=torch.Generator().manual_seed(0))
INFRARED = IMAGES[0].mean(1, keepdim=True).expand(-1, 3, -1, -1)


def drawn(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def angles(*cosines):
    """Unit vectors of the plane, by their cosine with the first axis."""
    cosines = torch.tensor(cosines)
    return torch.stack([cosines, (1 - cosines**2).sqrt()], 1)


def test_cosine_triplets_by_hand():
    anchor = angles(1.0, 1.0)
    found = cosine_triplet(anchor, angles(0.8, 0.3), torch.tensor([0, 1]))
    # The first has its own at 0.8 and the other at 0.3, the second the other way: 0.5 and 1.5.
    assert found.item() == pytest.approx((0.5 + 1.5) / 2, abs=1e-6)
    assert cosine_triplet(torch.eye(2), torch.eye(2), torch.tensor([0, 1])).item() == 0
    rows = 3 * drawn(4, 3)
    assert cosine_triplet(rows, rows, LABELS).item() == pytest.approx(
        cosine_triplet(rows / 7, rows, LABELS).item(), abs=1e-6
    )


def test_least_squares_by_hand():
    half = torch.full((2, 1, 2, 2), 0.5)
    assert as_real(half).tolist() == [0.25, 0.25] and as_made(half).tolist() == [0.25, 0.25]
    assert as_real(torch.ones(1, 1, 2, 2)) == 0 and as_made(torch.zeros(1, 1, 2, 2)) == 0
    assert divergence(torch.full((1, 3), 1.5)).item() == pytest.approx(1.125)
    assert far(IMAGES[0], IMAGES[0]).tolist() == [0] * 4


def test_rows_of_the_gan_are_one_of_each_person_and_the_other_is_another():
    assert first_of_each(torch.tensor([5, 5, 2, 2, 2, 9])).tolist() == [0, 2, 5]
    people = torch.arange(4.0)
    other = Step().other(people)
    assert sorted(other.tolist()) == people.tolist() and (other != people).all()


def test_the_joint_discriminator_looks_at_both():
    torch.manual_seed(0)
    joint = JointDiscriminator(8, 2, 16, 4)
    images, maps = IMAGES[0].clone().requires_grad_(), torch.randn(4, 16, 2, 1, requires_grad=True)
    joint(images, maps).sum().backward()
    assert images.grad.any() and maps.grad.any()
    assert joint(IMAGES[0], None).shape == joint(IMAGES[0], maps).shape


@pytest.mark.parametrize("name", ["aligngan-small", "d2rl-style"])
def test_a_move_changes_nobody_else(name):
    training = Training(tiny(method=name, steps_per_epoch=6), dataset())
    model, players = training.model.module, METHODS[name].players
    state = lambda: {key: weight.detach().clone() for key, weight in model.named_parameters()}
    owned = {player: tuple(f"{part}." for part in one.parts) for player, one in players.items()}
    seen = set()
    while not training.at_end:
        step = Step(training.step, training.steps)
        before, turns = state(), METHODS[name].moves(step)
        training.learn()
        moved = {key for key, weight in state().items() if not torch.equal(weight, before[key])}
        for player, parts in owned.items():
            mine = {key for key in moved if key.startswith(parts)}
            assert bool(mine) == (player in turns), (player, turns)
        seen |= {turns}
    assert len(seen) == len({METHODS[name].moves(Step(number, 18)) for number in range(18)})


def test_real_visible_images_never_enter_the_feature_network():
    model = build_model(tiny(method="aligngan-small"), 3).eval()
    model.translators["visible"] = nn.Sequential()  # the identity: now they do
    with torch.no_grad():
        plain = model.embed(IMAGES[1], "visible").before_bn
        assert torch.allclose(plain, model.embed(IMAGES[1], "infrared").before_bn, rtol=1e-4, atol=1e-4)
        # And the network is the one-stream network.
        torch.manual_seed(0)
        other = one_stream(tiny(method="one-stream"), 3).eval()
        shared = [stage for stage in model.learner.shared]
        weights = dict(
            zip(
                other.learner.backbone.state_dict(), nn.Sequential(*shared).state_dict().values(), strict=True
            )
        )
        other.learner.backbone.load_state_dict(weights)
        assert torch.allclose(plain, other.embed(IMAGES[1], "visible").before_bn, rtol=1e-4, atol=1e-4)
    model.translators["visible"] = nn.Tanhshrink()
    assert not torch.allclose(plain, model.embed(IMAGES[1], "visible").before_bn, rtol=1e-2)


def test_in_the_warm_up_of_aligngan_only_infrared_images_are_learnt():
    config = tiny(method="aligngan-small")
    model = build_model(config, 3)
    early, late = (Step(number, 9, people=LABELS) for number in (0, 3))
    assert list(model(INFRARED, IMAGES[1], early)) == ["infrared"]
    assert list(model(INFRARED, IMAGES[1], late)) == ["translated", "infrared"]


@pytest.mark.parametrize("name", ["aligngan-small", "d2rl-style"])
def test_the_learner_does_not_move_translators(name):
    config = tiny(method=name)
    model, step = build_model(config, 3), Step(8, 9, people=LABELS)
    losses(model(INFRARED, IMAGES[1], step), LABELS, config, step)["loss"].backward()
    with_gradient = {
        key.partition(".")[0] for key, weight in model.named_parameters() if weight.grad is not None
    }
    assert with_gradient == ({"learner", "joint"} if name == "aligngan-small" else {"learner"})


def test_images_that_need_no_translation_cost_nothing():
    config = tiny(method="aligngan-small")
    model = build_model(config, 3)
    for light in ("visible", "infrared"):
        model.translators[light] = nn.Sequential()
    step = Step(0, 9, people=LABELS, move="translators")
    terms = losses(model(INFRARED, INFRARED, step), LABELS, config, step)
    assert terms["loss_cycle"] == 0 and terms["loss_same"] == 0 and terms["loss_fooled"] > 0


def stacked(light):
    return build_model(tiny(method="d2rl-style"), 3).stacked(
        IMAGES[1] if light == "visible" else INFRARED, light
    )


def test_what_was_seen_stays_in_the_stack():
    visible, infrared = stacked("visible"), stacked("infrared")
    assert visible.shape == infrared.shape == (4, 4, 32, 16)
    torch.testing.assert_close(visible[:, :3], build_model(tiny(method="d2rl-style"), 3).normalize(IMAGES[1]))
    torch.testing.assert_close(infrared[:, 3], (INFRARED[:, 0] - GRAY_MEAN) / GRAY_STD)


def test_a_made_channel_is_made_of_its_own_image():
    """The control of shuffled translations changes what the network sees, and nothing of what was seen."""
    visible = stacked("visible")
    shuffled = torch.cat([visible[:, :3], visible[:, 3:].roll(1, 0)], 1)
    assert not torch.allclose(shuffled[:, 3], visible[:, 3])
    model = build_model(tiny(method="d2rl-style"), 3).eval()
    one, other = (model.learner({"visible": images}).before_bn for images in (visible, shuffled))
    assert not torch.allclose(one, other, rtol=1e-2)


def test_in_the_end_the_identity_loss_reaches_the_translators():
    config = tiny(method="d2rl-style")
    model, step = build_model(config, 3), Step(8, 9, people=LABELS, move="translators")
    losses(model(INFRARED, IMAGES[1], step), LABELS, config, step)["loss_pixel_identity"].backward()
    assert all(
        weight.grad is not None for part in (model.encoders, model.decoders) for weight in part.parameters()
    )


def test_gradients():
    rows, maps = drawn(4, 3).requires_grad_(), drawn(2, 1, 2, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda f: cosine_triplet(f, f.flip(0) + 0.5, LABELS), rows)
    for score in (as_real, as_made):
        assert torch.autograd.gradcheck(score, maps)
