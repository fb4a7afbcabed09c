"""A second face at test: the Baseline itself by v, fixed images beside it."""

import pytest
from tiny import tiny
from toy import dataset

from studykit.analysis.second_face import FACES, second_faces
from xivlab.train import train


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    data = dataset()
    run = train(tiny(method="baseline"), data, tmp_path_factory.mktemp("runs"), quiet=True)
    return second_faces(run, data.test), run.test_scores()


def test_every_face_is_searched_alone_and_beside_v(found):
    table, _ = found
    assert table.groupby("face", sort=False)["test_distance"].agg(list).to_dict() == {
        face: ["v", "x", "v+x"] for face in FACES
    }
    assert table[["rank1", "mAP"]].stack().between(0, 1).all()


def test_v_is_the_baseline_as_it_is(found):
    table, scores = found
    own = scores.loc[scores["query"] == "infrared", "rank1"].iloc[0]
    assert table.loc[table["test_distance"] == "v", "rank1"].tolist() == pytest.approx([own] * len(FACES))


def test_another_face_is_another_search(found):
    table, _ = found
    assert table.loc[table["test_distance"] == "x", "mAP"].nunique() > 1
