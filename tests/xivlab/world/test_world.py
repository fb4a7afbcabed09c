"""The exposed world: people in splits, colours that wash out as the measured fabrics do, the same bytes every time."""

import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from xivlab.errors import XivlabError
from xivlab.files import ASSETS
from xivlab.world import spectra, thermal
from xivlab.world.cameras import CAMERAS, REGDB, SYSU, Camera
from xivlab.world.world import SYNTHETIC, World, exposed_patch

RGB = ("sensor:r", "sensor:g", "sensor:b")
VISIBLE = Camera(1, 1, RGB, "filter:ir-cut", (("light:daylight", 1, 0),))
INFRARED = Camera(3, 3, ("sensor:mono",), "filter:ir-pass", (("light:led-850", 0, 1),))


@pytest.fixture(scope="module")
def sysu():
    return World("synthetic-sysu")


@pytest.fixture(scope="module")
def regdb():
    return World("synthetic-regdb")


def people_per_split(world):
    return world.index.groupby("split")["person"].nunique().to_dict()


def test_sysu_has_six_cameras_and_enough_people(sysu):
    assert people_per_split(sysu) == {"train": 200, "val": 50, "test": 100}
    per_camera = sysu.index.groupby(["person", "camera"]).size()
    assert len(per_camera) == 350 * 6 and (per_camera == 4).all()
    infrared = sysu.index.groupby("camera")["modality"].agg(["min", "max"])
    assert infrared["min"].to_dict() == infrared["max"].to_dict() == {1: 0, 2: 0, 3: 1, 4: 0, 5: 0, 6: 1}


def test_regdb_has_ten_aligned_pairs_of_everybody(regdb):
    assert people_per_split(regdb) == {"train": 150, "val": 30, "test": 80}
    assert (regdb.index.groupby(["person", "modality"]).size() == 10).all()


def test_regdb_shows_everybody_from_one_side_only(regdb):
    views = regdb.index["path"].str.extract(r"male_(front|back)_")[0].groupby(regdb.index["person"]).unique()
    assert (views.map(len) == 1).all()
    assert 0.35 < (views.str[0] == "front").mean() < 0.65


def test_regdb_pairs_are_of_one_moment_and_the_ten_of_one_walk(regdb):
    """Neighbouring frames cover about the same pixels; the first and the last less so, for somebody walks."""
    rows = regdb.index.reset_index().query("modality == 1").groupby("person").head(10)
    near, far = [], []
    for _, ten in list(rows.groupby("person"))[:12]:
        shown = [regdb._buffers.labels(int(regdb._rows["buffer"].iloc[row])) > 0 for row in ten.index]
        overlap = [(a & b).sum() / (a | b).sum() for a, b in pairwise(shown)]
        near.append(np.mean(overlap))
        assert len({int(regdb._rows["buffer"].iloc[row]) for row in ten.index}) == 10
        far.append((shown[0] & shown[-1]).sum() / (shown[0] | shown[-1]).sum())
    assert np.mean(near) > 0.6 and np.mean(near) > np.mean(far)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_nobody_is_in_two_splits(name, request):
    world = request.getfixturevalue(name.removeprefix("synthetic-"))
    assert (world.index.groupby("person")["split"].nunique() == 1).all()


@pytest.mark.parametrize("name", SYNTHETIC)
def test_splits_are_contiguous_and_paths_unique(name, request):
    index = request.getfixturevalue(name.removeprefix("synthetic-")).index
    assert index["split"].drop_duplicates().tolist() == ["train", "val", "test"]
    assert (index["split"] != index["split"].shift()).sum() == 3
    assert index["path"].is_unique


def test_cameras_2_and_3_stand_in_the_same_place(sysu):
    materials = {camera: sysu._buffers.plates[camera].materials for camera in range(1, 7)}
    assert materials[2] == materials[3]
    assert all(materials[2] != materials[other] for other in (1, 4, 5, 6))


@pytest.mark.parametrize(
    ("fabric", "visible", "infrared"),
    [("fabric:polyester-black", 0.01, 0.74), ("fabric:cotton-white", 0.62, 0.64)],
)
def test_exposed_patches_wash_out_as_the_measured_fabrics_do(fabric, visible, infrared):
    # sensors are broad: their response is the spectrum's mean over their band, so a few hundredths of tolerance
    assert exposed_patch(fabric, VISIBLE).mean() == pytest.approx(visible, abs=0.03)
    assert exposed_patch(fabric, INFRARED)[0] == pytest.approx(infrared, abs=0.03)


def test_a_patch_is_the_integral_of_reflectance_light_filter_and_sensor():
    table = spectra.load()
    weight = table["light:daylight"] * table["filter:ir-cut"] * table["sensor:g"]
    expected = (table["fabric:red-c1"] * weight).sum() / weight.sum()
    assert exposed_patch("fabric:red-c1", VISIBLE)[1] == pytest.approx(expected, rel=1e-5)


def test_pixels_of_a_garment_follow_its_spectrum(sysu):
    """On the image itself: an upper that the table makes brighter at 850 than at 550 nm is brighter there, as much."""
    table, checked = spectra.load(), 0
    for row in range(0, 400, 24):
        names = sysu.layers(row).labels
        cloth = (names.reshape(128, 2, 64, 2) == 4).all((1, 3))  # pixels all of upper
        fabric = sysu.person(int(sysu.index["person"].iloc[row]))["materials"]["upper"]
        means = [((sysu.expose_band(row, nm) / 255.0) ** 2.2)[cloth].mean() for nm in (550, 850)]
        if cloth.sum() < 200 or max(means) > 0.6:  # too few pixels, or some are clipped
            continue
        ratio = (table[fabric] @ table.band(850)) / (table[fabric] @ table.band(550))
        assert means[1] / means[0] == pytest.approx(ratio, rel=0.12)  # eight bits are coarse in the dark
        checked += 1
    assert checked >= 5


def test_a_row_gives_the_same_bytes_alone_and_in_company(sysu):
    rows = np.array([5, 0, 131, 4000])
    together = sysu.expose(rows)
    alone = np.concatenate([World("synthetic-sysu").expose(rows[[i]]) for i in (3, 1, 0, 2)])
    np.testing.assert_array_equal(together[[3, 1, 0, 2]], alone)
    assert together.dtype == np.uint8 and together.shape == (4, 128, 64, 3)


def test_infrared_and_thermal_images_are_grey_and_visible_ones_are_not(sysu, regdb):
    for world in (sysu, regdb):
        index = world.index.reset_index()
        for modality in (0, 1):
            image = world.expose(index.index[index["modality"] == modality][:8].to_numpy()).astype(int)
            spread = np.ptp(image, axis=-1).mean()
            assert spread == 0 if modality else spread > 5


def test_images_are_well_exposed(sysu):
    image = sysu.expose(np.arange(0, len(sysu.index), 97))
    assert 40 < image.mean() < 150
    assert (image == 255).mean() < 0.05


def test_skin_is_the_brightest_thing_in_thermal_images(regdb):
    """On average: black cloth in the light can be as warm as a hand."""
    rows = regdb.index.index[regdb.index["modality"] == 1][::50].to_numpy()
    seen: dict[str, list[np.ndarray]] = {"skin": [], "upper": [], "scene": []}
    for row, image in zip(rows, regdb.expose(rows)[..., 0]):
        names = regdb.layers(row).labels.reshape(128, 2, 64, 2)
        for name, on in (("skin", names == 1), ("upper", names == 4), ("scene", names >= 16)):
            seen[name].append(image[on.all((1, 3))])
    skin, upper, scene = (np.concatenate(values).mean() for values in seen.values())
    assert skin > upper + 20 and upper > scene + 60


def test_warmth_varies_over_a_garment_in_regdb_and_is_not_stored_in_sysu(regdb, sysu):
    upper = regdb._layers(0).labels[::2, ::2] == 4
    assert regdb._buffers.warmth(0)[upper].std() > 0.02
    assert (sysu._buffers.warmth(0) == 1).all()


def test_black_cloth_is_warmer_than_white_in_daylight_and_not_indoors(regdb, sysu, monkeypatch):
    """The same person in the same moment, only dyed: what is absorbed counts, where there is daylight."""

    def upper(world, row, fabric):
        buffer = int(world._rows["buffer"].iloc[row])
        person = world._people[int(world.index["person"].iloc[row])]
        monkeypatch.setitem(person["materials"], "upper", fabric)
        world._tables.clear()
        image = world._thermal(buffer, np.random.default_rng(0))[0]
        world._tables.clear()
        return image[(world._layers(buffer).labels == 4).reshape(128, 2, 64, 2).all((1, 3))].mean()

    def gain(world, row):
        return upper(world, row, "fabric:black-c4") - upper(world, row, "fabric:cotton-white")

    kelvin = 1 / (thermal.value("gain-white") - thermal.value("gain-black"))
    assert kelvin < gain(regdb, 0) < 8 * kelvin
    lobby, yard = (int(sysu.index.index[sysu.index["camera"] == camera][0]) for camera in (1, 4))
    assert gain(sysu, lobby) == 0 and gain(sysu, yard) > kelvin / 2


def test_the_same_moment_in_another_light(sysu):
    row = int(sysu.index.index[sysu.index["camera"] == 4][0])
    night = sysu.expose_as(row, replace(SYSU[5], plate=4))
    thermal = sysu.expose_as(row, REGDB[1])
    assert night.shape == thermal.shape == (128, 64, 3)
    assert np.ptp(night, axis=-1).max() == np.ptp(thermal, axis=-1).max() == 0


def test_a_wavelength_outside_the_table_is_refused(sysu):
    with pytest.raises(XivlabError, match="from 400 to 1000 nm"):
        sysu.expose_band(0, 1200)


def test_an_unknown_world_is_refused():
    with pytest.raises(XivlabError, match="choose synthetic-sysu or synthetic-regdb"):
        World("SYSU-MM01")


def test_a_damaged_asset_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("xivlab.world.world.ASSETS", tmp_path)
    with pytest.raises(XivlabError, match="is missing"):
        World("synthetic-sysu")
    shutil.copy(ASSETS / "synthetic_sysu.safetensors", tmp_path)
    (tmp_path / "synthetic_sysu.safetensors").write_bytes(b"not a tensor")
    with pytest.raises(XivlabError, match="is damaged"):
        World("synthetic-sysu")


def test_the_fingerprint_follows_the_cameras(monkeypatch, sysu):
    monkeypatch.setitem(CAMERAS, "synthetic-sysu", SYSU[:3])
    assert World("synthetic-sysu").fingerprint != sysu.fingerprint


def test_all_assets_together_are_32_megabytes_at_most():
    assert sum(path.stat().st_size for path in ASSETS.iterdir()) <= 32e6


def test_what_an_image_shows_of_a_person_is_counted(sysu):
    names = sysu.layers(7).labels
    shown = sysu.shown(7)
    assert shown["upper"] == (names == 4).mean() and list(shown.values()) == sorted(shown.values())[::-1]
    assert "scene" not in shown and set(shown) <= set(sysu.person(int(sysu.index["person"][7]))["materials"])


@pytest.mark.parametrize("table", [spectra, thermal])
def test_a_table_with_one_other_byte_is_no_other_world(table, tmp_path, monkeypatch):
    shutil.copytree(ASSETS, tmp_path / "assets", ignore=shutil.ignore_patterns("*.safetensors"))
    path = tmp_path / "assets" / table.PATH.name
    content = path.read_bytes()
    place = content.rindex(b"1")
    path.write_bytes(content[:place] + b"2" + content[place + 1 :])
    monkeypatch.setattr(table, "PATH", path)
    table.load.cache_clear()
    try:
        with pytest.raises(XivlabError, match=r"changed since it was written\): install XIV-Lab again"):
            table.load()
        with pytest.raises(XivlabError, match=r"changed since it was written\): install XIV-Lab again"):
            World("synthetic-regdb")
    finally:
        monkeypatch.undo()
        table.load.cache_clear()
