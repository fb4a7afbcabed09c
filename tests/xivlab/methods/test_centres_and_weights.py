"""HcTri, AGW, CAJ, HAT and MSR-style: the values worked out by hand, and what a part does alone."""

import pytest
import torch
from tiny import tiny
from torch import nn
from torch.nn import functional as F

from xivlab.errors import XivlabError
from xivlab.methods import build_model, losses
from xivlab.methods.agw import NonLocal, regularised_triplet, weighted_distances
from xivlab.methods.caj import squared_difference
from xivlab.methods.hctri import Strips, hetero_centre, hetero_centre_triplet
from xivlab.methods.msr_style import pair_distance, seen_by
from xivlab.methods.step import Step
from xivlab.methods.streams import gem_pool
from xivlab.model import gray, random_channel

LINE = torch.tensor(
    [[0.0], [1.0], [2.0], [3.0]], dtype=torch.float64
)  # an anchor, its positive, two negatives
LABELS = torch.tensor([0, 0, 1, 1])
IMAGES = torch.rand(2, 4, 3, 32, 16, generator=torch.Generator().manual_seed(0))


def first_anchor():
    """p and n of the row at 0: positives at 0 (itself) and 1, negatives at 2 and 3."""
    both = weighted_distances(LINE, LINE, LABELS[:, None] == LABELS[None, :])
    return [one[:1] for one in both]


def test_centres_by_hand():
    visible, infrared = torch.tensor([[0.0], [3.0]]), torch.tensor([[1.0], [5.0]])
    people = torch.tensor([0, 1])
    assert hetero_centre_triplet(visible, infrared, people).item() == pytest.approx(0.075, abs=1e-6)
    assert hetero_centre(visible, infrared, people).item() == 5
    spread = torch.tensor([[-1.0], [1.0]])
    again = [(one[:, None] + spread).reshape(4, 1) for one in (visible, infrared)]
    assert hetero_centre_triplet(*again, LABELS).item() == pytest.approx(0.075, abs=1e-6)
    assert hetero_centre_triplet(infrared, visible, people).item() == pytest.approx(0.075, abs=1e-6)


def test_strips_see_their_own_rows():
    torch.manual_seed(0)
    head = Strips(3, 2, 4, 5, False).eval()
    maps = torch.rand(2, 3, 4, 2)
    other = maps.clone()
    other[:, :, 2:] = 0
    one, two = head(maps, []), head(other, [])
    assert one.before_bn.shape == (2, 8) and one.more["strips"].shape == (2, 2, 5)
    assert torch.equal(one.before_bn[:, :4], two.before_bn[:, :4])
    assert not torch.equal(one.before_bn[:, 4:], two.before_bn[:, 4:])


def test_weighted_distances_by_hand():
    positive, negative = first_anchor()
    assert positive.item() == pytest.approx(0.731059, abs=1e-6)
    assert negative.item() == pytest.approx(2.268941, abs=1e-6)
    assert F.softplus(positive - negative).item() == pytest.approx(0.194609, abs=1e-6)
    assert squared_difference(positive, negative).item() == pytest.approx(0.089787, abs=1e-6)
    assert squared_difference(positive, positive).item() == pytest.approx(0.693147, abs=1e-6)


def test_far_features_keep_their_weights():
    """Where the authors' weights vanish: all negatives at 20."""
    anchor, other = torch.zeros(1, 1), torch.full((33, 1), 20.0)
    other[0] = 0
    same = torch.arange(33)[None] == 0
    assert weighted_distances(anchor, other, same)[1].item() == pytest.approx(20)
    assert torch.isfinite(squared_difference(torch.tensor([1e4]), torch.tensor([0.0])))


@pytest.mark.parametrize(
    "loss", [regularised_triplet, lambda f, y: hetero_centre_triplet(f, f.flip(0) + 1, y)]
)
def test_gradients(loss):
    features = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    assert torch.autograd.gradcheck(lambda f: loss(f, LABELS), features.requires_grad_())


def test_a_non_local_block_begins_as_nothing_and_then_sees_other_places():
    torch.manual_seed(0)
    block, maps = NonLocal(6), torch.randn(2, 6, 4, 3)
    assert torch.equal(block(maps), maps)
    nn.init.ones_(block.norm.weight)
    block.eval()
    moved = maps.clone()
    moved[:, :, 0, 0] += 1
    assert ((block(moved) - block(maps))[:, :, 3, 2] != 0).all()


def test_generalised_mean_lies_between_mean_and_largest():
    maps = torch.rand(2, 3, 4, 2)
    assert (gem_pool(maps) > maps.mean((2, 3))).all() and (gem_pool(maps) < maps.amax((2, 3))).all()
    torch.testing.assert_close(gem_pool(maps, 1.0), maps.mean((2, 3)))


@pytest.mark.parametrize(
    ("name", "copy", "made"), [("caj", "channel", random_channel), ("hat", "gray", gray)]
)
def test_a_copy_passes_the_visible_door(name, copy, made):
    model = build_model(tiny(method=name), 3).eval()
    with torch.no_grad():
        outputs = model(*IMAGES)
        alone = model.embed(made(IMAGES[1]).expand(-1, 3, -1, -1), "visible")
    assert list(outputs) == ["infrared", copy, "visible"] and list(model.faces["visible"]) == ["visible"]
    torch.testing.assert_close(outputs[copy].before_bn, alone.before_bn, rtol=1e-4, atol=1e-5)


def test_pairs_of_msr_by_hand():
    visible = torch.tensor([[2.0, 0.0]])
    infrared = torch.tensor([[0.5, 3**0.5 / 2]])
    assert pair_distance(visible, infrared).item() == pytest.approx(1, abs=1e-6)


def test_the_networks_of_msr_are_tied_by_pairs_alone():
    """Without L_E and what is shared, infrared images do not move the visible network."""
    model = build_model(tiny(method="msr-style"), 3).eval()
    doors = model.learner.doors
    one, other = (list(doors[light].state_dict().values()) for light in ("infrared", "visible"))
    assert all(torch.equal(*pair) for pair in zip(one, other, strict=True)), "copies of the same weights"
    outputs = model(*IMAGES)
    (outputs["infrared"].more["own"].sum() + outputs["infrared"].logits.sum()).backward(retain_graph=True)
    assert all(weight.grad is None or not weight.grad.any() for weight in doors["visible"].parameters())
    pair_distance(outputs["visible"].before_bn, outputs["infrared"].before_bn).backward()
    assert any(weight.grad is not None and weight.grad.any() for weight in doors["visible"].parameters())


def test_the_view_is_learnt_where_it_is_to_be_seen():
    torch.manual_seed(0)
    cameras = torch.tensor([1, 2]).repeat(8)
    features = 0.3 * torch.randn(16, 4)
    features[torch.arange(16), cameras] += 3
    classifier = nn.Linear(4, 16)
    optimizer = torch.optim.Adam(classifier.parameters(), 0.1)
    for _ in range(50):
        optimizer.zero_grad()
        seen_by(classifier(features[:8]), cameras[:8]).backward()
        optimizer.step()
    assert (classifier(features[8:]).argmax(1) == cameras[8:]).float().mean() > 0.9
    with pytest.raises(XivlabError, match="cameras 0 to 15"):
        seen_by(torch.zeros(1, 16), torch.tensor([16]))


def test_without_cameras_there_is_no_view():
    outputs = build_model(tiny(method="msr-style"), 3)(*IMAGES)
    assert losses(outputs, LABELS, tiny(method="msr-style"), Step())["loss_view"] == 0
