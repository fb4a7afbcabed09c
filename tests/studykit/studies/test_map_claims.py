"""Claims at the points of the map, and trends along a knob, on scores that are known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from studykit.studies.map_claims import CLAIMS, judge_map, trend

AXIS = {"0": "carbon 0", "0.6": "default", "1": "carbon 1", "2": "carbon 2"}  # the last was never asked


def scores(place, seed):
    """X gains a point more at every place, all of it at test; the cross-modality loss loses one."""
    base = 0.2 + 0.01 * seed
    yield "Baseline", "v", base
    for method, less in (("Baseline+X", 0), ("Baseline+X+CMG", 0.01)):
        yield method, "v", base - less
        yield method, "v+x", base + 0.01 * place - less


TABLE = pd.DataFrame(
    [
        (point, method, f"{method}-{point}-{seed}", seed, "infrared", distance, score)
        for place, point in enumerate(("carbon 0", "default", "carbon 1"))
        for seed in range(3)
        for method, distance, score in scores(place, seed)
    ],
    columns=["point", "method", "run", "seed", "query", "test_distance", "rank1"],
)


def test_a_claim_is_judged_at_every_stored_point():
    found = judge_map(TABLE, "carbon", AXIS).set_index(["claim", "study"])
    assert found.loc[("X helps", "0"), "verdict"] == "does not hold"
    assert found.loc[("X helps", "1"), "verdict"] == "holds"
    assert found.loc[("X helps", "1"), "difference"] == pytest.approx(2)
    assert found.loc[("the cross-modality loss helps", "1"), "difference"] == pytest.approx(-1)
    assert found.loc[("searching by X as well helps", "1"), "difference"] == pytest.approx(2)
    assert set(found.index.get_level_values("study")) == {"0", "0.6", "1"}
    assert "a learned X beats V in its place" not in found.index.get_level_values("claim")  # V was not asked


def test_a_trend_is_the_least_squares_line_with_a_height_for_each_seed():
    rng = np.random.default_rng(0)
    noisy = TABLE.assign(rank1=TABLE["rank1"] + 0.01 * rng.normal(size=len(TABLE)))
    found = trend(noisy, list(AXIS.values()), CLAIMS["X helps"])
    wide = noisy.pivot(
        index=["seed", "point"], columns=["method", "test_distance"], values="rank1"
    ).reset_index()
    gain = 100 * (wide["Baseline+X", "v+x"] - wide["Baseline", "v"])
    place = wide["point"].map({"carbon 0": 0, "default": 0.5, "carbon 1": 1})
    design = np.column_stack([pd.get_dummies(wide["seed"]).to_numpy(float), place])
    fit, squares, *_ = np.linalg.lstsq(design, gain)
    error = np.sqrt(squares[0] / 5 * np.linalg.inv(design.T @ design)[-1, -1])
    assert found.change.mean == pytest.approx(fit[-1])
    assert found.change.half == pytest.approx(stats.t.ppf(0.975, 5) * error)


def test_what_goes_up_grows_and_what_stays_is_undecided():
    found = trend(TABLE, list(AXIS.values()), CLAIMS["X helps"])
    assert found.values == 3 and found.change.mean == pytest.approx(2) and found.says == "grows"
    flat = trend(TABLE, list(AXIS.values()), CLAIMS["training with both makes a better f"])
    assert flat.change.mean == pytest.approx(0) and flat.says == "undecided"
    assert trend(TABLE, ["default", "carbon 2"], CLAIMS["X helps"]) is None


def test_the_same_point_in_two_rows_counts_once():
    twice = pd.concat([TABLE, TABLE])
    pd.testing.assert_frame_equal(judge_map(twice, "carbon", AXIS), judge_map(TABLE, "carbon", AXIS))
