"""The study `when`: its points, their names of data and settings."""

import pytest

from studykit.studies.questions import STUDIES
from studykit.studies.when import METHODS_ASKED, Point, points, rows
from xivlab.backbones import weights_file
from xivlab.scale import SCALES
from xivlab.world.knobs import Knobs, knobs_of

SCALE = SCALES["demo"].on("synthetic-sysu")


@pytest.mark.parametrize("knob", rows())
def test_every_row_has_four_values_with_the_default_among_them(knob):
    row = rows()[knob]
    assert len(set(row.values)) >= 4 and row.default in row.values
    assert row.world == (knob in vars(Knobs()))


def test_the_default_point_is_the_ablation_and_is_trained_once():
    ablation = {config for _, config in STUDIES["ablation"].configs(SCALE)}
    default = [config for name, config in Point({}).configs(SCALE) if name in STUDIES["ablation"].variants]
    assert len(default) == 9 and set(default) <= ablation and Point({}).data == "synthetic-sysu"


def test_no_point_is_asked_twice():
    asked = [(point.data, tuple(config for _, config in point.configs(SCALE))) for _, point in points()]
    assert len(set(asked)) == len(asked)
    assert {name for name, _ in points(["carbon"])} == {"carbon"} and len(list(points(["carbon"]))) == 4
    assert len(list(points(["plane"]))) == 9


def test_a_world_is_turned_by_its_name_and_a_training_by_its_settings():
    assert knobs_of(Point({"carbon": 0.3, "length": 2.0}).data) == Knobs(carbon=0.3)
    config = Point({"length": 2.0}).configs(SCALE)[0][1]
    assert config.steps_per_epoch == 2 * SCALE.study_config().steps_per_epoch
    gray = {config.weights for _, config in Point({"gray": 0.25}).configs(SCALE)}
    assert gray == {"visible-gray-25"}


def test_shipped_weights_of_every_point_are_there():
    for _, point in points(["gray", "backbone"]):
        for _, config in point.configs(SCALE):
            path = weights_file(config.weights, config.backbone)
            assert path is None or path.is_file()


def test_every_point_asks_all_methods_with_three_seeds():
    for _, point in points():
        asked = point.configs(SCALE)
        assert len(asked) == 3 * len(METHODS_ASKED)
