"""The lambda explorer: everything follows its controls, and runs can be added from any thread."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import small_results
from tiny import tiny

from studykit.plots.picture import INK
from studykit.widgets import lambda_explorer
from studykit.widgets.explorer.data import stored_curve, stored_positions
from studykit.widgets.run_view import find
from xivlab.errors import XivlabError
from xivlab.scale import current
from xivlab.train import train


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield small_results.install(tmp_path_factory.mktemp("project"), monkeypatch)[0]
    small_results.forget()


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    return train(tiny(lam=0.2), data, tmp_path_factory.mktemp("runs"), quiet=True)


def pictures(widget):
    return {name: view.data for name, view in widget.views.items()}


def changed(widget, before):
    return {name for name, data in pictures(widget).items() if data != before[name]}


def test_lambda_moves_all_four_pictures(data):
    widget = lambda_explorer()
    assert widget.lam.value == "0.1"
    before = pictures(widget)
    widget.lam.value = "3"
    assert changed(widget, before) == {"curve", "map", "distances", "list"}
    for name in before:
        assert "λ = 3" in widget.views[name].words
    widget.lam.value = "0.1"
    assert pictures(widget) == before  # nothing is left over from where it was


def test_words_are_the_stored_numbers(data):
    widget = lambda_explorer()
    for kind in ("v", "v+x"):
        widget.kind.value = kind
        for lam in (0.0, 0.3):
            widget.lam.value = f"{lam:g}"
            curve = stored_curve(kind)
            for metric, name in (("rank1", "rank-1"), ("mAP", "mAP")):
                mean = 100 * curve.scores[metric][lam].mean
                baseline = 100 * curve.baseline[metric]
                words = widget.views["curve"].words
                assert f"{name} {mean:.1f} %" in words and f"Baseline {baseline:.1f} %" in words
    at = stored_positions()[4]
    assert f"infrared to X {100 * at.distances['x'].overlap:.0f} %" in widget.views["distances"].words
    assert f"{100 * at.kept:.0f} % of the variance" in widget.views["map"].words


def test_the_mark_stands_on_the_curve(data):
    widget = lambda_explorer()
    for lam in ("0", "1"):
        widget.lam.value = lam
        canvas = widget.canvases["curve"]
        for ring, metric in zip(canvas.rings, ("rank1", "mAP"), strict=True):
            (x,), (y,) = ring.get_data()
            assert x == canvas.places[float(lam)]
            assert y == pytest.approx(100 * stored_curve("v+x").scores[metric][float(lam)].mean)
    assert canvas.places[1.0] - canvas.places[0.1] == pytest.approx(1)  # a decade


def test_no_mark_of_a_curve_is_cut_at_the_top(data):
    for axes in lambda_explorer().canvases["curve"].picture.axes:
        highest = max(max(line.get_ydata()) for line in axes.lines if line.get_marker() == "o")
        room = axes.transData.transform((0, axes.get_ylim()[1])) - axes.transData.transform((0, highest))
        assert room[1] > 5  # pixels: half a mark


def test_the_number_of_the_query_person_lies_on_top_of_the_others(data):
    widget = lambda_explorer()
    for query in (1, widget.query.max):
        widget.query.value = query
        labels = [label for label in widget.canvases["map"].labels if label.get_visible()]
        strong = [label.get_text() for label in labels if label.get_color() == INK]
        assert strong == [labels[-1].get_text()]
        assert f"strong: person {strong[0]}," in widget.views["map"].words


def test_the_query_moves_map_and_list_only(data):
    widget = lambda_explorer()
    before = pictures(widget)
    widget.query.value = 6
    assert changed(widget, before) == {"map", "list"}
    position = stored_positions()[3]
    found = find(position.run_view, int(position.queries[5]), "v+x")
    words = widget.views["list"].words
    assert f"found at rank {found.rank}, {found.right[:10].sum()} of the first 10 right" in words
    (ring,) = widget.canvases["map"].ring.get_offsets()
    np.testing.assert_array_equal(ring, position.points["infrared"][5])


def test_a_run_is_put_onto_the_curve_and_can_be_chosen(data, run):
    widget = lambda_explorer()
    before = pictures(widget)
    widget.add(run, data)
    assert list(widget.lam.options) == ["0", "0.01", "0.03", "0.1", "0.2 yours", "0.3", "1", "3", "10"]
    assert widget.lam.value == "0.1"  # what the reader looks at stays
    assert "curve" in changed(widget, before)
    widget.lam.value = "0.2 yours"
    scores = run.test_scores().set_index("test_distance")
    assert f"your run: rank-1 {100 * scores.loc['v+x', 'rank1']:.1f} %" in widget.views["curve"].words
    widget.kind.value = "x"
    assert f"mAP {100 * scores.loc['x', 'mAP']:.1f} %" in widget.views["curve"].words
    for name in ("map", "distances", "list"):
        assert "λ = 0.2" in widget.views[name].words
    widget.add(run, data)  # again: nothing new
    assert len(widget.lam.options) == 9


def test_two_runs_of_one_lambda_have_names_of_their_own(data, run, tmp_path):
    widget = lambda_explorer()
    widget.add(run, data)
    widget.add(train(tiny(lam=0.2, seed=1), data, tmp_path, quiet=True), data)
    assert [name for name in widget.lam.options if "yours" in name] == ["0.2 yours", "0.2 yours (2)"]


def test_the_baseline_and_other_data_are_one_sentence(data, run, tmp_path):
    widget = lambda_explorer()
    with pytest.raises(XivlabError, match="The Baseline has no lambda"):
        widget.add(train(tiny(method="baseline"), data, tmp_path, quiet=True), data)
    assert len(widget.lam.options) == 8


def test_a_run_on_other_people_is_said_to_be_one(data, run, monkeypatch):
    other = replace(data, fingerprint="2" * 64)
    monkeypatch.setattr(type(run), "check_data", lambda self, data: None)
    widget = lambda_explorer()
    before = widget.canvases["curve"].ends
    widget.add(run, data)
    assert "does not compare" not in widget.about.value
    widget = lambda_explorer()
    widget.add(run, other)
    assert "A hollow star was scored on other people" in widget.about.value
    assert widget.canvases["curve"].ends == before  # the curve is as tall as without it


def test_runs_added_while_the_slider_moves(data, run, tmp_path):
    runs = [run, train(tiny(lam=0.5), data, tmp_path, quiet=True)]
    widget = lambda_explorer()

    def move():
        for lam in ("0.01", "1", "3", "0", "0.3") * 6:
            widget.lam.value = lam

    threads = [threading.Thread(target=widget.add, args=(one, data)) for one in runs]
    threads.append(threading.Thread(target=move))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"0.2 yours", "0.5 yours"} <= set(widget.lam.options)
    widget.lam.value = "1"
    widget.lam.value = "0.3"
    assert all("λ = 0.3" in widget.views[name].words for name in widget.views)
    assert len(widget.canvases["curve"].places) == 10


def test_another_scale_is_said(data, monkeypatch):
    assert "smoke" not in lambda_explorer().about.value
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    current.cache_clear()
    try:
        assert "This notebook runs at smoke scale" in lambda_explorer().about.value
    finally:
        monkeypatch.undo()
        current.cache_clear()
