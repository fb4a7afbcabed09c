"""Scores against a slow loop, cases done by hand, and the mistakes seen in public code."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.loop import loop_metrics
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.embeddings import test_distance as eq2
from xivlab.evaluation.protocols import Sampling, galleries, sample_gallery
from xivlab.evaluation.retrieval import retrieval_metrics, search, searches


def assert_same(metrics, slow):
    np.testing.assert_allclose(metrics.cmc, slow[0])
    assert (metrics.mAP, metrics.mINP) == pytest.approx(slow[1:3])
    assert metrics.valid_queries == slow[3]


@pytest.mark.parametrize("protocol", ["sysu", "llcm", "regdb"])
@settings(max_examples=1000)
@given(
    seed=st.integers(0, 2**32 - 1),
    people=st.integers(1, 30),
    sizes=st.tuples(st.integers(1, 12), st.integers(1, 40)),
    levels=st.sampled_from([2, 5, 10**6]),
)
def test_any_search_scores_as_the_slow_loop(protocol, seed, people, sizes, levels):
    """Few distance levels make many ties; few gallery images leave queries without a match."""
    rng = np.random.default_rng(seed)
    distance = rng.integers(0, levels, sizes).astype(float)
    person = [rng.integers(100, 100 + people, n) for n in sizes]
    camera = [rng.integers(1, 7, n) for n in sizes]
    person[1][0], camera[0][0], camera[1][0] = person[0][0], 6, 1  # at least one match
    arguments = (distance, *person, *camera, protocol)
    assert_same(retrieval_metrics(*arguments), loop_metrics(*arguments))


def test_blocks_change_no_score(monkeypatch):
    """Blocks of one query and blocks that do not divide the queries evenly; few levels, many ties."""
    rng = np.random.default_rng(0)
    people = rng.integers(0, 5, 50), rng.integers(0, 5, 30)
    cameras = rng.choice([3, 6], 50), rng.choice([1, 2, 4], 30)
    arguments = (rng.integers(0, 9, (50, 30)).astype(float), *people, *cameras)
    whole = retrieval_metrics(*arguments)
    for at_once in (1, 7 * 30):
        monkeypatch.setattr("xivlab.evaluation.retrieval.SCORED_AT_ONCE", at_once)
        parts = retrieval_metrics(*arguments)
        assert parts.cmc.tolist() == whole.cmc.tolist()
        assert (parts.mAP, parts.mINP, parts.valid_queries) == (whole.mAP, whole.mINP, whole.valid_queries)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_any_layout_and_precision_of_the_distances_will_do(kind, order):
    distance = np.random.default_rng(0).random((9, 12)).astype(kind, order=order)
    before = distance.copy()
    labels = np.arange(9) % 4, np.arange(12) % 4, np.full(9, 3), np.arange(12) % 3
    assert_same(retrieval_metrics(distance, *labels), loop_metrics(distance, *labels, "sysu"))
    np.testing.assert_array_equal(distance, before)  # nothing is hidden in the caller's matrix


def score(distance, query_person, gallery_person, query_camera=None, gallery_camera=None, **options):
    """`retrieval_metrics` of lists, all queries in camera 6 and all of the gallery in camera 1."""
    return retrieval_metrics(
        np.array(distance, float),
        np.array(query_person),
        np.array(gallery_person),
        np.array(query_camera or [6] * len(query_person)),
        np.array(gallery_camera or [1] * len(gallery_person)),
        **options,
    )


@pytest.mark.parametrize("protocol", ["sysu", "llcm", "regdb"])
def test_perfect_search(protocol):
    metrics = score([[0, 1, 2, 3], [2, 3, 0, 1]], [5, 9], [5, 5, 9, 9], protocol=protocol)
    assert metrics.cmc.tolist() == [1.0] * 20
    assert (metrics.mAP, metrics.mINP, metrics.valid_queries) == (1, 1, 2)
    assert metrics.rank(1) == 1


def test_worst_search():
    metrics = score([[3, 2, 1, 0]], [5], [5, 6, 7, 8])
    assert metrics.cmc[:4].tolist() == [0, 0, 0, 1]
    assert (metrics.mAP, metrics.mINP) == (1 / 4, 1 / 4)


def test_average_precision_and_inverse_penalty_by_hand():
    """Hits at ranks 1, 3 and 6."""
    metrics = score([[0, 1, 2, 3, 4, 5]], [5], [5, 6, 5, 7, 8, 5])
    assert metrics.mAP == pytest.approx((1 / 1 + 2 / 3 + 3 / 6) / 3)
    assert metrics.mINP == 3 / 6


def test_cmc_counts_people_not_images_but_for_regdb():
    """Two images of person 6 stand before the hit: second person, third image."""
    distance, people = [[2, 0, 1]], [5, 6, 6]
    assert score(distance, [5], people, protocol="sysu").cmc[:3].tolist() == [0, 1, 1]
    assert score(distance, [5], people, protocol="llcm").cmc[:3].tolist() == [0, 1, 1]
    assert score(distance, [5], people, protocol="regdb").cmc[:3].tolist() == [0, 0, 1]
    assert score(distance, [5], people).mAP == pytest.approx(1 / 3)  # AP counts images always


def test_camera_3_does_not_see_camera_2_of_any_person():
    """Nearest are camera-2 images of the right and of another person; both must go."""
    layout = {"gallery_person": [5, 6, 7, 5], "gallery_camera": [2, 2, 1, 1], "distance": [[0, 1, 2, 3]]}
    from_3 = score(query_person=[5], query_camera=[3], **layout)
    assert from_3.cmc[:2].tolist() == [0, 1] and from_3.mAP == 1 / 2
    from_6 = score(query_person=[5], query_camera=[6], **layout)
    assert from_6.cmc[0] == 1 and from_6.mAP == pytest.approx((1 + 2 / 4) / 2)


def test_llcm_hides_the_same_person_in_the_same_camera_only():
    metrics = score([[0, 1, 2]], [5], [5, 6, 5], [4], [4, 4, 1], protocol="llcm")
    assert metrics.cmc[:2].tolist() == [0, 1]
    assert metrics.mAP == 1 / 2


def test_queries_without_a_match_count_nowhere():
    """Person 8 is not in the gallery; person 6 only in camera 2, which camera 3 does not see."""
    metrics = score([[0, 1]] * 3, [5, 8, 6], [5, 6], [3, 3, 3], [1, 2])
    assert metrics.valid_queries == 1
    assert metrics.cmc[0] == 1 and metrics.mAP == 1


def test_ties_keep_the_order_of_the_gallery():
    """Long enough for an unstable sort to shuffle."""
    people = np.arange(300)
    metrics = score(np.zeros((1, 300)), [7], people, protocol="regdb", max_rank=10)
    assert metrics.cmc.tolist() == [0] * 7 + [1] * 3


def test_fewer_people_than_ranks_does_not_bend_the_curve():
    """One query keeps three people and the other two: rows of different length in common code."""
    metrics = score([[2, 1, 0], [0, 1, 2]], [5, 5], [5, 6, 7], [6, 3], [1, 1, 2])
    assert metrics.cmc.tolist() == [0.5, 0.5] + [1.0] * 18


def test_query_and_gallery_labels_are_not_interchangeable():
    rng = np.random.default_rng(0)
    distance = rng.random((4, 6))
    query, gallery = np.array([1, 1, 2, 3]), np.array([1, 2, 2, 3, 3, 3])
    assert score(distance, query, gallery).mAP != score(distance.T, gallery, query).mAP
    with pytest.raises(XivlabError, match="4 gallery images"):
        score(distance, gallery, query)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"distance": [[0, np.nan]]}, "NaN or infinite"),
        ({"distance": [[0, np.inf]]}, "NaN or infinite"),
        ({"distance": [[0, 1, 2]]}, "2 gallery images"),
        ({"distance": np.zeros((0, 2)), "query_person": []}, "nothing to search"),
        ({"query_person": [9]}, "No query has a match"),
        ({"query_camera": [1, 2]}, "one camera"),
        ({"protocol": "market"}, "Unknown protocol 'market'"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(change, sentence):
    with pytest.raises(XivlabError, match=sentence):
        score(**{"distance": [[0, 1]], "query_person": [5], "gallery_person": [5, 6]} | change)


def test_eq_2_is_the_sum_of_two_distances():
    infrared, visible, x = np.zeros((1, 2)), np.array([[3.0, 4.0]]), np.array([[0.0, 2.0]])
    assert [eq2(infrared, visible, x, kind).item() for kind in ("v", "x", "v+x")] == [5, 2, 7]
    assert eq2(infrared, visible, None, "v").item() == 5


@pytest.mark.parametrize(
    ("x", "kind", "sentence"), [(None, "v+x", "the baseline has none"), (0, "w", "Unknown test distance")]
)
def test_eq_2_refuses(x, kind, sentence):
    with pytest.raises(XivlabError, match=sentence):
        eq2(np.zeros((1, 2)), np.zeros((1, 2)), x and np.zeros((1, 2)), kind)


def embeddings(seed=0, people=8):
    """Random features around one direction per person; two infrared, four visible cameras."""
    rng = np.random.default_rng(seed)
    centre = rng.normal(size=(people, 4))

    def modality(cameras):
        person, camera, _ = (a.ravel() for a in np.indices((people, len(cameras), 3)))
        feature = centre[person] + rng.normal(size=(len(person), 4))
        return feature.astype(np.float32), person + 50, np.array(cameras)[camera]

    infrared, infrared_person, infrared_camera = modality([3, 6])
    visible, visible_person, visible_camera = modality([1, 2, 4, 5])
    x = visible + rng.normal(size=visible.shape).astype(np.float32)
    return Embeddings(infrared, visible, x, infrared_person, infrared_camera, visible_person, visible_camera)


@pytest.mark.parametrize("kind", ["v", "x", "v+x"])
def test_search_is_the_mean_of_ten_trials(kind):
    e = embeddings()
    trials = []
    for trial in range(10):
        rows = sample_gallery(e.visible_person, e.visible_camera, trial)
        distance = eq2(e.infrared, e.visible[rows], e.x[rows], kind)
        people, cameras = e.visible_person[rows], e.visible_camera[rows]
        trials.append(loop_metrics(distance, e.infrared_person, people, e.infrared_camera, cameras, "sysu"))
    means = [np.mean([trial[i] for trial in trials], axis=0) for i in range(3)]
    assert_same(search(e, "sysu", kind), (*means, 48))


@pytest.mark.parametrize(("query", "gallery"), [("infrared", "visible"), ("visible", "infrared")])
def test_searches_by_several_distances_are_those_one_by_one(monkeypatch, query, gallery):
    e, kinds = embeddings(), ("v", "x", "v+x")
    alone = [search(e, "llcm", kind, query, gallery) for kind in kinds]
    monkeypatch.setattr("xivlab.evaluation.retrieval.MEASURED_AT_ONCE", 100)  # several blocks of queries
    together = searches(e, "llcm", kinds, query, gallery)
    assert list(together) == list(kinds)
    for one, other in zip(alone, together.values()):
        assert_same(one, (other.cmc, other.mAP, other.mINP, other.valid_queries))


@pytest.mark.parametrize(
    "sampling", [Sampling(mode="indoor"), Sampling(shots=2), Sampling(mode="indoor", shots=3)]
)
def test_indoor_and_multi_shot_search(sampling):
    e = embeddings()
    trials = []
    for rows in galleries(e.visible_person, e.visible_camera, "sysu", sampling):
        people, cameras = e.visible_person[rows], e.visible_camera[rows]
        distance = eq2(e.infrared, e.visible[rows], e.x[rows], "v+x")
        trials.append(loop_metrics(distance, e.infrared_person, people, e.infrared_camera, cameras, "sysu"))
    means = [np.mean([trial[i] for trial in trials], axis=0) for i in range(3)]
    assert_same(search(e, sampling=sampling), (*means, 48))


def test_regdb_searches_every_image_in_both_directions():
    e = embeddings()
    there = eq2(e.infrared, e.visible, e.x, "v+x")
    people, cameras = (e.infrared_person, e.visible_person), (e.infrared_camera, e.visible_camera)
    assert_same(search(e, "regdb"), loop_metrics(there, *people, *cameras, "regdb"))
    back = search(e, "regdb", query="visible", gallery="infrared")
    assert_same(back, loop_metrics(there.T, *people[::-1], *cameras[::-1], "regdb"))


@pytest.mark.parametrize("modality", ["visible", "infrared"])
def test_search_inside_one_modality_never_finds_the_query_itself(modality):
    """With random features, finding itself would give rank-1 = 100 %."""
    e = embeddings()
    rng = np.random.default_rng(0)
    noise = {name: rng.normal(size=getattr(e, name).shape) for name in ("infrared", "visible")}
    metrics = search(Embeddings(**vars(e) | noise), "llcm", "v", modality, modality)
    assert metrics.rank(1) < 0.5
    with pytest.raises(XivlabError, match="finds itself"):
        search(e, "sysu", "v", modality, modality)


def test_an_unknown_modality_is_refused():
    with pytest.raises(XivlabError, match="Unknown modality 'thermal'"):
        search(embeddings(), query="thermal")
