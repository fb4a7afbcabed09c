"""A grid of settings becomes runs and one table: once, resumable, side by side, and with somebody else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import joblib
import pandas as pd
import pytest
from tiny import TINY

from studykit.studies.grid import grid, runs_of, study, train_all
from xivlab.errors import XivlabError
from xivlab.evaluation.scores import score
from xivlab.scale import current
from xivlab.train import Training, train

pytestmark = pytest.mark.usefixtures("in_threads")
SMALL = TINY | {"people_per_batch": 2, "epochs": 2, "steps_per_epoch": 2, "decay_epochs": (1,)}


def configs(seeds=2):
    axes = {name: [value] for name, value in SMALL.items()}
    return grid("demo", method=["baseline", "baseline+x"], seed=range(seeds), **axes)


@pytest.fixture
def scale(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("xivlab.scale.project", lambda: tmp_path)
    current.cache_clear()
    yield current()
    current.cache_clear()


def test_a_grid_is_every_combination():
    made = grid("demo", lam=[0.1, 1.0], seed=range(3))
    assert [(one.lam, one.seed) for one in made] == [(lam, seed) for lam in (0.1, 1.0) for seed in range(3)]
    with pytest.raises(XivlabError, match="no setting named lambda"):
        grid("demo", **{"lambda": [1]})


def test_a_row_per_run_and_search_in_the_order_of_the_grid(scale):
    table = study(configs(), scale)
    runs = runs_of(configs(), scale)
    assert table["run"].tolist() == [
        run.folder.name for run, rows in zip(runs, (1, 1, 3, 3)) for _ in range(rows)
    ]
    assert set(table["source"]) == {"run"}
    for run in runs:
        rows = table[table["run"] == run.folder.name].reset_index(drop=True)
        scores = score(run.embeddings(), "sysu")
        pd.testing.assert_frame_equal(rows[scores.columns], scores)


def test_finished_runs_are_found_and_interrupted_ones_go_on(scale, monkeypatch):
    first, second = train_all(configs(1)[:1], scale), configs(1)[1:]
    trained = []
    monkeypatch.setattr("studykit.studies.grid.train", lambda config, *args, **kw: trained.append(config))
    train_all(configs(1), scale)
    assert first[0].finished and trained == second


def test_stored_rows_are_used_and_not_trained(scale, monkeypatch):
    table = study(configs(1), scale)
    monkeypatch.setattr("studykit.studies.grid.train", lambda *_, **__: pytest.fail("trained"))
    again = study(configs(1), scale, stored=table)
    pd.testing.assert_frame_equal(again.drop(columns="source"), table.drop(columns="source"))
    assert set(again["source"]) == {"stored"}


def test_one_failing_run_does_not_lose_the_others(scale, monkeypatch):
    def fail(config, *args, **kw):
        if config.seed == 0:
            raise XivlabError("The loss is nan at step 3: lower learning_rate.")
        return train(config, *args, **kw)

    monkeypatch.setattr("studykit.studies.grid.train", fail)
    with pytest.raises(XivlabError, match=r"2 of 4 runs failed, the first with: The loss is nan.*seed 0"):
        study(configs(), scale)
    assert [run.finished for run in runs_of(configs(), scale)] == [False, True, False, True]


def test_two_studies_at_once_share_the_work(scale, monkeypatch):
    """Whoever comes second to a run waits, and finds it finished."""
    steps, learn = [], Training.learn

    def counted(self):
        steps.append(self.config.seed)
        learn(self)

    monkeypatch.setattr(Training, "learn", counted)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: study(configs(1), scale, jobs=1), range(2))
    pd.testing.assert_frame_equal(first, second)
    assert len(steps) == 2 * 4  # two runs of two epochs of two steps, not four


@pytest.mark.slow
def test_the_same_call_on_a_cluster(tmp_path, monkeypatch):
    """Dask, with a worker in a process of its own; the real thermal world, since a process opens that."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    current.cache_clear()
    scale = replace(current(), data_name="synthetic-regdb", runs=tmp_path / "runs")
    scale.load()  # exposed once, here
    client = distributed.Client(n_workers=1, threads_per_worker=1, dashboard_address=None)
    with client, joblib.parallel_config(backend="dask"):
        table = study(configs(1), scale)
    assert set(table["data"]) == {"synthetic-regdb"} and table["run"].nunique() == 2
    current.cache_clear()
