"""The table that `xivlab evaluate` prints."""

import numpy as np
import pandas as pd
import pytest
import toy

from xivlab.config import preset
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.runs.run import Run
from xivlab.runs.scores import remarks, scores_of_runs


def embeddings(seed=0, official=False):
    """Ten people; infrared features near to their visible ones."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(10), 4)
    centre = rng.normal(size=(10, 8))[person]
    infrared, visible, x = (centre + rng.normal(scale=0.9, size=centre.shape) for _ in range(3))
    permutation = np.zeros((40, 10), int) if official else None
    camera = np.tile([1, 2, 4, 5], 10)
    return Embeddings(infrared, visible, x, person, np.tile([3, 6], 20), person, camera, permutation)


@pytest.fixture
def begin(tmp_path):
    """Begins a run of some settings on some data."""

    def of(name, data="toy", trial=None, **changes):
        run = Run(tmp_path / f"run{len(list(tmp_path.iterdir()))}")
        about = toy.dataset()
        object.__setattr__(about, "name", data)
        object.__setattr__(about, "trial", trial)
        run.begin(preset(name, **changes), about)
        return run

    return of


def both(run, **options):
    return {"before_bn": embeddings(1, **options), "after_bn": embeddings(2, **options)}


def test_one_row_per_feature_and_distance_with_protocol_and_sampler(begin):
    table = scores_of_runs([begin("demo")], both)
    assert table["of"].tolist() == ["this run"] * 6
    assert table["test_feature"].tolist() == ["before_bn"] * 3 + ["after_bn"] * 3
    assert table["test_distance"].tolist() == ["v", "x", "v+x"] * 2
    assert set(table["protocol"]) == {"sysu all single-shot"}
    assert set(table["sampler"]) == {"seeded"} and set(table["trials"]) == {10}


def test_the_official_sampler_where_the_data_know_it(begin):
    run = begin("demo")
    table = scores_of_runs([run], lambda run: both(run, official=True), ["v+x"])
    assert table["sampler"].tolist() == ["seeded", "official"] * 2
    with pytest.raises(XivlabError, match="rand_perm_cam.mat"):
        scores_of_runs([run], both, ["v"], ["official"])


def test_indoor_and_shots_are_named(begin):
    table = scores_of_runs([begin("demo")], both, ["v"], mode="indoor", shots=10)
    assert set(table["protocol"]) == {"sysu indoor 10-shot"}


def test_the_papers_row_stands_below(begin):
    table = scores_of_runs([begin("paper-sysu", data="sysu-mm01")], both)
    assert table["of"].tolist() == ["this run"] * 6 + ["paper, Table 4"]
    last = table.iloc[-1]
    assert last["rank1"] == pytest.approx(0.4992) and pd.isna(last["rank5"]) and pd.isna(last["mINP"])
    indoor = scores_of_runs([begin("paper-sysu", data="sysu-mm01")], both, mode="indoor")
    assert set(indoor["of"]) == {"this run"}  # the paper has no indoor search


def test_the_mean_of_the_ten_splits_of_regdb(begin):
    runs = [begin("paper-regdb", data="regdb", trial=trial) for trial in range(1, 11)]
    tables = {run.folder: {"after_bn": embeddings(seed)} for seed, run in enumerate(runs)}
    table = scores_of_runs(runs, lambda run: tables[run.folder], ["v+x"])
    assert table["of"].tolist() == ["10 runs"] * 2 + ["paper, Table 1"]
    assert table["trials"].tolist()[:2] == ["10 splits"] * 2
    assert table["query"].tolist()[:2] == ["infrared", "visible"]
    alone = [scores_of_runs([run], lambda run: tables[run.folder], ["v+x"]) for run in runs]
    assert alone[3]["trials"][0] == "split 4"
    assert table["mAP"][1] == pytest.approx(np.mean([one["mAP"][1] for one in alone]))


def test_runs_of_different_settings_have_no_mean(begin):
    runs = [begin("demo"), begin("demo", seed=1)]
    assert set(scores_of_runs(runs, both)["of"]) == {"2 runs"}
    with pytest.raises(XivlabError, match="differ in lam: a mean over them"):
        scores_of_runs([*runs, begin("demo", lam=1.0)], both)
    with pytest.raises(XivlabError, match="differ in their data"):
        scores_of_runs([*runs, begin("demo", data="other")], both)
    with pytest.raises(XivlabError, match="at least one run"):
        scores_of_runs([], both)


def test_without_a_neck_there_is_one_feature(begin):
    table = scores_of_runs([begin("demo", neck=False)], lambda run: {"after_bn": embeddings()})
    assert set(table["test_feature"]) == {"no BNNeck"}


def test_runs_without_a_seal_and_of_other_arithmetics_are_said(begin):
    first, second, old = begin("demo"), begin("demo", seed=1), begin("demo", seed=2)
    first.write_embeddings(both(first), {"threads": 1})
    second.write_embeddings(both(second), {"threads": 1})
    assert remarks([first, second]) == []
    second.write_embeddings(both(second), {"threads": 2})
    assert [one.split(" (")[0] for one in remarks([first, second])] == ["The runs were not computed alike"]
    old.write_embeddings(both(old))
    (old.folder / "checksums.sha256").unlink()
    sealed, alike = remarks([first, old])
    assert (
        sealed.startswith(f"{old.folder.name}: of before runs were sealed") and "not computed alike" in alike
    )
