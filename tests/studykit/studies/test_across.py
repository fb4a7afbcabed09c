"""The losses between the modalities over a long training: a mean for each part of it."""

from types import SimpleNamespace

import pandas as pd
import pytest

from studykit.studies.across import COLUMNS, PARTS, curve, stored


def test_each_part_has_its_mean_and_its_last_step():
    steps = range(1, 4 * PARTS + 1)
    log = pd.DataFrame({"step": steps, "loss_infrared_x": steps, "loss_infrared_visible": 2.0})
    folder, config = SimpleNamespace(name="a-run"), SimpleNamespace(seed=1)
    run = SimpleNamespace(folder=folder, log=lambda: log, config=lambda: config)
    found = curve(25, run)
    assert list(found.columns) == list(COLUMNS) and len(found) == PARTS
    first = found.iloc[0]
    assert (first["step"], first["loss_infrared_x"], first["seed"], first["people"]) == (4, 2.5, 1, 25)
    assert (found["loss_infrared_visible"] == 2).all()


@pytest.mark.parametrize("people", [200, 25])
def test_the_stored_curves_fall_and_the_two_terms_lie_on_each_other(people):
    table = stored().read().query("people == @people")
    means = table.groupby("step")[["loss_infrared_x", "loss_infrared_visible"]].mean()
    assert means.iloc[-1].max() < 0.8 * means.iloc[0].min()
    assert (means["loss_infrared_x"] - means["loss_infrared_visible"]).abs().max() < 0.1
