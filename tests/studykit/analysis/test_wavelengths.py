"""The ruler: scenes of the real world in other light, and readings of made-up rulers."""

import numpy as np
import pandas as pd
import pytest
from tiny import tiny
from toy import data_set_of, dataset

from studykit.analysis.wavelengths import (
    Scenes,
    features_of,
    measure,
    monotone,
    reading,
    readings,
    scenes,
    world_of,
)
from studykit.analysis.x_position import place
from xivlab.data.datasets import DataSet, Split
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import embed
from xivlab.methods import build_model
from xivlab.world.world import World

NM = np.array([400, 500, 600, 700])


def exposed(name, people=2):
    """A data set of a few test people of a world, two visible images and an infrared one of each."""
    world = World(name)
    index = world.index[world.index["split"] == "test"]
    index = index[index["person"].isin(index["person"].unique()[:people])]
    rows = index.groupby(["person", "modality"]).head(2).index.to_numpy()
    columns = [index.loc[rows, c].to_numpy() for c in ("person", "camera", "modality", "path")]
    split = Split(world.expose(rows), *columns)
    nobody = split.select(np.zeros(len(split), bool))
    return data_set_of(name, "0" * 64, nobody, nobody, split)


@pytest.fixture(scope="module")
def data():
    return exposed("synthetic-sysu")


@pytest.fixture(scope="module")
def light(data):
    return scenes(data, data.test, (32, 16), np.array([450, 850]))


def test_scenes_are_a_visible_image_of_each_person_in_other_light(data, light):
    assert list(light.person) == sorted(set(data.test.person)) and list(light.bands) == [450, 850]
    small = Images.of(data.test.select(data.test.modality == 0), 32, 16).pixels
    assert all((image == small).all((1, 2, 3)).any() for image in light.visible)
    for images in (light.visible, light.grey, light.infrared, *light.bands.values()):
        assert images.shape == (2, 32, 16, 3) and images.dtype == np.uint8
    assert (np.ptp(light.grey, axis=3) == 0).all() and np.ptp(light.visible, axis=3).max() > 0
    assert np.abs(light.bands[450].astype(int) - light.bands[850]).mean() > 5


def test_scenes_are_drawn_by_seed(data, light):
    again = scenes(data, data.test, (32, 16), np.array([450]))
    assert np.array_equal(again.visible, light.visible)


def test_photographs_and_heat_have_no_ruler():
    photographed = dataset()
    with pytest.raises(XivlabError, match="toy was photographed"):
        scenes(photographed, photographed.test, (16, 8))
    heat = DataSet("synthetic-regdb", "0" * 64, np.zeros((0, 1, 1, 3), np.uint8), pd.DataFrame())
    with pytest.raises(XivlabError, match="sees heat"):
        world_of(heat)


def test_features_are_those_of_the_run():
    config = tiny(method="baseline+x")
    model = build_model(config, 3).eval()
    images = Images.of(dataset().test, 16, 8)
    e = embed(model, images, config.test_feature, config.normalize)
    visible = images.pixels[images.rows("visible")]
    assert np.allclose(features_of(model, visible, config), e.visible, atol=1e-5)
    assert np.allclose(features_of(model, visible, config, as_x=True), e.x, atol=1e-5)


def plain(level):
    return np.full((4, 2, 2, 3), level, np.uint8)


def test_measure_of_known_brightness():
    """Visible is at 100, infrared at 200; the bands are 100, 150 and 200, gray is 120 and X 140."""
    light = Scenes(
        np.arange(4), plain(100), plain(120), plain(180), {500: plain(100), 600: plain(150), 700: plain(200)}
    )
    found = measure(
        light, lambda pixels, as_x: pixels.mean((1, 2)) + 40 * as_x, pd.DataFrame(np.full((4, 3), 200.0))
    )
    assert np.allclose(found.along, [0, 0.5, 1]) and found.wavelength.tolist() == [500, 600, 700]
    assert {name: round(mark.along.mean, 6) for name, mark in found.marks.items()} == {
        "X": 0.4,
        "gray": 0.2,
        "infrared camera": 0.8,
    }
    assert found.ahead.mean == pytest.approx(0.2)
    with pytest.raises(XivlabError, match="never seen in infrared"):
        measure(light, lambda pixels, as_x: pixels.mean((1, 2)), pd.DataFrame(np.zeros((3, 3))))


def test_readings_where_a_ruler_climbs_ends_and_turns():
    climbs, turns = np.array([0.0, 0.2, 0.8, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    assert monotone(climbs) and not monotone(turns)
    assert readings(0.5, NM, climbs).tolist() == [550]
    assert readings(0.2, NM, climbs).tolist() == [500]  # a mark counts once
    assert readings(1.0, NM, climbs).tolist() == [700] and readings(0.0, NM, climbs).tolist() == [400]
    assert readings(1.1, NM, climbs).tolist() == []
    assert readings(0.5, NM, turns).tolist() == [450, 550, 650]


def test_readings_in_words():
    climbs, turns = np.array([0.0, 0.2, 0.8, 1.0]), np.array([0.0, 0.5, 0.4, 1.0])
    assert reading(0.5, NM, climbs) == "as infrared as 550 nm"
    assert "more infrared than every band" in reading(2, NM, climbs)
    assert "on a ruler that turns elsewhere" in reading(0.7, NM, turns)
    assert "cannot say which" in reading(0.45, NM, turns)


def test_place_and_measure_agree(light):
    of = lambda pixels, as_x: pixels.mean((1, 2))
    end = pd.DataFrame(of(light.infrared, False) + [[5, 0, 0]], light.person)
    found = measure(light, of, end)
    assert found.marks["gray"] == place(of(light.grey, False), of(light.visible, False), end.to_numpy())
