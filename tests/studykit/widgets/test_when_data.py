"""Numbers of "When does X help?": the map as stored, directions, and the person who is shown."""

import made_up_map
import numpy as np
import pandas as pd
import pytest

from studykit.analysis.effects import effects
from studykit.analysis.intervals import Interval
from studykit.studies import when
from studykit.widgets.when.data import METHODS, direction, seen, someone, stored_map, third
from xivlab.errors import XivlabError
from xivlab.world.world import World


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made_up_map.install(tmp_path_factory.mktemp("results"), patch)
        yield stored_map()


def test_knobs_of_one_value_are_left_out(known):
    assert list(known.axes) == ["carbon", "length", "backbone"]
    assert list(known.axes["length"]) == ["0.25", "1"] and known.axes["length"]["1"] == "default"
    assert known.worlds["carbon 0.3"] == "synthetic-sysu@carbon=0.3"


def test_changes_are_those_that_were_made_up(known):
    assert known.change("carbon", "Baseline+X").mean == pytest.approx(5)
    assert known.change("backbone", "Baseline+X+CMG").mean == pytest.approx(-7)
    assert known.change("carbon", "V").mean == pytest.approx(0) and known.change("carbon", "V").low < 0
    assert known.parts["default", "Baseline+X"].whole.mean == pytest.approx(3)
    assert known.mix("default", "V") is None and known.mix("default", "Baseline+X").red == pytest.approx(60)


@pytest.mark.parametrize(
    ("ends", "word"),
    [((0.1, 3), "grows"), ((-3, -0.1), "falls"), ((-0.4, 0.3), "stays"), ((-0.6, 0.3), "undecided")],
)
def test_a_direction_is_the_intervals(ends, word):
    assert direction(Interval(sum(ends) / 2, *ends, 3)) == word


def test_one_seed_decides_nothing():
    assert direction(Interval(4.0, np.nan, np.nan, 1)) == "undecided"


def test_parts_are_those_of_effects(known):
    table = when.stored("carbon").read()
    rows = table[table["point"] == "carbon 0.3"].rename(columns={"method": "variant"})
    for one, other in zip(effects(rows, "Baseline+X"), known.parts["carbon 0.3", "Baseline+X"], strict=True):
        assert other == pytest.approx([100 * one.mean, 100 * one.low, 100 * one.high, 3])


def test_a_point_that_is_not_stored_whole_is_left_out(known):
    table = when.generators()
    before = table.read()
    table.write(before.query("point != 'carbon 1.0'"))
    assert list(stored_map().axes["carbon"]) == ["0", "0.3", "0.6"]
    table.write(before)


def test_the_person_is_of_validation_and_has_one_fabric_with_carbon():
    world, images = World("synthetic-sysu"), seen("synthetic-sysu")
    rows = world.index[world.index["person"] == someone()]
    assert set(rows["split"]) == {"val"} and images.visible.shape == images.infrared.shape == (128, 64, 3)
    worn = [world.person(someone())["materials"][part] for part in ("upper", "lower")]
    assert sum(" carbon 0 " in name for name in worn) == 1
    row = rows.index[rows["camera"] == 3][0]
    np.testing.assert_array_equal(images.infrared, world.expose([row])[0])


def test_what_stands_for_x():
    visible = seen("synthetic-sysu").visible
    largest = third(visible, "V", None)
    np.testing.assert_array_equal(largest[..., 0], visible.max(-1))
    lot = third(visible, "random channel", None)
    assert any(np.array_equal(lot[..., 0], visible[..., channel]) for channel in range(3))
    red = third(visible, "Baseline+X", (1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0))
    np.testing.assert_array_equal(red[..., 2], visible[..., 0])
    with pytest.raises(XivlabError, match="make when"):
        third(visible, "Baseline+X", None)
    assert pd.Series(METHODS).is_unique and "Baseline" not in METHODS
