"""The nearest of a gallery: by every distance, and through FAISS the same lists."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest

from studykit.find.large import LargeGallery
from studykit.find.nearest import nearest
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import test_distance as distance_of

needs_faiss = pytest.mark.skipif(
    find_spec("faiss") is None,
    reason="FAISS is not installed: pip install '.[large]'.",
)


def drawn(queries, size, width=16, seed=0, apart=0.3):
    """Embeddings of length 1: queries, and a gallery whose X lie near its V, as those of a run do."""
    rng = np.random.default_rng(seed)

    def unit(features):
        return (features / np.linalg.norm(features, axis=1, keepdims=True)).astype(np.float32)

    visible = unit(rng.normal(size=(size, width)))
    x = unit(visible + apart * rng.normal(size=visible.shape))
    return unit(rng.normal(size=(queries, width))), {"visible": visible, "x": x}


@pytest.mark.parametrize("kind", ["v", "x", "v+x"])
def test_ranked_by_the_test_distance(kind):
    infrared, gallery = drawn(5, 40)
    found = nearest(infrared, gallery, kind, 7)
    distance = distance_of(infrared, gallery["visible"], gallery["x"], kind)
    assert found.rows.tolist() == np.argsort(distance, axis=1)[:, :7].tolist()
    np.testing.assert_allclose(found.distance, np.sort(distance, axis=1)[:, :7], atol=1e-9)


def test_equal_pictures_keep_the_order_of_the_gallery():
    infrared, gallery = drawn(1, 1)
    same = {face: features.repeat(50, axis=0) for face, features in gallery.items()}
    assert nearest(infrared, same, "v+x", 50).rows.tolist() == [list(range(50))]


@needs_faiss
@pytest.mark.parametrize("kind", ["v", "x", "v+x"])
@pytest.mark.parametrize(("size", "apart"), [(1, 0.3), (9, 0.3), (700, 0.3), (700, 5.0)])
def test_the_exact_search_through_faiss_is_the_plain_one(kind, size, apart):
    """With X far from V as well, where the first few of each face are the wrong ones."""
    infrared, gallery = drawn(6, size, apart=apart)
    count = min(5, size)
    plain = nearest(infrared, gallery, kind, count)
    through = LargeGallery(gallery, kind, "exact").nearest(infrared, count)
    assert through.rows.tolist() == plain.rows.tolist()
    np.testing.assert_allclose(through.distance, plain.distance, atol=2e-9)


@needs_faiss
def test_duplicates_through_faiss_keep_the_order_of_the_gallery():
    """More equal pictures than are taken at first: the list must not hang on which of them came."""
    infrared, gallery = drawn(1, 30)
    same = {
        face: np.concatenate([features[:1].repeat(200, axis=0), features])
        for face, features in gallery.items()
    }
    infrared = same["visible"][:1]  # they are the nearest
    plain = nearest(infrared, same, "v+x", 4)
    assert plain.rows.tolist() == [[0, 1, 2, 3]]
    assert LargeGallery(same, "v+x", "exact").nearest(infrared, 4).rows.tolist() == [[0, 1, 2, 3]]


@needs_faiss
def test_the_approximate_search_of_a_small_gallery_finds_the_same():
    """FAISS builds its graph by a fixed seed; one that remembers as many as there are visits all that hang together."""
    infrared, gallery = drawn(6, 300)
    plain = nearest(infrared, gallery, "v+x", 5)
    through = LargeGallery(gallery, "v+x", "approximate", breadth=300).nearest(infrared, 5)
    assert through.rows.tolist() == plain.rows.tolist()


@needs_faiss
def test_among_many_pictures_a_graph_keeps_more_in_mind(monkeypatch):
    gallery = drawn(1, 40)[1]
    few = LargeGallery(gallery, "v", "approximate").breadth
    monkeypatch.setattr("studykit.find.large.MANY", 39)
    assert LargeGallery(gallery, "v", "approximate").breadth > few
    assert LargeGallery(gallery, "v", "approximate", breadth=7).breadth == 7


def test_without_faiss_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(XivlabError, match=r"A large gallery needs FAISS: type pip install '.\[large\]'"):
        LargeGallery(drawn(1, 3)[1], "v", "exact")
