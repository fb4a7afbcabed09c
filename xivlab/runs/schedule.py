"""Schedule of a training: its length, the rate at each step, and how far the weights of g can travel by it."""

import math
from functools import cache

from xivlab.config import Config, preset
from xivlab.data.datasets import DataSet

SYSU_VISIBLE = 22_258  # training images of SYSU-MM01 (Wu et al. 2017), which make the paper's epoch
FASTEST = 20.0  # times the learning rate: beyond that g jumps about, and a run of a few steps may not


def epoch_length(config: Config, data: DataSet) -> int:
    """Steps of an epoch; where the settings leave it open, as many as show the larger modality once."""
    if config.steps_per_epoch:
        return config.steps_per_epoch
    trains = data.index["split"].isin(config.train_on.split("+"))
    larger = int(data.index["modality"][trains].value_counts().max())
    return math.ceil(larger / config.per_modality)


def learning_rate(config: Config, epoch: float) -> float:
    """Linear warm-up from a hundredth of the rate; a tenth of it after each decay epoch."""
    if epoch < config.warmup_epochs:
        return config.learning_rate * (0.01 + 0.99 * epoch / config.warmup_epochs)
    return config.learning_rate * 0.1 ** sum(epoch >= decay for decay in config.decay_epochs)


def travel(config: Config, steps_per_epoch: int) -> float:
    """The sum of the rates of all steps: as far as Adam can carry a weight that is always pushed one way."""
    steps = range(config.epochs * steps_per_epoch)
    return sum(learning_rate(config, step / steps_per_epoch) for step in steps)


@cache
def paper_travel() -> float:
    """How far a weight can travel by the paper's settings on SYSU-MM01.

    Example:
        >>> round(paper_travel(), 2)
        6.26
    """
    config = preset("paper-sysu")
    return travel(config, math.ceil(SYSU_VISIBLE / config.per_modality))


def x_rate(config: Config, steps_per_epoch: int) -> float:
    """The rate of g as a multiple of the learning rate: the setting, or what makes its possible travel the paper's.

    A laptop's training has few steps. At the rate of f, ten weights that start at 1/3 and 0 could hardly leave
    their place, and the learned X would be a gray image whatever were best; at most `FASTEST`.
    """
    if config.x_rate is not None:
        return config.x_rate
    return min(paper_travel() / travel(config, steps_per_epoch), FASTEST)
