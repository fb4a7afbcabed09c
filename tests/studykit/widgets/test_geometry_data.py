"""The terms of twelve points are those of xivlab.loss, whatever the points; and the arrangements do what they say."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studykit.widgets.geometry.data import (
    FARTHEST,
    LABELS,
    STARTS,
    TERMS,
    I,
    Settings,
    V,
    gradient,
    hinges,
    losses,
    step,
)
from xivlab import loss

POINTS = arrays(np.float64, (3, 4, 2), elements=st.floats(-10, 10, width=16))
MARGIN = st.floats(0, 5)
SETTINGS = st.builds(Settings, MARGIN, MARGIN, st.floats(0, 100))
NAMES = {term.name: term for term in TERMS}
# Sums of a few numbers below 100 in double precision, in another order than the package adds them.
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def descend(start, steps, **changes):
    """An arrangement after some steps on L, with its own settings but for `changes`; the settings."""
    rate = changes.pop("rate", start.rate)
    settings = Settings(**{"lam": start.lam} | changes)
    points = start.points
    for _ in range(steps):
        points = step(points, gradient(points, settings, "L"), rate)
    return points, settings


@given(POINTS, SETTINGS)
def test_what_anchors_pay_adds_up_to_the_triplet_loss(points, settings):
    tensor = torch.tensor(points)
    for term in TERMS:
        paid = hinges(points, term, settings.margin(term)).pays.sum()
        wanted = loss.batch_hard_triplet(
            tensor[term.anchor], tensor[term.other], LABELS, settings.margin(term)
        )
        np.testing.assert_allclose(paid, wanted, **CLOSE)


@given(POINTS, SETTINGS)
def test_sums_are_those_of_the_package(points, settings):
    i, x, v = torch.tensor(points)
    found = losses(torch.tensor(points), settings)
    for value, features in zip(found.modality, (i, x, v), strict=True):
        triplet = loss.batch_hard_triplet(features, features, LABELS, settings.margin_respective)
        np.testing.assert_allclose(value, triplet / 4, **CLOSE)  # Eq. 8, with L_id = 0
    for value, other in zip(found.cross, (x, v), strict=True):
        np.testing.assert_allclose(
            value, loss.cross_modality(i, other, LABELS, settings.margin_cross), **CLOSE
        )
    np.testing.assert_allclose(found.L_M, sum(found.modality), **CLOSE)
    np.testing.assert_allclose(found.L_C, sum(found.cross), **CLOSE)
    np.testing.assert_allclose(found.L, found.L_M + settings.lam * found.L_C, **CLOSE)


@given(POINTS, SETTINGS)
def test_the_gradient_of_the_whole_is_that_of_its_terms(points, settings):
    cross = [gradient(points, settings, term) for term in TERMS if not term.within]
    within = [gradient(points, settings, term) for term in TERMS if term.within]
    whole = sum(within) + settings.lam * sum(cross)
    for name, wanted in (("L_M", sum(within)), ("L_C", sum(cross)), ("L", whole)):
        # Between points 3e-5 apart the last digit of a coordinate is some 1e-12 of a direction.
        np.testing.assert_allclose(gradient(points, settings, name), wanted, rtol=1e-10, atol=1e-10)


@given(POINTS, SETTINGS)
def test_hardest_positives_and_negatives_are_found(points, settings):
    for term in TERMS:
        found = hinges(points, term, settings.margin(term))
        for anchor in range(4):
            far = np.linalg.norm(points[term.anchor][anchor] - points[term.other], axis=1)
            own = np.arange(4) // 2 == anchor // 2
            # The package takes distances below the rounding of its matrix product for 0: some 1e-6 here.
            np.testing.assert_allclose(found.d_p[anchor], far[own].max(), atol=1e-5)
            np.testing.assert_allclose(found.d_n[anchor], far[~own].min(), atol=1e-5)
            assert own[found.positive[anchor]] and not own[found.negative[anchor]]


def test_the_numbers_of_notebook_03():
    """Worked out by hand there."""
    points = STARTS["a gap: one shift for all"].points
    within = hinges(points, NAMES["within I"], 0.3)
    np.testing.assert_allclose(within.d_p, [3, 3, 6, 6])
    np.testing.assert_allclose(within.d_n, [4, 5, 4, 5])
    across = hinges(points, NAMES["I among V"], 0.5)
    assert across.pays[:2].tolist() == [0, 0]
    assert across.d_n[2] == pytest.approx(1) and across.negative[2] == 0


@given(POINTS, SETTINGS, st.floats(0.001, 1))
def test_no_point_moves_farther_than_allowed(points, settings, rate):
    slope = gradient(points, settings, "L")
    moved = step(points, slope, rate) - points
    assert np.linalg.norm(moved, axis=-1).max() <= FARTHEST * (1 + 1e-9)
    # Against the gradient, and all shortened alike.
    cosine = (moved * -slope).sum() / max(np.linalg.norm(moved) * np.linalg.norm(slope), 1e-30)
    assert cosine == pytest.approx(1, abs=1e-3) or np.linalg.norm(moved) < 1e-6


def test_a_gap_closes_with_the_papers_lambda():
    points, settings = descend(STARTS["a gap: one shift for all"], 150)
    assert losses(torch.tensor(points), settings).L < 1e-9


def test_without_lambda_the_gap_stays():
    start = STARTS["λ = 0: the gap stays"]
    points, settings = descend(start, 10)
    assert np.array_equal(points, start.points)
    found = losses(torch.tensor(points), settings)
    assert found.L == found.L_M == 0 and found.L_C > 3
    # What it says of V of person 7: nearer to I of person 8 than to its own.
    seven, eight = points[I][:2].mean(0), points[I][2:].mean(0)
    person_7 = points[V][:2].mean(0)
    assert np.linalg.norm(person_7 - eight) < np.linalg.norm(person_7 - seven) / 2
    raised, settings = descend(start, 200, lam=0.1)
    assert losses(torch.tensor(raised), settings).L < 1e-9


def test_a_large_lambda_collapses_infrared_and_a_small_one_does_not():
    start = STARTS["λ = 10: infrared collapses"]
    for steps in (100, 400):
        points, settings = descend(start, steps)
        assert np.ptp(points[I], axis=0).max() < 0.5 < 0.1 * np.ptp(start.points[I], axis=0).max()
        assert losses(torch.tensor(points), settings).L_C > 4 * settings.margin_cross
        pays = hinges(points, NAMES["I among X"], settings.margin_cross).pays
        np.testing.assert_allclose(pays, settings.margin_cross, atol=0.3)
    points, settings = descend(start, 200, lam=0.1, rate=0.3)
    assert losses(torch.tensor(points), settings).L < 1e-9


def test_in_one_point_there_is_no_gradient():
    start = STARTS["collapsed: all in one point"]
    settings = Settings(lam=start.lam)
    found = losses(torch.tensor(start.points), settings)
    assert found.L_M.item() == pytest.approx(3 * settings.margin_respective)
    assert found.L_C.item() == pytest.approx(4 * settings.margin_cross)
    assert not gradient(start.points, settings, "L").any()


def test_the_well_ordered_pay_nothing():
    start = STARTS["well ordered"]
    assert not any(hinges(start.points, term, Settings().margin(term)).pays.any() for term in TERMS)
