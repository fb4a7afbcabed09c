import re

import numpy as np
import pytest
from fake_world import SPLIT_OF, FakeWorld, install, regdb_index, sysu_index
from PIL import Image
from scipy.io import loadmat

from data_prep.export import export
from xivlab.errors import XivlabError

PAIRS = [("synthetic-sysu", "sysu-mm01"), ("synthetic-regdb", "regdb"), ("synthetic-sysu", "llcm")]


@pytest.fixture(autouse=True)
def fake(tmp_path_factory, monkeypatch):
    install(monkeypatch, tmp_path_factory.mktemp("cache"))


def numbers(path) -> list[int]:
    (line,) = path.read_text().splitlines()
    return [int(number) for number in line.split(",")]


def labels(path) -> list[tuple[str, int]]:
    lines = [line.split(" ") for line in path.read_text().splitlines()]
    return [(image, int(label)) for image, label in lines]


def images(folder, suffix) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob(f"*{suffix}")}


def people(split) -> list[int]:
    return sorted(person for person, s in SPLIT_OF.items() if s == split)


# SYSU-MM01


def test_sysu_images_and_lists(tmp_path):
    export("synthetic-sysu", "sysu-mm01", tmp_path / "tree")
    index = sysu_index()
    assert images(tmp_path / "tree", ".jpg") == set(index["path"])
    for row in (0, 40, 93):
        image = np.asarray(Image.open(tmp_path / "tree" / index["path"][row]))
        assert image.shape == (*FakeWorld.size, 3) and (image == row).all()
    exp = tmp_path / "tree" / "exp"
    for split in ("train", "val", "test"):
        assert numbers(exp / f"{split}_id.txt") == people(split)
        assert loadmat(exp / f"{split}_id.mat")["id"].tolist() == [people(split)]
    assert numbers(exp / "available_id.txt") == sorted(SPLIT_OF)


def test_sysu_permutations_have_the_official_form(tmp_path):
    """A 6 x 1 cell of people x 1 cells of 10 x n orders of the images 1..n."""
    export("synthetic-sysu", "sysu-mm01", tmp_path / "tree")
    cameras = loadmat(tmp_path / "tree" / "exp" / "rand_perm_cam.mat")["rand_perm_cam"]
    assert cameras.shape == (6, 1) and cameras.dtype == object
    for camera in range(1, 7):
        cell = cameras[camera - 1, 0]
        assert cell.shape == (8, 1) and cell.dtype == object
        for person in range(1, 9):
            orders = cell[person - 1, 0]
            files = sorted((tmp_path / "tree" / f"cam{camera}" / f"{person:04d}").glob("*.jpg"))
            assert orders.shape == (10, len(files)) and orders.dtype == np.uint8
            assert all(sorted(order) == [int(file.stem) for file in files] for order in orders)
    assert cameras[2, 0][6, 0].shape == (10, 0)  # person 7 never meets camera 3
    assert len({tuple(order) for order in np.hstack([c[0, 0] for c in cameras[:, 0]])}) > 1


# RegDB


def test_regdb_images(tmp_path):
    export("synthetic-regdb", "regdb", tmp_path / "tree")
    index = regdb_index()
    assert images(tmp_path / "tree", ".bmp") == set(index["path"])
    for row, path in enumerate(index["path"]):
        assert re.fullmatch(r"(Visible/(\d+)/male_back_v|Thermal/(\d+)/male_back_t)_\d{5}_(\2|\3)\.bmp", path)
        assert (np.asarray(Image.open(tmp_path / "tree" / path)) == row).all()  # bitmaps lose nothing


def test_regdb_lists_are_ten_halves(tmp_path):
    export("synthetic-regdb", "regdb", tmp_path / "tree")
    idx = tmp_path / "tree" / "idx"
    assert len(list(idx.iterdir())) == 40
    halves = set()
    for trial in range(1, 11):
        seen = {}
        for part in ("train", "test"):
            visible = labels(idx / f"{part}_visible_{trial}.txt")
            thermal = labels(idx / f"{part}_thermal_{trial}.txt")
            person_of = {int(image.split("/")[1]): label for image, label in visible}
            assert person_of == {int(image.split("/")[1]): label for image, label in thermal}
            assert sorted(person_of.values()) == [0, 1, 2, 3] and len(visible) == len(thermal) == 4 * 3
            assert all(image.startswith("Visible/") for image, _ in visible)
            assert all(image.startswith("Thermal/") for image, _ in thermal)
            assert [label for _, label in visible] == sorted(label for _, label in visible)
            seen[part] = frozenset(person_of)
        assert seen["train"] | seen["test"] == set(SPLIT_OF) and not seen["train"] & seen["test"]
        halves.add(seen["train"])
    assert len(halves) > 5


# LLCM


def test_llcm_tree(tmp_path):
    export("synthetic-sysu", "llcm", tmp_path / "tree")
    folders = sorted(path.name for path in (tmp_path / "tree").iterdir())
    assert folders == ["idx", "nir", "test_nir", "test_vis", "vis"]
    found = images(tmp_path / "tree", ".jpg")
    assert len(found) == len(sysu_index())
    for path in found:
        folder, _, name = path.rpartition("/")
        person, camera, light = re.fullmatch(r"(\d{4})_c0(\d)_s\d{6}_f\d+_(vis|nir)\.jpg", name).groups()
        training = SPLIT_OF[int(person)] != "test"
        assert folder == (f"{light}/{person}" if training else f"test_{light}/cam{camera}/{person}")
    # A shared place, 2, so that "same person, same camera" drops something; and an empty infrared camera 3.
    for light, cameras in (("vis", "1245"), ("nir", "26")):
        assert {path.split("cam")[1][0] for path in found if f"test_{light}/" in path} == set(cameras)
    assert (tmp_path / "tree" / "test_nir" / "cam3").is_dir()
    assert "nir/0005/0005_c02_s000003_f2_nir.jpg" in found
    assert "test_vis/cam4/0008/0008_c04_s000004_f1_vis.jpg" in found


def test_llcm_lists(tmp_path):
    export("synthetic-sysu", "llcm", tmp_path / "tree")
    idx = tmp_path / "tree" / "idx"
    assert {path.name for path in idx.iterdir()} == {"train_vis.txt", "train_nir.txt", "test_id.txt"}
    assert numbers(idx / "test_id.txt") == people("test")
    for light, cameras in (("vis", 4), ("nir", 2)):
        lines = labels(idx / f"train_{light}.txt")
        jpegs = images(tmp_path / "tree", ".jpg")
        assert {image for image, _ in lines} == {path for path in jpegs if path.startswith(f"{light}/")}
        assert len(lines) == 5 * cameras * 2
        # Labels count the training people, validation people among them, from 0.
        label_of = {int(image.split("/")[1]): label for image, label in lines}
        assert label_of == {person: person - 1 for person in range(1, 6)}


# Every layout


@pytest.mark.parametrize("name, layout", PAIRS)
def test_the_same_bytes_twice(tmp_path, name, layout):
    def tree(folder):
        export(name, layout, folder)
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert tree(tmp_path / "one") == tree(tmp_path / "two")


@pytest.mark.parametrize("right, layout", PAIRS)
def test_a_wrong_pair(tmp_path, right, layout):
    name = "synthetic-regdb" if right == "synthetic-sysu" else "synthetic-sysu"
    with pytest.raises(XivlabError, match=f"Layout {layout} takes {right}, not {name}"):
        export(name, layout, tmp_path / "tree")
    assert FakeWorld.exposed == 0 and not list(tmp_path.iterdir())


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("mine")
    for folder in (tmp_path, tmp_path / "mine"):
        with pytest.raises(XivlabError, match="not an empty folder: name a new one"):
            export("synthetic-sysu", "llcm", folder)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_will_do(tmp_path):
    export("synthetic-sysu", "sysu-mm01", tmp_path)
    assert (tmp_path / "exp").is_dir()


def test_an_interrupted_export_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Image.Image, "save", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export("synthetic-sysu", "sysu-mm01", tmp_path / "tree")
    assert not list(tmp_path.iterdir())
