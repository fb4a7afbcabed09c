"""Measures over the seeds whose runs are there."""

import numpy as np
import pytest
from test_generators import ToyScale, pretend

from xivlab.seeds import finished_seeds, measured, over_seeds
from xivlab.study import runs_of


@pytest.fixture
def scale(tmp_path):
    return ToyScale("toy", "demo", "no time", "synthetic-sysu", tmp_path / "runs")


def test_only_finished_runs_count(scale):
    configs = [scale.config(method="baseline+x", seed=seed) for seed in range(5)]
    runs = runs_of(configs, scale)
    for seed in (0, 3):
        pretend(runs[seed], configs[seed], seed)
    assert finished_seeds(scale, method="baseline+x") == {0: runs[0], 3: runs[3]}
    assert finished_seeds(scale, method="baseline") == {}


def test_means_over_seeds_with_and_without_interval():
    variants = {"one": {0: 2.0}, "three": {0: 1.0, 1: 2.0, 4: 3.0}}
    table = measured(variants, lambda value: {"": {"size": value}, "I-V": {"size": 10 * value}})
    assert list(table) == ["of", "seed", "size"] and len(table) == 8
    text = over_seeds(table, 2)
    assert text.loc["one", "size"] == "2.00" and text.loc["one I-V", "size"] == "20.00"
    assert text.loc["three", "size"] == "2.00 ± 2.48" and text.loc["three", "seeds"] == 3
    assert list(over_seeds(table.assign(other=np.arange(8)), columns=["other"])) == ["seeds", "other"]
