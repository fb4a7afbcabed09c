"""The asset format: what is written is read, and nothing damaged is."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from data_prep.people import asset as written
from xivlab.errors import XivlabError
from xivlab.world import geometry

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 15, (3, 256, 128)).astype(np.uint8)
PLANES = np.full((128, 64, 3), (100, 150, 200), np.uint8)
SHADOW = RNG.integers(0, 256, (3, *geometry.SHADOW_SHAPE)).astype(np.uint8)


def write(path, **more):
    """A three-crop asset of one person and one plate."""
    crops = {
        "labels": [written.encode_labels(image) for image in LABELS],
        "planes": [written.encode_planes(PLANES, 75)] * 3,
        "shadow": SHADOW,
        "window": np.float32([[0, 0, 64, 128]] * 3),
        "distance": np.float32([5, 6, 7]),
        "person": np.int16([1, 1, 1]),
        "camera": np.int16([1, 1, 1]),
        "frame": np.int16([1, 2, 3]),
        **more,
    }
    plate = {"camera": 1, "materials": ["scene:concrete"], "labels": np.zeros((720, 960), np.uint8)}
    people = [{"person": 1, "split": "train", "materials": {"upper": "fabric:navy-c0"}}]
    return written.write(path, crops, people, [{**plate, "planes": np.full((720, 960, 3), 90, np.uint8)}])


@pytest.fixture
def asset(tmp_path):
    path = tmp_path / "people.safetensors"
    write(path)
    return path


def test_what_is_written_is_read(asset):
    read = geometry.Buffers(asset)
    assert len(read) == 3
    for row in range(3):
        np.testing.assert_array_equal(read.labels(row), LABELS[row])  # lossless
        np.testing.assert_allclose(read.planes(row), PLANES, atol=6)  # WebP: a few steps off
    np.testing.assert_array_equal(read.shadow, SHADOW)
    assert read.people[0]["materials"]["upper"] == "fabric:navy-c0"
    assert read.plates[1].materials == ["scene:concrete"]


def test_the_same_content_has_the_same_checksum(tmp_path):
    assert write(tmp_path / "a") == write(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_missing_asset_is_one_sentence(tmp_path):
    with pytest.raises(XivlabError, match=r"nothing.safetensors is missing: install XIV-Lab again"):
        geometry.Buffers(tmp_path / "nothing.safetensors")


@pytest.mark.parametrize("keep", [0, 7, 500, -1])
def test_an_asset_cut_short_is_one_sentence(asset, keep):
    asset.write_bytes(asset.read_bytes()[:keep])
    with pytest.raises(XivlabError, match="is damaged"):
        geometry.Buffers(asset)


def test_one_flipped_byte_is_noticed(asset):
    content = bytearray(asset.read_bytes())
    content[-5] ^= 1
    asset.write_bytes(content)
    with pytest.raises(XivlabError, match="is damaged"):
        geometry.Buffers(asset)


def test_another_format_is_refused(asset):
    with safe_open(asset, "numpy") as file:
        header = json.loads(file.metadata()["xivlab"])
    header["format"] = "xivlab-buffers-0"
    save_file(load_file(asset), asset, {"xivlab": json.dumps(header)})
    with pytest.raises(XivlabError, match="is not a xivlab-buffers-1 or xivlab-buffers-2 file"):
        geometry.Buffers(asset)


def test_planes_are_stored_in_the_unit_they_name():
    stored = written.quantise(np.array([[1.0, 0.81, 1.0], [9.0, 9.0, 9.0], [-1.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(stored, [[128, 129, 128], [255, 255, 255], [0, 0, 0]])


def test_an_asset_with_warmth_is_of_the_second_format_and_reads_it(tmp_path):
    rows, columns = np.mgrid[0:128, 0:64]
    smooth = np.float32(1 + 0.3 * np.sin(rows / 20) * np.cos(columns / 15))
    blob = written.encode_planes(written.quantise_warmth(smooth), 75)
    write(tmp_path / "warm", warmth=[blob] * 3)
    read = geometry.Buffers(tmp_path / "warm")
    np.testing.assert_allclose(read.warmth(2), smooth, atol=0.05)  # WebP: a few steps of 2 / 255 off
    assert read.warmth(2).dtype == np.float32


def test_an_asset_without_warmth_is_of_the_first_format_and_has_1_everywhere(asset):
    with safe_open(asset, "numpy") as file:
        assert json.loads(file.metadata()["xivlab"])["format"] == geometry.FORMAT
    warmth = geometry.Buffers(asset).warmth(0)
    assert warmth.shape == (128, 64) and (warmth == 1).all()


def test_the_format_says_whether_there_is_warmth(tmp_path):
    write(tmp_path / "warm", warmth=[written.encode_planes(np.zeros((128, 64), np.uint8), 75)] * 3)
    with safe_open(tmp_path / "warm", "numpy") as file:
        header = json.loads(file.metadata()["xivlab"])
    header["format"] = geometry.FORMAT
    save_file(load_file(tmp_path / "warm"), tmp_path / "warm", {"xivlab": json.dumps(header)})
    with pytest.raises(XivlabError, match="is damaged"):
        geometry.Buffers(tmp_path / "warm")
