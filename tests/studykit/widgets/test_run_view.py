"""One run to look into: what one query finds is what the whole search counts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import toy
from small_results import embeddings
from tiny import tiny

from studykit.studies.embeddings import read_embeddings, write_embeddings
from studykit.widgets.run_view import RunView, find, newest_run, view_run, view_shipped
from xivlab.errors import XivlabError
from xivlab.evaluation.protocols import Sampling, galleries
from xivlab.evaluation.retrieval import retrieval_metrics
from xivlab.scale import SCALES
from xivlab.train import train


@pytest.fixture(scope="module")
def data():
    return toy.dataset()


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    return train(tiny(epochs=1, decay_epochs=()), data, tmp_path_factory.mktemp("runs"), quiet=True)


def run_view(data, protocol="sysu", **changes):
    found = replace(embeddings(data.test), **changes)
    rows = {
        "infrared": np.flatnonzero(data.test.modality == 1),
        "visible": np.flatnonzero(data.test.modality == 0),
    }
    return RunView("toy", found, data.test, rows, protocol, pd.DataFrame())


@pytest.mark.parametrize("protocol", ["sysu", "regdb", "llcm"])
@pytest.mark.parametrize("kind", ["v", "x", "v+x"])
def test_queries_one_by_one_have_the_scores_of_all_at_once(data, protocol, kind):
    one = run_view(data, protocol)
    whole = one.embeddings
    sampling = Sampling() if protocol == "regdb" else Sampling(trials=1)
    rows = galleries(whole.visible_person, whole.visible_camera, protocol, sampling)[0]
    told = retrieval_metrics(
        whole.distance("infrared", "visible", rows, kind),
        whole.infrared_person, whole.visible_person[rows], whole.infrared_camera, whole.visible_camera[rows],
        protocol,
    )  # fmt: skip
    found = [find(one, query, kind) for query in range(len(whole.infrared))]
    assert 0.1 < told.mAP < 0.9  # neither all right nor all wrong
    assert np.mean([f.ap for f in found]) == pytest.approx(told.mAP)
    assert np.mean([f.inp for f in found]) == pytest.approx(told.mINP)
    for k in (1, 2, 5):
        assert np.mean([f.rank <= k for f in found]) == pytest.approx(told.rank(k))
    for f, person in zip(found, whole.infrared_person):
        np.testing.assert_array_equal(f.right, whole.visible_person[f.found] == person)
        np.testing.assert_array_equal(f.hits, 1 + np.flatnonzero(f.right))


def test_the_list_is_in_the_order_of_the_distance(data):
    one = run_view(data)
    ranked = find(one, 3, "v+x").found
    distance = one.embeddings.distance("infrared", "visible", ranked, "v+x")[3]
    assert (np.diff(distance) >= 0).all()


def test_a_query_of_camera_3_is_not_shown_camera_2(data):
    one = run_view(data)
    whole = one.embeddings
    for query in range(len(whole.infrared)):
        found = find(one, query, "v")
        if whole.infrared_camera[query] == 3:
            assert found.hidden == 10  # ten people, one image each in camera 2
            assert not (whole.visible_camera[found.found] == 2).any()
            assert whole.visible_camera[found.left_out].tolist() == [2]
            assert whole.visible_person[found.left_out].tolist() == [whole.infrared_person[query]]
        else:
            assert found.hidden == 0 and len(found.left_out) == 0 and len(found.found) == 40


def test_a_query_with_nobody_left_to_find_counts_nowhere(data):
    plain = embeddings(data.test)
    person = plain.infrared_person[0]
    strangers = np.where(plain.visible_person == person, 10_000, plain.visible_person)
    found = find(run_view(data, visible_person=strangers), 0, "v")
    assert found.rank is None and np.isnan(found.ap) and np.isnan(found.inp)


def test_photographs_are_those_of_the_embeddings(data, run):
    one = view_run(run, data, short=True)
    for light, code in (("infrared", 1), ("visible", 0)):
        people = one.embeddings.people(light)
        for row in (0, len(people) - 1):
            place = one.rows[light][row]
            assert data.test.modality[place] == code and data.test.person[place] == people[row]
            np.testing.assert_array_equal(one.photo(light, row), data.test.pixels[place])


def test_a_short_view_holds_what_would_be_shipped(data, run, tmp_path):
    write_embeddings("one", run.embeddings(), tmp_path)
    shipped, _ = read_embeddings("one", tmp_path)
    short = view_run(run, data, short=True).embeddings
    # Half precision: an error of at most 2 ** -11 of a feature, and of what is smallest in it.
    np.testing.assert_allclose(short.visible, shipped.visible, rtol=2**-11, atol=1e-7)
    np.testing.assert_array_equal(short.infrared_camera, shipped.infrared_camera)


def test_scores_are_those_of_the_run(data, run):
    one = view_run(run, data)
    table = run.test_scores()
    for row in table.itertuples():
        assert one.score("mAP", row.test_distance) == row.mAP
    assert one.kinds == ("v", "x", "v+x")


def test_the_newest_run_on_the_same_data(data, run, tmp_path):
    scale = replace(SCALES["smoke"], runs=run.folder.parent)
    assert newest_run(scale, data).folder == run.folder
    other = replace(data, fingerprint="1" * 64)
    with pytest.raises(XivlabError, match="There is no finished run on toy at smoke scale"):
        newest_run(scale, other)
    with pytest.raises(XivlabError, match="train one first"):
        newest_run(replace(scale, runs=tmp_path), data)


def test_other_data_than_the_runs_are_refused(data, run):
    with pytest.raises(XivlabError, match="was trained on other data"):
        view_run(run, replace(data, fingerprint="1" * 64))


def test_a_run_that_is_not_stored_is_one_sentence(data):
    table = pd.DataFrame({"variant": ["a"], "seed": [0], "run": ["nowhere"]})
    with pytest.raises(XivlabError, match="no stored run 'b' of seed 0 in lambda"):
        view_shipped("lambda", "b", data, scores=table)
    with pytest.raises(XivlabError, match="No embeddings of nowhere are shipped"):
        view_shipped("lambda", "a", data, scores=table)
