import numpy as np
import pandas as pd
import pytest
from near import thirty_people

from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Sampling
from xivlab.evaluation.retrieval import search
from xivlab.evaluation.scores import as_text, mean_of, score


@pytest.fixture
def embeddings():
    return thirty_people()


def test_a_row_per_test_distance(embeddings):
    table = score(embeddings)
    assert list(table["test_distance"]) == ["v", "x", "v+x"]
    assert set(table["query"]) == {"infrared"}
    expected = search(embeddings, "sysu", "v+x")
    last = table.iloc[-1]
    assert [last[f"rank{k}"] for k in (1, 10, 20)] == [expected.rank(k) for k in (1, 10, 20)]
    assert (last["mAP"], last["mINP"], last["queries"]) == (expected.mAP, expected.mINP, 120)


@pytest.mark.parametrize("protocol", ["regdb", "llcm"])
def test_both_directions_where_both_are_reported(embeddings, protocol):
    table = score(embeddings, protocol, ["v"])
    assert list(table["query"]) == ["infrared", "visible"]


def test_without_x(embeddings):
    without = Embeddings(**vars(embeddings) | {"x": None})
    assert list(score(without)["test_distance"]) == ["v"]
    with pytest.raises(XivlabError, match="needs X"):
        score(without, distances=["x"])


def test_a_row_says_how_it_was_searched(embeddings):
    indoor = score(embeddings, sampling=Sampling(mode="indoor", shots=10))
    assert set(indoor["protocol"]) == {"sysu indoor 10-shot"}
    assert set(indoor["sampler"]) == {"seeded"} and set(indoor["trials"]) == {10}
    regdb = score(embeddings, "regdb")
    assert set(regdb["sampler"]) == {"every image"} and set(regdb["trials"]) == {1}


def test_mean_of_runs(embeddings):
    others = Embeddings(**vars(embeddings) | {"infrared": np.roll(embeddings.infrared, 1, 0)})
    one, other = score(embeddings), score(others)
    mean = mean_of([one, other])
    assert set(mean["runs"]) == {2}
    np.testing.assert_allclose(mean["mAP"], (one["mAP"] + other["mAP"]) / 2)
    with pytest.raises(XivlabError, match="not searched alike"):
        mean_of([one, score(embeddings, distances=["v"])])


def test_as_text():
    row = {
        "method": "Baseline",
        "test_distance": "v",
        "rank1": 0.5,
        "rank5": np.nan,
        "rank10": 1,
        "rank20": 1,
    }
    table = pd.DataFrame([row | {"mAP": 0.33333, "mINP": 0.0123, "queries": 7}])
    assert as_text(table) == (
        "method    test distance  rank-1  rank-5  rank-10  rank-20    mAP  mINP\n"
        "Baseline  v               50.00       –   100.00   100.00  33.33  1.23"
    )
