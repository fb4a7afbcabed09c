"""The stored comparison beside a run of a minute: its numbers are those of the tables, and no others are taken for it."""

import pandas as pd
import pytest

from studykit.analysis.effects import effects
from studykit.studies.answers import COLUMNS, write_table
from studykit.studies.converged import converged
from studykit.studies.grid import runs_of
from studykit.studies.questions import STUDIES
from xivlab.scale import SCALES

SCALE = SCALES["smoke"].on("synthetic-sysu")
SCORES = {"baseline": {"v": 0.2}, "baseline+x": {"v": 0.2, "x": 0.1, "v+x": 0.21}}
SCORES["baseline+x+cmg"] = {"v": 0.24, "x": 0.1, "v+x": 0.25}


@pytest.fixture
def stored(monkeypatch, tmp_path):
    """The ablation of the tests' scale, with scores that are known."""
    monkeypatch.setattr("studykit.studies.converged.tables", lambda: tmp_path)
    asked = STUDIES["ablation"].configs(SCALE)
    rows = []
    for (name, config), run in zip(asked, runs_of([config for _, config in asked], SCALE)):
        about = dict.fromkeys(COLUMNS, 0.5) | {"study": "ablation", "variant": name, "run": run.folder.name}
        about |= {
            "seed": config.seed,
            "data": "synthetic-sysu",
            "protocol": "sysu",
            "sampler": "seeded",
            "made": "here",
        }
        for distance, score in SCORES[config.method].items():
            rank1 = score + 0.01 * config.seed
            rows.append(about | {"query": "infrared", "test_distance": distance, "rank1": rank1})
    table = pd.DataFrame(rows)
    write_table(table, tmp_path)
    return table


def test_what_is_stored_is_told_with_its_interval(stored):
    found = converged(SCALE)
    assert found.steps == 6 and found.seeds == 2
    assert found.scores["Baseline"].mean == pytest.approx(0.205)
    assert found.scores["Baseline+X+CMG"].mean == pytest.approx(0.255)
    for one, other in zip(found.gain, effects(stored, "Baseline+X+CMG"), strict=True):
        assert one.mean == pytest.approx(other.mean)
    assert found.share(0.1025) == pytest.approx(0.5)
    said = str(found)
    assert said.startswith("Trained to the end (6 steps, 2 seeds, stored), rank-1: Baseline 20.5 % (")
    assert "+5.0 points (+5.0 to +5.0): holds; training effect +4.0" in said


def test_tables_of_other_runs_are_not_taken(stored):
    assert converged(SCALES["demo"].on("synthetic-sysu")) is None
    assert converged(SCALE.on("synthetic-regdb")) is None


def test_without_tables_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr("studykit.studies.converged.tables", lambda: tmp_path / "none")
    assert converged(SCALE) is None
