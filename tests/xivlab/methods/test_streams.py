"""One-stream, two-stream and zero-padding: what is shared, what is private, and which channel is silent."""

import math

import pytest
import torch
from tiny import tiny
from torch import nn

from xivlab.backbones import Slim, backbone, split
from xivlab.errors import XivlabError
from xivlab.methods import build_model, losses, two_stream
from xivlab.methods.zero_padding import padded
from xivlab.model import gray

IMAGES = torch.rand(2, 4, 3, 32, 16, generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([0, 0, 1, 1])


def net(name, **changes):
    return build_model(tiny(method=name, **changes), 5)


def weights(module):
    return sum(one.numel() for one in module.parameters())


@pytest.mark.parametrize(
    ("private", "count"), [(0, 0), (1, 464), (2, 9_808), (3, 42_896), (4, 174_608), (5, 700_176)]
)
def test_private_weights_of_slim(private, count):
    parts = split("slim", "visible", 1, private)
    assert sum(weights(door) for door in parts.private.values()) == 2 * count
    assert count + sum(map(weights, parts.shared)) == weights(Slim())
    assert parts.width == 128 and len(parts.widths) == len(parts.shared) == 5 - private


@pytest.mark.parametrize("private", range(6))
def test_a_cut_backbone_with_its_copies_is_the_backbone(private):
    whole, _ = backbone("slim", "visible")
    parts = split("slim", "visible", 1, private)
    for door in parts.private.values() or [nn.Identity()]:
        assert torch.equal(nn.Sequential(door, *parts.shared).eval()(IMAGES[0]), whole.eval()(IMAGES[0]))


def test_a_densenet_is_not_cut():
    with pytest.raises(XivlabError, match="slim_densenet cannot be cut .* choose slim or resnet50"):
        net("two-stream", backbone="slim_densenet")
    assert net("zero-padding", backbone="slim_densenet")(*IMAGES)["visible"].logits.shape == (4, 5)


def test_one_stream_begins_at_log_c_and_does_not_mind_which_modality_is_which():
    model = net("one-stream").eval()
    infrared, visible = IMAGES
    one = losses(model(infrared, visible), LABELS, tiny(method="one-stream"))["loss"]
    other = losses(model(visible, infrared), LABELS, tiny(method="one-stream"))["loss"]
    assert one.item() == pytest.approx(math.log(5), abs=1e-2)  # the classifier's standard deviation is 0.001
    torch.testing.assert_close(one, other)
    with torch.no_grad():
        found = [model.embed(visible, face).before_bn for face in ("visible", "infrared")]
    assert torch.equal(*found)


def test_only_its_own_modality_moves_a_private_stem():
    model = net("two-stream").eval()  # in training the shared stages' batch statistics tie the rows together
    model(*IMAGES)["infrared"].logits.square().sum().backward()
    doors = model.learner.doors
    assert all(one.grad.abs().max() == 0 for one in doors["visible"].parameters())
    assert any(one.grad.abs().max() > 0 for one in doors["infrared"].parameters())


def test_two_streams_are_one_until_their_statistics_differ():
    """Private batch statistics are half of the method."""
    config = tiny(method="two-stream")
    one, two = (two_stream.build(config, 5, private) for private in (0, 1))
    for door in two.learner.doors.values():
        door[0].load_state_dict(one.learner.shared[0].state_dict())
    two.learner.shared.load_state_dict(
        {f"{int(k.split('.')[0]) - 1}.{k.split('.', 1)[1]}": v
         for k, v in one.learner.shared.state_dict().items() if not k.startswith("0.")}
    )  # fmt: skip
    two.learner.head.load_state_dict(one.learner.head.state_dict())
    darker = (IMAGES[0], IMAGES[1] / 4)
    for mode, same in ((False, True), (True, False)):
        found = [one.train(mode)(*darker), two.train(mode)(*darker)]
        differ = (found[0]["visible"].before_bn - found[1]["visible"].before_bn).abs().max()
        assert (differ == 0) == same


def test_the_pad_is_silent():
    for modality, silent in (("visible", 1), ("infrared", 0)):
        image = padded(IMAGES[1], modality)
        assert image.shape == (4, 2, 32, 16) and (image[:, silent] == 0).all()
        torch.testing.assert_close(image[:, 1 - silent], (gray(IMAGES[1])[:, 0] - 0.449) / 0.226)
        model = net("zero-padding", weights="visible")
        first = model.learner.shared[0][0]
        model.embed(IMAGES[1], modality).logits.square().sum().backward()
        assert first.weight.grad[:, silent].abs().max() == 0 < first.weight.grad[:, 1 - silent].abs().max()
        before = first(image)
        nn.init.normal_(first.weight.data[:, silent])
        assert torch.equal(first(image), before)


def test_pads_swapped_between_equal_channels_change_nothing():
    """So what the method brings is what training makes of the two channels."""
    model = net("zero-padding", weights="visible").eval()
    one, other = (model.embed(IMAGES[1], modality).before_bn for modality in ("visible", "infrared"))
    torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)
    whole, _ = backbone("slim", "visible")
    as_rgb = whole.eval()(padded(IMAGES[1], "visible")[:, :1].expand(-1, 3, -1, -1)).mean((2, 3))
    torch.testing.assert_close(one, as_rgb, rtol=1e-4, atol=1e-5)


def test_four_channels_answer_as_three_where_all_are_equal():
    parts = split("slim", "visible", 1, 0, channels=4)
    whole, _ = backbone("slim", "visible")
    one = IMAGES[0][:, :1]
    torch.testing.assert_close(
        parts.shared[0][0](one.expand(-1, 4, -1, -1)),
        whole[0](one.expand(-1, 3, -1, -1)),
        rtol=1e-4,
        atol=1e-5,
    )
