"""LLCM's tree: exported in small, made up with as many people as the official one, and with all that may be wrong."""

import random
import shutil

import pytest
from fake_world import SPLIT_OF, install

from data_prep.export import export
from data_prep.llcm import read_tree
from data_prep.prepare import read_source
from xivlab.data.packed import check_index
from xivlab.errors import XivlabError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    install(monkeypatch, tmp_path / "cache")
    export("synthetic-sysu", "llcm", tmp_path / "tree")
    return tmp_path / "tree"


def test_an_exported_tree_gives_its_own_labels(tree):
    source = read_tree(tree)
    assert source.name == "llcm-like" and source.note is None
    check_index(source.index)
    assert len(source.index) == 8 * 6 * 2 - 2
    for image in source.index.itertuples():
        assert image.split == ("test" if SPLIT_OF[image.person] == "test" else "train")
        name = image.path.rpartition("/")[2]
        light = ("vis", "nir")[image.modality]
        assert name.startswith(f"{image.person:04d}_c{image.camera:02d}_") and name.endswith(f"_{light}.jpg")
        folder = f"test_{light}/cam{image.camera}" if image.split == "test" else light
        assert image.path == f"{folder}/{image.person:04d}/{name}"
    # One place in two lights is one camera.
    assert sorted(source.index.groupby("modality")["camera"].unique().map(sorted)) == [[1, 2, 4, 5], [2, 6]]


def test_713_and_351_people_are_the_official_tree(tmp_path):
    people = random.Random(0).sample(range(1, 1065), 1064)
    train, test = people[:713], people[713:]
    for camera in range(1, 10):
        for light in ("vis", "nir"):
            (tmp_path / f"test_{light}" / f"cam{camera}").mkdir(parents=True)
    (tmp_path / "test_nir" / "cam3").rmdir()  # the real tree has none
    (tmp_path / "idx").mkdir()
    for light in ("vis", "nir"):
        rows = []
        for label, person in enumerate(train):
            rows.append(f"{light}/{person:04d}/{person:04d}_c08_s185535_f7010_{light}.jpg {label}\n")
            image = tmp_path / rows[-1].split()[0]
            image.parent.mkdir(parents=True)
            image.touch()
        (tmp_path / "idx" / f"train_{light}.txt").write_text("".join(rows))
        for person in test:
            image = tmp_path / f"test_{light}/cam8/{person:04d}/{person:04d}_c08_s185734_f3195_{light}.jpg"
            image.parent.mkdir()
            image.touch()
    (tmp_path / "idx" / "test_id.txt").write_text(",".join(map(str, test)))
    source = read_tree(tmp_path)
    assert source.name == "llcm" and source.note is None
    split = source.index.groupby("split")["person"]
    assert (set(split.get_group("train")), set(split.get_group("test"))) == (set(train), set(test))
    assert (source.index["camera"] == 8).all()


def test_people_numbered_apart_are_kept_apart(tree):
    """The training people 1 and 2 are other people than the test people of these numbers."""
    for light in ("vis", "nir"):
        for camera in (1, 2, 4, 5, 6):
            if (old := tree / f"test_{light}" / f"cam{camera}" / "0006").is_dir():
                old.rename(old.with_name("0001"))
    (tree / "idx" / "test_id.txt").write_text("1,7,8\n")
    source = read_tree(tree)
    check_index(source.index)
    split = source.index.groupby("split")["person"]
    assert sorted(split.get_group("train").unique()) == [10_001, 10_002, 10_003, 10_004, 10_005]
    assert sorted(split.get_group("test").unique()) == [1, 7, 8]
    assert "Person 1 is in the training lists and in the test list" in source.note


def test_an_image_to_train_and_to_test_on_is_refused(tree):
    shutil.copytree(tree / "vis" / "0001", tree / "test_vis" / "cam1" / "0001")
    (tree / "idx" / "test_id.txt").write_text("1,6,7,8\n")
    with pytest.raises(
        XivlabError, match="0001_c01_s000001_f1_vis.jpg in .* both a training and a test image"
    ):
        read_tree(tree)


def test_lists_as_other_systems_write_them(tree):
    whole = read_tree(tree)
    for path in (tree / "idx").iterdir():
        path.write_bytes(path.read_text().strip().replace("\n", "\r\n").encode())
    assert read_tree(tree).index.equals(whole.index)


def test_hidden_files_are_no_images(tree):
    whole = read_tree(tree)
    for folder in ("vis/0001", "test_nir/cam2/0006", "test_vis/cam1"):
        for name in (".DS_Store", "Thumbs.db", "._0001_c01_s000001_f1_vis.jpg"):
            (tree / folder / name).write_bytes(b"")
    assert read_tree(tree).index.equals(whole.index)


def test_how_the_root_is_written_makes_no_difference(tree):
    whole = read_tree(tree)
    assert read_source("llcm", f"{tree}/").index.equals(whole.index)
    shutil.copytree(tree, tree.parent / "my cam7_c05_ 行人" / "vis")
    assert read_tree(tree.parent / "my cam7_c05_ 行人" / "vis").index.equals(whole.index)


def lose_camera(tree):
    shutil.rmtree(tree / "test_nir" / "cam9")


def lose_list(tree):
    (tree / "idx" / "train_nir.txt").unlink()


def other_paths(tree):
    path = tree / "idx" / "train_nir.txt"
    path.write_text(path.read_text().replace("_c02_", "_cam2_"))


def other_light(tree):
    shutil.copy(tree / "idx" / "train_vis.txt", tree / "idx" / "train_nir.txt")


def lose_an_image(tree):
    (tree / "nir" / "0005" / "0005_c02_s000003_f2_nir.jpg").unlink()


def list_a_stranger(tree):
    (tree / "idx" / "test_id.txt").write_text("6,7,8,9")


def garble_list(tree):
    (tree / "idx" / "test_id.txt").write_text("6\n7\n8\n")


@pytest.mark.parametrize("damage, says", [
    (lose_camera, "There is no folder .*test_nir/cam9: give the root"),
    (lose_list, "train_nir.txt is missing"),
    (other_paths, "train_nir.txt lists nir/0001/0001_cam2_.* which is not like nir/0001/0001_c01_"),
    (other_light, "train_nir.txt lists vis/0001/0001_c01_"),
    (lose_an_image, "nir/0005/0005_c02_s000003_f2_nir.jpg, listed in .*train_nir.txt, is not there"),
    (list_a_stranger, r"Person 9 of .*test_id.txt has no image in any test_\*/cam\*/0009"),
    (garble_list, "test_id.txt is not one line of numbers"),
])  # fmt: skip
def test_what_is_wrong_is_named(tree, damage, says):
    damage(tree)
    with pytest.raises(XivlabError, match=says):
        read_tree(tree)
