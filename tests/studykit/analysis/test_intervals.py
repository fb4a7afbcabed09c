"""Intervals: how often they hold what they promise, and that pairing takes out what seeds share."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from studykit.analysis.intervals import between, by_variant, interval, paired
from xivlab.errors import XivlabError


def test_95_of_100_intervals_hold_the_true_mean():
    rng = np.random.default_rng(0)
    held = [low <= 7 <= high for _, low, high, _ in (interval(rng.normal(7, 2, 5)) for _ in range(4000))]
    assert np.mean(held) == pytest.approx(0.95, abs=0.014)  # 4 standard deviations of 4000 draws


def test_the_interval_is_students():
    values = [0.1, 0.4, 0.3, 0.9]
    expected = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    result = interval(values)
    assert (result.low, result.high) == pytest.approx(expected)
    assert result.mean + result.half == pytest.approx(result.high)


def test_one_value_has_no_interval():
    assert interval([0.3])[0] == 0.3
    assert np.isnan(interval([0.3]).low)
    with pytest.raises(XivlabError, match="no values"):
        interval([])


def table(gain, shared, noise, seeds=5):
    """Two variants whose scores share what the seed gives, one of them better by `gain`."""
    rng = np.random.default_rng(1)
    luck = rng.normal(0, shared, seeds)
    rows = []
    for name, plus in (("plain", 0), ("better", gain)):
        scores = 0.3 + plus + luck + rng.normal(0, noise, seeds)
        rows += [{"variant": name, "seed": seed, "rank1": score} for seed, score in enumerate(scores)]
    return pd.DataFrame(rows)


def test_pairing_takes_out_what_seeds_share():
    scores = table(gain=0.02, shared=0.1, noise=0.001)
    difference = paired(scores, "better", "plain")
    assert difference.mean == pytest.approx(0.02, abs=0.003)
    assert 0 < difference.low < difference.high < 0.03
    means = by_variant(scores)
    assert means.loc["plain", "high"] > means.loc["better", "low"]  # unpaired, nothing could be said


def test_variants_keep_the_order_of_the_table():
    assert list(by_variant(table(0, 1, 1)).index) == ["plain", "better"]


def test_seeds_that_do_not_match_are_refused():
    scores = table(0, 1, 1)
    with pytest.raises(XivlabError, match="not run with the same seeds"):
        paired(scores.iloc[1:], "better", "plain")
    with pytest.raises(XivlabError, match="one row per seed of 'other', and has 0"):
        paired(scores, "better", "other")
    with pytest.raises(XivlabError, match="one row per seed"):
        paired(pd.concat([scores, scores]), "better", "plain")


def test_a_difference_of_two_samples_is_welchs():
    one, other = [1.0, 2.5, 3.0], [0.1, 0.2, 0.15, 0.4]
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    found = between(one, other)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert found.mean == pytest.approx(np.mean(one) - np.mean(other)) and found.count == 3


def test_a_difference_without_spread_and_of_one_value():
    assert between([2.0, 2.0], [1.0, 1.0]) == (1.0, 1.0, 1.0, 2)
    assert np.isnan(between([2.0], [1.0, 3.0]).low)
    with pytest.raises(XivlabError, match="no values"):
        between([], [1.0])
