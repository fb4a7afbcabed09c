"""Search by hand: the list, its signs and its scores are those of the package's rules."""

import io
from dataclasses import replace

import numpy as np
import pytest
import small_results
from PIL import Image
from tiny import tiny

from studykit.plots.picture import COLOUR
from studykit.widgets import ranked_search, search
from studykit.widgets.ranked_search import GAP, LIST, PHOTO, TOP, listed, view_of
from studykit.widgets.run_view import find
from xivlab.errors import XivlabError
from xivlab.runs.run import Run
from xivlab.scale import SCALES
from xivlab.train import train


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield small_results.install(tmp_path_factory.mktemp("project"), monkeypatch)[0]
    small_results.forget()


def pixels(widget):
    return np.asarray(Image.open(io.BytesIO(widget.views["lists"].data)).convert("RGB")).astype(int)


def test_photographs_frames_and_scores_are_those_of_the_query(data):
    widget = search()
    for query in (0, 7):
        widget.query.value = query + 1
        page = pixels(widget)
        found = find(widget.run_view, query, "v")
        for place in range(10):
            left = LIST + place * (PHOTO[0] + GAP)
            shown = page[TOP : TOP + PHOTO[1], left : left + PHOTO[0]]
            photo = Image.fromarray(widget.run_view.photo("visible", found.found[place]))
            told = np.asarray(photo.resize(PHOTO, Image.Resampling.BICUBIC)).astype(int)
            inside = (slice(4, -4), slice(4, -4))  # beside the frame
            assert np.abs(shown[inside] - told[inside]).mean() < 6  # JPEG
            frame = page[TOP - 1, left : left + PHOTO[0]]
            name = "right" if found.right[place] else "wrong"
            colour = np.array([int(COLOUR[name][i : i + 2], 16) for i in (1, 3, 5)])
            near = np.abs(frame - colour).sum(1) < 100
            # A frame of right ones is a line; one of wrong ones has gaps.
            assert near.mean() > 0.9 if found.right[place] else 0.3 < near.mean() < 0.9
        said = widget.canvases["lists"].scores["v"].get_text().split("\n")
        assert said == [
            f"rank {found.rank}", "100 %" if found.rank == 1 else "0 %",
            f"{100 * found.ap:.1f} %", f"{100 * found.inp:.1f} %",
        ]  # fmt: skip


def test_words_name_the_query_its_ranks_and_the_rule(data):
    widget = search()
    embeddings = widget.run_view.embeddings
    for camera, says in (
        (3, "1 of this person: cameras 2 and 3 stand in the same place"),
        (6, "Nothing is left out"),
    ):
        query = int(np.flatnonzero(embeddings.infrared_camera == camera)[0])
        widget.query.value = query + 1
        words = widget.views["lists"].words
        assert f"person {embeddings.infrared_person[query]} in camera {camera}" in words and says in words
        ranks = [find(widget.run_view, query, kind).rank for kind in ("v", "x", "v+x")]
        assert f"found at rank {ranks[0]} by v, {ranks[1]} by x, {ranks[2]} by v+x" in words
        mean = 100 * widget.run_view.score("mAP", "v+x")
        assert f"({mean:.1f})" in words


def test_room_is_kept_for_the_longest_words():
    """Of the stored run, whose rules are the longest; every seventh of its queries."""
    widget = search()
    room = widget.views["lists"].letters
    for query in range(1, widget.query.max + 1, 7):
        widget.query.value = query
        assert 0.7 * room < len(widget.views["lists"].words) <= room


def test_previous_and_next_stop_at_the_ends(data):
    widget = search()
    widget.previous.click()
    assert widget.query.value == 1
    widget.next.click()
    assert widget.query.value == 2 and "Query 2 of" in widget.views["lists"].words
    widget.query.value = widget.query.max
    widget.next.click()
    assert widget.query.value == widget.query.max == len(widget.run_view.embeddings.infrared)


def test_a_run_of_ones_own(data, tmp_path):
    run = train(tiny(), data, tmp_path, quiet=True)
    widget = search(run, data)
    assert widget.run_view.run == run.folder.name
    assert len(widget.run_view.embeddings.visible) == (data.test.modality == 0).sum()


def test_the_baseline_has_one_list(data, tmp_path):
    run = train(tiny(method="baseline"), data, tmp_path, quiet=True)
    widget = search(run, data)
    assert list(widget.canvases["lists"].lists) == ["v"]
    assert "by v;" in widget.views["lists"].words


def test_without_a_run_the_stored_one_or_the_newest(data, tmp_path, monkeypatch):
    assert view_of(None, None)[0].run == "baseline+x+cmg-ablation.Baseline+X+CMG.0"
    scale = replace(SCALES["smoke"], data_name="toy", runs=tmp_path)
    monkeypatch.setattr(ranked_search, "current", lambda: scale)
    monkeypatch.setattr(type(scale), "load", lambda self: data)
    with pytest.raises(XivlabError, match="There is no finished run on toy"):
        search()
    run = train(tiny(), data, tmp_path, quiet=True)
    assert view_of(None, None)[0].run == run.folder.name
    with pytest.raises(XivlabError):
        search(Run(tmp_path / "nothing"), data)


def test_long_lists_of_places_are_cut():
    assert listed([3, 5]) == "3, 5"
    assert listed([7, 16, 27, 31, 40, 80]) == "7, 16, 27 … 80"
    for numbers in (range(1, 20), range(95, 110), range(1995, 2010)):
        text = listed(numbers)
        assert len(text) <= 16 and text.startswith(str(numbers[0])) and text.endswith(str(numbers[-1]))
