import json

import numpy as np
import pandas as pd
import pytest
from fake_world import FakeWorld, grey, regdb_index, sysu_index, with_shots, with_trials
from hypothesis import given
from hypothesis import strategies as st

from data_prep.prepare import seal
from xivlab.data.datasets import load
from xivlab.data.packed import COLUMNS, SPLITS, check_index, header, read_packed, write_packed
from xivlab.errors import XivlabError


@given(counts=st.tuples(*[st.integers(0, 3)] * 3).filter(any), cut=st.integers(1, 5), side=st.integers(1, 3))
def test_what_is_written_is_read_back(tmp_path_factory, counts, cut, side):
    index = pd.DataFrame(
        [
            (f"{split}/{person}.png", person, 1, person % 2, split)
            for split, count in zip(SPLITS, counts)
            for person in range(100 * len(split), 100 * len(split) + count)
        ],
        columns=list(COLUMNS),
    )
    index["person"] += index["split"].map({"train": 0, "val": 0, "test": 50})
    images = np.random.default_rng(0).integers(0, 256, (len(index), side, 2, 3), np.uint8)
    folder = tmp_path_factory.mktemp("packed") / "mine"
    write_packed(folder, "mine", "1", (side, 2), index, np.array_split(images, cut))
    people = load(folder)
    assert (len(people.train), len(people.val), len(people.test)) == counts
    for name in SPLITS:
        split, rows = getattr(people, name), np.flatnonzero(index["split"] == name)
        np.testing.assert_array_equal(split.pixels, images[rows])
        for column in ("path", "person", "camera", "modality"):
            np.testing.assert_array_equal(getattr(split, column), index[column][rows])


def test_images_must_fit_the_index(tmp_path):
    index = sysu_index()

    def write(images):
        write_packed(tmp_path / "mine", "mine", "1", FakeWorld.size, index, [images])

    with pytest.raises(XivlabError, match="94 rows in its index but 93 images"):
        write(grey(range(93)))
    with pytest.raises(XivlabError, match=r"are float64 \(8, 4, 3\): give uint8 \(8, 4, 3\)"):
        write(grey(range(94)) / 255)
    with pytest.raises(XivlabError, match=r"are uint8 \(8, 2, 3\)"):
        write(grey(range(94))[:, :, :2])
    assert not list(tmp_path.iterdir())


def test_good_files_are_not_overwritten(tmp_path):
    index = sysu_index()
    write_packed(tmp_path / "mine", "mine", "1", FakeWorld.size, index, [grey(range(94))])
    with pytest.raises(FileExistsError):
        write_packed(tmp_path / "mine", "mine", "2", FakeWorld.size, index, [grey(range(94))])
    with pytest.raises(XivlabError):
        write_packed(tmp_path / "mine", "mine", "3", FakeWorld.size, index, [], replace=True)
    assert read_packed(tmp_path / "mine").meta["fingerprint"] == "1"


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda i: i.drop(columns="camera"), "no column camera"),
        (lambda i: i[:0], "no rows"),
        (lambda i: i.assign(person=i["person"] / 2), "Column person of the index is float64"),
        (lambda i: i.assign(modality=2), "0 \\(visible\\) and 1 \\(infrared\\)"),
        (lambda i: i[::-1], "order of its splits"),
        (lambda i: i.replace({"split": {"val": "dev"}}), "order of its splits"),
        (lambda i: i.assign(path="cam1/0001/0001.jpg"), "cam1/0001/0001.jpg is in the index twice"),
        (lambda i: i.replace({"person": {8: 1}}), "Person 1 is in two splits"),
    ],
)
def test_check_index(change, sentence):
    check_index(sysu_index())
    with pytest.raises(XivlabError, match=sentence):
        check_index(change(sysu_index()))


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda i: i.drop(columns="shot_3"), "no column shot_3"),
        (lambda i: i.assign(shot_9=0.5), "Column shot_9 of the index is float64"),
    ],
)
def test_check_index_with_published_orders(change, sentence):
    check_index(with_shots(sysu_index()))
    with pytest.raises(XivlabError, match=sentence):
        check_index(change(with_shots(sysu_index())))


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda i: i.drop(columns="split_10"), "no column split_10"),
        (lambda i: i.assign(split_4="val"), "split_1 ... split_10 of the index may hold only train and test"),
        (lambda i: i[::-1], "not in the order of its paths"),
        (
            lambda i: i.assign(split_5=["train", *["test"] * (len(i) - 1)]),
            "Person 1 is in both halves of split_5",
        ),
        (lambda i: i.replace({"path": {i["path"][1]: i["path"][0]}}), "is in the index twice"),
    ],
)
def test_check_index_with_ten_halves(change, sentence):
    check_index(with_trials(regdb_index()))
    with pytest.raises(XivlabError, match=sentence):
        check_index(change(with_trials(regdb_index())))


@pytest.mark.parametrize("index", [with_shots(sysu_index()), with_trials(regdb_index())])
def test_the_checksum_covers_every_column(tmp_path, index):
    folder = tmp_path / "mine"
    write_packed(folder, "mine", "1", FakeWorld.size, index, [grey(range(len(index)))])
    pd.testing.assert_frame_equal(read_packed(folder).index, index, check_dtype=False)
    path = folder / "index.csv"
    whole = path.read_text()
    path.write_text(whole[:-2] + ("0" if whole[-2] != "0" else "1") + "\n")  # of the last column
    with pytest.raises(XivlabError, match="have changed since they were written"):
        read_packed(folder)


def test_columns_of_ones_own_are_not_kept(tmp_path):
    index = sysu_index().assign(weather="rain")
    write_packed(tmp_path / "mine", "mine", "1", FakeWorld.size, index, [grey(range(94))])
    assert list(read_packed(tmp_path / "mine").index) == list(COLUMNS)


def test_sealing_is_writing_but_for_the_fingerprint(tmp_path):
    index, images = sysu_index(), grey(range(94))
    (tmp_path / "sealed").mkdir()
    (tmp_path / "sealed" / "pixels.npy").write_bytes(header(94, FakeWorld.size) + images.tobytes())
    seal(tmp_path / "sealed", "mine", FakeWorld.size, index)
    fingerprint = json.loads((tmp_path / "sealed" / "meta.json").read_text())["fingerprint"]
    assert len(fingerprint) == 64
    write_packed(tmp_path / "written", "mine", fingerprint, FakeWorld.size, index, [images])
    for name in ("pixels.npy", "index.csv", "meta.json"):
        assert (tmp_path / "sealed" / name).read_bytes() == (tmp_path / "written" / name).read_bytes()
