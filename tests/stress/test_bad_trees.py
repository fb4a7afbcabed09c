"""Folder trees that are not as they should be: `prepare` says which file, and packs nothing; odd names are no fault."""

import io
import os
import shutil
import struct
import zlib

import pytest
from fake_trees import exported
from fake_world import FakeWorld
from PIL import Image
from stress.harm import (
    CUTS,
    a_folder,
    a_link_to_nothing,
    command_refused,
    cut,
    cut_by,
    drawn,
    holds,
    missing,
    one_sentence,
    unchanged,
)

from data_prep.export import SOURCE
from studykit.widgets.generator.upload import open_picture
from xivlab.cli import main
from xivlab.data.datasets import load
from xivlab.errors import XivlabError

HEIGHT, WIDTH = FakeWorld.size
IMAGES = {
    "sysu-mm01": "cam6/0007/0001.jpg",
    "regdb": "Thermal/3/male_back_t_00001_3.bmp",
    "llcm": "nir/0002/0002_c02_s000003_f1_nir.jpg",
}
LISTS = {
    "sysu-mm01": ["exp/train_id.txt", "exp/val_id.txt", "exp/test_id.txt", "exp/rand_perm_cam.mat"],
    "regdb": ["idx/train_visible_1.txt", "idx/test_thermal_10.txt"],
    "llcm": ["idx/train_vis.txt", "idx/train_nir.txt", "idx/test_id.txt"],
}
long = pytest.mark.stress


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """One of each layout."""
    return exported(tmp_path_factory.mktemp("trees"))


@pytest.fixture
def mine(trees, tmp_path):
    """A copy of a tree, in a folder with a name that people give."""

    def copy(layout):
        return shutil.copytree(trees / layout, tmp_path / "Mes données 数据" / layout)

    return copy


def words(layout, tree, out):
    return ["prepare", layout, tree, out, "--height", HEIGHT, "--width", WIDTH]


def refused(capsys, layout, tree, *names):
    """Nothing is made, and nothing of the tree changed."""
    with unchanged(tree.parent):
        command_refused(capsys, words(layout, tree, tree.parent / "out"), *names)


def test_names_with_spaces_and_letters_of_any_script_are_no_fault(mine, tmp_path, capsys, counted):
    for layout in SOURCE:
        tree = mine(layout)
        out = tmp_path / f"où ça 出 {layout}"
        main([str(word) for word in words(layout, tree, out)])
        assert len(load(out).pixels) > 40
        counted("trees: Unicode and spaces, taken")


def picture(kind, mode="RGB", size=(WIDTH, HEIGHT)):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def swapped_for_text(path):
    path.write_text("a caption where the picture was\n")


DAMAGED = [missing, a_folder, a_link_to_nothing, swapped_for_text, cut(0), cut(0.5), cut_by(1), cut_by(60),
           holds(b"\xff\xd8\xff"), holds(picture("GIF")), holds(picture("TIFF")), holds(picture("WEBP"))]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda damage: damage.__qualname__[:30])
@pytest.mark.parametrize(
    "layout", [*list(SOURCE)[:1], *(pytest.param(name, marks=long) for name in list(SOURCE)[1:])]
)
def test_images(layout, damage, mine, capsys, counted):
    tree = mine(layout)
    damage(tree / IMAGES[layout])
    name = IMAGES[layout] if damage not in (missing,) else tree.name
    if damage is cut_by(1) or damage.__qualname__ == "cut_by(1)":
        name = tree.name  # a picture may do without its last byte
        try:
            main([str(word) for word in words(layout, tree, tree.parent / "out")])
            return
        except SystemExit:
            capsys.readouterr()
    refused(capsys, layout, tree, name)
    counted("trees: damaged image")


def bomb(width, height):
    """A PNG of a few bytes that claims to be as large as that."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


BOMBS = [bomb(60_000, 60_000), bomb(2**31 - 1, 1), bomb(1, 2**31 - 1), bomb(0, 5)]
WRONG_FORMATS = [picture(kind) for kind in ("GIF", "BMP", "TIFF", "PPM", "ICO", "TGA", "PDF")]


@pytest.mark.parametrize("content", BOMBS + WRONG_FORMATS, ids=lambda content: content[:8].hex())
def test_bombs_and_wrong_formats(content, mine, capsys, counted):
    """Among the images of a tree, and uploaded; a tree may hold bitmaps."""
    one_sentence(str(pytest.raises(XivlabError, open_picture, content, "picture", 64, 64).value), "picture")
    counted("pictures: bombs and wrong formats")
    if content[:2] != b"BM":
        tree = mine("sysu-mm01")
        (tree / IMAGES["sysu-mm01"]).write_bytes(content)
        refused(capsys, "sysu-mm01", tree, IMAGES["sysu-mm01"])
        counted("pictures: bombs and wrong formats")


@pytest.mark.parametrize("draws", [2, pytest.param(20, marks=long)])
@pytest.mark.parametrize(
    ("layout", "name"), [(layout, name) for layout, names in LISTS.items() for name in names]
)
def test_lists(layout, name, draws, trees, tmp_path, capsys, counted):
    """A list cut between two numbers or lines is a list of fewer: taken, if the tree is whole without the others."""

    @drawn(CUTS, draws)
    def _(damage):
        folder = tmp_path / "one"
        tree = shutil.copytree(trees / layout, folder / layout)
        damage(tree / name)
        try:
            with unchanged(tree):
                main([str(word) for word in words(layout, tree, folder / "out")])
        except SystemExit as exit:
            error = capsys.readouterr().err.rpartition("\r")[2]
            assert exit.code == 1 and error.startswith("xivlab: ") and error.count("\n") == 1, error
            assert layout in error and sorted(os.listdir(folder)) == [layout], error
        else:
            assert len(load(folder / "out").pixels) > 0
        shutil.rmtree(folder)
        counted("trees: damaged list")


def empty(tree, folder):
    shutil.rmtree(tree / folder)
    (tree / folder).mkdir()


def moved(tree, one, other):
    (tree / one).rename(tree / other)


# layout, what is done to the tree, what the sentence names
WRONG = [
    ("sysu-mm01", lambda tree: shutil.rmtree(tree / "cam3"), "cam3"),
    ("sysu-mm01", lambda tree: shutil.rmtree(tree / "exp"), "train_id.txt"),
    ("sysu-mm01", lambda tree: [shutil.rmtree(tree / f"cam{c}" / "0001") for c in range(1, 7)], "0001"),
    ("sysu-mm01", lambda tree: [empty(tree, f"cam{c}") for c in range(1, 7)], "has no image"),
    ("sysu-mm01", lambda tree: (tree / "exp/val_id.txt").write_text("1"), "Person 1"),
    ("sysu-mm01", lambda tree: (tree / "exp/val_id.txt").write_text("9999"), "9999"),
    ("sysu-mm01", lambda tree: (tree / "exp/val_id.txt").write_text("three"), "val_id.txt"),
    ("sysu-mm01", lambda tree: (tree / "exp/val_id.txt").write_text("-3"), "val_id.txt"),
    ("sysu-mm01", lambda tree: (tree / "exp/val_id.txt").write_bytes(b"\xff\xfe3"), "val_id.txt"),
    ("sysu-mm01", lambda tree: moved(tree, "cam1/0001/0001.jpg", "cam1/0001/first.jpg"), "first.jpg"),
    ("sysu-mm01", lambda tree: moved(tree, "cam1/0001/0001.jpg", "cam1/0001/0000.jpg"), "0000.jpg"),
    ("sysu-mm01", lambda tree: (tree / "cam1/0001/0001.jpg").unlink(), "rand_perm_cam.mat"),
    ("sysu-mm01", lambda tree: moved(tree, "cam1/0001", "cam1/0099"), "0001"),
    ("regdb", lambda tree: shutil.rmtree(tree / "Thermal"), "Thermal"),
    ("regdb", lambda tree: [empty(tree, light) for light in ("Visible", "Thermal")], "has no images"),
    ("regdb", lambda tree: empty(tree, "Thermal"), "Thermal"),
    ("regdb", lambda tree: shutil.rmtree(tree / "idx"), "idx"),
    ("regdb", lambda tree: moved(tree, "Visible/3", "Visible/Anna"), "Anna"),
    ("regdb", lambda tree: shutil.rmtree(tree / "Visible/3"), "Visible/3"),
    ("regdb", lambda tree: shutil.copy(tree / "idx/test_visible_1.txt", tree / "idx/train_visible_1.txt"), "idx"),
    ("regdb", lambda tree: shutil.copy(tree / "idx/train_visible_2.txt", tree / "idx/train_visible_1.txt"), "idx"),
    ("regdb", lambda tree: shutil.copy(tree / "idx/train_thermal_1.txt", tree / "idx/train_visible_1.txt"), "visible"),
    ("llcm", lambda tree: shutil.rmtree(tree / "nir"), "nir"),
    ("llcm", lambda tree: shutil.rmtree(tree / "test_vis"), "test_vis"),
    ("llcm", lambda tree: empty(tree, "vis"), "vis"),
    ("llcm", lambda tree: (tree / "idx/test_id.txt").write_text("6,9999"), "9999"),
    ("llcm", lambda tree: (tree / "idx/train_vis.txt").write_text("vis/0001/one.jpg 0\n"), "one.jpg"),
    ("llcm", lambda tree: (tree / "idx/train_vis.txt").write_text("../../etc/passwd 0\n"), "passwd"),
    ("llcm", lambda tree: (tree / "idx/train_vis.txt").write_text("\n\n"), "train_vis.txt"),
]  # fmt: skip


@pytest.mark.parametrize(("layout", "harm", "name"), WRONG)
def test_folders_and_counts(layout, harm, name, mine, capsys, counted):
    tree = mine(layout)
    harm(tree)
    refused(capsys, layout, tree, name)
    counted("trees: wrong folders and counts")


@pytest.mark.parametrize("there", ["file", "folder", "other"])
def test_what_is_in_the_way_stays(there, mine, capsys, counted):
    tree = mine("sysu-mm01")
    out = tree.parent / "out"
    if there == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / ("notes.txt" if there == "folder" else "pixels.npy")).write_text("mine")
    refused(capsys, "sysu-mm01", tree, "out")
    counted("trees: something in the way")


@pytest.mark.parametrize("size", [("0", "4"), ("-8", "4"), ("8", "0")])
def test_sizes(size, mine, capsys, counted):
    tree = mine("sysu-mm01")
    with unchanged(tree.parent):
        command_refused(capsys, [*words("sysu-mm01", tree, tree.parent / "out")[:4], "--height", size[0], "--width", size[1]], "pixels cannot be")  # fmt: skip
    counted("settings out of range")


@pytest.mark.parametrize("root", ["nowhere", "a file", "empty"])
@pytest.mark.parametrize("layout", SOURCE)
def test_roots(layout, root, tmp_path, capsys, counted):
    tree = tmp_path / "trees" / root
    tree.parent.mkdir()
    if root == "a file":
        tree.write_text("mine")
    elif root == "empty":
        tree.mkdir()
    with unchanged(tmp_path):
        command_refused(capsys, words(layout, tree, tmp_path / "out"), root)
    counted("trees: wrong folders and counts")
