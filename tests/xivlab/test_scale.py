import json
from dataclasses import replace
from pathlib import Path

import fake_world
import numpy as np
import pytest

from xivlab.config import preset
from xivlab.data.datasets import load
from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError
from xivlab.scale import SCALES, current, first_people, project


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path_factory):
    """Each test reads the environment anew, and starts outside of any project."""
    for name in ("XIVLAB_SCALE", "XIVLAB_DATA", "XIVLAB_RUNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    current.cache_clear()
    yield
    current.cache_clear()


def test_demo_unless_told_otherwise(monkeypatch):
    assert current() is current()
    assert (current().name, current().data_name, current().runs) == ("demo", "synthetic-sysu", Path("runs"))
    assert current().config() == preset("demo")
    monkeypatch.setenv("XIVLAB_SCALE", "paper")
    assert current().name == "demo", "it is read once"


@pytest.mark.parametrize("name", SCALES)
def test_every_scale_takes_changes(monkeypatch, name):
    monkeypatch.setenv("XIVLAB_SCALE", name)
    assert current().config(lam=0.7, epochs=1).lam == 0.7
    assert current().config(method="baseline").test_distance == "v"
    with pytest.raises(XivlabError, match="lamda"):
        current().config(lamda=1)


def test_smoke_is_the_demo_but_shorter(monkeypatch):
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    smoke, demo = vars(current().config()), vars(preset("demo"))
    assert {name for name in smoke if smoke[name] != demo[name]} == set(SCALES["smoke"].changes)


@pytest.mark.parametrize(
    ("name", "protocol", "train_on"),
    [
        ("sysu-mm01", "sysu", "train"),
        ("regdb", "regdb", "train+val"),
        ("regdb-like", "regdb", "train+val"),
        ("llcm", "llcm", "train+val"),
    ],
)
def test_the_data_decide_the_protocol_and_who_trains(tmp_path, name, protocol, train_on):
    """Changing one word, the name of the data, is enough: RegDB and LLCM keep nobody for validation."""
    (tmp_path / "meta.json").write_text(json.dumps({"name": name}))
    config = replace(SCALES["demo"], data_name=str(tmp_path)).config()
    assert (config.protocol, config.train_on) == (protocol, train_on)
    assert replace(SCALES["paper"], data_name=str(tmp_path)).config().train_on == "train+val"


def test_the_synthetic_thermal_world_has_validation_people():
    config = replace(SCALES["demo"], data_name="synthetic-regdb").config()
    assert (config.protocol, config.train_on) == ("regdb", "train")
    assert replace(SCALES["demo"], data_name="nowhere").config() == SCALES["demo"].config()


def test_unknown_scale(monkeypatch):
    monkeypatch.setenv("XIVLAB_SCALE", "Demo")
    with pytest.raises(
        XivlabError, match="Unknown scale XIVLAB_SCALE='Demo': choose smoke, demo, study, paper"
    ):
        current()


def test_notebooks_and_the_command_line_find_the_same_runs(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("XIVLAB_SCALE", "paper")
    for folder, root in (tmp_path, Path()), (tmp_path / "notebooks", Path("..")):
        monkeypatch.chdir(folder)
        current.cache_clear()
        assert project() == root
        assert current().runs == root / "runs"
        assert current().data_name == str(root / "data/sysu-mm01")


def test_folders_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XIVLAB_RUNS", str(tmp_path / "mine"))
    monkeypatch.setenv("XIVLAB_DATA", str(tmp_path / "set"))
    assert current().runs == tmp_path / "mine"
    assert current().data_name == str(tmp_path / "set")


def test_smoke_keeps_few_people(monkeypatch, tmp_path):
    fake_world.install(monkeypatch, tmp_path)
    monkeypatch.setitem(SCALES, "smoke", replace(SCALES["smoke"], people=2))
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    data, regdb = current().load(), current().load("synthetic-regdb")
    assert [list(np.unique(split.person)) for split in (data.train, data.val, data.test)] == [
        [1, 2],
        [3],
        [6, 7],
    ]
    assert (data.name, regdb.name) == ("synthetic-sysu", "synthetic-regdb")
    assert data.train.path[0].startswith("cam1/0001")


def test_fewer_people_are_other_data(monkeypatch, tmp_path):
    fake_world.install(monkeypatch, tmp_path)
    whole = current().load()
    assert whole.fingerprint == fake_world.FakeWorld.fingerprint
    prints = {whole.fingerprint, *(first_people(whole, count).fingerprint for count in (1, 2))}
    assert len(prints) == 3


def test_fewer_people_keep_trial_and_published_orders(monkeypatch, tmp_path):
    size = fake_world.FakeWorld.size
    for name, index in (
        ("halves", fake_world.with_trials(fake_world.regdb_index())),
        ("orders", fake_world.with_shots(fake_world.sysu_index())),
    ):
        write_packed(tmp_path / name, name, "1", size, index, [fake_world.grey(range(len(index)))])
    monkeypatch.setitem(SCALES, "smoke", replace(SCALES["smoke"], people=2))
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    halves = [current().load(tmp_path / "halves", trial) for trial in (2, 4)]
    assert [data.trial for data in halves] == [2, 4]
    assert [np.unique(data.test.person).tolist() for data in halves] == [[4, 6], [2, 6]]
    assert halves[0].fingerprint != halves[1].fingerprint
    orders, whole = current().load(tmp_path / "orders"), load(tmp_path / "orders").test
    kept = np.isin(whole.person, (6, 7))
    np.testing.assert_array_equal(orders.test.permutation, whole.permutation[kept])
    np.testing.assert_array_equal(orders.test.pixels, whole.pixels[kept])


def test_home_is_written_out(monkeypatch, tmp_path):
    """A shell leaves `~` alone inside of a variable's value."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XIVLAB_DATA", "~/packed")
    monkeypatch.setenv("XIVLAB_RUNS", "~/runs")
    current.cache_clear()
    assert Path(current().data_name) == tmp_path / "packed"
    assert current().runs == tmp_path / "runs"
