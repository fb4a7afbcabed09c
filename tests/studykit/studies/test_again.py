"""Stored runs trained once more: the same digits, or a run that is named."""

import joblib
import pandas as pd
import pytest
from tiny import TINY

from studykit.studies import again, make_results
from studykit.studies.again import Stored, differing, main, stored_runs, told
from studykit.studies.answers import read_tables, tables
from studykit.studies.questions import NEAR_INFRARED, TABLE_4, Study
from studykit.studies.when import COLUMNS
from studykit.studies.when import read as read_map
from xivlab.config import Config
from xivlab.files import write_sealed
from xivlab.scale import SCALES, current

SMALL = TINY | {"people_per_batch": 2, "epochs": 1, "steps_per_epoch": 2, "decay_epochs": (1,)}
ABLATION = Study("?", (NEAR_INFRARED,), {name: change | SMALL for name, change in TABLE_4.items()}, seeds=1)


def test_every_stored_run_is_one_that_the_studies_ask_for():
    stored = set(read_tables(tables())["run"]) | set(read_map()["run"])
    found = stored_runs(SCALES["demo"])
    assert {one.run for one in found} == stored and len(found) == len(stored) > 300
    assert all(
        one.run.startswith(f"{one.config.method}-") and one.made.startswith("PyTorch") for one in found
    )


@pytest.fixture(scope="module")
def trained(folder):
    """A project with one stored study of three runs."""
    with pytest.MonkeyPatch.context() as patch, joblib.parallel_config(backend="threading"):
        for module in ("questions", "answers", "again"):
            patch.setattr(f"studykit.studies.{module}.STUDIES", {"ablation": ABLATION})
        patch.setattr(again, "points", list)
        patch.setattr(again, "read_map", lambda: pd.DataFrame(columns=list(COLUMNS)))
        table = make_results.ask("ablation", NEAR_INFRARED, current().on(NEAR_INFRARED))
        yield make_results.write_table(table, folder / "results" / "tables")


def test_a_run_that_is_trained_again_comes_out_to_the_digit(trained, folder, capsys):
    before = sorted((folder / "runs").iterdir())
    main(["2"])
    said = capsys.readouterr().out
    assert (
        said.startswith("Draw 0: 2 of 3 stored runs.") and said.count("the stored scores, to the digit") == 2
    )
    assert "2 of 2 runs of this kind of processor came out to the 6 digits that are stored" in said
    assert sorted((folder / "runs").iterdir()) == before, "it was trained where nobody finds it"


def test_another_score_is_told_and_the_command_fails(trained, capsys):
    good = trained.read_text(encoding="utf-8")
    table = pd.read_csv(trained)
    wrong = table.loc[0, "run"]
    table.loc[0, "mAP"] += 0.00001
    write_sealed(trained, lambda file: table.to_csv(file, index=False))
    with pytest.raises(SystemExit, match="1"):
        main(["3"])
    said = capsys.readouterr().out
    line = next(line for line in said.splitlines() if line.startswith(f"{wrong} on"))
    assert line.endswith("NOT the stored scores") and "2 of 3 runs" in said
    write_sealed(trained, lambda file: file.write_text(good, encoding="utf-8"))


def test_of_another_processor_nothing_is_asked():
    row = {
        "run": "baseline-1",
        "data": "d",
        "query": "infrared",
        "test_distance": "v",
        "rank1": 0.25,
        "mAP": 0.3,
    }
    both = pd.DataFrame([row | {"made": "one", "rank1_here": 0.2, "mAP_here": 0.3, "made_here": "another"}])
    assert differing(both).empty and differing(both.assign(made_here="one"))["run"].tolist() == ["baseline-1"]
    assert told(both).startswith(
        "baseline-1 on d: 0.250000 then, 0.200000 here: computed by one then, by another here"
    )
    assert "0 of 0 runs" in told(both)


def test_who_has_another_processor_hears_how_to_compute_as_it_did(monkeypatch):
    other = Stored("baseline-1", NEAR_INFRARED, Config(), "PyTorch 1, 1 thread, a processor (AVX2)")
    monkeypatch.setattr(again, "stored_runs", lambda scale: [other])
    with pytest.raises(
        again.XivlabError, match=r"^No stored run was computed by .*AVX2\): say --as and one of"
    ):
        main([])
    with pytest.raises(again.XivlabError, match=r"^2 runs cannot be drawn of 1: say 1 to 1\.$"):
        main(["2", "--any"])
