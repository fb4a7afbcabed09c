"""Training and test effect: they add up, seed by seed."""

import pandas as pd
import pytest

from studykit.analysis.effects import effects
from xivlab.errors import XivlabError

ROWS = [("Baseline", seed, "v", 0.20 + 0.01 * seed) for seed in range(4)]
ROWS += [("X", seed, "v", 0.24 + 0.01 * seed) for seed in range(3)]
ROWS += [("X", seed, "v+x", 0.25 + 0.02 * seed) for seed in range(3)]
TABLE = pd.DataFrame(ROWS, columns=["variant", "seed", "test_distance", "rank1"])


def test_the_parts_add_up_to_the_whole():
    found = effects(TABLE, "X")
    assert found.training.mean == pytest.approx(0.04) and found.training.half == pytest.approx(0)
    assert found.test.mean == pytest.approx(0.02) and found.test.low < 0.02 < found.test.high
    assert found.whole.mean == pytest.approx(found.training.mean + found.test.mean)
    assert found.whole.count == 3  # the Baseline's fourth seed has no partner


def test_a_missing_side_is_refused():
    with pytest.raises(XivlabError, match="one row per seed"):
        effects(TABLE[TABLE["test_distance"] == "v"], "X")
