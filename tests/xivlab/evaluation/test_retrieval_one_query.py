import numpy as np
import pytest

from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import sample_gallery
from xivlab.evaluation.retrieval import first_of_each_person, ranked_list, retrieval_metrics

rng = np.random.default_rng(0)
PERSON = np.repeat([9, 4, 6], 8)
INFRARED, VISIBLE = np.tile([3, 6], 12), np.tile([1, 2, 4, 5], 6)
EMBEDDINGS = Embeddings(
    *rng.normal(size=(3, 24, 5)).astype(np.float32), PERSON, INFRARED, np.sort(PERSON), VISIBLE
)


@pytest.mark.parametrize("query", range(24))
def test_finds_what_the_scores_count(query):
    ranked = ranked_list(EMBEDDINGS, query, length=100)
    rows = sample_gallery(EMBEDDINGS.visible_person, EMBEDDINGS.visible_camera, trial=0)
    one = slice(query, query + 1)
    metrics = retrieval_metrics(
        EMBEDDINGS.distance("infrared", "visible", rows, "v+x")[one],
        PERSON[one],
        EMBEDDINGS.visible_person[rows],
        INFRARED[one],
        EMBEDDINGS.visible_camera[rows],
    )
    assert ranked.right[0] == metrics.rank(1)
    hits = np.flatnonzero(ranked.right)
    assert metrics.mAP == pytest.approx(np.mean(np.arange(1, len(hits) + 1) / (hits + 1)))
    seen = EMBEDDINGS.visible_camera[ranked.found]
    assert (2 in seen) == (INFRARED[query] != 3), "camera 2 is hidden from camera 3"
    np.testing.assert_array_equal(ranked.right, EMBEDDINGS.visible_person[ranked.found] == PERSON[query])


def test_length_and_the_gallery_of_regdb():
    assert len(ranked_list(EMBEDDINGS, 0, length=5).found) == 5
    assert sorted(ranked_list(EMBEDDINGS, 0, "regdb", "v", 100).found) == list(range(24))


def test_queries_by_rule():
    assert first_of_each_person(EMBEDDINGS) == [0, 8, 16]
    assert first_of_each_person(EMBEDDINGS, 2) == [0, 8]
