"""The ladder: every picture follows the method, and the words are the stored numbers."""

import pytest
import small_ladder

from studykit.studies.answers import read_table, tables
from studykit.studies.table1 import rows
from studykit.widgets import ladder
from studykit.widgets.rungs.data import guessing, made_of, one_stream, steps
from xivlab.errors import XivlabError


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield small_ladder.install(tmp_path_factory.mktemp("project"), monkeypatch)
    small_ladder.forget()


@pytest.fixture(scope="module")
def widget(data):
    return ladder()


def test_the_method_moves_all_five_pictures(widget):
    assert widget.method.value == "One-stream"
    before = {name: view.data for name, view in widget.views.items()}
    widget.method.value = "BDTR"
    assert all(view.data != before[name] for name, view in widget.views.items())
    assert all("BDTR" in view.words for view in widget.views.values())
    assert "Ye et al., IJCAI 2018" in widget.about.value
    widget.method.value = "One-stream"
    assert {name: view.data for name, view in widget.views.items()} == before


def test_the_query_moves_map_and_list_alone(widget):
    before = {name: view.data for name, view in widget.views.items()}
    widget.query.value = 3
    changed = {name for name, view in widget.views.items() if view.data != before[name]}
    assert changed == {"list", "map"}
    widget.query.value = 1


def test_words_are_the_stored_numbers(widget):
    scores = rows(read_table(tables() / "table1.synthetic-sysu.csv"))
    for one in steps():
        widget.method.value = one.title
        said, row = widget.views["scores"].words, scores.loc[one.name]
        assert f"rank-1 {row['rank1']:.1f} %" in said and "2 seeds" in said
        if one.name != "one-stream":
            assert f"{row['rank1_over']:+.1f} points" in said and row["rank1_verdict"] in said
        found = one.rung.queries[0]
        assert f"by the distance {one.kind}" in widget.views["list"].words
        assert f"found at rank {found.rank}" in widget.views["list"].words
        assert f"{100 * one.rung.distances.overlap:.0f} %" in widget.views["distances"].words
    widget.method.value = "One-stream"


def test_a_method_is_searched_by_its_own_distance(data):
    assert {one.name: one.kind for one in steps()}["baseline+x+cmg"] == "v+x"


def test_the_anatomy_is_that_of_the_study(data):
    assert made_of("bdtr").private and not made_of("one-stream").private
    made_of("d2rl-style")  # which takes more steps: no setting of the networks


def test_without_one_stream_there_is_nothing_to_compare_with(data):
    with pytest.raises(XivlabError, match="One-stream is not among the stored methods"):
        one_stream(steps()[1:])


def test_whoever_guesses_pays_the_logarithm_of_the_people(data):
    assert guessing() == pytest.approx(2.302585)  # ten people train in the toy world
