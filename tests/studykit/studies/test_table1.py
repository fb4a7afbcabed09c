"""Table 1 at pocket size, on made-up scores: two tables, labels, differences, and the paper's numbers apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_methods import made_up

from studykit.studies import table1
from studykit.studies.questions import HOUSE, OWN_HEAD
from studykit.studies.table1 import CAPTION, REPORTED, as_markdown, heads, idea, reported, rows, said
from xivlab import paper
from xivlab.errors import XivlabError
from xivlab.methods import METHODS, PUBLISHED


def test_a_row_has_mean_interval_and_paired_difference():
    ours = rows(made_up())
    assert list(ours.index) == list(HOUSE), "the order of the study, not of the scores"
    bdtr, first = ours.loc["bdtr"], ours.loc["one-stream"]
    assert first["rank1"] == pytest.approx(22) and np.isnan(first["rank1_over"])
    assert bdtr["rank1"] == pytest.approx(22 + 31 / 3) and bdtr["rank1_over"] == pytest.approx(31 / 3)
    assert bdtr["mAP_over"] == pytest.approx(31 / 6) and bdtr["seeds"] == 3
    # What a seed gives to both cancels: of 11, 10 and 10 the interval is narrow, that of the scores wide.
    assert bdtr["rank1_over_high"] - bdtr["rank1_over_low"] < bdtr["rank1_high"] - bdtr["rank1_low"]
    assert bdtr["rank1_over_low"] > 0 > ours.loc["agw", "rank1_over_low"]
    assert (
        bdtr["rank1_verdict"]
        != ours.loc["agw", "rank1_verdict"]
        != ours.loc["baseline+x+cmg", "rank1_verdict"]
    )


def test_the_other_direction_has_its_own_scores():
    assert (rows(made_up(), "visible")["rank1"] == 90).all()


@pytest.mark.parametrize("change", [{"fidelity": None}, {"assumed": ()}])
def test_a_method_that_does_not_say_how_near_it_is_is_not_printed(monkeypatch, change):
    monkeypatch.setitem(METHODS, "agw", replace(METHODS["agw"], **change))
    for act in (lambda: said("agw"), lambda: rows(made_up()), lambda: as_markdown(made_up())):
        with pytest.raises(
            XivlabError, match="AGW says neither how near it is to its paper nor what is assumed"
        ):
            act()


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_method_has_its_idea_in_words(name):
    assert said(name) and 20 < len(idea(name)) < 110


def test_labels_are_honest():
    text = as_markdown(made_up())
    for words in (
        "Synthetic people",
        "Not the authors' code",
        "not comparable with SYSU-MM01 or RegDB",
        "validation",
    ):
        assert words in text
    assert "reproduce" not in text.lower() and "everything equal but the method" in text
    for name in HOUSE:
        method = METHODS[name]
        assert f"| {method.title} |" in text and all(one in text for one in method.assumed)
        assert (method.fidelity in ("C", "C+", "B-")) == (
            "-style" in method.title or "-small" in method.title
        )
    own = as_markdown(made_up("table1-own"))
    assert "each method's own" in own and "| AGW |" not in own and "| TONE |" in own
    assert CAPTION.startswith("Synthetic people")


def test_what_a_head_is_worth_is_taken_seed_by_seed_where_both_tables_have_it():
    own, house = made_up("table1-own"), made_up()
    own = own[own["seed"] < 2].copy()
    for table, extra in ((own, 0.02), (house, 0.0)):
        mine = table["variant"] == "two-stream"
        table.loc[mine, "rank1"] = 0.2 + 0.01 * table.loc[mine, "seed"] + extra
    found = heads(own, house)
    row = found.loc["two-stream"]
    assert (row["seeds"], row["changes"]) == (2, "no BNNeck")
    assert [row["house"], row["own"], row["gain"]] == pytest.approx([20.5, 22.5, 2])
    assert row["low"] == pytest.approx(row["high"])  # the same in every seed
    assert list(found.index) == list(OWN_HEAD)
    assert all(found["changes"])
    assert found.index[found["changes"] == table1.NOTHING].tolist() == ["dhsme-style", "aligngan-small"]


def test_the_papers_numbers_stand_apart_and_as_they_are():
    block = reported()
    assert list(block.index)[:3] == ["One-stream", "Two-stream", "Zero-Padding"] and len(block) == 12
    assert block.loc["cmGAN", ("rank1", "sysu-mm01")] == pytest.approx(26.97)
    assert np.isnan(block.loc["cmGAN", ("rank1", "regdb")])
    ours, _, apart = as_markdown(made_up()).partition(REPORTED)
    for number in block.stack(future_stack=True).stack(future_stack=True).dropna():
        assert f"{number:.2f}" in apart and f"{number:.2f}" not in ours


def test_no_difference_to_the_papers_numbers_is_made(monkeypatch):
    """Whatever the paper reported, our table is the same."""
    before, other = rows(made_up()), paper.results().assign(rank1=0.5, mAP=0.5)
    monkeypatch.setattr(paper, "results", lambda: other)
    pd.testing.assert_frame_equal(rows(made_up()), before)
    assert (reported().dropna() == 50).all(axis=None)


def test_costs_are_shown_where_they_are_known(monkeypatch):
    known = pd.DataFrame({"weights": [7e5], "operations": [2.5e9], "seconds": [0.2]}, index=["agw"])
    monkeypatch.setattr(table1, "costs", lambda: known)
    ours = rows(made_up())
    assert ours.loc["agw", "operations"] == 2.5e9 and np.isnan(ours.loc["bdtr", "weights"])
    assert "| 700 k | 2.5 G |" in as_markdown(made_up())


def test_two_data_sets_make_no_table():
    both = pd.concat([made_up(), made_up().assign(data="synthetic-regdb")])
    with pytest.raises(XivlabError, match="one by one"):
        rows(both)


def test_every_method_that_has_a_head_of_its_own_is_in_the_second_table():
    assert set(OWN_HEAD) == {name for name in HOUSE if METHODS[name].settings}
    assert next(iter(OWN_HEAD)) == next(iter(HOUSE)) == "one-stream"


def test_what_is_stored_are_the_seeds_that_all_have(tmp_path, monkeypatch):
    monkeypatch.setattr(table1, "tables", lambda: tmp_path)
    table = made_up().assign(protocol="sysu", run=lambda t: t["variant"] + "-" + t["seed"].astype(str))
    monkeypatch.setattr(
        table1, "read_table", lambda path: table[(table["seed"] < 2) | (table["variant"] == "baseline")]
    )
    found = table1.stored()
    assert set(found["seed"]) == {0, 1}
    assert table1.coverage(found) == "21 of 21 methods are trained on synthetic-sysu, 2 of 5 seeds."
    half = table[(table["seed"] == 0) | (table["variant"] != "agw")]
    monkeypatch.setattr(
        table1, "read_table", lambda path: half[(half["seed"] > 0) | (half["variant"] == "agw")]
    )
    with pytest.raises(XivlabError, match="No seed of table1 is stored of all its methods"):
        table1.stored()
