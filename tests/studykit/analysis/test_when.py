"""The map of `when`: gains at every point, and predictors that are known to predict."""

import numpy as np
import pandas as pd
import pytest

from studykit.analysis.when import correlation, explained, gains, reasons

RNG = np.random.default_rng(0)
POINTS = [f"carbon {value}" for value in range(12)]


def scores():
    """The training effect of X is a hundredth a point of carbon, its test effect half a hundredth everywhere."""
    rows = []
    for place, point in enumerate(POINTS):
        for seed in range(3):
            base = 0.2 + 0.001 * RNG.normal()
            for method, distance, score in (
                ("Baseline", "v", base),
                ("X", "v", base + 0.01 * place),
                ("X", "v+x", base + 0.01 * place + 0.005),
            ):
                rows.append(("carbon", point, method, seed, "infrared", distance, score))
    return pd.DataFrame(rows, columns=["row", "point", "method", "seed", "query", "test_distance", "rank1"])


def why():
    rows = [
        (point, seed, 0.2, 0.3 + 0.01 * i, 0.01, 0.5) for i, point in enumerate(POINTS) for seed in range(3)
    ]
    table = pd.DataFrame(rows, columns=["point", "seed", "val", "train", "colour_cost", "linear"])
    table["linear"] += RNG.normal(size=len(table))
    table["colour_cost"] += RNG.normal(size=len(table))
    return table


def test_gains_are_split_at_every_point():
    found = gains(scores()).set_index(["point", "part"])["mean"]
    assert found["carbon 3", "training"] == pytest.approx(3)
    assert found["carbon 3", "test"] == pytest.approx(0.5)
    assert found["carbon 3", "whole"] == pytest.approx(3.5)


def test_what_predicts_is_found_and_what_does_not_is_not():
    found = explained(gains(scores()), why(), "X")
    assert found.loc[("overfitting", "training"), "says"] == "rises with it"
    assert found.loc[("overfitting", "training"), "value"] == pytest.approx(1)
    assert found.loc[("linear", "training"), "says"] == "nothing shown"
    assert (found["points"] == len(POINTS)).all()


def test_predictors_are_means_over_seeds():
    assert reasons(why()).loc["carbon 2", "overfitting"] == pytest.approx(0.12)


def test_a_few_points_on_a_line_show_nothing():
    line = pd.Series(range(20)).astype(float)
    assert correlation(line, line).says == "rises with it"
    found = correlation(line[:7], line[:7])
    assert (
        found.value == pytest.approx(1)
        and (found.low, found.high) == (-1, 1)
        and found.says == "nothing shown"
    )


def test_a_correlation_lies_in_its_interval():
    x = pd.Series(RNG.normal(size=40))
    found = correlation(x, -x + 0.3 * RNG.normal(size=40))
    assert found.low <= found.value <= found.high < 0 and found.says == "falls with it"
