"""Embeddings of one's own pictures: those of `xivlab.evaluation.embeddings`, kept by content, never wrong after a change."""

import numpy as np
import pytest
from own_pictures import pictures, small_run
from PIL import Image

from studykit.find.gallery import Embedder, embed_gallery, embed_queries
from studykit.find.photos import files_of
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import embed
from xivlab.runs.weights import load_model


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    return Embedder(small_run(tmp_path_factory.mktemp("runs")))


def embedded(folder, embedder, cache):
    return embed_gallery(folder, files_of([folder]), embedder, cache)


def test_the_embeddings_are_those_of_the_evaluation(embedder, tmp_path):
    """At the network's own size nothing is resized, so the two must agree to rounding."""
    visible = pictures(tmp_path / "visible", size=embedder.size)
    infrared = pictures(tmp_path / "infrared", "infrared", size=embedder.size)
    found = embedded(visible, embedder, tmp_path / "cache")
    queries = embed_queries(files_of([infrared]), embedder)
    pixels = np.stack([np.asarray(Image.open(path)) for path in (*found.paths, *queries.paths)])
    modality = np.repeat([0, 1], len(pixels) // 2)
    images = Images(pixels, modality, modality, modality)
    config = embedder.config
    wanted = embed(load_model(embedder.run), images, config.test_feature, config.normalize)
    np.testing.assert_allclose(found.faces["visible"], wanted.visible, atol=1e-5)
    np.testing.assert_allclose(found.faces["x"], wanted.x, atol=1e-5)
    np.testing.assert_allclose(queries.faces["infrared"], wanted.infrared, atol=1e-5)


def test_only_what_is_new_is_embedded(embedder, tmp_path):
    folder, cache = pictures(tmp_path / "gallery"), tmp_path / "cache"
    first = embedded(folder, embedder, cache)
    again = embedded(folder, embedder, cache)
    assert (first.fresh, again.fresh) == (6, 0)
    np.testing.assert_array_equal(again.faces["x"], first.faces["x"])

    (folder / "0.png").rename(folder / "9.png")  # another name: the picture is known
    Image.open(folder / "1.png").rotate(180).save(folder / "2.png")  # another picture under the same name
    changed = embedded(folder, embedder, cache)
    anew = embedded(folder, embedder, tmp_path / "other")
    assert (changed.fresh, anew.fresh) == (1, 6)
    assert [path.name for path in changed.paths] == ["1.png", "2.png", "3.png", "4.png", "5.png", "9.png"]
    np.testing.assert_allclose(changed.faces["visible"], anew.faces["visible"], atol=1e-6)

    (folder / "3.png").unlink()
    assert len(embedded(folder, embedder, cache)) == 5


def test_another_run_finds_nothing_of_this_one(embedder, tmp_path):
    folder, cache = pictures(tmp_path / "gallery"), tmp_path / "cache"
    embedded(folder, embedder, cache)
    other = Embedder(small_run(tmp_path / "runs", seed=1))
    assert embedded(folder, other, cache).fresh == 6
    assert embedded(folder, embedder, cache).fresh == 0  # and takes nothing away


@pytest.mark.parametrize(
    "harm", [lambda content: content[:-9], lambda content: content.replace(b"\0", b"\1")]
)
def test_a_damaged_cache_is_made_again(harm, embedder, tmp_path):
    folder, cache = pictures(tmp_path / "gallery"), tmp_path / "cache"
    right = embedded(folder, embedder, cache)
    (kept,) = (cache / "find").glob("*.npz")
    kept.write_bytes(harm(kept.read_bytes()))
    mended = embedded(folder, embedder, cache)
    assert mended.fresh == 6
    np.testing.assert_allclose(mended.faces["visible"], right.faces["visible"], atol=1e-6)
    assert embedded(folder, embedder, cache).fresh == 0


def test_a_cache_that_cannot_be_written_costs_time_alone(embedder, tmp_path):
    folder = pictures(tmp_path / "gallery")
    (tmp_path / "cache").write_text("a file stands where the folder should be", encoding="utf-8")
    assert embedded(folder, embedder, tmp_path / "cache").fresh == 6


def test_what_is_no_picture_is_left_out_and_named(embedder, tmp_path):
    folder = pictures(tmp_path / "gallery")
    (folder / "notes.txt").write_text("not a picture", encoding="utf-8")
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:60])
    (folder / ".DS_Store").write_bytes(b"hidden")
    (folder / "again.png").write_bytes((folder / "0.png").read_bytes())
    found = embedded(folder, embedder, tmp_path / "cache")
    assert len(found) == 7 and found.fresh == 6  # the same picture twice is embedded once
    assert [one.path.name for one in found.left_out] == ["cut.png", "notes.txt"]
    assert "cut.png is cut short or damaged" in found.left_out[0].reason
    assert "notes.txt is no JPEG, PNG, BMP, WebP or TIFF picture: convert it." in found.left_out[1].reason


def test_nothing_but_other_files_is_an_error(embedder, tmp_path):
    (tmp_path / "notes.txt").write_text("not a picture", encoding="utf-8")
    with pytest.raises(
        XivlabError, match="None of the files in .* is a picture: name others. The first: .*notes"
    ):
        embedded(tmp_path, embedder, tmp_path / "cache")
    with pytest.raises(XivlabError, match="None of the queries is a picture"):
        embed_queries(files_of([tmp_path / "notes.txt"]), embedder)
