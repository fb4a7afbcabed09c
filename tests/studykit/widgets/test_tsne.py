"""The t-SNE explorer on a toy world: points and their images, maps from a thread, and what words say."""

import io
import threading

import numpy as np
import pytest
import small_results
from PIL import Image
from scipy.spatial.distance import cdist
from tiny import tiny

from studykit.analysis import projection
from studykit.studies import maps
from studykit.widgets import tsne_explorer
from studykit.widgets.tsne import data as tsne_data
from xivlab.errors import XivlabError
from xivlab.runs.run import Run
from xivlab.scale import SCALES
from xivlab.train import train


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = tmp_path_factory.mktemp("project")
        data, _ = small_results.install(folder, monkeypatch)
        monkeypatch.setenv("XIVLAB_CACHE", str(folder / "cache"))
        small = tiny(method="baseline")
        monkeypatch.setattr(
            type(SCALES["demo"]), "config", lambda self, **changes: small
        )  # of the first network
        monkeypatch.setattr(maps, "PERPLEXITIES", (5, 30))
        embeddings = folder / "results" / "embeddings"
        for variant in ("ablation.Baseline.0", "lambda.0.1.0", "lambda.3.0"):
            run = next(embeddings.glob(f"*-{variant}.npz")).stem
            points = projection.points_of(maps.read_embeddings(run, embeddings)[0])
            maps.write_maps(run, points, folder / "results" / "maps")
        yield data
    small_results.forget()


@pytest.fixture
def widget(data):
    return tsne_explorer()


def pixels(widget, name):
    return np.asarray(Image.open(io.BytesIO(widget.views[name].data)).convert("RGB")).astype(int)


def test_the_image_of_a_point_is_shown_with_its_labels(widget, data):
    points = widget._map.points
    for number in (3, len(points) // 2, len(points) - 1):
        widget.point.value = number
        words = widget.views["images"].words
        modality = str(points.modality[number]).replace("x", "X")
        assert words.startswith(
            f"Person {points.person[number]}, camera {points.camera[number]}, {modality}."
        )
        photo = Image.fromarray(widget._map.photo(number)).resize((106, 212), Image.Resampling.BICUBIC)
        shown = pixels(widget, "images")[26:238, 72:178]
        assert np.abs(shown - np.asarray(photo).astype(int)).mean() < 6  # JPEG


def test_an_image_is_that_of_the_person_camera_and_modality_of_its_point(widget, data):
    """By the data set itself, not by the way the widget found it."""
    drawn, test = widget._map, data.test
    for number in range(0, len(drawn.points), 5):
        places = [i for i in range(len(test)) if np.array_equal(test.pixels[i], drawn.photo(number))]
        labels = {(test.person[i], test.camera[i], test.modality[i]) for i in places}
        p = drawn.points
        assert (p.person[number], p.camera[number], int(p.modality[number] == "infrared")) in labels


def test_the_pointer_chooses_the_point_under_it_and_nothing_in_the_open(widget):
    places = widget.places()
    # A point that no other hides: the farthest from its neighbour.
    number = int((cdist(places, places) + 1e9 * np.eye(len(places))).min(1).argmax())
    widget.views["map"].pointer = {
        "press": 0,
        "from": [0, 0],
        "at": (places[number] + 2).tolist(),
        "down": False,
    }
    assert widget.point.value == number
    before = widget.views["map"].data
    widget.views["map"].pointer = {"press": 0, "from": [0, 0], "at": [-500.0, -500.0], "down": False}
    assert widget.point.value == number and widget.views["map"].data == before


def test_places_are_where_the_points_are_drawn(widget):
    """The dot of every sign lies at the pixel that the pointer is measured against."""
    widget.grouping.value = "person"
    page = pixels(widget, "map")
    coloured = (page.max(2) - page.min(2) > 60) | (page.max(2) < 120)
    signed = ~tsne_data.groups("person", widget._map.points)[0].mine
    if tsne_data.groups("person", widget._map.points)[0].name != tsne_data.OTHERS:
        signed[:] = True
    for x, y in widget.places()[signed].round().astype(int):
        assert coloured[y - 2 : y + 3, x - 2 : x + 3].any()


@pytest.mark.parametrize("grouping", tsne_data.GROUPINGS)
def test_every_point_is_in_one_group_with_a_sign_of_its_own(widget, grouping):
    found = tsne_data.groups(grouping, widget._map.points)
    assert (np.sum([one.mine for one in found], 0) == 1).all()
    assert (
        len({(one.colour, one.marker) for one in found}) == len({one.marker for one in found}) == len(found)
    )


def test_colours_change_the_picture_and_not_the_points(widget):
    pictures = {}
    for grouping in tsne_data.GROUPINGS:
        widget.grouping.value = grouping
        pictures[widget.views["map"].data] = widget.places().tobytes()
    assert len(pictures) == 3 and len(set(pictures.values())) == 1


def test_neighbours_are_the_nearest_of_another_image(widget):
    drawn = widget._map
    p = drawn.points
    for number in range(0, len(p), 7):
        for where, near in ((drawn.flat, drawn.near_map), (p.features, drawn.near_features)):
            distance = np.linalg.norm(where - where[number], axis=1)
            for other in np.argsort(distance):
                twin = (p.row[other] == p.row[number]) and (
                    (p.modality[other] == "infrared") == (p.modality[number] == "infrared")
                )
                if not twin:
                    break
            assert distance[near[number]] == pytest.approx(distance[other])


def test_words_compare_the_map_with_the_features(widget):
    kept, words = projection.kept_by(widget._map.points, widget._map.flat), widget.views["map"].words
    assert (
        f"{kept.shown:.0%} are infrared in this map, {kept.true:.0%} in the features, {kept.chance:.0%} by"
        in words
    )
    assert "says nothing" in words


def test_a_stored_map_is_there_at_once(widget, monkeypatch):
    monkeypatch.setattr(tsne_data, "draw_map", lambda *_: pytest.fail("computed"))
    first = widget.views["map"].data
    for name in ("stored: Baseline", "stored: XIV, λ = 3"):
        widget.run.value = name
        assert "neighbours" in widget.views["map"].words and widget.views["map"].data != first
    widget.perplexity.value = 5
    assert "neighbours" in widget.views["map"].words


def test_a_new_map_is_computed_in_a_thread_and_a_sentence_says_so(widget, monkeypatch):
    go, compute = threading.Event(), tsne_data.draw_map
    monkeypatch.setattr(tsne_data, "draw_map", lambda *how: go.wait(60) and compute(*how))
    widget.run.value = next(name for name in widget.run.options if "before training" in name)
    before = widget.views["map"].data
    assert "is being computed" in widget.views["map"].words
    widget.point.value = 2  # meanwhile the old map goes on
    assert widget.views["images"].words.startswith(f"Person {widget._map.points.person[2]},")
    go.set()
    widget.wait()
    assert "neighbours" in widget.views["map"].words and widget.views["map"].data != before
    assert (widget._map.points.modality != "x").all()


def test_an_error_in_the_thread_is_a_sentence(widget, monkeypatch):
    def broken(*_):
        raise XivlabError("This map is impossible: take another.")

    monkeypatch.setattr(tsne_data, "draw_map", broken)
    monkeypatch.setattr(tsne_data, "stored_map", lambda *_: None)
    widget.run.value = "stored: XIV, λ = 1"
    widget.wait()
    assert "This map is impossible" in widget.notice.value
    widget.run.value = f"stored: XIV, λ = {tsne_data.LIKE:g}"
    assert widget.notice.value == ""


def test_own_runs_come_first(data, tmp_path):
    run = train(tiny(), data, tmp_path, quiet=True)
    widget = tsne_explorer({"mine": run}, data)
    assert widget.run.options == ("mine", "slim, before training here")  # the stored runs are of other data
    np.testing.assert_array_equal(
        widget._map.points.features[widget._map.points.modality == "infrared"][0],
        run.embeddings().infrared[widget._map.points.row[widget._map.points.modality == "infrared"][0]],
    )
    assert tsne_explorer([run], data).run.value.startswith("XIV, λ = ")
    with pytest.raises(XivlabError, match="not a run folder"):
        tsne_explorer({"nobody": Run(tmp_path / "nothing")}, data)


def test_on_other_data_the_newest_run_is_shown(data, tmp_path, monkeypatch):
    run = train(tiny(), data, tmp_path, quiet=True)
    monkeypatch.setattr(tsne_data, "newest_run", lambda scale, asked: run if asked is data else None)
    found, first = tsne_data.sources(None, data)
    assert next(iter(found)) == first and first.endswith(f"({run.folder.name[-4:]})") and len(found) == 2


def test_slider_and_points_end_together(widget):
    most = widget.point.max
    widget.point.value = most
    widget.run.value = "stored: Baseline"  # without X: fewer points
    assert widget.point.max == len(widget._map.points) - 1 < most
    assert widget.point.value <= widget.point.max


def test_readers_without_a_kernel_see_a_map(widget):
    data, _ = widget._repr_mimebundle_()
    assert "says nothing" in data["text/plain"] and len(data["image/jpeg"]) < 60_000 * 4 / 3 + 4
