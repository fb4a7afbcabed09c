"""Packing a tree: the same labels and pixels as the world it was exported from, once, whole or not at all."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fake_world import FakeWorld, install
from PIL import Image

from data_prep import prepare
from data_prep.export import SOURCE, export
from data_prep.prepare import decode, pack, read_source, summary
from xivlab.cli import main
from xivlab.data.datasets import load
from xivlab.errors import XivlabError

LAYOUTS = ["sysu-mm01", "regdb", "llcm"]
SIZE = FakeWorld.size


@pytest.fixture
def world(tmp_path_factory, monkeypatch):
    install(monkeypatch, tmp_path_factory.mktemp("cache"))
    monkeypatch.setattr("data_prep.places.BLOCK", 10)


@pytest.fixture
def tree(world, tmp_path):
    export("synthetic-sysu", "sysu-mm01", tmp_path / "tree")
    return tmp_path / "tree"


@pytest.fixture
def places(tmp_path):
    """A folder in which only data sets are made."""
    (tmp_path / "places").mkdir()
    return tmp_path / "places"


def prepared(tree, out, size=SIZE, layout="sysu-mm01"):
    return pack(read_source(layout, tree), tree, out, size)


def files(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# What comes out


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_exported_tree_gives_the_world_again(world, tmp_path, layout):
    compare(layout, tmp_path, SIZE)


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_exported_tree_gives_the_real_world_again(tmp_path, layout):
    compare(layout, tmp_path, (128, 64))


def compare(layout, folder, size):
    original = load(SOURCE[layout])
    export(SOURCE[layout], layout, folder / "tree")
    assert prepared(folder / "tree", folder / "out", size, layout)
    trials = range(1, 11) if layout == "regdb" else [None]
    for trial in trials:
        packed = load(folder / "out", trial)
        assert packed.name == f"{layout}-like" and len(packed.pixels) == len(original.pixels)
        if layout == "sysu-mm01":
            for split in ("train", "val", "test"):
                same(packed.split(split), original.split(split))
        elif layout == "llcm":  # which has no validation people: they train
            # Cameras 2 and 3 stand in one place, which is its camera 2.
            same(packed.train, original.split("train", "val"), np.array([0, 1, 2, 2, 4, 5, 6]))
            same(packed.test, original.test, np.array([0, 1, 2, 2, 4, 5, 6]))
        else:
            everybody = original.split("train", "val", "test")
            halves = [set(half.person.tolist()) for half in (packed.train, packed.test)]
            assert not halves[0] & halves[1] and len(packed.val) == 0
            for half, people in zip((packed.train, packed.test), halves):
                same(half, everybody.select(np.isin(everybody.person, list(people))), exactly=True)


def same(packed, original, camera=None, exactly=False):
    """Compare two splits, rows of both in the order of person, camera, light and path."""
    camera = original.camera if camera is None else camera[original.camera]
    mine = np.lexsort((packed.path, packed.modality, packed.camera, packed.person))
    theirs = np.lexsort((original.path, original.modality, camera, original.person))
    np.testing.assert_array_equal(packed.person[mine], original.person[theirs])
    np.testing.assert_array_equal(packed.modality[mine], original.modality[theirs])
    np.testing.assert_array_equal(packed.camera[mine], camera[theirs])
    for one, other in zip(mine, theirs):
        difference = packed.pixels[one].astype(int) - original.pixels[other]
        if exactly:  # bitmaps lose nothing
            assert not difference.any()
        else:
            # JPEG of quality 95 rounds frequencies to steps of 1 to 10 levels. The errors of 64 of them add up
            # in a pixel like noise: a level on average, 20 at most in the whole world.
            assert np.abs(difference).mean() < 2
            assert np.abs(difference).max() < 32


def test_resizing_is_lanczos_and_grey_becomes_three_channels(tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (20, 12), np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.bmp")
    np.testing.assert_array_equal(decode(tmp_path / "grey.bmp", (20, 12)), np.stack([grey] * 3, 2))
    small = np.asarray(Image.fromarray(grey).resize((6, 10), Image.Resampling.LANCZOS))
    resized = decode(tmp_path / "grey.bmp", (10, 6))
    assert resized.dtype == np.uint8
    np.testing.assert_array_equal(resized, np.stack([small] * 3, 2))


def test_fingerprint_depends_on_images_labels_and_size(tree, places):
    prepared(tree, places / "one")
    prepared(tree, places / "again")
    assert files(places / "one") == files(places / "again")
    prepared(tree, places / "large", (16, 8))
    Image.new("RGB", (4, 8), "white").save(tree / "cam1" / "0001" / "0001.jpg")
    prepared(tree, places / "pixels")
    (tree / "exp" / "val_id.txt").write_text("6")
    (tree / "exp" / "test_id.txt").write_text("3,7,8")
    prepared(tree, places / "labels")
    prints = {load(folder).fingerprint for folder in places.iterdir()}
    assert len(prints) == 4


# Errors leave nothing


def cut_image(path):
    path.write_bytes(path.read_bytes()[:-200])


def no_image(path):
    path.write_bytes(b"<html>404</html>")


def no_bytes(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut_image, no_image, no_bytes])
def test_a_damaged_image_is_named(tree, places, damage):
    damage(tree / "cam6" / "0007" / "0001.jpg")
    with pytest.raises(XivlabError, match="cam6/0007/0001.jpg is not a whole image"):
        prepared(tree, places / "out")
    assert not list(places.iterdir())


def test_a_full_disk(tree, places, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("data_prep.prepare.seal", full)
    with pytest.raises(XivlabError, match=r"out cannot be written \(No space left on device\): free some"):
        prepared(tree, places / "out")
    assert not list(places.iterdir())


def test_a_place_that_cannot_be_written(tree, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(XivlabError, match="file/out cannot be written"):
        prepared(tree, tmp_path / "file" / "out")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_may_not_be_read(tree, monkeypatch):
    def forbidden(folder):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(
        XivlabError, match=r"cam1/0001 cannot be read \(Permission denied\): check who owns it"
    ):
        read_source("sysu-mm01", tree)


def test_no_size(tree, places):
    with pytest.raises(XivlabError, match="Images of 0 x 4 pixels cannot be"):
        prepared(tree, places / "out", (0, 4))


# What is there is left alone


def test_the_second_time_there_is_nothing_to_do(tree, places, monkeypatch):
    assert prepared(tree, places / "out")
    before = files(places / "out")
    monkeypatch.setattr("data_prep.prepare.decode", lambda *_: 1 / 0)
    assert not prepared(tree, places / "out")
    assert files(places / "out") == before


def test_an_empty_folder_will_do(tree, places):
    (places / "out").mkdir()
    assert prepared(tree, places / "out")
    assert [path.name for path in places.iterdir()] == ["out"]


def another_size(out, tree):
    prepared(tree, out, (4, 4))


def another_split(out, tree):
    text = (tree / "exp" / "val_id.txt").read_text()
    (tree / "exp" / "val_id.txt").write_text("3,5")
    (tree / "exp" / "train_id.txt").write_text("1,2,4")
    prepared(tree, out)
    (tree / "exp" / "val_id.txt").write_text(text)
    (tree / "exp" / "train_id.txt").write_text("1,2,4,5")


def damaged(out, tree):
    prepared(tree, out)
    raw = bytearray((out / "pixels.npy").read_bytes())
    raw[-1] ^= 1
    (out / "pixels.npy").write_bytes(raw)


def notes(out, tree):
    out.mkdir()
    (out / "notes.txt").write_text("mine")


@pytest.mark.parametrize("there, says", [
    (another_size, "holds another data set; name a new folder, or delete it"),
    (another_split, "holds another data set"),
    (damaged, "holds something else: .*its files have changed"),
    (notes, "holds something else"),
])  # fmt: skip
def test_something_else_is_never_overwritten(tree, places, there, says):
    there(places / "out", tree)
    before = files(places / "out")
    with pytest.raises(XivlabError, match=says):
        prepared(tree, places / "out")
    assert files(places / "out") == before and len(list(places.iterdir())) == 1


# Interruptions


@pytest.fixture
def decoded(monkeypatch):
    """Names of the images decoded; Ctrl-C comes at the one in `stop`."""
    calls = []
    calls_stop = set()

    def spy(path, size):
        calls.append(path)
        if len(calls) in calls_stop:
            raise KeyboardInterrupt
        return decode(path, size)

    monkeypatch.setattr(prepare, "decode", spy)
    spy.calls, spy.stop = calls, calls_stop
    return spy


def test_an_interrupted_pack_goes_on(tree, places, decoded):
    prepared(tree, places / "undisturbed")
    order = list(decoded.calls)
    decoded.calls.clear()
    decoded.stop.add(45)
    with pytest.raises(KeyboardInterrupt):
        prepared(tree, places / "out")
    assert sorted(path.name for path in places.iterdir()) == [".out-partial", "undisturbed"]
    decoded.calls.clear()
    decoded.stop.clear()
    prepared(tree, places / "out")
    assert sorted(decoded.calls) == sorted(order[40:])  # four blocks of ten were done
    assert files(places / "out") == files(places / "undisturbed")
    assert sorted(path.name for path in places.iterdir()) == ["out", "undisturbed"]


def test_half_an_image_is_none(tree, places, decoded):
    prepared(tree, places / "undisturbed")
    decoded.stop.add(len(decoded.calls) + 45)
    with pytest.raises(KeyboardInterrupt):
        prepared(tree, places / "out")
    pixels = places / ".out-partial" / "pixels.npy"
    for size in (pixels.stat().st_size - 5, 100, 0):  # as a process killed in a write leaves it
        os.truncate(pixels, size)
        decoded.stop.clear()
        decoded.calls.clear()
        shutil.copytree(places / ".out-partial", places / ".next-partial")
        prepared(tree, places / "out")
        assert len(decoded.calls) == (94 - 39 if size > 100 else 94)
        assert files(places / "out") == files(places / "undisturbed")
        shutil.rmtree(places / "out")
        (places / ".next-partial").rename(places / ".out-partial")


def test_another_size_or_index_or_root_begins_anew(tree, places, decoded, tmp_path):
    shutil.copytree(tree, tmp_path / "other")

    def interrupt():
        decoded.calls.clear()
        decoded.stop.add(45)
        with pytest.raises(KeyboardInterrupt):
            prepared(tree, places / "out")
        decoded.stop.clear()
        decoded.calls.clear()

    interrupt()
    prepared(tree, places / "out", (4, 4))
    assert len(decoded.calls) == 94
    shutil.rmtree(places / "out")
    interrupt()
    prepared(tmp_path / "other", places / "out")
    assert len(decoded.calls) == 94
    shutil.rmtree(places / "out")
    interrupt()
    (tree / "exp" / "rand_perm_cam.mat").unlink()
    prepared(tree, places / "out")
    assert len(decoded.calls) == 94


SLOWLY = """
import sys, time
from data_prep import places, prepare
places.BLOCK, decode = 10, prepare.decode
prepare.decode = lambda *a: (time.sleep(0.02), decode(*a))[1]
prepare.pack(prepare.read_source("sysu-mm01", sys.argv[1]), sys.argv[1], sys.argv[2], (8, 4))
"""


def begun(tree, places):
    """A process that packs the tree slowly and has some of it done."""
    root = Path(prepare.__file__).parent.parent
    process = subprocess.Popen([sys.executable, "-c", SLOWLY, tree, places / "out"], cwd=root)
    pixels = places / ".out-partial" / "pixels.npy"
    while not pixels.exists() or pixels.stat().st_size < 2000:
        assert process.poll() is None
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_pack_goes_on(tree, places, decoded, number):
    process = begun(tree, places)
    process.send_signal(number)
    process.wait()
    prepared(tree, places / "out")
    assert len(decoded.calls) < 94
    assert json.loads((places / "out" / "meta.json").read_text())["counts"] == {
        "train": 48,
        "val": 12,
        "test": 34,
    }
    prepared(tree, places / "undisturbed")
    assert files(places / "out") == files(places / "undisturbed")


def test_two_at_once_do_not_mix(tree, places):
    process = begun(tree, places)
    with pytest.raises(XivlabError, match="Another command is writing .*out: wait until it is done"):
        prepared(tree, places / "out")
    assert process.wait() == 0
    assert len(load(places / "out").test) == 34


# The command


def test_command(tree, places, capsys):
    words = ["prepare", "sysu-mm01", f"{tree}/", str(places / "out"), "--height", "8", "--width", "4"]
    main(words)
    line = (
        f"sysu-mm01-like is in {places / 'out'}: train 4 people, 32 visible and 16 infrared images; "
        "val 1 people, 8 visible and 4 infrared images; test 3 people, 24 visible and 10 infrared images; 0 MB.\n"
    )
    assert capsys.readouterr().out == line
    main(words)
    assert capsys.readouterr().out == "There is nothing to do.\n" + line
    (tree / "exp" / "rand_perm_cam.mat").unlink()
    main([*words[:3], str(places / "fewer"), *words[4:]])
    assert "rand_perm_cam.mat is not there: galleries can" in capsys.readouterr().out


def test_a_mistake_is_one_sentence(tree, places, capsys):
    (tree / "exp" / "val_id.txt").unlink()
    with pytest.raises(SystemExit) as exit:
        main(["prepare", "sysu-mm01", str(tree), str(places / "out")])
    assert exit.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith("xivlab: ") and error.count("\n") == 1 and "val_id.txt is missing" in error


def test_summary_of_ten_halves(world, tmp_path):
    export("synthetic-regdb", "regdb", tmp_path / "tree")
    prepared(tmp_path / "tree", tmp_path / "out", layout="regdb")
    assert summary(read_source("regdb", tmp_path / "tree"), tmp_path / "out") == (
        f"regdb-like is in {tmp_path / 'out'}: 8 people, 24 visible and 24 infrared images, in 10 random "
        "halves to train and to test on; 0 MB."
    )


def test_help(capsys):
    with pytest.raises(SystemExit) as exit:
        main(["prepare", "--help"])
    assert exit.value.code == 0
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Pack a real data set, which needs a signed agreement" in text and "{sysu-mm01,regdb,llcm}" in text
