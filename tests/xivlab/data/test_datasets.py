import json
import shutil
import threading

import numpy as np
import pytest
from fake_world import FakeWorld, grey, install, regdb_index, sysu_index, with_shots, with_trials
from toy import data_set_of

from xivlab.data.datasets import load
from xivlab.data.packed import read_packed, write_packed
from xivlab.errors import XivlabError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    install(monkeypatch, tmp_path)
    return tmp_path


def folder_in(cache):
    (folder,) = cache.iterdir()  # nothing else is left there
    return folder


# Loading


def test_load_gives_three_splits_without_a_person_in_two(cache):
    people = load("synthetic-sysu")
    index = sysu_index()
    assert people.name == "synthetic-sysu" and people.fingerprint == FakeWorld.fingerprint
    splits = (people.train, people.val, people.test)
    assert [set(split.person.tolist()) for split in splits] == [{1, 2, 4, 5}, {3}, {6, 7, 8}]
    assert sum(len(split) for split in splits) == len(index)
    rows = np.flatnonzero(index["split"] == "test")
    np.testing.assert_array_equal(people.test.pixels, grey(rows))
    np.testing.assert_array_equal(people.test.path, index["path"][rows])
    np.testing.assert_array_equal(people.test.modality, np.isin(people.test.camera, (3, 6)))


def test_dtypes_and_shapes(cache):
    train = load("synthetic-regdb").train
    assert isinstance(train.pixels, np.memmap) and not train.pixels.flags.writeable
    assert train.pixels.dtype == np.uint8 and train.pixels.shape == (len(train), 8, 4, 3)
    for array in (train.person, train.camera, train.modality):
        assert array.dtype == np.int64 and array.shape == (len(train),)


def test_select(cache):
    train = load("synthetic-sysu").train
    infrared = train.select(train.modality == 1)
    assert len(infrared) == 4 * 2 * 2 and set(infrared.camera.tolist()) == {3, 6}
    np.testing.assert_array_equal(infrared.pixels, train.pixels[train.modality == 1])
    assert train.select(np.array([5, 0])).path.tolist() == train.path[[5, 0]].tolist()


def test_only_the_first_load_exposes(cache):
    load("synthetic-sysu")
    assert FakeWorld.exposed == len(sysu_index())
    load("synthetic-sysu")
    assert FakeWorld.exposed == len(sysu_index())


def test_cache_argument_goes_before_the_environment(cache, tmp_path_factory):
    here = tmp_path_factory.mktemp("here")
    load("synthetic-sysu", cache=here)
    assert folder_in(here).name == "synthetic-sysu-" + FakeWorld.fingerprint[:16]
    assert not list(cache.iterdir())


def test_another_world_is_another_cache(cache, monkeypatch):
    load("synthetic-sysu")
    monkeypatch.setattr(FakeWorld, "fingerprint", "beef" * 16)
    assert load("synthetic-sysu").fingerprint == "beef" * 16
    assert len(list(cache.iterdir())) == 2


def test_unknown_name():
    with pytest.raises(XivlabError, match="no data set 'sysu': give synthetic-sysu or synthetic-regdb"):
        load("sysu")


# Splits


def test_a_split_is_a_view_where_it_can_be(cache):
    data = load("synthetic-sysu")
    assert data.train is data.train
    for part in (data.train, data.split("train", "val"), data.split("train", "val", "test")):
        assert isinstance(part.pixels, np.memmap) and not part.pixels.flags.owndata
    both = data.split("train", "test")
    assert isinstance(both.pixels, np.ndarray) and not isinstance(both.pixels, np.memmap)
    assert set(both.person.tolist()) == {1, 2, 4, 5, 6, 7, 8}
    np.testing.assert_array_equal(both.pixels, grey(np.flatnonzero(sysu_index()["split"] != "val")))


def test_data_of_splits_in_memory(cache):
    data = load("synthetic-sysu")
    again = data_set_of("mine", "1", data.train, data.val, data.test)
    assert (again.name, again.fingerprint, again.trial) == ("mine", "1", None)
    for name in ("train", "val", "test"):
        one, other = data.split(name), again.split(name)
        for column in ("pixels", "person", "camera", "modality", "path"):
            np.testing.assert_array_equal(getattr(one, column), getattr(other, column))
        assert one.permutation is None and other.permutation is None


def packed(folder, index):
    write_packed(folder / "mine", "mine", "1", FakeWorld.size, index, [grey(range(len(index)))])
    return folder / "mine"


def test_published_orders(tmp_path):
    index = with_shots(sysu_index(shots=3))
    data = load(packed(tmp_path, index))
    assert data.train.permutation.dtype == np.int16 and (data.train.permutation == -1).all()
    rows = index[index["split"] == "test"]
    np.testing.assert_array_equal(data.test.permutation, rows[[f"shot_{t}" for t in range(10)]])
    visible = data.test.select(data.test.modality == 0)
    assert (np.sort(visible.permutation[:3], axis=0).T == [0, 1, 2]).all()
    again = data_set_of("mine", "1", data.train, data.val, data.test)
    np.testing.assert_array_equal(again.test.permutation, data.test.permutation)


def test_a_trial_is_one_of_ten_halves(tmp_path):
    index = with_trials(regdb_index())
    folder = packed(tmp_path, index)
    for trial in range(1, 11):
        data = load(folder, trial)
        assert data.trial == trial and len(data.val) == 0 and "split_1" not in data.index
        assert set(data.train.person.tolist()) == {1, 3, 5, 7} | ({trial} & set(range(9)))
        assert set(data.test.person.tolist()) == set(range(1, 9)) - set(data.train.person.tolist())
        rows = np.flatnonzero(index[f"split_{trial}"] == "test")
        np.testing.assert_array_equal(data.test.pixels, grey(rows))
        np.testing.assert_array_equal(data.test.path, index["path"][rows])
    first = load(folder)
    assert first.trial == 1 and first.fingerprint == load(folder, 1).fingerprint
    assert len({load(folder, trial).fingerprint for trial in range(1, 11)} | {"1"}) == 11


@pytest.mark.parametrize("trial", [0, 11, -1])
def test_there_are_ten_trials(tmp_path, trial):
    folder = packed(tmp_path, with_trials(regdb_index()))
    with pytest.raises(XivlabError, match=f"mine has no trial {trial}: choose one from 1 to 10"):
        load(folder, trial)


def test_a_set_with_one_split_has_no_trials(cache):
    with pytest.raises(XivlabError, match="synthetic-sysu has one split and no trials: leave trial 2 out"):
        load("synthetic-sysu", 2)


# Damage: a synthetic set is made again, a user's folder is refused


def cut_pixels(folder):
    path = folder / "pixels.npy"
    path.write_bytes(path.read_bytes()[:-1])


def empty_pixels(folder):
    (folder / "pixels.npy").write_bytes(b"")


def flip_a_pixel(folder):
    raw = bytearray((folder / "pixels.npy").read_bytes())
    raw[-100] ^= 1
    (folder / "pixels.npy").write_bytes(raw)


def cut_index(folder):
    path = folder / "index.csv"
    path.write_text(path.read_text()[:200])


def edit_person(folder):
    path = folder / "index.csv"
    path.write_text(path.read_text().replace(",8,", ",1,"))


def edit_meta(folder, **change):
    path = folder / "meta.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))


def edit_counts(folder):
    edit_meta(folder, counts={"train": 0, "val": 0, "test": 94})


def edit_fingerprint(folder):
    edit_meta(folder, fingerprint="0")


def age(folder):
    edit_meta(folder, format=0)


def garble_meta(folder):
    (folder / "meta.json").write_text("[]")


def lose_meta(folder):
    (folder / "meta.json").unlink()


damages = pytest.mark.parametrize(
    "damage",
    [
        cut_pixels,
        empty_pixels,
        flip_a_pixel,
        cut_index,
        edit_person,
        edit_counts,
        edit_fingerprint,
        age,
        garble_meta,
        lose_meta,
    ],
)


@damages
def test_a_damaged_cache_is_made_again(cache, damage):
    load("synthetic-sysu")
    damage(folder_in(cache))
    people = load("synthetic-sysu")
    assert FakeWorld.exposed == 2 * len(sysu_index())
    np.testing.assert_array_equal(people.train.pixels, grey(range(len(people.train))))
    folder_in(cache)


@damages
def test_a_damaged_folder_of_the_user_is_refused_and_left_alone(cache, damage, tmp_path_factory):
    load("synthetic-sysu")
    mine = tmp_path_factory.mktemp("mine") / "set"
    shutil.copytree(folder_in(cache), mine)
    assert len(load(mine).train) == 4 * 6 * 2
    damage(mine)
    before = {p.name: p.read_bytes() for p in mine.iterdir()}
    with pytest.raises(XivlabError, match=r"set is not a whole packed data set \(.*\): make it again\.$"):
        load(mine)
    assert before == {p.name: p.read_bytes() for p in mine.iterdir()}


def test_an_interrupted_build_leaves_nothing(cache, monkeypatch):
    def interrupted(self, rows):
        if rows[0] >= 50:
            raise KeyboardInterrupt
        return grey(rows)

    with monkeypatch.context() as patch:
        patch.setattr(FakeWorld, "expose", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load("synthetic-sysu")
    assert not list(cache.iterdir())
    assert len(load("synthetic-sysu").test) == 3 * 6 * 2 - 2


def test_a_killed_build_is_never_taken_for_whole(cache):
    load("synthetic-sysu")
    whole = folder_in(cache)
    whole.rename(cache / f".{whole.name}-killed")  # as a build leaves it that had no time to tidy up
    cut_pixels(cache / f".{whole.name}-killed")
    load("synthetic-sysu")
    assert FakeWorld.exposed == 2 * len(sysu_index())


@pytest.mark.parametrize("damaged", [False, True])
def test_two_builds_at_once_do_not_hurt_each_other(cache, monkeypatch, damaged):
    if damaged:
        load("synthetic-sysu")
        cut_pixels(folder_in(cache))
    both_are_building = threading.Barrier(2, timeout=10)

    def expose(self, rows):
        if rows[0] == 0:
            both_are_building.wait()
        return grey(rows)

    monkeypatch.setattr(FakeWorld, "expose", expose)
    found = []
    threads = [threading.Thread(target=lambda: found.append(load("synthetic-sysu"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    for people in found:
        np.testing.assert_array_equal(people.test.pixels, found[0].test.pixels)
    read_packed(folder_in(cache))


def test_a_cache_that_cannot_be_written(cache):
    (cache / "file").write_text("")
    with pytest.raises(XivlabError, match="cannot be kept in .*file .*XIVLAB_CACHE"):
        load("synthetic-sysu", cache=cache / "file")
