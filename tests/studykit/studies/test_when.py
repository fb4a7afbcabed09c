"""The study `when`: its points, their names of data and settings."""

from dataclasses import replace

import pandas as pd
import pytest

from studykit.studies import why
from studykit.studies.questions import STUDIES
from studykit.studies.when import (
    COLUMNS,
    LEARNED,
    METHODS_ASKED,
    Answer,
    Point,
    axis,
    coverage,
    generators,
    is_finished,
    is_stored,
    keep,
    main,
    points,
    rows,
    square,
)
from xivlab.backbones import weights_file
from xivlab.errors import XivlabError
from xivlab.runs.run import run_folder
from xivlab.scale import SCALES
from xivlab.world.knobs import Knobs, knobs_of
from xivlab.world.world import World

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


def test_an_unknown_row_is_one_sentence_that_names_the_rows():
    with pytest.raises(
        XivlabError, match=r"^The map has no row 'colour': choose carbon, edge, .* or plane\.$"
    ):
        main(["colour"])


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


def test_axes_and_the_plane_name_the_points_that_are_asked():
    asked = {str(point) for _, point in points()}
    for knob in rows():
        assert set(axis(knob).values()) <= asked and "default" in axis(knob).values()
    inside = {name for line in square().values() for name in line.values()}
    assert len(inside & asked) == 5 + 3 + 9 and square()["1"]["0.6"] == "default"


def test_a_point_is_finished_with_its_last_run_and_nothing_is_trained_for_those_that_are_not(
    monkeypatch, tmp_path
):
    point, scale = Point({"length": 0.25}), replace(SCALES["smoke"], runs=tmp_path)
    monkeypatch.setattr("studykit.studies.when.current", lambda: scale)
    fingerprint = World(point.data).fingerprint
    for _, one in point.configs(scale):
        assert not is_finished(point, scale)
        run = run_folder(tmp_path, one, fingerprint, weights_file(one.weights, one.backbone))
        run.folder.mkdir()
        (run.folder / "embeddings.npz").touch()
    assert is_finished(point, scale)

    kept = []
    monkeypatch.setattr("studykit.studies.when.is_stored", lambda *_: False)
    monkeypatch.setattr("studykit.studies.when.ask", lambda row, point, *_: str(point))
    monkeypatch.setattr("studykit.studies.when.keep", lambda row, point, answer: kept.append((row, answer)))
    main(["--finished", "length"])
    assert kept == [("length", "length 0.25")]


def test_coverage_names_what_is_there_if_something_is_missing():
    asked = [str(point) for _, point in points()]
    assert coverage(pd.DataFrame({"point": asked})) == f"All {len(asked)} points of the map are stored."
    some = coverage(pd.DataFrame({"point": ["length 0.25", "default", "default"]}))
    assert some.startswith(f"2 of {len(asked)} points of the map are stored: default; length 0.25.")


def test_what_is_stored_whole_is_not_asked_again(monkeypatch, tmp_path):
    point, scale = Point({"length": 0.25}), SCALES["smoke"].on("synthetic-sysu")
    monkeypatch.setattr("studykit.studies.store.results", lambda *parts: tmp_path.joinpath(*parts))
    monkeypatch.setattr("studykit.studies.when.results", lambda *parts: tmp_path.joinpath(*parts))
    monkeypatch.setattr("studykit.studies.why.results", lambda *parts: tmp_path.joinpath(*parts))
    assert not is_stored("length", point, scale)
    fingerprint, about = World(point.data).fingerprint, {"point": str(point), "data": point.data, "seed": 0}
    runs = {name: [] for name in METHODS_ASKED}
    for name, one in point.configs(scale):
        weights = weights_file(one.weights, one.backbone)
        runs[name].append(run_folder(scale.runs, one, fingerprint, weights).folder.name)

    def some(columns, methods):
        rows = [
            about | {"run": run, "method": name, "row": "length"} for name in methods for run in runs[name]
        ]
        return pd.DataFrame(rows).reindex(columns=list(columns), fill_value=0)

    answer = Answer(
        some(COLUMNS, METHODS_ASKED), some(why.COLUMNS, ["Baseline"]), some(generators().columns, LEARNED)
    )
    keep("length", point, answer)
    assert is_stored("length", point, scale) and not is_stored("length", Point({"length": 0.5}), scale)
    keep("length", point, answer._replace(generators=answer.generators[1:]))  # cut short
    assert not is_stored("length", point, scale)
