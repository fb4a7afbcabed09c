"""Places and sizes that cannot be are refused in one sentence, before anything is taken."""

import os
import shutil

import pytest
from command import fails
from fake_world import install

from data_prep.export import export
from data_prep.places import block_of, check_room
from xivlab.errors import XivlabError


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as monkeypatch:
        install(monkeypatch, folder / "cache")
        export("synthetic-sysu", "sysu-mm01", folder / "tree")
    return folder / "tree"


def looping(folder):
    (folder / "one").symlink_to(folder / "two")
    (folder / "two").symlink_to(folder / "one")
    return folder / "one"


PLACES = {
    "a long name": lambda folder: folder / ("x" * 300),
    "below a long name": lambda folder: folder / ("x" * 300) / "deep",
    "a link to itself": looping,
    "below a link to itself": lambda folder: looping(folder) / "deep",
    "a NUL character": lambda folder: f"{folder}/a\0b",
}


@pytest.fixture(params=PLACES.values(), ids=PLACES)
def place(request, tmp_path):
    return str(request.param(tmp_path))


def one_sentence(said):
    assert said.startswith("xivlab: ") and said.count("\n") == 1 and "Traceback" not in said


def test_a_place_to_write_that_cannot_be(place, tree, capsys):
    one_sentence(fails(capsys, "prepare", "sysu-mm01", str(tree), place))
    one_sentence(fails(capsys, "export", "synthetic-sysu", place, "--layout", "sysu-mm01"))


def test_a_tree_that_cannot_be(place, tmp_path, capsys):
    one_sentence(fails(capsys, "prepare", "sysu-mm01", place, str(tmp_path / "out")))


@pytest.mark.parametrize("size", [(0, 5), (-1, 5), (5, 10**9), (10**31, 10**31), (40_000, 40_000)])
def test_sizes_beyond_sense(size, tree, tmp_path, capsys):
    words = ("--height", str(size[0]), "--width", str(size[1]))
    said = fails(capsys, "prepare", "sysu-mm01", str(tree), str(tmp_path / "out"), *words)
    one_sentence(said)
    assert "pixels" in said and ".jpg" not in said, "no good image is blamed"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("disk", "memory"), [(10, 1e12), (1e12, 10)])
def test_what_does_not_fit_is_said_with_numbers(disk, memory, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(disk, 0, disk))
    monkeypatch.setattr("data_prep.places.free_memory", lambda: memory)
    with pytest.raises(
        XivlabError, match=r"1,000 images of 256 x 128 pixels take 98.3 MB on the disk .* are free: give"
    ):
        check_room(tmp_path / "out", tmp_path / "scratch", 1000, (256, 128))


def test_what_is_done_already_takes_no_more_room(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1_000))
    done = tmp_path / "scratch"
    done.write_bytes(bytes(30 * 8 * 4 * 3))
    check_room(tmp_path / "out", done, 40, (8, 4))


def test_large_images_are_decoded_in_smaller_blocks():
    assert block_of((256, 128)) == 256
    assert block_of((4000, 4000)) == 5 and block_of((20_000, 20_000)) == 1


def test_an_unforeseen_lack_of_memory_blames_no_image(tree, tmp_path, monkeypatch, capsys):
    def none(self, *_, **__):
        raise MemoryError

    monkeypatch.setattr("PIL.Image.Image.resize", none)
    said = fails(capsys, "prepare", "sysu-mm01", str(tree), str(tmp_path / "out"))
    assert "too little memory for images of 256 x 128 pixels" in said and "whole image" not in said


def test_no_word_of_joblib_stands_before_the_sentence(tree, tmp_path, capsys):
    broken = shutil.copytree(tree, tmp_path / "tree")
    path = next(iter(sorted((broken / "cam1").rglob("*.jpg"))))
    path.write_bytes(path.read_bytes()[:200])
    one_sentence(
        fails(capsys, "prepare", "sysu-mm01", str(broken), str(tmp_path / "out")).split("\r")[-1].strip()
        + "\n"
    )
    assert os.listdir(tmp_path) == ["tree"]
