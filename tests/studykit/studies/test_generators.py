"""The table of generators: written, read and used only where its runs are those that are asked for."""

import numpy as np
import pandas as pd
import pytest
import torch
from pretended_runs import ToyScale, pretend
from toy import split

from studykit.analysis.x_images import WEIGHTS, from_numbers, numbers_of, who_decides
from studykit.studies import make_results
from studykit.studies.generators import (
    COLUMNS,
    at_hand,
    generators_of,
    learned,
    looks,
    read_generators,
    start,
    write_generators,
)
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.model import XGenerator

IMAGES = Images.of(split(4, 0, 1), 16, 8)


@pytest.fixture
def scale(tmp_path):
    return ToyScale("toy", "demo", "no time", "synthetic-sysu", tmp_path / "runs")


def test_every_learned_generator_of_the_studies_is_asked_for_once(scale):
    asked = learned(scale)
    names = [run.folder.name for *_, run in asked]
    assert len(set(names)) == len(names) == 15
    assert {variant for variant, *_ in asked} == {"Baseline+X", "Baseline+X+CMG", "X, random start"}
    assert sorted(config.seed for variant, config, _ in asked if variant == "Baseline+X") == [0, 1, 2, 3, 4]


def test_from_runs_to_the_table_and_back(scale, tmp_path):
    asked = learned(scale)
    made = [pretend(run, config, number) for number, (_, config, run) in enumerate(asked[:3])]
    table = generators_of([(variant, run) for variant, _, run in asked[:3]])
    path = tmp_path / "results" / "generators.csv"
    write_generators(table, path)
    again = read_generators(path)
    assert list(again) == COLUMNS and again["data"].unique().tolist() == ["toy"]
    visible = torch.rand(2, 3, 4, 4)
    for row, g in zip(again.to_dict("records"), made):
        assert torch.allclose(from_numbers(row)(visible), g(visible), atol=1e-6)


def test_what_is_at_hand_comes_from_runs_else_from_the_table(scale, tmp_path):
    path = tmp_path / "generators.csv"
    assert at_hand(scale, path).empty and list(at_hand(scale, path)) == COLUMNS
    asked = learned(scale)
    for _, config, run in asked[:2]:
        pretend(run, config, 7)
    table = generators_of([(variant, run) for variant, _, run in asked[:2]])
    strangers = table.assign(run=["of-another-version", table["run"][1]])
    write_generators(strangers, path)
    (asked[1][2].folder / "embeddings.npz").unlink()  # not finished any more: the table has it
    assert at_hand(scale, path)["run"].tolist() == table["run"].tolist()
    (asked[0][2].folder / "embeddings.npz").unlink()  # and of this one the table knows another version
    assert at_hand(scale, path)["run"].tolist() == [table["run"][1]]


def test_the_command_keeps_what_it_does_not_know(scale, tmp_path, monkeypatch, capsys):
    path = tmp_path / "results" / "generators.csv"
    monkeypatch.setattr(make_results, "current", lambda: scale)
    monkeypatch.setattr(make_results, "project", lambda: tmp_path)
    _, config, run = learned(scale)[0]
    pretend(run, config, 7)
    older = pd.DataFrame([["old", "Baseline+X", 0, "other", *range(10)]], columns=COLUMNS)
    write_generators(older, path)
    for _ in range(2):
        make_results.main(["--only", "generators"])
        assert read_generators(path)["run"].tolist() == ["old", run.folder.name]
    assert "1 generators" in capsys.readouterr().out


def test_a_damaged_table_is_told(tmp_path):
    path = tmp_path / "generators.csv"
    path.write_text("run,seed\nx,1\n")
    with pytest.raises(XivlabError, match="damaged"):
        read_generators(path)


def test_starts_are_those_of_the_settings():
    assert np.allclose(numbers_of(start("Baseline+X", 3))[:4], [1 / 3, 1 / 3, 1 / 3, 0])
    assert numbers_of(start("X, random start", 3)) == numbers_of(XGenerator(3))


def table_of(variant, *numbers):
    return pd.DataFrame(
        [["run", variant, seed, "toy", *ten] for seed, ten in enumerate(numbers)], columns=COLUMNS
    )


def test_looks_of_known_generators():
    third = [1 / 3] * 3
    table = table_of("Baseline+X", [*third, 0, 1, 2, 3, 0, 0, 0], [*third, -2, 1, 1, 1, 0.8, 0.2, 0.2])
    rows = IMAGES.rows("visible")
    grey = IMAGES.pixels[rows].mean()
    found = looks(table, IMAGES, rows)
    assert np.allclose(found.loc[0, ["R", "G", "B"]].astype(float), grey * np.array([1, 2, 3]), rtol=1e-3)
    assert found.loc[0, "excess"] == pytest.approx(-2 * grey, rel=1e-3)
    assert found.loc[1, "alive"] == 0 and found.loc[1, "excess"] == pytest.approx(0.6 * 255, rel=1e-3)
    begun = looks(table, IMAGES, rows, started=True)
    assert np.allclose(begun["excess"], 0, atol=1e-4)


def test_who_decides():
    def frame(excess, alive=1.0):
        return pd.DataFrame({"variant": ["a", "a", "b", "b"], "excess": excess, "alive": alive})

    found = who_decides(frame([0, 0, -100, 100]), frame([10, 20, -90, 95], [1, 1, 0, 0.5]))
    assert found["decided by"].tolist() == ["training", "the start"]
    assert found["moved"].tolist() == [15, 7.5] and found["dead at end"].tolist() == [0, 1]
    assert len(WEIGHTS) == 10
