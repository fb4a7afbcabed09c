"""Shipped embeddings: smaller, and still telling the same."""

import numpy as np
import pytest

from studykit.analysis.first_images import first_shots
from studykit.studies.embeddings import read_embeddings, write_embeddings
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.retrieval import search


def embeddings(x=True):
    """Twelve people, four images in each of two infrared and two visible cameras."""
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(12), 8)
    centre = rng.normal(size=(12, 16))[person]
    infrared, visible, third = (
        (centre + rng.normal(scale=0.8, size=centre.shape)).astype(np.float32) for _ in range(3)
    )
    return Embeddings(
        infrared, visible, third if x else None, person, np.tile([3, 6], 48), person, np.tile([1, 4], 48)
    ).normalized()


def test_half_the_images_in_half_precision_find_nearly_the_same(tmp_path):
    whole = embeddings()
    path = write_embeddings("baseline+x-0", whole, tmp_path)
    again, rows = read_embeddings("baseline+x-0", tmp_path)
    assert path.stat().st_size < 0.5 * sum(
        getattr(whole, name).nbytes for name in ("infrared", "visible", "x")
    )
    for light in ("infrared", "visible"):
        np.testing.assert_array_equal(again.people(light), whole.people(light)[rows[light]])
        # Half precision has 11 bits: a relative error of at most 2 ** -11.
        np.testing.assert_allclose(getattr(again, light), getattr(whole, light)[rows[light]], rtol=2**-11)
    assert search(again).mAP == pytest.approx(search(whole).mAP, abs=0.1)


def test_the_baseline_has_no_x(tmp_path):
    write_embeddings("baseline-0", embeddings(x=False), tmp_path)
    assert read_embeddings("baseline-0", tmp_path)[0].x is None


def test_the_first_images_of_each_person_and_camera():
    person, camera = np.array([2, 1, 2, 2, 1, 2]), np.array([1, 1, 1, 2, 1, 1])
    assert first_shots(person, camera, 2).tolist() == [0, 1, 2, 3, 4]
    assert first_shots(person, camera, 1).tolist() == [0, 1, 3]


def test_missing_and_damaged_files_are_one_sentence(tmp_path):
    with pytest.raises(XivlabError, match="No embeddings of other are shipped: train it"):
        read_embeddings("other", tmp_path)
    path = write_embeddings("run", embeddings(), tmp_path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(XivlabError, match="run.npz is damaged"):
        read_embeddings("run", tmp_path)
