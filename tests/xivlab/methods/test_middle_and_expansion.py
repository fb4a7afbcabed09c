"""MMN, DEEN and DDAG: the values worked out by hand, and what a part does alone."""

import numpy as np
import pytest
import torch
from tiny import tiny
from torch import nn

from xivlab.evaluation.embeddings import Embeddings
from xivlab.methods import build_model, losses
from xivlab.methods.agw import hard_triplet
from xivlab.methods.ddag import GraphAttention, PartAttention, graph_weight
from xivlab.methods.deen import Branch, Expansion, centre_pulling, orthogonality
from xivlab.methods.mmn import Middle, middle_distance
from xivlab.methods.step import Step
from xivlab.model import gray

LABELS = torch.tensor([0, 0, 1, 1])
IMAGES = torch.rand(2, 4, 3, 32, 16, generator=torch.Generator().manual_seed(0))


def drawn(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_the_generator_of_mmn_is_small_and_its_channels_are_one():
    middle = Middle()
    for encoder in middle.encoders.values():
        assert [sum(p.numel() for p in layer.parameters()) for layer in encoder] == [4, 0, 2, 0, 2]
    assert sum(p.numel() for p in middle.decoder.parameters()) == 6
    nn.init.normal_(middle.decoder.weight, std=0.01)  # too little to meet the ReLU
    made = middle.eval()(IMAGES[0], "visible").detach()
    one, *others = made.permute(1, 0, 2, 3).flatten(1)
    for other in others:  # factor and offset alone
        assert torch.corrcoef(torch.stack([one, other]))[0, 1].abs().item() == pytest.approx(1, abs=1e-4)


def test_generators_of_mmn_set_to_gray_make_gray_images():
    """The special case of X, on both sides."""
    middle = Middle().eval()
    nn.init.ones_(middle.decoder.weight), nn.init.zeros_(middle.decoder.bias)
    for encoder in middle.encoders.values():
        encoder[0].weight.data = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    for light in ("infrared", "visible"):
        made = middle(IMAGES[0], light)
        torch.testing.assert_close(made, gray(IMAGES[0]).expand(-1, 3, -1, -1), atol=1e-4, rtol=0)


def test_both_sides_of_mmn_have_an_encoder_of_their_own_and_one_decoder():
    model = build_model(tiny(method="mmn"), 3).eval()  # no statistics of the batch that they share
    outputs = model(*IMAGES)
    outputs["x"].before_bn.sum().backward()
    encoders = model.middle.encoders
    assert encoders["visible"][0].weight.grad.any() and not encoders["infrared"][0].weight.grad.any()
    assert model.middle.decoder.weight.grad.any()


def test_middle_images_at_one_place_are_at_no_distance():
    rows = nn.functional.normalize(drawn(4, 2, 3), dim=2)
    assert middle_distance(rows, rows) == 0
    assert middle_distance(rows, -rows).item() == pytest.approx(2)
    outputs = build_model(tiny(method="mmn"), 3)(*IMAGES)
    lengths = outputs["x"].more["projected"].norm(dim=2)
    torch.testing.assert_close(lengths, torch.ones_like(lengths))


def test_two_faces_on_both_sides_are_four_distances():
    rng = np.random.default_rng(0)
    infrared, visible, x, infrared_x = rng.normal(size=(4, 3, 5)).astype(np.float32)
    who = np.arange(3)
    e = Embeddings(infrared, visible, x, who, who, who, who, infrared_x=infrared_x)
    far = lambda one, other: np.linalg.norm(one[:, None] - other[None], axis=2)
    every = sum(far(one, other) for one in (infrared, infrared_x) for other in (visible, x))
    rows = np.arange(3)
    np.testing.assert_allclose(e.distance("infrared", "visible", rows, "v+x"), every, rtol=1e-5)
    np.testing.assert_allclose(e.distance("visible", "infrared", rows, "v+x"), every.T, rtol=1e-5)
    np.testing.assert_allclose(
        e.distance("infrared", "visible", rows, "v"), far(infrared, visible), rtol=1e-5
    )
    np.testing.assert_allclose(e.distance("infrared", "visible", rows, "x"), far(infrared_x, x), rtol=1e-5)
    both = e.measure("infrared", "visible", rows, ("v", "x", "v+x"))(slice(None))
    np.testing.assert_allclose(both["v+x"], every, rtol=1e-5)
    unit = e.normalized().select(np.array([0, 2]), rows).infrared_x
    np.testing.assert_allclose(
        unit, (infrared_x / np.linalg.norm(infrared_x, axis=1)[:, None])[[0, 2]], rtol=1e-5
    )


def test_triplets_over_all_rows_by_hand():
    rows, people = torch.tensor([[0.0], [1.0], [1.2], [5.0]]), torch.tensor([0, 0, 1, 1])
    # Of each row the farthest of its person and the nearest of the other, 0.3 apart at least.
    by_hand = (0.3 + 1 - 1.2, 0.3 + 1 - 0.2, 0.3 + 3.8 - 0.2, 0.3 + 3.8 - 4)
    assert hard_triplet(rows, people).item() == pytest.approx(sum(by_hand) / 4, abs=1e-6)


def test_the_expansion_stacks_its_branches_along_the_batch():
    torch.manual_seed(0)
    layer, maps = Expansion(8), torch.randn(2, 8, 4, 2)
    out = layer(maps)
    assert out.shape == (6, 8, 4, 2) and torch.equal(out[:2], maps)
    for branch in layer.branches:
        for one in branch.wide:
            nn.init.zeros_(one.weight)
    assert torch.equal(layer(maps)[2], layer(torch.rand_like(maps))[2]), (
        "without weights a branch is constant"
    )


def test_a_branch_sees_three_places_far():
    torch.manual_seed(0)
    branch, maps = Branch(8), torch.rand(1, 8, 9, 1)
    for layer in branch.wide:
        nn.init.ones_(layer.weight)  # so that the ReLU lets everything through
    moved = maps.clone()
    moved[:, :, 8] += 5
    change = (branch(moved) - branch(maps))[0].abs().amax((0, 2)).detach()
    assert (change[[5, 6, 7, 8]] > 0).all() and not change[:5].any()


def test_centres_are_pulled_by_hand():
    """On a line: visible 0 and 10, infrared 1 and 12; expanded visible 0.5 and 11, expanded infrared 2 and 9."""
    column = lambda *numbers: torch.tensor(numbers).view(-1, 1)
    visible, infrared, bright, dark = column(0.0, 10), column(1.0, 12), column(0.5, 11), column(2.0, 9)
    # d(v', t) 0.5 and 1 against d(v', v) 0.5 and 1, others far; d(t', v) 2 and 1 against d(t', t) 1 and 3.
    by_hand = ((0.2 + 0.2) / 2 + (1.2 + 0) / 2) / 2
    people = torch.tensor([4, 7])
    found = centre_pulling(visible, infrared, (bright, dark), people)
    assert found.item() == pytest.approx(by_hand, abs=1e-6)
    swapped = centre_pulling(infrared, visible, (dark, bright), people)
    assert swapped.item() == pytest.approx(by_hand, abs=1e-6)
    near = centre_pulling(visible / 100, infrared / 100, (bright / 100, dark / 100), people)
    # All within the margin: 0.2 thrice (1, 1/2, 1/2) and the differences of hundredths.
    wanted = 0.2 * 2 + np.mean([(0.005 - 0.005) + (0.005 - 0.105) / 2 + (0.005 - 0.1) / 2,
                                (0.01 - 0.01) + (0.01 - 0.105) / 2 + (0.01 - 0.1) / 2,
                                (0.02 - 0.01) + (0.02 - 0.07) / 2 + (0.02 - 0.11) / 2,
                                (0.01 - 0.03) + (0.01 - 0.07) / 2 + (0.01 - 0.11) / 2])  # fmt: skip
    assert near.item() == pytest.approx(wanted, abs=1e-6)


def test_branches_that_look_apart_are_orthogonal():
    rows = torch.zeros(2, 3, 2)
    rows[:, 1, 0] = rows[:, 2, 1] = 3
    assert orthogonality(rows) == 0
    rows[:, 2, 0] = 1
    assert orthogonality(rows).item() == pytest.approx(1)  # 3 x 1, over three rows


@pytest.mark.parametrize(
    "loss",
    [
        lambda f: hard_triplet(f, LABELS),
        lambda f: orthogonality(f.view(2, 3, 2)[..., :1]),
        lambda f: middle_distance(f.view(4, 1, 3), f.flip(0).view(4, 1, 3) + 1),
    ],
)
def test_gradients(loss):
    assert torch.autograd.gradcheck(loss, drawn(4, 3).requires_grad_())


def test_no_gradient_goes_into_the_limit_of_the_pulling():
    """Far from the other limits, an original visible centre is not moved by its own expansion."""
    rows = [(10 * LABELS[:, None] + shift).double().requires_grad_() for shift in (0.0, 1.0, 0.5, 2.0)]
    visible, infrared, bright, dark = rows
    centre_pulling(visible, infrared, (bright, dark.detach()), LABELS).backward()
    assert bright.grad.any() and infrared.grad.any()
    # Only what the exchanged half says of it: pulled by the expanded infrared centre.
    assert torch.equal(visible.grad.sign(), torch.full_like(visible, -1))


def test_parts_begin_with_equal_gates_and_attention_adds_up_to_one():
    torch.manual_seed(0)
    head = PartAttention(4, 3, True).eval()
    assert head.gates.tolist() == pytest.approx([1 / 3] * 3) and head.gates.softmax(
        0
    ).tolist() == pytest.approx([1 / 3] * 3)
    rows = head.attention(torch.randn(2, 3, 4)).sum(2)
    torch.testing.assert_close(rows, torch.ones_like(rows))
    nn.init.zeros_(head.z.weight)
    whole = torch.randn(2, 4)
    torch.testing.assert_close(head(torch.randn(2, 4, 6, 2), whole), whole, rtol=1e-4, atol=1e-4)


def test_nobody_attends_to_another_person():
    torch.manual_seed(0)
    head, rows = GraphAttention(4, 3), torch.randn(4, 4)
    same = LABELS[:, None] == LABELS[None, :]
    found = head.attention(head.layer(rows), same)
    assert not found[~same].any() and (found[same] > 0).all()
    torch.testing.assert_close(found.sum(1), torch.ones(4))
    moved = rows.clone()
    moved[2:] += 1
    torch.testing.assert_close(head(moved, same)[:2], head(rows, same)[:2])


def test_the_graph_joins_in_after_the_first_epoch():
    assert graph_weight(torch.tensor(4.0)).item() == pytest.approx(0.2)
    config = tiny(method="ddag")  # of three epochs
    model, people = build_model(config, 3), LABELS
    for number, joined in ((3, False), (4, True)):
        step = Step(number, 12, people=people)
        outputs = model(*IMAGES, step)
        terms = losses(outputs, LABELS, config, step)
        inside = (
            terms["loss_infrared"] / 2
            + terms["loss_visible"] / 2
            + terms["loss_triplet"]
            + terms["loss_parts"]
        )
        weight = graph_weight(inside) if joined else 0
        torch.testing.assert_close(terms["loss"], inside + weight * terms["loss_graph"])
    assert "graph" not in model.eval()(*IMAGES, step)["visible"].more
