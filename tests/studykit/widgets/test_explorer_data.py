"""What the lambda explorer shows: the stored numbers, and maps that do not jump."""

from dataclasses import replace

import numpy as np
import pytest
import small_results
from scipy.stats import ortho_group
from tiny import tiny

from studykit.analysis.gap import overlap, pair_distances
from studykit.analysis.intervals import interval
from studykit.studies.questions import LAMBDAS
from studykit.widgets.explorer.data import (
    PEOPLE,
    added_position,
    position,
    stored_curve,
    stored_positions,
)
from studykit.widgets.run_view import view_run
from xivlab.errors import XivlabError
from xivlab.evaluation.scores import score
from xivlab.train import train


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield small_results.install(tmp_path_factory.mktemp("project"), monkeypatch)
    small_results.forget()


def test_the_curve_is_the_mean_over_the_seeds_with_its_interval(stored):
    data, _ = stored
    for kind in ("v", "v+x"):
        runs = [small_results.embeddings(data.test, seed, 1 / 1.3) for seed in range(small_results.SEEDS)]
        told = interval([score(run, distances=[kind])["mAP"].item() for run in runs])
        curve = stored_curve(kind)
        # The tables keep six digits.
        np.testing.assert_allclose(curve.scores["mAP"][0.3][:3], told[:3], atol=1e-5)
        assert list(curve.scores["rank1"]) == list(LAMBDAS) and curve.seeds == small_results.SEEDS
        baseline = [score(small_results.embeddings(data.test, s, 1.2, False))["rank1"].item() for s in (0, 1)]
        assert curve.baseline["rank1"] == pytest.approx(np.mean(baseline), abs=1e-5)


def test_every_lambda_has_its_own_embeddings(stored):
    _, first = stored
    for lam, one in zip(LAMBDAS, stored_positions(), strict=True):
        assert one.lam == lam
        whole = first[f"{lam:g}"]
        for kind in ("v", "x"):
            pairs = pair_distances(whole, kind)
            shown = one.distances[kind]
            assert shown.same.sum() == pytest.approx(100) and shown.different.sum() == pytest.approx(100)
            # Half precision may move a pair across an edge: 800 pairs, so a few tenths of a per cent.
            assert shown.overlap == pytest.approx(overlap(*pairs), abs=0.02)
            nearest = np.average((shown.edges[1:] + shown.edges[:-1]) / 2, weights=shown.same)
            assert nearest == pytest.approx(pairs[0].mean(), abs=0.02)  # a bin is 0.033 wide


def test_the_map_holds_a_few_people_and_their_queries(stored):
    one = stored_positions()[3]
    embeddings = one.run_view.embeddings
    assert one.people.tolist() == sorted(set(embeddings.infrared_person.tolist()))[:PEOPLE]
    assert {name: len(points) for name, points in one.points.items()} == {
        "infrared": 4 * PEOPLE, "visible": 8 * PEOPLE, "x": 8 * PEOPLE,
    }  # fmt: skip
    np.testing.assert_array_equal(embeddings.infrared_person[one.queries], one.numbers["infrared"])
    assert 0 < one.kept < 1


def test_a_map_does_not_turn_or_flip_with_the_features(stored):
    one = stored_positions()[3]
    whole = one.run_view.embeddings
    turn = ortho_group.rvs(16, random_state=0)
    moved = replace(whole, **{name: getattr(whole, name) @ turn for name in ("infrared", "visible", "x")})
    again = position(0.1, replace(one.run_view, embeddings=moved), like=one)
    for name, points in one.points.items():
        np.testing.assert_allclose(again.points[name], points, atol=1e-5)  # single precision


def test_maps_lie_near_to_each_other(stored):
    like = stored_positions()[3]
    for one in stored_positions():
        alone = position(one.lam, one.run_view)

        def off(found):
            return sum(((found.points[name] - like.points[name]) ** 2).sum() for name in like.points)

        assert off(one) <= off(alone) + 1e-6


def test_a_run_is_added_at_its_lambda(stored, tmp_path):
    data, _ = stored
    run = train(tiny(lam=0.2), data, tmp_path, quiet=True)
    one = added_position(run, data)
    assert one.lam == 0.2 and one.own and one.run_view.run == run.folder.name
    assert one.run_view.score("mAP", "x") == view_run(run, data).score("mAP", "x")
    assert added_position(train(tiny(method="baseline+x"), data, tmp_path, quiet=True), data).lam == 0
    with pytest.raises(XivlabError, match="The Baseline has no lambda"):
        added_position(train(tiny(method="baseline"), data, tmp_path, quiet=True), data)
