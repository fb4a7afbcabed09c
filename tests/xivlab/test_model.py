"""The networks: sizes, costs, initial values, special cases, and what one forward pass does."""

import copy

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import resnet50

from xivlab.errors import XivlabError
from xivlab.model import (
    MEAN,
    ONE_CHANNEL,
    STD,
    FeatureLearner,
    SpecialCase,
    XGenerator,
    XIVNet,
    random_channel,
)


def multiply_adds(net, height, width):
    """Per image; the counter counts a multiply-add as two operations."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        net.eval()(torch.zeros(1, 3, height, width))
    return counter.get_total_flops() / 2


def images(count=4, seed=0, height=64, width=32):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(seed))


def parameters(net):
    return sum(p.numel() for p in net.parameters())


def test_x_generator_has_10_parameters_and_costs_what_the_paper_says():
    assert parameters(XGenerator()) == 10
    assert multiply_adds(XGenerator(), 256, 128) / 1e9 == pytest.approx(0.0002, abs=5e-6)


def test_cost_of_the_learner():
    """The paper's 2.7 G is a ResNet-50 whose last stride is 2; with last stride 1 it is 4.05 G."""
    assert multiply_adds(resnet50(), 256, 128) / 1e9 == pytest.approx(2.7, abs=0.05)
    assert multiply_adds(FeatureLearner("resnet50", 395, None), 256, 128) / 1e9 == pytest.approx(
        4.05, abs=0.01
    )


def test_x_starts_as_a_third_of_the_mean():
    visible = images()
    mean = visible.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    torch.testing.assert_close(XGenerator()(visible), mean / 3)


def test_seeded_x_generators_repeat_and_differ():
    visible = images()
    torch.testing.assert_close(XGenerator(3)(visible), XGenerator(3)(visible))
    assert not torch.allclose(XGenerator(3)(visible), XGenerator(4)(visible))


def test_a_negative_first_layer_kills_x():
    """The failure the notebook shows: constant X, and no gradient to leave it."""
    generator = XGenerator()
    nn.init.constant_(generator.reduce.weight, -1.0)
    x = generator(images())
    x.square().sum().backward()
    assert x.std() == 0
    assert (generator.reduce.weight.grad == 0).all()


def pixels():
    """One 8-bit image, as Pillow's and as a tensor in [0, 1]."""
    array = np.random.default_rng(0).integers(0, 256, (64, 32, 3), dtype=np.uint8)
    return Image.fromarray(array), torch.from_numpy(array).permute(2, 0, 1)[None] / 255


@pytest.mark.parametrize(("kind", "mode", "channel"), [("gray", "L", None), ("v", "HSV", 2)])
def test_special_cases_agree_with_pillow(kind, mode, channel):
    picture, visible = pixels()
    expected = np.asarray(picture.convert(mode), dtype=np.float32)
    expected = expected if channel is None else expected[:, :, channel]
    assert np.abs(SpecialCase(kind)(visible)[0, 0].numpy() * 255 - expected).max() <= 1


def test_y_has_the_studio_range():
    ends = torch.stack([torch.zeros(3, 1, 1), torch.ones(3, 1, 1)])
    torch.testing.assert_close(SpecialCase("y")(ends)[:, 0, 0, 0] * 255, torch.tensor([16.0, 235.0]))


def test_mean_is_the_mean():
    _, visible = pixels()
    torch.testing.assert_close(SpecialCase("mean")(visible)[:, 0], visible.mean(1))


def test_a_random_channel_is_one_of_three_and_stays_the_same_for_an_image():
    images = torch.rand(300, 3, 4, 2)
    channel = random_channel(images)
    which = (channel == images).flatten(2).all(2)  # (300, 3)
    assert (which.sum(1) == 1).all()
    assert (which.float().mean(0) - 1 / 3).abs().max() < 0.1  # 3.7 standard deviations of 300 fair draws
    torch.testing.assert_close(random_channel(images[7:9]), channel[7:9])  # whatever stands beside it


@pytest.mark.parametrize("kind", ONE_CHANNEL)
def test_special_cases_have_no_parameters_and_three_equal_channels(kind):
    x = SpecialCase(kind)(images())
    assert parameters(SpecialCase(kind)) == 0
    assert x.shape == (4, 3, 64, 32) and (x[:, 0] == x[:, 1]).all() and (x[:, 0] == x[:, 2]).all()


def test_bnneck_bias_is_frozen_at_zero_and_the_classifier_has_none():
    learner = FeatureLearner("slim", 5, None)
    optimizer = torch.optim.SGD((p for p in learner.parameters() if p.requires_grad), 1.0)
    learner(images()).logits.square().sum().backward()
    optimizer.step()
    assert (learner.neck.bias == 0).all() and learner.classifier.bias is None
    assert not (learner.neck.weight == 1).all()


@pytest.mark.parametrize(("backbone", "width"), [("slim", 128), ("resnet50", 2048), ("densenet121", 1024)])
def test_shapes(backbone, width):
    learner = FeatureLearner(backbone, 7, None).eval()
    with torch.no_grad():
        output = learner(images(2))
    assert output.before_bn.shape == output.after_bn.shape == (2, width)
    assert output.logits.shape == (2, 7)


def net(generator=None, x_input="unit", classes=5):
    torch.manual_seed(0)
    return XIVNet(FeatureLearner("slim", classes, None), generator, x_input)


def test_one_pass_over_three_blocks_in_the_papers_order():
    model = net(XGenerator())
    seen = []
    first, norm = list(model.learner.backbone)[:2]
    norm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    infrared, visible = images(4, 0), images(4, 1)
    outputs = model(infrared, visible)
    assert list(outputs) == ["infrared", "x", "visible"]
    assert len(seen) == 1 and len(seen[0]) == 12  # one batch, so one set of batch statistics
    blocks = torch.cat([infrared, model.generator(visible), visible])
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, STD))
    torch.testing.assert_close(seen[0], first((blocks - mean) / std))


def test_each_block_gets_its_own_rows():
    model = net(XGenerator()).eval()
    infrared, visible = images(4, 0), images(4, 1)
    with torch.no_grad():
        outputs = model(infrared, visible)
        alone = {
            "infrared": model.embed(infrared, "infrared"),
            "x": model.embed(visible, "x"),
            "visible": model.embed(visible, "visible"),
        }
    for name, output in outputs.items():
        torch.testing.assert_close(output, alone[name])


def test_the_baseline_has_two_blocks():
    assert list(net()(images(), images())) == ["infrared", "visible"]


def test_x_from_normalized_input_is_not_normalised_again():
    model, visible = net(XGenerator(), "normalized"), images()
    torch.testing.assert_close(model.x_images(visible), model.generator(model.normalize(visible)))


def test_gradient_of_x_reaches_the_generator():
    model = net(XGenerator())
    model(images(4, 0), images(4, 1))["x"].logits.square().sum().backward()
    assert model.generator.reduce.weight.grad.abs().sum() > 0


def test_statistics_of_normalisation_are_not_saved():
    """They are constants, and a weights file that disagreed would be silently believed."""
    assert not {"mean", "std"} & set(net().state_dict())


def test_channels_last_changes_nothing_but_speed():
    model = net(XGenerator()).eval()
    last = copy.deepcopy(model).to(memory_format=torch.channels_last)
    with torch.no_grad():
        torch.testing.assert_close(
            model(images(), images())["x"].logits, last(images(), images())["x"].logits, rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: SpecialCase("w"), "Unknown kind of X 'w'"),
        (lambda: net(x_input="raw"), "x_input must be"),
    ],
)
def test_bad_names_are_refused(call, sentence):
    with pytest.raises(XivlabError, match=sentence):
        call()
