"""t-SNE maps that are kept: of the same images for all models, found again for the same features and no others."""

from pathlib import Path

import numpy as np
import pytest

from studykit.analysis.projection import Points, few, kept_by, points_of, tsne
from studykit.studies import maps
from studykit.studies.embeddings import write_embeddings
from studykit.studies.maps import draw_map, name_of, ship_maps, stored_map, write_maps
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings


def embeddings(people=10, x=True, gap=0.0, seed=0):
    """Four images of everybody in each of two infrared and two visible cameras, `gap` apart by modality."""
    draw = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 8)
    centre = draw.normal(size=(people, 6))[person]
    infrared, visible, third = (
        (centre + draw.normal(scale=0.3, size=centre.shape)).astype(np.float32) for _ in range(3)
    )
    infrared[:, 0] += gap
    infrared_camera, visible_camera = np.tile([3, 6], len(person) // 2), np.tile([1, 4], len(person) // 2)
    return Embeddings(
        infrared, visible, third if x else None, person, infrared_camera, person, visible_camera
    )


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path, monkeypatch):
    """A project and a cache of its own."""
    monkeypatch.setenv("XIVLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()


def test_a_few_whole_people_the_same_for_every_model():
    with_x, without = points_of(embeddings(40)), points_of(embeddings(40, x=False))
    images = with_x.modality != "x"
    assert len(with_x) <= 500 and images.sum() <= 250
    for name in ("modality", "person", "camera", "row"):
        np.testing.assert_array_equal(getattr(with_x, name)[images], getattr(without, name))
    # Two images of each of four cameras: 8 of everybody, so 31 people fit into 250.
    assert len(np.unique(with_x.person)) == 31
    assert set(np.unique(with_x.person, return_counts=True)[1]) == {8 + 4}


def test_points_keep_their_features_and_places():
    e = embeddings(5)
    points = points_of(e)
    for i in range(0, len(points), 7):
        light = "infrared" if points.modality[i] == "infrared" else "visible"
        np.testing.assert_array_equal(points.features[i], getattr(e, points.modality[i])[points.row[i]])
        assert points.person[i] == e.people(light)[points.row[i]]
        assert points.camera[i] == e.cameras(light)[points.row[i]]
    assert (np.diff(points.person) >= 0).all(), "person by person, for the arrow keys"
    x = np.flatnonzero(points.modality == "x")
    assert (points.modality[x - 1] == "visible").all() and (points.row[x - 1] == points.row[x]).all()


def test_people_of_one_modality_only_are_left_out():
    person = {"infrared": np.array([1, 1, 2]), "visible": np.array([2, 3, 3])}
    rows = few(person, {light: np.ones(3, int) for light in person})
    assert rows["infrared"].tolist() == [2] and rows["visible"].tolist() == [0]


def test_a_map_is_found_again_for_the_same_features_and_no_others():
    points, other = points_of(embeddings(5)), points_of(embeddings(5, seed=1))
    assert stored_map(points, 5) is None
    drawn = draw_map(points, 5)
    np.testing.assert_array_equal(stored_map(points, 5), drawn)
    assert np.abs(drawn).max() == 1 and drawn.shape == (len(points), 2)
    assert stored_map(points, 15) is None and stored_map(other, 5) is None
    # The same map as notebooks draw it, but for place, scale and half precision (11 bits).
    plain = tsne(points.features, 5)
    plain -= (plain.max(0) + plain.min(0)) / 2
    np.testing.assert_allclose(drawn, plain / np.abs(plain).max(), atol=2**-11)


def test_a_damaged_map_is_drawn_again():
    points = points_of(embeddings(5))
    drawn = draw_map(points, 5)
    path = maps._cache().folder / f"{name_of(points, 5)}.npz"
    path.write_bytes(path.read_bytes()[:50])
    assert stored_map(points, 5) is None
    np.testing.assert_array_equal(draw_map(points, 5), drawn)
    np.testing.assert_array_equal(stored_map(points, 5), drawn)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "cache").write_text("a file in the way")
    assert draw_map(points_of(embeddings(3)), 5).shape == (3 * 12, 2)


def test_shipped_maps_need_no_cache(tmp_path, monkeypatch):
    write_embeddings("baseline+x-0", embeddings(5), tmp_path / "embeddings")
    ship_maps(tmp_path / "embeddings", tmp_path / "results" / "maps")
    monkeypatch.setenv("XIVLAB_CACHE", str(tmp_path / "empty"))
    whole = embeddings(5)  # single precision: not what the map was drawn of
    assert stored_map(points_of(whole), 5, "baseline+x-0") is None
    points = points_of(maps.read_embeddings("baseline+x-0", tmp_path / "embeddings")[0])
    assert stored_map(points, 15, "baseline+x-0") is not None
    assert stored_map(points, 15) is None


def test_shipped_maps_are_as_many_as_there_are_points_for(tmp_path):
    points = points_of(embeddings(3))  # 36
    with np.load(write_maps("run", points, tmp_path)) as file:
        assert set(file) == {name_of(points, k) for k in (5, 15, 30)}


def test_what_a_map_shows_of_the_gap_and_what_is_there():
    apart = points_of(embeddings(20, gap=50.0))
    kept = kept_by(apart, apart.features[:, 1:3])  # a plane in which the gap cannot be seen
    assert kept.true == 1 and kept.chance == pytest.approx(0.5) and kept.shown < 0.8
    alone = Points(*(part[apart.person == 0] for part in vars(apart).values()))
    with pytest.raises(XivlabError, match="two people"):
        kept_by(alone, alone.features[:, :2])


def test_the_shipped_maps_are_those_of_the_shipped_embeddings():
    """Whoever changes the choice of images or the embeddings has to draw them again: python -m studykit.studies.make_results --only maps."""
    results = Path(__file__).parents[3] / "results"
    runs = sorted(path.stem for path in (results / "embeddings").glob("*.npz"))
    assert runs == sorted(path.stem for path in (results / "maps").glob("*.npz"))
    for run in runs:
        points = points_of(maps.read_embeddings(run, results / "embeddings")[0])
        with np.load(results / "maps" / f"{run}.npz") as file:
            assert list(file) == [name_of(points, k) for k in maps.PERPLEXITIES]
