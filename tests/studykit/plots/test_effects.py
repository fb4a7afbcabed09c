"""A gain in two parts, and its control, as marks on rows."""

import numpy as np
import pandas as pd

from studykit.analysis.effects import effects
from studykit.plots.effects import two_parts

RNG = np.random.default_rng(0)


def rows(name, scores):
    return [
        {"variant": name, "seed": seed, "test_distance": distance, "rank1": score + 0.01 * RNG.normal()}
        for seed in range(5)
        for distance, score in scores.items()
    ]


TABLE = pd.DataFrame(rows("Baseline", {"v": 0.3}) + rows("X", {"v": 0.36, "x": 0.2, "v+x": 0.4}))
FACES = pd.DataFrame(rows("Baseline, Gray at test", {"v": 0.3, "x": 0.2, "v+x": 0.33}))


def marks(axes):
    return [container.lines[0].get_xdata()[0] for container in axes.containers]


def test_three_panels_of_which_the_first_two_add_up():
    picture = two_parts(TABLE)
    training, test, whole = (marks(axes) for axes in picture.axes)
    np.testing.assert_allclose(np.add(training, test), whole)
    assert whole == [100 * effects(TABLE, "X").whole.mean]
    assert "X, training effect: by v: +" in picture.alt


def test_the_control_has_a_test_effect_only():
    picture = two_parts(TABLE, FACES)
    training, test, whole = (marks(axes) for axes in picture.axes)
    assert len(training) == 1 and len(test) == len(whole) == 2 and test[1] == whole[1]
    assert [tick.get_text() for tick in picture.axes[0].get_yticklabels()] == ["X", "Baseline, Gray at test"]
