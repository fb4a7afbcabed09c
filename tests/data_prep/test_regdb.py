"""RegDB's tree: exported in small, made up at full size, and with all that may be wrong."""

import random
import shutil

import pytest
from fake_world import install, regdb_index

from data_prep.export import export
from data_prep.prepare import read_source
from data_prep.regdb import read_tree
from xivlab.data.packed import TRIAL_SPLITS, check_index
from xivlab.errors import XivlabError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    install(monkeypatch, tmp_path / "cache")
    export("synthetic-regdb", "regdb", tmp_path / "tree")
    return tmp_path / "tree"


def lines(path):
    return path.read_text().splitlines(keepends=True)


def test_an_exported_tree_gives_its_own_labels(tree):
    source = read_tree(tree)
    assert source.name == "regdb-like"
    check_index(source.index)
    expected = regdb_index().sort_values("path")
    for column in ("path", "person", "camera", "modality"):
        assert source.index[column].tolist() == expected[column].tolist()


def test_each_trial_is_what_its_lists_say(tree):
    index = read_tree(tree).index
    for trial, column in enumerate(TRIAL_SPLITS, start=1):
        for half in ("train", "test"):
            for modality, light in enumerate(("visible", "thermal")):
                listed = [line.split()[0] for line in lines(tree / "idx" / f"{half}_{light}_{trial}.txt")]
                found = index["path"][(index[column] == half) & (index["modality"] == modality)]
                assert sorted(listed) == found.tolist()


def test_a_tree_of_412_people_is_the_official_one(tmp_path):
    people = [str(person) for person in range(1, 413)]
    paths = {
        (person, light): [f"{folder}/{person}/male_back_{light[0]}_{n:05d}_{person}.bmp" for n in range(10)]
        for person in people
        for folder, light in (("Visible", "visible"), ("Thermal", "thermal"))
    }
    files = [path for some in paths.values() for path in some]
    random.Random(0).shuffle(files)
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "idx").mkdir()
    for trial in range(1, 11):
        random.Random(trial).shuffle(people)
        for half, some in (("train", people[:206]), ("test", people[206:])):
            for light in ("visible", "thermal"):
                text = "".join(f"{path} {n}\n" for n, p in enumerate(some) for path in paths[p, light])
                (tmp_path / "idx" / f"{half}_{light}_{trial}.txt").write_text(text)
    source = read_tree(tmp_path)
    assert source.name == "regdb" and len(source.index) == 8_240
    assert source.index["path"].tolist() == sorted(files)
    for column in TRIAL_SPLITS:
        assert source.index.groupby([column, "modality"]).size().tolist() == [2_060] * 4
    path = tmp_path / "idx" / "test_thermal_10.txt"
    path.write_text("".join(lines(path)[:-1]))
    with pytest.raises(XivlabError, match="test_thermal_10.txt has 2,059 lines where RegDB has 2,060"):
        read_tree(tmp_path)


def test_lists_as_other_systems_write_them(tree):
    whole = read_tree(tree)
    for path in (tree / "idx").iterdir():
        path.write_bytes(path.read_text().strip().replace("\n", "\r\n").encode())
    assert read_tree(tree).index.equals(whole.index)


def test_hidden_files_are_no_images(tree):
    whole = read_tree(tree)
    for folder in ("Visible", "Visible/1", "Thermal/2"):
        for name in (".DS_Store", "Thumbs.db", "._male_back_v_00000_1.bmp"):
            (tree / folder / name).write_bytes(b"")
    (tree / "Visible" / ".Trash").mkdir()
    assert read_tree(tree).index.equals(whole.index)


def test_how_the_root_is_written_makes_no_difference(tree):
    whole = read_tree(tree)
    assert read_source("regdb", f"{tree}/").index.equals(whole.index)
    shutil.copytree(tree, tree.parent / "Visible 行人" / "1")
    assert read_tree(tree.parent / "Visible 行人" / "1").index.equals(whole.index)


def test_spaces_and_other_letters_in_the_paths(tree):
    old, new = "male_back_v_00000_1.bmp", "männlich back_v_00000_1.bmp"
    (tree / "Visible" / "1" / old).rename(tree / "Visible" / "1" / new)
    for path in (tree / "idx").iterdir():
        path.write_text(path.read_text().replace(old, new), encoding="utf-8")
    assert f"Visible/1/{new}" in read_tree(tree).index["path"].tolist()


def lose_folder(tree):
    shutil.rmtree(tree / "Thermal")


def lose_list(tree):
    (tree / "idx" / "test_visible_7.txt").unlink()


def empty_list(tree):
    (tree / "idx" / "test_visible_7.txt").write_text("\n")


def cut_list(tree):
    path = tree / "idx" / "test_visible_7.txt"
    path.write_text("".join(lines(path)[:-1]))


def cut_line(tree):
    path = tree / "idx" / "test_visible_7.txt"
    path.write_text(path.read_text().rstrip()[:-2])


def double_line(tree):
    path = tree / "idx" / "test_visible_7.txt"
    path.write_text("".join(lines(path)[:1] * 2))


def wrong_light(tree):
    shutil.copy(tree / "idx" / "test_thermal_7.txt", tree / "idx" / "test_visible_7.txt")


def same_half(tree):
    shutil.copy(tree / "idx" / "train_visible_7.txt", tree / "idx" / "test_visible_7.txt")


def torn_person(tree):
    """The thermal images of both halves change places, so that everybody is in both."""
    train, test = (tree / "idx" / f"{half}_thermal_7.txt" for half in ("train", "test"))
    one, two = train.read_text(), test.read_text()
    train.write_text(two)
    test.write_text(one)


def lose_an_image(tree):
    (tree / "Thermal" / "3" / "male_back_t_00001_3.bmp").unlink()


def lose_all_images(tree):
    for light in ("Visible", "Thermal"):
        shutil.rmtree(tree / light)
        (tree / light).mkdir()


def another_folder(tree):
    (tree / "Visible" / "copy").mkdir()


@pytest.mark.parametrize("damage, says", [
    (lose_folder, "There is no folder .*Thermal: give the root"),
    (lose_list, "test_visible_7.txt is missing"),
    (empty_list, "test_visible_7.txt is empty"),
    (cut_list, r"Visible/\d/male_back_v_0000\d_\d.bmp is in no list of trial 7 in .*idx"),
    (cut_line, "Line 12 of .*test_visible_7.txt is not a path and a label"),
    (double_line, r"test_visible_7.txt lists Visible/.*bmp twice"),
    (wrong_light, r"Thermal/.*bmp, listed in .*test_visible_7.txt, is not visible"),
    (same_half, r"Visible/.*bmp of .*test_visible_7.txt is in the other half, too"),
    (torn_person, r"Person 1 is in both halves of trial 7 in .*idx"),
    (lose_an_image, r"Thermal/3/male_back_t_00001_3.bmp, listed in .*_thermal_1.txt, is not there"),
    (lose_all_images, "has no images in Visible and Thermal"),
    (another_folder, "Visible/copy is not named by a person's number"),
])  # fmt: skip
def test_what_is_wrong_is_named(tree, damage, says):
    damage(tree)
    with pytest.raises(XivlabError, match=says):
        read_tree(tree)
