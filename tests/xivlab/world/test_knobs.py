"""Knobs of the world: names of data, ranges, and what they turn."""

import numpy as np
import pytest

from xivlab.errors import XivlabError
from xivlab.scale import settings_of
from xivlab.world import World, spectra
from xivlab.world.cameras import SYSU, turned
from xivlab.world.knobs import Knobs, is_synthetic, knobs_of, plain_name, with_knobs
from xivlab.world.wear import dressed

WORN = {"upper_print": "fabric:nylon-red", "lower_print": "fabric:nylon-blue"}


def test_a_name_says_its_knobs_and_knobs_their_name():
    knobs = Knobs(carbon=0.8, wavelength=940)
    name = with_knobs("synthetic-sysu", knobs)
    assert name == "synthetic-sysu@carbon=0.8,wavelength=940" and knobs_of(name) == knobs
    assert with_knobs("synthetic-sysu", Knobs()) == "synthetic-sysu"
    assert plain_name(name) == "synthetic-sysu" and is_synthetic(name) and not is_synthetic("data@home")
    assert settings_of("synthetic-regdb@noise=2") == {"protocol": "regdb"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("synthetic-sysu@carbn=1", "no knob 'carbn'"),
        ("synthetic-sysu@carbon=much", "must be a number"),
        ("synthetic-sysu@carbon=2", "from 0 to 1"),
        ("synthetic-sysu@wavelength=500", "from 700 to 1000"),
        ("synthetic-sysu@people=2.5", "must be a number"),
        ("synthetic-moon@carbon=1", "no synthetic data set"),
    ],
)
def test_what_is_no_knob_is_refused(name, words):
    with pytest.raises(XivlabError, match=words):
        World(name)


def test_only_what_is_turned_changes_the_fingerprint():
    plain = World("synthetic-sysu").fingerprint
    assert World("synthetic-sysu@carbon=0.6").fingerprint == plain
    assert World("synthetic-sysu@carbon=0.8").fingerprint != plain


def test_carbon_and_edge_leave_colours_and_people_as_they_are():
    plain, turned_world = World("synthetic-sysu"), World("synthetic-sysu@carbon=1,edge=0.55")
    for number in plain.index["person"].unique()[:40]:
        one, other = (w.person(number)["materials"]["lower"] for w in (plain, turned_world))
        assert one.split(" ")[0] == other.split(" ")[0]
        if " carbon " in other:
            assert float(other.split(" ")[2]) > 0 and other.endswith("edge 0.55")


def test_fewer_people_train_and_the_others_stay():
    few = World("synthetic-sysu@people=25").index
    assert few.groupby("split")["person"].nunique().to_dict() == {"test": 100, "train": 25, "val": 50}
    whole = World("synthetic-sysu").index
    assert set(few["path"]) <= set(whole["path"])


def test_lookalikes_wear_the_same_fabric_as_often_as_it_says():
    drawn = [
        {"person": 1, "materials": WORN | {"upper": ["navy", 0.1, 0.5, 0.5], "lower": "fabric:burlap"}},
        {
            "person": 2,
            "materials": WORN | {"upper": ["red", 0.1, 0.5, 0.5], "lower": ["grey", 0.9, 0.5, 0.5]},
            "like": {"person": 1, "upper": 0.2, "lower": 0.7},
        },
    ]
    worn = {share: dressed(drawn, Knobs(lookalikes=share))[2]["materials"] for share in (0, 0.35, 1)}
    assert worn[0]["upper"].startswith("fabric:red") and worn[0]["lower"].startswith("fabric:grey")
    assert worn[0.35]["upper"].startswith("fabric:navy") and worn[0.35]["lower"].startswith("fabric:grey")
    assert worn[1] == WORN | {"upper": worn[0.35]["upper"], "lower": "fabric:burlap"}


def test_wavelength_turns_the_lamps_of_infrared_cameras_only():
    cameras = [turned(camera, Knobs(wavelength=940)) for camera in SYSU]
    assert [camera == before for camera, before in zip(cameras, SYSU)] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]
    lamp = spectra.load()[cameras[2].lights[0][0]]
    assert spectra.load().wavelength[np.argmax(lamp)] == 940


def test_noise_grows_with_its_knob():
    loud = turned(SYSU[0], Knobs(noise=2))
    assert loud.read_noise == 2 * SYSU[0].read_noise and loud.shot_noise == 4 * SYSU[0].shot_noise
