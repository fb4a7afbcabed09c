"""Where a g went, from ten numbers by hand."""

import pandas as pd
import pytest

from studykit.analysis.travel import travel, travels
from studykit.analysis.x_images import WEIGHTS

THIRD = 1 / 3
START = dict(zip(WEIGHTS, [THIRD] * 3 + [0] + [THIRD] * 3 + [0] * 3))
# gray value 2 R + G + B + 0.1, three channels of 0.5, 0.5, 1 times that, minus 0, 0, 0.3
END = dict(zip(WEIGHTS, [2, 1, 1, 0.1, 0.5, 0.5, 1.0, 0, 0, -0.3]))


def test_mix_black_and_contrast_by_hand():
    found = travel(END, START)
    assert [found[one] for one in ("red", "green", "blue")] == pytest.approx([50, 25, 25])
    assert found["black"] == pytest.approx(255 * (0.05 + 0.05 + 0.1 - 0.3) / 3)
    assert found["contrast"] == pytest.approx(255 * 4 * (0.5 + 0.5 + 1) / 3)


def test_who_stays_has_not_travelled_and_is_gray():
    found = travel(START, START)
    assert found["travel"] == found["black"] == 0 and found["red"] == pytest.approx(100 / 3)
    moved = travel({**START, "d_b": -0.5}, START)
    assert moved["travel"] == pytest.approx(0.05) and moved["black"] == pytest.approx(-255 * 0.5 / 3)


def test_a_row_for_each_generator():
    ends = pd.DataFrame([START | {"seed": 3}, END | {"seed": 4}])
    table = travels(ends, pd.DataFrame([START, START]))
    assert table["seed"].tolist() == [3, 4] and table["travel"][0] == 0 < table["travel"][1]
    assert not set(WEIGHTS) & set(table)
