"""Table 1 at pocket size, on made-up scores: two tables, labels, differences, and the paper's numbers apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from studykit.studies import table1
from studykit.studies.answers import COLUMNS
from studykit.studies.questions import HOUSE, NEAR_INFRARED, OWN_HEAD, STUDIES
from studykit.studies.table1 import CAPTION, REPORTED, as_markdown, idea, reported, rows, said
from xivlab import paper
from xivlab.errors import XivlabError
from xivlab.methods import METHODS, PUBLISHED


def made_up(study="table1", gains=None, seeds=3):
    """One-stream has 20, 22, 24 % and so on; a method as much more as `gains` says, in points, and 1 point of its own in
    its first seed."""
    gains = {"bdtr": 10.0, "agw": 0.0, "baseline+x+cmg": -5.0} if gains is None else gains
    found = []
    for name in STUDIES[study].variants:
        for seed in range(seeds):
            own = 0 if name == "one-stream" else gains.get(name, 3.0) + (seed == 0)
            for distance in METHODS[name].distances:
                score = (20 + 2 * seed + own) / 100 if distance == METHODS[name].distances[-1] else 0.01
                row = dict.fromkeys(COLUMNS, "") | {
                    "study": study,
                    "variant": name,
                    "seed": seed,
                    "data": NEAR_INFRARED,
                }
                row |= {"query": "infrared", "test_distance": distance, "rank1": score, "mAP": score / 2}
                found += [row, row | {"query": "visible", "rank1": 0.9, "mAP": 0.9}]
    return pd.DataFrame(found)


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
