"""The losses against slow loops written from the formulas, and on batches that are hard to define."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import gradcheck
from torch.nn import functional as F

from xivlab.errors import XivlabError
from xivlab.loss import (
    batch_hard_triplet,
    cross_gap,
    cross_modality,
    identity_centres,
    identity_loss,
    modality_loss,
    pairwise_distance,
    respective_gap,
    total_loss,
)

# Persons with one, two and three images.
LABELS = torch.tensor([4, 4, 7, 2, 2, 2])


def features(count=6, size=5, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, size, generator=generator, dtype=dtype, requires_grad=True)


def slow_distance(a, b):
    return (a - b).square().sum().sqrt() if bool((a != b).any()) else (a - b).sum() * 0


def slow_triplet(anchor, other, labels, margin):
    total = torch.zeros((), dtype=anchor.dtype)
    for i in range(len(anchor)):
        distances = [slow_distance(anchor[i], row) for row in other]
        same = [d for d, label in zip(distances, labels, strict=True) if label == labels[i]]
        rest = [d for d, label in zip(distances, labels, strict=True) if label != labels[i]]
        total = total + max(margin + max(same) - min(rest), torch.zeros((), dtype=anchor.dtype))
    return total


def slow_identity(logits, labels):
    total = torch.zeros((), dtype=logits.dtype)
    for row, label in zip(logits, labels, strict=True):
        total = total - (row[label].exp() / row.exp().sum()).log()
    return total


def assert_same(fast, slow, *inputs):
    """Equal values, and equal gradients with respect to every input."""
    torch.testing.assert_close(fast, slow)
    fast_gradients = torch.autograd.grad(fast, inputs, retain_graph=True)
    slow_gradients = torch.autograd.grad(slow, inputs)
    for one, other in zip(fast_gradients, slow_gradients, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("margin", [0.0, 0.3, 10.0])
def test_triplet_inside_one_modality(margin):
    a = features()
    assert_same(batch_hard_triplet(a, a, LABELS, margin), slow_triplet(a, a, LABELS, margin), a)


@pytest.mark.parametrize("margin", [0.0, 0.5, 10.0])
def test_triplet_across_modalities(margin):
    a, b = features(seed=1), features(seed=2)
    assert_same(batch_hard_triplet(a, b, LABELS, margin), slow_triplet(a, b, LABELS, margin), a, b)


def test_cross_modality_is_both_directions_over_m():
    a, b = features(seed=1), features(seed=2)
    slow = (slow_triplet(a, b, LABELS, 0.5) + slow_triplet(b, a, LABELS, 0.5)) / 6
    assert_same(cross_modality(a, b, LABELS, 0.5), slow, a, b)


def test_cross_modality_of_centres():
    a, b = features(seed=1), features(seed=2)
    people = [4, 7, 2]
    centres = [torch.stack([m[LABELS == p].mean(0) for p in people]) for m in (a, b)]
    slow = slow_triplet(*centres, people, 0.5) + slow_triplet(*centres[::-1], people, 0.5)
    assert_same(cross_modality(a, b, LABELS, 0.5, "centre"), slow / 3, a, b)


def test_centres_are_in_ascending_order_of_people():
    centres, people = identity_centres(features(), LABELS)
    assert people.tolist() == [2, 4, 7] and centres.shape == (3, 5)


def test_identity_loss():
    logits = features(6, 8)
    assert_same(identity_loss(logits, LABELS), slow_identity(logits, LABELS), logits)


def test_label_smoothing_spreads_a_share_of_the_target_over_everybody():
    logits = features(6, 8)
    target = 0.9 * F.one_hot(LABELS, 8) + 0.1 / 8
    torch.testing.assert_close(identity_loss(logits, LABELS, 0.1), -(target * logits.log_softmax(1)).sum())


def test_modality_loss_is_the_mean_per_image():
    a, logits = features(), features(6, 8, seed=3)
    slow = (slow_identity(logits, LABELS) + slow_triplet(a, a, LABELS, 0.3)) / 6
    assert_same(modality_loss(a, logits, LABELS, 0.3), slow, a, logits)


def test_sums_of_equations_3_7_and_11():
    one, two, three = torch.tensor(1.0), torch.tensor(2.0), torch.tensor(3.0)
    assert cross_gap(one, two) == 3
    assert respective_gap(one, two, three) == 6
    assert total_loss(one, two, 0.1) == pytest.approx(1.2)


@pytest.mark.parametrize("cross", ["hard", "centre"])
def test_gradcheck(cross):
    a, b = features(seed=1), features(seed=2)
    assert gradcheck(pairwise_distance, (a, b))
    assert gradcheck(lambda a: batch_hard_triplet(a, a, LABELS, 0.3), a)
    assert gradcheck(lambda a, b: cross_modality(a, b, LABELS, 0.5, cross), (a, b))


def test_distance_of_coinciding_rows_is_zero_with_zero_gradient():
    a = features()
    distance = pairwise_distance(a, a)
    (gradient,) = torch.autograd.grad(distance.diagonal().sum(), a)
    assert (distance.diagonal() == 0).all() and (gradient == 0).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_distance_in_half_precision_is_computed_in_single(dtype):
    a, b = features(dtype=torch.float32).to(dtype), features(seed=1, dtype=torch.float32).to(dtype)
    torch.testing.assert_close(pairwise_distance(a, b), pairwise_distance(a.float(), b.float()))


def test_distance_under_autocast_is_not_in_half_precision():
    a, b = features(dtype=torch.float32), features(seed=1, dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = pairwise_distance(a, b)
    torch.testing.assert_close(mixed, pairwise_distance(a, b))


def test_person_with_one_image_has_no_positive_but_itself():
    a = features(4)
    labels = torch.arange(4)
    nearest = [min(slow_distance(a[i], a[j]) for j in range(4) if j != i) for i in range(4)]
    slow = sum((3.0 - d).clamp_min(0) for d in nearest)
    assert_same(batch_hard_triplet(a, a, labels, 3.0), slow, a)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_when_all_distances_tie_the_loss_is_the_margin(dtype):
    a = torch.ones(6, 5, dtype=dtype, requires_grad=True)
    loss = batch_hard_triplet(a, a, LABELS, 0.3)
    (gradient,) = torch.autograd.grad(loss, a)
    assert loss.item() == pytest.approx(6 * 0.3)
    assert (gradient == 0).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda a: batch_hard_triplet(a[:0], a[:0], LABELS[:0], 0.3), "modality is empty"),
        (lambda a: cross_modality(a, a[:0], LABELS, 0.3), "modality is empty"),
        (lambda a: cross_modality(a[:0], a[:0], LABELS[:0], 0.3, "centre"), "modality is empty"),
        (lambda a: identity_loss(a[:0], LABELS[:0]), "modality is empty"),
        (lambda a: batch_hard_triplet(a, a[:4], LABELS, 0.3), "must be aligned"),
        (lambda a: batch_hard_triplet(a, a, LABELS[:4], 0.3), "must be aligned"),
        (lambda a: batch_hard_triplet(a, a, LABELS, -0.1), "margin must be at least 0"),
        (lambda a: batch_hard_triplet(a, a, LABELS, math.nan), "margin must be at least 0"),
        (lambda a: batch_hard_triplet(a, a, LABELS * 0, 0.3), "one person only"),
        (lambda a: cross_modality(a, a, LABELS, 0.3, "center"), "'hard' or 'centre'"),
        (lambda a: identity_loss(a, LABELS * 0, 1.0), "smoothing must be in"),
        (lambda a: total_loss(a.sum(), a.sum(), -1.0), "lam"),
        (lambda a: total_loss(a.sum(), a.sum(), math.nan), "lam"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(XivlabError, match=sentence) as caught:
        call(features())
    assert "\n" not in str(caught.value)


seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, margin=st.floats(0, 5))
def test_triplet_is_the_slow_loop_for_any_batch(seed, margin):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.cat([torch.tensor([0, 1]), torch.randint(0, 3, (5,), generator=generator)])
    a, b = features(7, 3, seed), features(7, 3, seed + 1)
    torch.testing.assert_close(batch_hard_triplet(a, b, labels, margin), slow_triplet(a, b, labels, margin))


@given(seed=seeds)
def test_order_of_the_batch_does_not_matter(seed):
    a, b = features(seed=seed), features(seed=seed + 1)
    order = torch.randperm(6, generator=torch.Generator().manual_seed(seed))
    shuffled = cross_modality(a[order], b[order], LABELS[order], 0.5)
    torch.testing.assert_close(shuffled, cross_modality(a, b, LABELS, 0.5))


@given(seed=seeds, margin=st.floats(0, 2), more=st.floats(0, 2))
def test_loss_is_positive_grows_with_the_margin_and_ignores_a_common_shift(seed, margin, more):
    a, b = features(seed=seed), features(seed=seed + 1)
    loss = batch_hard_triplet(a, b, LABELS, margin)
    assert 0 <= loss <= batch_hard_triplet(a, b, LABELS, margin + more) + 1e-12
    torch.testing.assert_close(batch_hard_triplet(a + 3, b + 3, LABELS, margin), loss)


@given(seed=seeds, scale=st.floats(1e-3, 1e3))
def test_distance_is_symmetric_and_scales(seed, scale):
    a, b = features(seed=seed), features(4, seed=seed + 1)
    torch.testing.assert_close(pairwise_distance(a, b), pairwise_distance(b, a).T)
    torch.testing.assert_close(pairwise_distance(scale * a, scale * b), scale * pairwise_distance(a, b))


@given(st.integers(0, 2**31), st.floats(-1e4, 1e4), st.sampled_from([torch.float32, torch.float64]))
def test_distances_are_the_same_from_any_origin(seed, offset, dtype):
    """A whole number is added, and features are eighths, so that the addition itself loses nothing."""
    a, b = ((features(seed=seed + i).detach() * 8).round().to(dtype) / 8 for i in (0, 1))
    torch.testing.assert_close(
        pairwise_distance(a + round(offset), b + round(offset)), pairwise_distance(a, b)
    )


def test_the_loss_far_from_the_origin_is_that_at_it():
    a, b = ((features(seed=seed, dtype=torch.float32).detach() * 8).round() / 8 for seed in (1, 2))
    far = cross_modality(a + 1000, b + 1000, LABELS, 0.5)
    torch.testing.assert_close(far, cross_modality(a, b, LABELS, 0.5))


@pytest.mark.parametrize("cross", ["hard", "centre"])
def test_modalities_side_by_side_are_what_they_are_one_by_one(cross):
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(4).repeat_interleave(3)
    first, second = torch.randn(2, 3, 12, 8, generator=generator, dtype=torch.float64)
    logits = torch.randn(3, 12, 5, generator=generator, dtype=torch.float64)
    inside = modality_loss(first, logits, labels, 0.3, 0.1)
    across = cross_modality(first, second, labels, 0.5, cross)
    assert inside.shape == across.shape == (3,)
    for i in range(3):
        torch.testing.assert_close(inside[i], modality_loss(first[i], logits[i], labels, 0.3, 0.1))
        torch.testing.assert_close(across[i], cross_modality(first[i], second[i], labels, 0.5, cross))
