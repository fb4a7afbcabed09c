"""SYSU-MM01's tree: at full size against the known counts and galleries, in small against all that may be wrong."""

import hashlib
import shutil
from contextlib import contextmanager

import fake_sysu
import numpy as np
import pytest
from fake_world import install, sysu_index
from scipy.io import loadmat, savemat

from data_prep.export import export
from data_prep.prepare import read_source
from data_prep.sysu_mm01 import read_tree
from xivlab.data.packed import SHOTS, check_index
from xivlab.errors import XivlabError
from xivlab.evaluation.protocols import Sampling, galleries
from xivlab.evaluation.retrieval import retrieval_metrics

# First 16 digits of the SHA-256 of the paths of each trial's gallery, of the common code on the real tree.
ALL = """3060dd2f15c945be 2a6494c18f52cc8a 2acb41770f889246 316d478292b445cf de547d480904298e
9fad57828e9e1f6a 57412292a28b89ec 794b73586326dc2a 6d059c2a83185116 a7b4db836b9048a7"""
INDOOR = """9cc52659200a1593 15ddb091c4463fdb 230950a92835a2c4 8bd4c02ca64f9839 63391f889d5e0cae
ef3ffc4cb0568d8b ee46aad583801a2b 7d068a610efd8ad9 537e52c872df3205 8003e144bd5462d9"""


@pytest.fixture(scope="session")
def full(tmp_path_factory):
    # Code that cuts paths at fixed places, or at "cam", fails on such a root.
    root = tmp_path_factory.mktemp("camera cam3 Bäume") / "SYSU-MM01"
    fake_sysu.build(root)
    yield root
    shutil.rmtree(root)  # pytest would keep the last three, of 45,863 files each


@pytest.fixture(scope="session")
def source(full):
    return read_tree(full)


@contextmanager
def without(path):
    """The tree while one of its files is away."""
    path.rename(path.with_name(".away"))
    try:
        yield
    finally:
        path.with_name(".away").rename(path)


# At full size


def test_known_counts(source):
    assert source.name == "sysu-mm01" and source.note is None
    check_index(source.index)
    table = source.index.groupby(["split", "modality"]).size().unstack()
    assert table.loc["train"].tolist() == [20_284, 9_929]
    assert table.loc["val"].tolist() == [1_974, 1_980]
    assert table.loc["test"].tolist() == [6_775, 3_803]
    assert source.index.groupby("split")["person"].nunique().to_dict() == {
        "train": 296,
        "val": 99,
        "test": 96,
    }


def test_test_people_whom_a_camera_never_met(source):
    test = source.index[source.index["split"] == "test"]
    people = set(test["person"])
    met = test.groupby("camera")["person"].agg(set)
    absent = {camera: sorted(people - met[camera]) for camera in (3, 4, 5, 6)}
    assert absent == {3: [21, 27, 257], 4: [263, 333], 5: [31], 6: []}


@pytest.mark.parametrize("mode, golden", [("all", ALL), ("indoor", INDOOR)])
def test_seeded_galleries_are_those_of_the_common_code(source, mode, golden):
    rows, drawn = drawn_galleries(source, Sampling(mode=mode))
    for gallery, digest in zip(drawn, golden.split(), strict=True):
        paths = "\n".join(rows["path"].iloc[gallery])
        assert hashlib.sha256(paths.encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize("sampler", ["seeded", "official"])
@pytest.mark.parametrize(
    "mode, shots, size", [("all", 1, 301), ("all", 10, 3_010), ("indoor", 1, 112), ("indoor", 10, 1_120)]
)
def test_every_gallery_has_its_known_size(source, sampler, mode, shots, size):
    rows, drawn = drawn_galleries(source, Sampling(sampler, mode, shots))
    assert [len(gallery) for gallery in drawn] == [size] * 10
    assert [len(set(gallery)) for gallery in drawn] == [size] * 10
    found = rows.iloc[drawn[0]].groupby(["person", "camera"]).size()
    assert set(found) == {shots}


def test_official_galleries_begin_as_published(source):
    rows, drawn = drawn_galleries(source, Sampling("official"))
    assert rows["path"].iloc[drawn[0][:3]].tolist() == [
        "cam1/0006/0005.jpg",
        "cam1/0010/0018.jpg",
        "cam1/0027/0005.jpg",
    ]
    _, several = drawn_galleries(source, Sampling("official", shots=10))
    first = [int(path[-8:-4]) for path in rows["path"].iloc[several[0][:10]]]
    assert first == fake_sysu.PUBLISHED[6][:10]


@pytest.mark.parametrize("mode, valid", [("all", 3_803), ("indoor", 2_208)])
def test_the_known_number_of_queries_counts(source, mode, valid):
    """Indoor, 1,595 of the 3,803 queries show somebody who is not in the gallery, or whom it must not show."""
    rows, drawn = drawn_galleries(source, Sampling(mode=mode, trials=1))
    query = source.index[(source.index["split"] == "test") & (source.index["modality"] == 1)]
    labels = [
        table[column].to_numpy() for column in ("person", "camera") for table in (query, rows.iloc[drawn[0]])
    ]
    distance = np.random.default_rng(0).random((len(query), len(drawn[0])))
    assert len(query) == 3_803
    assert retrieval_metrics(distance, *labels, protocol="sysu").valid_queries == valid


def drawn_galleries(source, sampling):
    """The visible test images, and the rows of every trial's gallery among them."""
    rows = source.index[(source.index["split"] == "test") & (source.index["modality"] == 0)]
    labels = rows["person"].to_numpy(), rows["camera"].to_numpy()
    return rows, galleries(*labels, "sysu", sampling, rows[list(SHOTS)].to_numpy())


def test_shots_are_places_in_the_published_orders(source):
    index = source.index
    first = index[index["shot_0"] == 0].sort_values(["camera", "person"])["path"].tolist()
    assert first[:3] == ["cam1/0006/0005.jpg", "cam1/0010/0018.jpg", "cam1/0027/0005.jpg"]
    assert len(first) == 301
    drawn = (index["split"] == "test") & (index["modality"] == 0)
    assert (index.loc[~drawn, list(SHOTS)] == -1).all(axis=None)
    for (camera, person), rows in index[drawn].groupby(["camera", "person"]):
        for trial, order in enumerate(fake_sysu.orders(camera, person)):
            in_order = rows.sort_values(f"shot_{trial}")["path"].str[-8:-4].astype(int)
            assert in_order.tolist() == order.tolist()


@pytest.mark.parametrize("number, orders, says", [
    (3, True, r"cam2/0006 holds 28 images and .*rand_perm_cam.mat orders the images 1 to 29 of it"),
    (3, False, r"6,774 visible images of test people .* has 6,775 \(cam2/0006 has no 0003.jpg\)"),
    (29, False, r"6,774 visible images of test people where SYSU-MM01 has 6,775: unpack"),
])  # fmt: skip
def test_an_image_is_missing(full, number, orders, says):
    assert fake_sysu.COUNTS.loc[6, "cam2"] == 29
    with without(full / "cam2" / "0006" / f"{number:04d}.jpg"):
        if orders:
            with pytest.raises(XivlabError, match=says):
                read_tree(full)
        else:
            with without(full / "exp" / "rand_perm_cam.mat"), pytest.raises(XivlabError, match=says):
                read_tree(full)


# In small


@pytest.fixture
def tree(tmp_path, monkeypatch):
    install(monkeypatch, tmp_path / "cache")
    export("synthetic-sysu", "sysu-mm01", tmp_path / "tree")
    return tmp_path / "tree"


def test_an_exported_tree_gives_its_own_labels(tree):
    source = read_tree(tree)
    assert source.name == "sysu-mm01-like"
    index = source.index[["path", "person", "camera", "modality", "split"]]
    order = ["person", "camera", "path"]
    expected = sysu_index()
    for split in ("train", "val", "test"):
        mine, theirs = (rows[rows["split"] == split].sort_values(order) for rows in (index, expected))
        assert mine.values.tolist() == theirs.values.tolist()


def test_shots_of_an_exported_tree(tree):
    index = read_tree(tree).index
    cameras = loadmat(tree / "exp" / "rand_perm_cam.mat")["rand_perm_cam"]
    test = index[(index["split"] == "test") & (index["modality"] == 0)]
    assert len(test) == 3 * 4 * 2
    for image in test.itertuples():
        orders = cameras[image.camera - 1, 0][image.person - 1, 0]
        places = [getattr(image, shot) for shot in SHOTS]
        assert (orders[range(10), places] == int(image.path[-8:-4])).all()


def test_without_the_orders_a_note_says_what_is_lost(tree):
    (tree / "exp" / "rand_perm_cam.mat").unlink()
    source = read_tree(tree)
    assert not set(SHOTS) & set(source.index)
    assert f"{tree / 'exp' / 'rand_perm_cam.mat'} is not there" in source.note


@pytest.mark.parametrize("change", [
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.strip(),
    lambda text: "\ufeff" + text,
    lambda text: text.replace(",", ", ") + "\n\n",
])  # fmt: skip
def test_lists_as_other_systems_write_them(tree, change):
    whole = read_tree(tree)
    for path in (tree / "exp").glob("*_id.txt"):
        path.write_bytes(change(path.read_text()).encode())
    assert read_tree(tree).index.equals(whole.index)


def test_hidden_files_are_no_images(tree):
    whole = read_tree(tree)
    for name in (".DS_Store", "Thumbs.db", "._0001.jpg", "desktop.ini"):
        (tree / "cam1" / "0001" / name).write_bytes(b"")
        (tree / "cam1" / name).write_bytes(b"")
    assert read_tree(tree).index.equals(whole.index)


def test_how_the_root_is_written_makes_no_difference(tree, monkeypatch):
    whole = read_tree(tree)
    assert read_source("sysu-mm01", f"{tree}/").index.equals(whole.index)
    for name in ("cam9", "with space", "Übung 行人"):
        shutil.copytree(tree, tree.parent / name / "cam1" / "tree")
        assert read_tree(tree.parent / name / "cam1" / "tree").index.equals(whole.index)
    monkeypatch.chdir(tree)
    assert read_source("sysu-mm01", ".").index.equals(whole.index)


def lose_camera(tree):
    shutil.rmtree(tree / "cam5")


def lose_list(tree):
    (tree / "exp" / "val_id.txt").unlink()


def garble_list(tree):
    (tree / "exp" / "val_id.txt").write_text("3 4")


def empty_list(tree):
    (tree / "exp" / "val_id.txt").write_text("")


def binary_list(tree):
    (tree / "exp" / "val_id.txt").write_bytes(b"\xff\xd8\x00")


def two_lists(tree):
    (tree / "exp" / "val_id.txt").write_text("2,3")


def list_a_stranger(tree):
    (tree / "exp" / "val_id.txt").write_text("3,99")


def lose_an_image(tree):
    (tree / "cam6" / "0008" / "0002.jpg").unlink()


def lose_a_folder(tree):
    shutil.rmtree(tree / "cam6" / "0008")


def another_name(tree):
    (tree / "cam1" / "0001" / "0002.jpg").rename(tree / "cam1" / "0001" / "0002 (copy).jpg")


def cut_orders(tree):
    path = tree / "exp" / "rand_perm_cam.mat"
    path.write_bytes(path.read_bytes()[:3000])


def other_orders(tree):
    savemat(tree / "exp" / "rand_perm_cam.mat", {"id": np.arange(3)})


def not_orders(tree):
    cameras = np.empty((6, 1), object)
    for camera in range(6):
        cameras[camera, 0] = cell = np.empty((1, 1), object)
        cell[0, 0] = np.ones((10, 2), np.uint8)
    savemat(tree / "exp" / "rand_perm_cam.mat", {"rand_perm_cam": cameras})


@pytest.mark.parametrize("damage, says", [
    (lose_camera, "There is no folder .*cam5: give the root"),
    (lose_list, "val_id.txt is missing: copy it"),
    (garble_list, "val_id.txt is not one line of numbers"),
    (empty_list, "val_id.txt is not one line of numbers"),
    (binary_list, "val_id.txt cannot be read"),
    (two_lists, "Person 2 is in .*train_id.txt and in .*val_id.txt"),
    (list_a_stranger, r"Person 99 of .*val_id.txt has no image in any cam\*/0099"),
    (lose_an_image, "cam6/0008 holds 1 images and .*rand_perm_cam.mat orders the images 1 to 2 of it"),
    (lose_a_folder, "cam6/0008 holds 0 images"),
    (another_name, r"0002 \(copy\).jpg is not named by its number"),
    (cut_orders, "rand_perm_cam.mat is damaged"),
    (other_orders, "rand_perm_cam.mat is damaged or not the published file"),
    (not_orders, "camera 1, person 1: not ten orders"),
])  # fmt: skip
def test_what_is_wrong_is_named(tree, damage, says):
    damage(tree)
    with pytest.raises(XivlabError, match=says):
        read_tree(tree)


def test_no_folder_at_all(tmp_path):
    with pytest.raises(XivlabError, match="There is no folder .*nowhere"):
        read_tree(tmp_path / "nowhere")
