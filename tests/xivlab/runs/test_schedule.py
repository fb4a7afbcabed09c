"""Schedule: the rate of g lets its weights travel as far as in the paper."""

import pytest

from xivlab.config import preset
from xivlab.runs.schedule import FASTEST, paper_travel, travel, x_rate


def test_the_papers_travel():
    # 464 steps an epoch: 10 of warm-up, 30 whole, 30 of a tenth, 50 of a hundredth
    assert paper_travel() == pytest.approx(464 * 3.5e-4 * (10 * 0.505 + 30 + 3 + 0.5), rel=1e-3)


@pytest.mark.parametrize("name", ["demo", "study"])
def test_g_can_travel_as_far_in_a_short_training(name):
    config = preset(name)
    assert travel(config, config.steps_per_epoch) * x_rate(config, config.steps_per_epoch) == pytest.approx(
        paper_travel()
    )


def test_a_rate_that_is_set_is_taken_and_a_few_steps_do_not_jump():
    assert x_rate(preset("demo", x_rate=3), 30) == 3
    assert x_rate(preset("demo", epochs=2), 3) == FASTEST
