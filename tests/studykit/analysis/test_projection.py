"""Two dimensions out of many: whole people, the same map for the same seed, and what a plane keeps."""

import numpy as np
import pytest

from studykit.analysis.projection import plane, some_people, tsne, turned
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings

RNG = np.random.default_rng(0)
PERSON = np.repeat(np.arange(10), 6)


def embeddings(x=True):
    features = RNG.normal(size=(3, 60, 5))
    return Embeddings(*features[:2], features[2] if x else None, PERSON, PERSON % 2, PERSON, PERSON % 3)


def test_some_people_are_whole_and_the_same_for_all_models():
    e, other = embeddings(), embeddings(x=False)
    few, those = some_people(e, 40), some_people(other, 40)
    assert len(few.infrared) + len(few.visible) <= 40 and len(few.x) == len(few.visible)
    kept = np.unique(few.infrared_person)
    assert len(kept) == 3 and np.array_equal(kept, np.unique(those.visible_person)) and those.x is None
    assert len(few.infrared) == np.isin(PERSON, kept).sum()
    assert len(np.unique(some_people(e, 1).infrared_person)) == 1


def test_only_those_who_are_named():
    few = embeddings().of_people(np.array([2, 5]))
    assert set(few.visible_person) == {2, 5} and len(few.visible_camera) == len(few.x) == 12


def test_tsne_finds_two_islands_and_repeats_itself():
    points = np.concatenate([RNG.normal(size=(30, 8)), RNG.normal(20, 1, (30, 8))])
    flat = tsne(points, 10)
    apart = np.linalg.norm(flat[:30].mean(0) - flat[30:].mean(0))
    assert apart > 2 * max(flat[:30].std(0).max(), flat[30:].std(0).max())
    assert np.array_equal(tsne(points, 10), flat)


@pytest.mark.parametrize(("count", "perplexity"), [(501, 30), (20, 30)])
def test_tsne_of_too_many_or_too_few_points(count, perplexity):
    with pytest.raises(XivlabError, match="t-SNE"):
        tsne(np.zeros((count, 2)), perplexity)


def test_a_plane_says_what_it_keeps():
    flat = RNG.normal(size=(500, 2)) * [3, 2]
    whole = plane(np.column_stack([flat, np.zeros((500, 3))]))
    assert whole.kept == pytest.approx(1) and whole.points.shape == (500, 2)
    gap = np.linalg.norm(flat[0] - flat[1])
    assert np.linalg.norm(whole.points[0] - whole.points[1]) == pytest.approx(gap)
    assert plane(RNG.normal(size=(5000, 4))).kept == pytest.approx(0.5, abs=0.05)


def test_turning_recovers_a_rotation_and_a_mirror():
    points = np.random.default_rng(0).normal(size=(20, 2))
    angle = 2.1
    other = points @ np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    np.testing.assert_allclose(turned(other, points), points, atol=1e-12)
