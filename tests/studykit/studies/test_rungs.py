"""Rungs of the ladder: what a map, the distances and the lists of a run need, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import small_results
import toy

from studykit.analysis.distances import distances
from studykit.analysis.first_images import shortened
from studykit.studies.rungs import PEOPLE, read_rung, rung, stored_rungs, write_rung
from xivlab.data.images import MODALITY_CODE
from xivlab.errors import XivlabError
from xivlab.evaluation.retrieval import search_one

TEST = toy.dataset().test
WHOLE = small_results.embeddings(TEST, x=False)


def one(run="agw-0", embeddings=WHOLE, like=None):
    return rung(run, embeddings, TEST, "sysu", "v", like)


def test_a_query_finds_what_the_search_finds():
    found = one()
    infrared = np.flatnonzero(TEST.modality == MODALITY_CODE["infrared"])
    visible = np.flatnonzero(TEST.modality == MODALITY_CODE["visible"])
    pairs = {(query.person, query.camera) for query in found.queries}
    assert len(pairs) == len(found.queries), "one query of each person in each camera"
    for query in found.queries:
        row = int(np.flatnonzero(infrared == query.row)[0])
        whole = search_one(WHOLE, row, "sysu", "v")
        assert query.rank == whole.rank and (query.hits, query.of) == (len(whole.hits), len(whole.found))
        np.testing.assert_array_equal(query.found, visible[whole.found[: len(query.found)]])
        np.testing.assert_array_equal(query.right, TEST.person[query.found] == query.person)


def test_the_query_is_one_of_the_points_of_its_map():
    found = one()
    assert len(found.people) == min(PEOPLE, len(np.unique(TEST.person)))
    few = shortened(WHOLE)[0].of_people(found.people)
    for query in found.queries:
        assert found.numbers["infrared"][query.point] == query.person
        assert few.infrared_camera[query.point] == query.camera


def test_distances_are_of_all_test_images():
    found, whole = one().distances, distances(WHOLE, "v", "sysu")
    np.testing.assert_array_equal(found.same, whole.same)
    assert found.overlap == whole.overlap


def test_a_map_is_turned_to_lie_near_another():
    like = one()
    mirrored = replace(WHOLE, infrared=WHOLE.infrared[:, ::-1], visible=WHOLE.visible[:, ::-1])
    turned = one(embeddings=mirrored, like=like)
    for light, points in like.points.items():
        np.testing.assert_allclose(turned.points[light], points, atol=1e-5)


def test_what_is_shipped_is_what_was_seen(tmp_path):
    found = replace(one(), identity=1.5)
    path = write_rung(found, tmp_path)
    again = read_rung("agw-0", tmp_path)
    assert path.stat().st_size < WHOLE.infrared.nbytes + WHOLE.visible.nbytes
    assert again.identity == 1.5 and again.kept == pytest.approx(found.kept)
    for light, points in found.points.items():
        np.testing.assert_allclose(again.points[light], points, atol=1e-6)
    for mine, other in zip(again.queries, found.queries, strict=True):
        np.testing.assert_array_equal(mine.found, other.found)
        assert (mine.row, mine.rank, mine.hits) == (other.row, other.rank, other.hits)


def test_a_query_that_has_nobody_to_find_has_no_rank(tmp_path):
    lonely = replace(one(), queries=(replace(one().queries[0], rank=None),))
    write_rung(lonely, tmp_path)
    assert read_rung("agw-0", tmp_path).queries[0].rank is None


def test_what_is_missing_or_damaged_is_said(tmp_path, monkeypatch):
    assert read_rung("agw-0", tmp_path) is None
    monkeypatch.setattr("studykit.studies.store.SHIPPED", ())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(XivlabError, match="No rung of the ladder is shipped .* make results"):
        stored_rungs({"agw": "agw-0"})
    path = write_rung(one(), tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(XivlabError, match="agw-0.npz is damaged"):
        read_rung("agw-0", tmp_path)
