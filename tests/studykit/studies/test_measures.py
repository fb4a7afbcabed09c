"""Measures over seeds: stored by the names of runs, taken where a run is finished, else left out."""

import numpy as np
import pandas as pd
import pytest
from pretended_runs import ToyScale, pretend

from studykit.studies import measures
from studykit.studies.grid import runs_of
from studykit.studies.measures import add_measures, measured, over_seeds
from xivlab.errors import XivlabError


@pytest.fixture
def scale(tmp_path):
    return ToyScale("toy", "demo", "no time", "synthetic-sysu", tmp_path / "runs")


@pytest.fixture(autouse=True)
def size(monkeypatch):
    """A measure that says which seed a run has."""
    parts = lambda run: {"": {"size": 1.0 + run.config().seed}, "I-V": {"size": 10.0}}
    monkeypatch.setitem(measures.MEASURES, "size", parts)


VARIANTS = {"one": {"method": "baseline+x"}, "other": {"method": "baseline"}}


def runs(scale, *seeds):
    configs = [scale.config(method="baseline+x", seed=seed) for seed in range(5)]
    found = runs_of(configs, scale)
    for seed in seeds:
        pretend(found[seed], configs[seed], seed)
    return [found[seed] for seed in seeds]


def test_finished_runs_are_measured_and_others_left_out(scale, tmp_path, capsys):
    first, _ = runs(scale, 0, 3)
    table = measured("size", VARIANTS, scale, tmp_path)
    assert list(table) == ["of", "seed", "size"]
    assert table["of"].tolist() == ["one", "one I-V"] * 2
    assert table["size"].tolist() == [1, 10, 4, 10]
    assert capsys.readouterr().out == f"size: measured here: 2 runs, {first.folder.name} and on.\n"


def test_stored_measures_need_no_run(scale, tmp_path, capsys):
    found = runs(scale, 0, 1, 2)
    add_measures("size", found[:2], tmp_path)
    for run in found[:2]:
        for path in run.folder.iterdir():
            path.unlink()
    table = measured("size", VARIANTS, scale, tmp_path)
    assert table["seed"].tolist() == [0, 0, 1, 1, 2, 2] and table["size"].tolist() == [1, 10, 2, 10, 3, 10]
    assert "stored results of 2 runs" in capsys.readouterr().out


def test_nothing_at_hand(scale, tmp_path, capsys):
    assert measured("size", VARIANTS, scale, tmp_path).empty
    assert capsys.readouterr().out == "size: no run is at hand.\n"


def test_a_damaged_file_is_one_sentence(scale, tmp_path):
    (tmp_path / "size.csv").write_text("nonsense\n1\n")
    with pytest.raises(XivlabError, match="size.csv is damaged"):
        measured("size", VARIANTS, scale, tmp_path)


def test_means_over_seeds_with_and_without_interval():
    rows = {"of": ["one", "three", "three", "three"], "seed": [0, 0, 1, 4], "size": [2.0, 1.0, 2.0, 3.0]}
    table = pd.DataFrame(rows)
    text = over_seeds(table, 2)
    assert text.loc["one", "size"] == "2.00"
    assert text.loc["three", "size"] == "2.00 ± 2.48" and text.loc["three", "seeds"] == 3
    assert list(over_seeds(table.assign(other=np.arange(4)), columns=["other"])) == ["seeds", "other"]
