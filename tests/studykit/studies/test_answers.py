"""Stored tables: used by the names of runs, only the rest is trained, and the source is always said."""

import pandas as pd
import pytest
import torch
from joblib import effective_n_jobs
from tiny import TINY

from studykit.studies.answers import (
    COLUMNS,
    SCORES,
    answers,
    ask,
    mixture,
    read_tables,
    source,
    tables,
    write_table,
)
from studykit.studies.grid import announced
from studykit.studies.questions import NEAR_INFRARED, STUDIES, Study
from xivlab.errors import XivlabError
from xivlab.scale import Scale, current

pytestmark = pytest.mark.usefixtures("in_threads")
SMALL = TINY | {"people_per_batch": 2, "epochs": 2, "steps_per_epoch": 2, "decay_epochs": (1,)}


@pytest.fixture
def scale(folder, tmp_path, monkeypatch):
    """A project of its own, with one study of two variants and two seeds."""
    two = {"Baseline": {"method": "baseline"}, "Baseline+X": {"method": "baseline+x"}}
    variants = {name: SMALL | changes for name, changes in two.items()}
    monkeypatch.setitem(STUDIES, "tiny", Study("What?", (NEAR_INFRARED,), variants, seeds=2))
    for module in ("xivlab.scale", "studykit.studies.store"):
        monkeypatch.setattr(f"{module}.project", lambda: tmp_path)
    monkeypatch.setattr("studykit.studies.store.SHIPPED", ())
    current.cache_clear()
    yield current()
    current.cache_clear()


def never(*_, **__):
    pytest.fail("trained")


def test_what_is_not_stored_is_trained_and_said(scale, capsys):
    table = answers("tiny")
    assert list(table.columns) == [*COLUMNS, "source"]
    assert table["variant"].tolist() == ["Baseline"] * 2 + ["Baseline+X"] * 6
    assert set(table["source"]) == {"run"} and set(table["study"]) == {"tiny"}
    before, after = capsys.readouterr().out.splitlines()
    assert before == (
        f"tiny on synthetic-sysu: not in the stored tables ({tables()}). {announced(4, scale, effective_n_jobs())}"
    )
    first = table["run"].iloc[0]
    assert after == f"tiny on synthetic-sysu: trained or found here: 4 runs, {first} and on."


def test_what_will_be_trained_is_said_before_it_begins(scale, monkeypatch, capsys):
    """The reader of notebook 08 outside of the kit: 35 runs, and hours at paper scale."""
    said = []
    monkeypatch.setattr("studykit.studies.grid.train", lambda *_, **__: said.append(capsys.readouterr().out))
    with pytest.raises(XivlabError):  # nothing was trained in the end
        answers("tiny", jobs=1)
    assert len(said) == 4 and "Training 4 runs into" in said[0]
    assert f"not in the stored tables ({tables()})" in said[0] and str(scale.runs.resolve()) in said[0]
    assert f"each takes {scale.training}, all 4 times as long" in said[0] and "Ctrl-C" in said[0]


def test_nothing_is_announced_that_is_there(scale, capsys):
    answers("tiny"), capsys.readouterr()
    answers("tiny")
    assert "Training" not in capsys.readouterr().out


def test_what_is_stored_is_neither_trained_nor_opened(scale, monkeypatch, capsys):
    table = ask("tiny", NEAR_INFRARED, scale)
    assert write_table(table, tables()) == tables() / "tiny.synthetic-sysu.csv"
    for run in scale.runs.iterdir():
        (run / "embeddings.npz").unlink(missing_ok=True)
    monkeypatch.setattr("studykit.studies.grid.train", never)
    opened, load = [], Scale.load
    monkeypatch.setattr(Scale, "load", lambda self, *name: opened.append(self) or load(self, *name))
    again = answers("tiny")
    assert len(opened) == 1, "the world is opened for its fingerprint, once"
    assert "stored results of 4 runs, baseline-" in capsys.readouterr().out
    assert set(again["source"]) == {"stored"}
    pd.testing.assert_frame_equal(again[COLUMNS], table[COLUMNS].round(dict.fromkeys(SCORES, 6)))


def test_only_what_is_missing_is_trained(scale, monkeypatch, capsys):
    table = ask("tiny", NEAR_INFRARED, scale)
    write_table(table[table["variant"] == "Baseline"], tables())
    again = answers("tiny")
    assert again.drop_duplicates("run")["source"].tolist() == ["stored", "stored", "run", "run"]
    said = capsys.readouterr().out
    assert (
        "stored results of 2 runs, baseline-" in said and "trained or found here: 2 runs, baseline+x-" in said
    )


def test_another_setting_is_another_run(scale, monkeypatch):
    stored = ask("tiny", NEAR_INFRARED, scale)
    other = {"Baseline": SMALL | {"method": "baseline", "learning_rate": 1e-4}}
    monkeypatch.setitem(STUDIES, "tiny", Study("What?", (NEAR_INFRARED,), other, seeds=2))
    again = ask("tiny", NEAR_INFRARED, scale, stored)
    assert set(again["source"]) == {"run"} and not set(again["run"]) & set(stored["run"])


def test_a_run_of_two_studies_is_stored_once_and_serves_both(scale, monkeypatch):
    table = ask("tiny", NEAR_INFRARED, scale)
    write_table(table, tables())
    write_table(table.assign(study="other"), tables())
    stored = read_tables(tables())
    assert len(stored) == len(table)
    monkeypatch.setitem(STUDIES, "third", Study("?", (NEAR_INFRARED,), STUDIES["tiny"].variants, seeds=1))
    monkeypatch.setattr("studykit.studies.grid.train", never)
    again = ask("third", NEAR_INFRARED, scale, stored)
    assert set(again["study"]) == {"third"} and again["variant"].tolist() == ["Baseline"] + ["Baseline+X"] * 3


def test_an_unknown_study_is_a_sentence(scale):
    with pytest.raises(XivlabError, match="no study 'table4': choose ablation, special-cases"):
        answers("table4")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "a,b\n1,2\n",
        b"\xff\xfe\x00\x01",
        "<<<<<<< HEAD\n",
        ",".join(COLUMNS) + "\n" + ",".join(["1"] * 12) + "\n",
        ",".join(COLUMNS) + "\n" + ",".join(["one"] * len(COLUMNS)) + "\n",
    ],
    ids=["empty", "other columns", "bytes", "a conflict", "a row cut short", "no numbers"],
)
def test_a_damaged_table_is_named(scale, content):
    tables().mkdir(parents=True)
    path = tables() / "ablation.synthetic-sysu.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(
        XivlabError, match=r"ablation.synthetic-sysu.csv is damaged .*: delete it, or restore it"
    ):
        answers("tiny")


def test_no_tables_are_none(tmp_path):
    assert read_tables(tmp_path / "nothing") is None


def test_one_run_is_no_plural():
    row = {"run": "baseline-1", "source": "stored", "study": "tiny", "data": "people", "made": "by hand"}
    assert source(pd.DataFrame([row])) == "tiny on people: stored results of 1 run, baseline-1 and on."


def test_a_mixture_of_arithmetics_is_said():
    made = pd.Series(["PyTorch 2.6, 1 thread"] * 3 + ["PyTorch 2.9, 1 thread"] * 2)
    assert mixture(made[:3]) == ""
    assert mixture(made).startswith(
        " They were not computed alike (3 by PyTorch 2.6, 1 thread; 2 by PyTorch 2.9, 1 thread): "
    )


def test_runs_of_here_say_what_computed_them(scale):
    (made,) = answers("tiny")["made"].unique()
    assert made.startswith(f"PyTorch {torch.__version__}, 1 thread, ")


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("rank1", 7.5, "a score in it is not between 0 and 1"),
        ("mAP", -1.0, "a score in it is not between 0 and 1"),
        ("mINP", float("inf"), "a number in it is infinite"),
        ("seed", 3, "said to be of seed 3 on synthetic-sysu, which that run is not"),
        ("data", "synthetic-regdb", "on synthetic-regdb, which that run is not"),
    ],
)
def test_a_stored_number_that_cannot_be_is_refused(column, value, sentence, scale):
    """Written by us, seal and all."""
    table = ask("tiny", NEAR_INFRARED, scale)
    table.loc[2, column] = value
    write_table(table, tables())
    with pytest.raises(XivlabError, match=sentence):
        answers("tiny")


def test_a_stored_number_that_was_changed_is_refused(scale):
    path = write_table(ask("tiny", NEAR_INFRARED, scale), tables())
    path.write_text(path.read_text().replace(",infrared,v,0.", ",infrared,v,0.9", 1))
    with pytest.raises(XivlabError, match=r"is damaged \(it has changed since it was written\)"):
        answers("tiny")
