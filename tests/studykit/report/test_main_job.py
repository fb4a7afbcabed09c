import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import small_study
from fake_world import FakeWorld
from near import thirty_people

from studykit.report import main_job as module
from studykit.report.main_job import COMPARED, chance, main_job
from xivlab.cli import main
from xivlab.config import preset
from xivlab.errors import XivlabError
from xivlab.evaluation.scores import score
from xivlab.scale import current


@pytest.fixture(scope="module")
def done(folder):
    return main_job(current(), folder / "results", folder / "notebooks", at_once=1)


def test_both_methods_are_trained_with_one_seed(done):
    assert tuple(one.config.method for one in done.trained) == COMPARED
    assert len({one.config.seed for one in done.trained}) == 1
    assert all(one.run.finished and one.seconds > 0 for one in done.trained)


def test_one_tidy_table(done, folder):
    table = pd.read_csv(folder / "results" / "results.csv")
    assert list(zip(table["method"], table["test_distance"])) == [
        ("baseline", "v"),
        ("baseline+x+cmg", "v"),
        ("baseline+x+cmg", "x"),
        ("baseline+x+cmg", "v+x"),
    ]
    assert set(table["run"]) == {one.run.folder.name for one in done.trained}
    assert table[["rank1", "rank10", "rank20", "mAP", "mINP"]].stack().between(0, 1).all()
    assert set(table["fingerprint"]) == {done.data.fingerprint}
    assert (table["queries"] > 0).all()
    assert table.notna().all(axis=None)


def test_notebooks_are_executed_at_the_same_scale(done, folder):
    assert [(one.name, one.failure) for one in done.notebooks] == [("00_good", None)]
    assert "at smoke scale, in notebooks" in (folder / "results/notebooks/00_good.html").read_text()


def test_what_is_done_is_found(done, folder, capsys):
    again = main_job(current(), folder / "results", folder / "notebooks")
    assert [one.seconds for one in again.trained] == [None, None]
    assert [one.run for one in again.trained] == [one.run for one in done.trained]
    pd.testing.assert_frame_equal(again.trained[1].scores, done.trained[1].scores)
    assert capsys.readouterr().out.startswith("1/3 Data: synthetic-sysu\n2/3 Training")


def test_nothing_costs_time_without_notebooks(folder, tmp_path):
    FakeWorld.exposed = 0
    scale = replace(current(), data_name="synthetic-regdb")
    with pytest.raises(XivlabError, match="There is no notebook"):
        main_job(scale, tmp_path / "results", tmp_path)
    assert FakeWorld.exposed == 0
    assert not (tmp_path / "results").exists()


# In a process of its own, for a helper opens the real world. Prints the method of each training and whether it was
# there already, and the seconds of both.
SIDE_BY_SIDE = """
from dataclasses import replace
from pathlib import Path
import torch
from studykit.report import main_job as module
from xivlab.scale import current
if __name__ == "__main__":
    train, begun = module.train, []
    def noted(config, data, runs, **kwargs):
        begun.append((config.method, module.run_of(config, data, runs).finished))
        return train(config, data, runs, **kwargs)
    module.train = noted
    module.pick_device = lambda: torch.device("cpu")
    scale = replace(current(), runs=Path("runs"))
    done = module.main_job(scale, Path("results"), Path("notebooks"), at_once=2)
    print(begun, [one.seconds > 0 for one in done.trained])
"""


@pytest.mark.slow
def test_the_methods_are_trained_side_by_side(tmp_path):
    small_study.write_notebook(tmp_path / "notebooks" / "00_good.ipynb", small_study.GOOD)
    (tmp_path / "job.py").write_text(SIDE_BY_SIDE, encoding="utf-8")
    environment = os.environ | {
        "XIVLAB_SCALE": "smoke",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    asked = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "text": True}
    said = subprocess.run([sys.executable, "job.py"], check=True, **asked).stdout
    # The first was trained beside the second, and then only found.
    assert said.endswith("[('baseline+x+cmg', False), ('baseline', True)] [True, True]\n")
    assert "3/3 Notebooks: 1, 2 at a time" in said


@pytest.mark.parametrize(
    ("cores", "free", "room"),
    [(1, 64e9, 1), (2, 64e9, 2), (16, 64e9, 4), (16, 5e9, 2), (16, 1e9, 1), (16, None, 2)],
)
def test_room_is_of_cores_and_of_memory(cores, free, room, monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: cores)
    monkeypatch.setattr(module, "free_memory", lambda: free)
    assert module._room() == room


def test_notebooks_side_by_side_share_the_cores(monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "3")
    assert module._shared(1) == {}
    assert module._shared(4) == {"OMP_NUM_THREADS": "2", "LOKY_MAX_CPU_COUNT": "3"}, "the user's word counts"


def test_without_a_helper_both_are_trained_here(folder, tmp_path, monkeypatch):
    class NoProcess:
        def Event(self):
            raise OSError(38, "Function not implemented")

    monkeypatch.setattr(module, "get_context", lambda _: NoProcess())
    scale = replace(current(), runs=tmp_path / "runs")
    configs = [scale.config(method=method) for method in COMPARED]
    trained = module._train_all(configs, scale.load(), scale, at_once=2)
    assert [one.config for one in trained] == configs and all(one.seconds > 0 for one in trained)


def test_an_interrupted_training_stops_the_study(folder, tmp_path, monkeypatch):
    scale = replace(current(), runs=tmp_path / "runs")
    monkeypatch.setattr("studykit.report.main_job.train", lambda config, data, runs, **_: unfinished(runs))
    with pytest.raises(KeyboardInterrupt):
        main_job(scale, tmp_path / "results", folder / "notebooks", at_once=1)
    assert not (tmp_path / "results" / "results.csv").exists()


def unfinished(runs):
    from xivlab.runs.run import Run

    return Run(runs / "baseline-0")


def test_a_failing_notebook_stops_nothing_but_is_said(done, folder, tmp_path, capsys):
    small_study.write_notebook(tmp_path / "notebooks" / "00_bad.ipynb", "1 / 0")
    small_study.write_notebook(tmp_path / "notebooks" / "01_good.ipynb", small_study.GOOD)
    results = tmp_path / "results"
    with pytest.raises(SystemExit) as exit:
        main(["study", "--results", str(results), "--notebooks", str(tmp_path / "notebooks")])
    assert exit.value.code == 1
    output = capsys.readouterr()
    failure = "cell 2 of 2 ('1 / 0') failed: ZeroDivisionError: division by zero"
    assert output.err.endswith(f"xivlab: notebook 00_bad: {failure}\n")
    assert f"00_bad ... {failure}\n" in output.out
    assert output.out.endswith(f"\n{results / 'results.csv'}\n{results / 'report.html'}\n")
    assert "XIV-ReID  sysu all single-shot  seeded   10      infrared  v+x" in output.out
    page = (results / "report.html").read_text()
    assert "Notebook 00_bad failed:" in page
    assert 'href="notebooks/01_good.html"' in page
    assert not (results / "notebooks" / "00_bad.html").exists()


def test_a_full_disk_loses_nothing(done, folder, monkeypatch):
    before = (folder / "results" / "results.csv").read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(XivlabError, match="results.csv could not be written"):
        main_job(current(), folder / "results", folder / "notebooks")
    assert (folder / "results" / "results.csv").read_bytes() == before


def test_the_demo_compares_the_paper_with_its_baseline():
    assert preset("demo").method == COMPARED[-1]


@pytest.fixture
def embeddings():
    return thirty_people()


def test_chance_knows_nothing(embeddings):
    table = chance(embeddings)
    assert len(table) == 1
    assert table["rank1"][0] < 0.15 < score(embeddings)["rank1"].min()
