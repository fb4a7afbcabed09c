"""All shipped numbers from nothing, on a world of a few tiny people: from run to table."""

import json

import joblib
import pandas as pd
import pytest
from tiny import TINY

from studykit.studies import make_results
from studykit.studies.answers import answers, read_tables
from studykit.studies.embeddings import read_embeddings
from studykit.studies.generators import read_generators
from studykit.studies.questions import NEAR_INFRARED, TABLE_4, Study
from xivlab.files import SEALS, seals_in
from xivlab.scale import current

SMALL = TINY | {"people_per_batch": 2, "epochs": 1, "steps_per_epoch": 2, "decay_epochs": (1,)}
STUDIES = {
    name: Study("?", (NEAR_INFRARED,), {key: change | SMALL for key, change in variants.items()}, seeds=1)
    for name, variants in {
        "ablation": TABLE_4,
        "special-cases": {"X": {"method": "baseline+x"}},
        "lambda": {"0": {"method": "baseline+x"}, "3": {"lam": 3.0}},
    }.items()
}


@pytest.fixture(scope="module")
def made(folder):
    with pytest.MonkeyPatch.context() as patch, joblib.parallel_config(backend="threading"):
        for module in ("questions", "answers", "make_results", "generators", "faces"):
            patch.setattr(f"studykit.studies.{module}.STUDIES", STUDIES)
        patch.setattr(make_results, "ORDER", [(name, NEAR_INFRARED) for name in STUDIES])
        patch.setattr(make_results, "THERMAL", NEAR_INFRARED)
        make_results.make_results(current(), folder / "results")
        yield folder / "results"


def test_every_run_is_in_the_tables(made):
    tables = read_tables(made / "tables")
    assert sorted(path.name for path in (made / "tables").glob("*.csv")) == [
        f"{name}.synthetic-sysu.csv" for name in sorted(STUDIES)
    ]
    # Baseline, +X (in all three studies), +X+CMG, lambda 3: four runs, by one or three distances.
    assert tables["run"].nunique() == 4 and len(tables) == 1 + 3 * 3


def test_the_next_who_asks_trains_nothing(made, monkeypatch, capsys):
    monkeypatch.setattr("studykit.studies.grid.train", lambda *_, **__: pytest.fail("trained"))
    table = answers("ablation", folder=made / "tables")
    assert set(table["source"]) == {"stored"} and list(dict.fromkeys(table["variant"])) == list(TABLE_4)
    assert capsys.readouterr().out.startswith(
        "ablation on synthetic-sysu: stored results of 3 runs, baseline-"
    )
    pd.testing.assert_frame_equal(
        table.drop(columns="source"), pd.read_csv(made / "tables" / "ablation.synthetic-sysu.csv")
    )


def test_a_damaged_table_is_made_again_within_rounding(made, folder):
    """One cell of the grid, trained anew, gives what is stored."""
    table = made / "tables" / "lambda.synthetic-sysu.csv"
    before = pd.read_csv(table, dtype={"variant": str})
    run = before.loc[before["variant"] == "3", "run"].iloc[0]
    for path in (folder / "runs" / run).iterdir():
        path.unlink()
    again = answers("lambda", folder=folder / "nowhere")
    again = again[again["run"] == run].reset_index(drop=True)
    expected = before[before["run"] == run].reset_index(drop=True)
    pd.testing.assert_frame_equal(again[expected.columns], expected, atol=1e-6)


def test_embeddings_generators_and_what_it_took(made):
    lambdas = read_tables(made / "tables").query("study == 'lambda'")["run"].unique()
    assert all(read_embeddings(run, made / "embeddings")[0].x is not None for run in lambdas)
    assert len(list((made / "embeddings").glob("*.npz"))) == 3  # with the Baseline
    assert sorted(path.name for path in (made / "maps").iterdir()) == sorted(
        path.name for path in (made / "embeddings").iterdir()
    )
    assert set(read_generators(made / "generators.csv")["variant"]) >= {"Baseline+X", "Baseline+X+CMG"}
    measures = {"gap.csv", "place.csv", "losses.csv", "faces.synthetic-sysu.csv", SEALS}
    assert {path.name for path in (made / "measures").iterdir()} == measures
    assert seals_in(made).keys() == {"generators.csv", "about.json"}
    about = json.loads((made / "about.json").read_text())
    assert list(about["minutes"]) == [f"{name} on synthetic-sysu" for name in STUDIES]


def test_what_is_finished_is_stored_and_another_machine_trains_the_rest(made, folder, monkeypatch, tmp_path):
    """Half of the runs on one machine, which is taken away; the other half by --missing."""
    half = tmp_path / "results"
    lost = sorted(path for path in (folder / "runs").iterdir() if path.name.startswith("baseline+x+cmg"))
    away = [path.rename(tmp_path / path.name) for path in lost]
    make_results.write_finished(current(), half)
    known = read_tables(half / "tables")
    assert known["run"].nunique() == 2  # Baseline, and +X
    trained = []
    monkeypatch.setattr(
        "studykit.studies.grid.train",
        lambda config, *_, **__: trained.append(config) or away.pop().rename(lost.pop()),
    )
    with joblib.parallel_config(backend="threading"):
        make_results.make_results(current(), half, missing=True)
    assert len(trained) == 2 and read_tables(half / "tables")["run"].nunique() == 4
    for name in STUDIES:
        both = [pd.read_csv(one / "tables" / f"{name}.synthetic-sysu.csv") for one in (half, made)]
        pd.testing.assert_frame_equal(*both)
    assert set(read_generators(half / "generators.csv")["run"]) == set(
        read_generators(made / "generators.csv")["run"]
    )
