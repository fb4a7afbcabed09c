"""Measures of the gap on made-up features whose gap is known."""

import numpy as np
import pytest
from scipy.stats import norm

from studykit.analysis.gap import (
    gap_numbers,
    mmd,
    modality_accuracy,
    overlap,
    pair_distances,
    same_modality,
    separation,
)
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings

RNG = np.random.default_rng(0)
PERSON = np.repeat(np.arange(20), 10)


def cloud(shift=0.0, people=0.0, dimensions=6):
    """200 points of 20 people: round, moved along the first axis, and each person somewhere else."""
    centres = np.random.default_rng(1).normal(0, people, (20, dimensions))
    points = RNG.normal(size=(200, dimensions)) + centres[PERSON]
    points[:, 0] += shift
    return points


def test_a_classifier_is_at_chance_without_a_gap_and_sure_with_a_wide_one():
    assert modality_accuracy(cloud(), cloud(), PERSON, PERSON) == pytest.approx(0.5, abs=0.07)
    assert modality_accuracy(cloud(), cloud(10), PERSON, PERSON) == 1
    # two round clouds at a distance of 2: the best classifier is right with probability Phi(1)
    assert modality_accuracy(cloud(), cloud(2), PERSON, PERSON) == pytest.approx(norm.cdf(1), abs=0.06)


def test_a_classifier_may_not_know_the_modality_by_the_person():
    """People differ widely, and half of them are in one modality only: seen people would betray theirs."""
    features, person = cloud(people=10), PERSON
    first = person < 10
    assert modality_accuracy(features[first], features[~first], person[first], person[~first]) < 0.9


def test_a_classifier_is_balanced_over_the_modalities():
    few = slice(0, 200, 10)  # one image of each person
    assert modality_accuracy(cloud(), cloud()[few], PERSON, PERSON[few]) == pytest.approx(0.5, abs=0.2)
    with pytest.raises(XivlabError, match="two people"):
        modality_accuracy(np.eye(2), np.eye(2), np.zeros(2), np.zeros(2))


def test_mmd_is_unbiased():
    values = [mmd(*np.random.default_rng(seed).normal(size=(2, 30, 4))) for seed in range(200)]
    assert np.mean(values) == pytest.approx(0, abs=3 * np.std(values) / 200**0.5)
    assert min(values) < 0


def test_mmd_by_a_slow_loop():
    one, other = RNG.normal(size=(7, 3)), RNG.normal(1, 1, (5, 3))
    both = np.concatenate([one, other])
    width = np.median([np.linalg.norm(both[i] - both[j]) for i in range(12) for j in range(i)])
    k = lambda a, b: np.exp(-((a - b) ** 2).sum() / (2 * width**2))
    inside = [
        np.mean([k(a, b) for i, a in enumerate(s) for j, b in enumerate(s) if i != j]) for s in (one, other)
    ]
    assert mmd(one, other) == pytest.approx(sum(inside) - 2 * np.mean([k(a, b) for a in one for b in other]))


def test_mmd_grows_with_the_gap():
    assert mmd(cloud(), cloud(0.5)) < mmd(cloud(), cloud(1)) < mmd(cloud(), cloud(3))


def test_neighbours_are_at_chance_without_a_gap_and_all_of_the_modality_with_one():
    mixed = same_modality(cloud(), cloud(), PERSON, PERSON)
    assert mixed.chance == pytest.approx(0.5, abs=0.01) and mixed.share == pytest.approx(0.5, abs=0.05)
    assert same_modality(cloud(), cloud(20), PERSON, PERSON).share == 1


def test_neighbours_of_the_same_person_do_not_count():
    """The nearest image of each infrared one is infrared and of the same person; the next is visible."""
    infrared, visible = np.array([[0.0], [0.1], [9.0], [9.1]]), np.array([[0.5], [8.5]])
    found = same_modality(infrared, visible, np.array([1, 1, 2, 2]), np.array([2, 1]), k=1)
    assert found.share == 0 and found.chance == pytest.approx(2 / 3)


def test_too_many_neighbours_are_refused():
    with pytest.raises(XivlabError, match="10 neighbours"):
        same_modality(np.zeros((2, 1)), np.zeros((2, 1)), np.array([1, 2]), np.array([1, 2]))


def test_overlap_of_two_normal_samples():
    for distance in (0.0, 1.0, 2.0):
        one, other = RNG.normal(0, 1, 100_000), RNG.normal(distance, 1, 100_000)
        assert overlap(one, other) == pytest.approx(2 * norm.cdf(-distance / 2), abs=0.02)


def test_separation_counts_comparisons():
    same, different = RNG.normal(1, 0.3, 50), RNG.normal(1.3, 0.3, 80)
    assert separation(same, different) == pytest.approx(np.mean(same[:, None] < different[None]))
    assert separation(np.zeros(3), np.ones(4)) == 1


def embeddings(shift, x=True):
    visible = cloud(people=3)
    camera = np.tile([1, 2], 100)
    infrared = cloud(shift, people=3)
    return Embeddings(infrared, visible, visible + 0.0 if x else None, PERSON, camera + 2, PERSON, camera)


def test_pairs_that_the_rules_hide_are_left_out():
    e = embeddings(0)
    same, different = pair_distances(e)
    hidden = (e.infrared_camera[:, None] == 3) & (e.visible_camera == 2)
    assert len(same) + len(different) == (~hidden).sum()
    assert len(pair_distances(e, protocol="regdb")[0]) == 20 * 10 * 10
    assert same.mean() < different.mean()


def test_all_numbers_of_a_gap():
    wide, narrow = gap_numbers(embeddings(6)), gap_numbers(embeddings(0, x=False))
    assert list(wide) == ["I-V", "I-X"] and list(narrow) == ["I-V"]
    assert wide["I-V"] == wide["I-X"]  # X is V here
    for name in ("classifier", "mmd", "neighbours"):
        assert wide["I-V"][name] > narrow["I-V"][name]
    assert wide["I-V"]["auc"] < narrow["I-V"]["auc"] and wide["I-V"]["overlap"] > narrow["I-V"]["overlap"]
