"""HCML: the value worked out by hand, what the fit promises, and what it leaves as it is."""

import pytest
import torch
from tiny import tiny
from toy import dataset

from xivlab.data.images import Images
from xivlab.evaluation.embeddings import embed_both
from xivlab.methods import build_model, hcml
from xivlab.methods.hcml import Problem, across, fit, metric_step, objective


def columns(*values):
    return torch.tensor(values, dtype=torch.float64)[:, None]


def problem(seed=0, shift=0.0, permuted=False):
    """Five people whose looks in the two modalities differ by a turn of the plane and some noise."""
    generator = torch.Generator().manual_seed(seed)
    looks = torch.randn(5, 4, dtype=torch.float64, generator=generator)
    who = torch.arange(5).repeat_interleave(4)
    visible, infrared = (
        looks[who] + 0.1 * torch.randn(20, 4, dtype=torch.float64, generator=generator) for _ in range(2)
    )
    infrared = infrared @ torch.linalg.qr(torch.randn(4, 4, dtype=torch.float64, generator=generator))[0]
    return Problem.of(visible + shift, infrared + shift, who, (who + 1) % 5 if permuted else who)


def first_of_the_right_person(one, V, T, M):
    apart = (one.visible_means @ V)[:, None] - (one.infrared_means @ T)[None]
    return (((apart @ M) * apart).sum(2).argmin(1) == torch.arange(5)).float().mean().item()


def test_by_hand_on_the_line():
    one = Problem.of(columns(0, 2), columns(1, 3), torch.arange(2), torch.arange(2))
    assert one.mu == 3
    eye = torch.eye(1, dtype=torch.float64)
    assert across(one, eye, eye, eye).item() == pytest.approx(1.191630, abs=1e-6)


def test_distances_by_products_are_those_of_the_differences_of_all_pairs():
    one, generator = problem(), torch.Generator().manual_seed(7)
    # Small, where softplus does not yet round; M unsymmetric, as a step may be given it.
    V, T, M = (0.3 * torch.randn(4, 4, dtype=torch.float64, generator=generator) for _ in range(3))
    apart = (one.visible_means @ V)[:, None] - (one.infrared_means @ T)[None]
    distance = ((apart @ M) * apart).sum(2)
    same = torch.eye(5, dtype=torch.bool)
    turned = torch.where(same, distance - one.mu, one.mu - distance)
    losses = torch.logaddexp(torch.zeros_like(turned), turned)
    torch.testing.assert_close(
        across(one, V, T, M), losses[same].mean() + losses[~same].mean(), rtol=1e-12, atol=0
    )


def test_the_gradient_of_m_is_the_papers():
    """A' diag(T1) A - A'TB - B'T'A + B' diag(1'T) B, T = W Y sigmoid(Y (D - mu))."""
    one = problem()
    eye = torch.eye(4, dtype=torch.float64)
    M = eye.clone().requires_grad_()
    (found,) = torch.autograd.grad(across(one, eye, eye, M), M)
    A, B = one.visible_means, one.infrared_means
    D = torch.cdist(A, B).square()
    Y = 2 * eye.new_tensor(torch.eye(5).tolist()) - 1
    W = torch.where(Y > 0, 1 / 5, 1 / 20)
    T = W * Y * torch.sigmoid(Y * (D - one.mu))
    wanted = (
        A.mT @ torch.diag(T.sum(1)) @ A - A.mT @ T @ B - B.mT @ T.mT @ A + B.mT @ torch.diag(T.sum(0)) @ B
    )
    torch.testing.assert_close(found, wanted)


def test_a_step_of_m_stays_below_its_bound_and_positive():
    one = problem()
    eye = torch.eye(4, dtype=torch.float64)
    M, L = metric_step(one, eye, eye, eye, 2.0**-8)
    assert torch.equal(M, M.mT) or torch.allclose(M, M.mT, atol=1e-12)
    assert torch.linalg.eigvalsh(M).min() >= -1e-12 and L >= 2.0**-8
    assert objective(one, eye, eye, M) < objective(one, eye, eye, eye)


def test_the_fit_lowers_the_objective_and_finds_people_that_plain_distances_do_not():
    one = problem()
    eye = torch.eye(4, dtype=torch.float64)
    V, T, M = fit(one)
    assert objective(one, V, T, M) < objective(one, eye, eye, eye)
    assert torch.linalg.eigvalsh(M).min() >= -1e-10
    assert first_of_the_right_person(one, V, T, M) > first_of_the_right_person(one, eye, eye, eye)


def test_permuted_people_teach_nothing_about_the_right_ones():
    V, T, M = fit(problem(permuted=True))
    one, eye = problem(), torch.eye(4, dtype=torch.float64)
    assert first_of_the_right_person(one, V, T, M) <= first_of_the_right_person(one, eye, eye, eye)


def test_without_a_step_it_is_the_plain_distance():
    assert all(torch.equal(found, torch.eye(4, dtype=torch.float64)) for found in fit(problem(), 0))


def test_the_fit_is_written_into_the_networks_and_can_be_repeated(monkeypatch):
    monkeypatch.setattr(hcml, "fit", lambda problem, of=hcml.fit: of(problem, 3))
    config, data = tiny(method="hcml"), dataset()
    model, images = build_model(config, 10), Images.of(data.train, 16, 8)
    before = embed_both(model, images)
    unit = before["before_bn"].normalized()
    assert abs(unit.visible - before["after_bn"].visible).max() < 1e-6
    hcml.learn_metric(model, images)
    one = embed_both(model, images)
    hcml.learn_metric(model, images)
    again = embed_both(model, images)
    assert (one["before_bn"].visible == before["before_bn"].visible).all()
    assert abs(one["after_bn"].visible - before["after_bn"].visible).max() > 1e-3
    assert (one["after_bn"].infrared == again["after_bn"].infrared).all()
    assert model.training


def test_adding_a_constant_to_all_features_changes_nothing():
    """The maps see differences of means and centred features alone, once the origin is taken away."""
    one, other = problem(), problem(shift=3.0)
    torch.testing.assert_close(one.mu, other.mu)
    eye = torch.eye(4, dtype=torch.float64)
    torch.testing.assert_close(objective(one, eye, eye, eye), objective(other, eye, eye, eye))
