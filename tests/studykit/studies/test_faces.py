"""The control of the ablation: stored where the runs are those asked for, else searched in finished runs."""

import pandas as pd
import pytest
from tiny import TINY
from toy import dataset

from studykit.studies import faces
from studykit.studies.questions import Study
from xivlab.scale import Scale
from xivlab.train import train


class Toy(Scale):
    def load(self, name=None, trial=None):
        return dataset()


@pytest.fixture
def scale(monkeypatch, tmp_path):
    """A scale whose ablation has one tiny Baseline, trained; stored tables in a folder of the test."""
    variants = {"Baseline": TINY | {"method": "baseline"}, "Baseline+X": TINY | {"method": "baseline+x"}}
    monkeypatch.setattr(faces, "STUDIES", {"ablation": Study("?", ("toy",), variants, seeds=1)})
    monkeypatch.setattr(faces, "results", lambda *parts: tmp_path.joinpath(*parts))
    scale = Toy("toy", "demo", "no time", "toy", tmp_path / "runs")
    [(_, config), _] = faces.STUDIES["ablation"].configs(scale)
    train(config, dataset(), scale.runs, quiet=True)
    return scale


def test_what_is_not_stored_is_searched_and_then_stored_once(scale, monkeypatch):
    found = faces.control("toy", scale)
    assert set(found["variant"]) == {f"Baseline, {name} at test" for name in ("Mean", "Gray", "V", "Y", "R")}
    assert set(found["test_distance"]) == {"v", "x", "v+x"} and set(found["query"]) == {"infrared"}
    faces.add_faces(scale)
    monkeypatch.setattr(faces, "faces", lambda *_: pytest.fail("searched again"))
    faces.add_faces(scale)
    pd.testing.assert_frame_equal(faces.control("toy", scale), found)
