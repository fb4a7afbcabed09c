"""Stored runs trained once more: the same digits, or a run that is named."""

from dataclasses import replace

import joblib
import pandas as pd
import pytest
import torch
from tiny import TINY

from studykit.studies import again, make_results
from studykit.studies.again import Stored, computed_here, differing, main, stored_runs, told
from studykit.studies.answers import read_tables, tables
from studykit.studies.questions import NEAR_INFRARED, TABLE_4, Study
from studykit.studies.when import read as read_map
from xivlab.config import Config
from xivlab.files import write_sealed
from xivlab.scale import SCALES, current

MADE = {"torch": "2", "threads": 4, "instructions": "AVX512"}
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
        patch.setattr(again, "read_stored", lambda: None)
        table = make_results.ask("ablation", NEAR_INFRARED, current().on(NEAR_INFRARED))
        yield make_results.write_table(table, folder / "results" / "tables")


def test_a_run_that_is_trained_again_comes_out_to_the_digit(trained, folder, capsys):
    before = sorted((folder / "runs").glob("base*"))
    main(["2"])
    said = capsys.readouterr().out
    assert (
        said.startswith("Draw 0: 2 of 3 stored runs.") and said.count("the stored scores, to the digit") == 2
    )
    assert "2 of 2 runs of this processor came out to the 6 digits that are stored" in said
    assert sorted((folder / "runs").glob("base*")) == before and not list((folder / "runs").glob("again/*"))


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
    assert line.endswith("NOT the stored scores, of infrared queries by v") and "2 of 3 runs" in said
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
        "baseline-1 on d: rank-1 0.250000 then, 0.200000 here; mAP 0.300000 then, 0.300000 here: computed by one then, by another"
    )
    assert "0 of 0 runs" in told(both)


@pytest.mark.parametrize(
    ("processor", "remedy"),
    [
        ("this one (AVX2)", "say --as and one of as it comes, AVX2, SSE4"),
        ("that one (AVX2)", "say --any to train others"),
    ],
)
def test_who_has_another_processor_hears_what_can_be_done(processor, remedy, monkeypatch):
    monkeypatch.setattr(again, "made", lambda _: MADE | {"processor": "this one"})
    other = Stored("baseline-1", NEAR_INFRARED, Config(), f"PyTorch 2, 1 thread, {processor}")
    with pytest.raises(again.XivlabError, match=rf"^No stored run was computed by .*, but by .*: {remedy}"):
        computed_here([other])
    here = replace(other, made="PyTorch 2, 1 thread, this one (AVX512)")
    assert computed_here([other, here]) == [here]


def test_what_cannot_be_drawn_or_compared_is_one_sentence(trained, monkeypatch):
    with pytest.raises(again.XivlabError, match=r"^4 runs cannot be drawn of 3: say 1 to 3\.$"):
        main(["4"])
    monkeypatch.setattr(again, "pick_device", lambda: torch.device("cuda"))
    monkeypatch.setattr(again, "describe", lambda _: "a GPU")
    with pytest.raises(again.XivlabError, match="computed on CPUs, and this is a GPU: say --any to compare"):
        main([])
    monkeypatch.setattr(again, "current", lambda: SCALES["paper"])
    with pytest.raises(again.XivlabError, match="^No run of the scale paper is stored: unset XIVLAB_SCALE"):
        main([])


def test_where_nothing_is_stored_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(again, "tables", lambda: tmp_path)
    monkeypatch.setattr(again, "read_stored", lambda: None)
    with pytest.raises(
        again.XivlabError, match=r"^No score of a run is stored in .*: restore results/ from the kit\.$"
    ):
        stored_runs(SCALES["demo"])
