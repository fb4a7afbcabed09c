"""Where the Baseline levels off: the rule, on made-up curves."""

import numpy as np
import pandas as pd

from studykit.studies.length import COLUMNS, LENGTHS, OTHERS, chosen, configs, level, variants
from xivlab.scale import SCALES


def table(means, spread=0.002):
    """Each length has a best mAP of `means`, and a worse one at its end."""
    rows = []
    for steps, mean in means.items():
        for seed in range(5):
            best = mean + spread * (-1) ** seed
            for step, score in ((steps // 2, best), (steps, best - 0.05)):
                rows.append((f"{steps:,} steps", steps, seed, f"run-{steps}-{seed}", step, score, score))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_the_best_on_validation_people_counts():
    best = chosen(table({300: 0.2, 600: 0.3}))
    assert len(best) == 10 and (best["step"] == best["steps"] // 2).all()


def test_the_shortest_that_loses_nothing_is_the_length():
    assert level(table({300: 0.2, 600: 0.3, 1200: 0.3, 2400: 0.29})) == 600
    assert level(table({300: 0.2, 600: 0.3, 1200: 0.32, 2400: 0.35})) == 2400


def test_a_longer_training_has_the_same_schedule_stretched():
    asked = variants()
    for steps in LENGTHS:
        changes = asked[f"{steps:,} steps"]
        assert changes["epochs"] * changes["steps_per_epoch"] == steps and changes["method"] == "baseline"
    runs = configs(SCALES["demo"].on("synthetic-sysu"), 2)
    assert len(runs) == 2 * (len(LENGTHS) + len(OTHERS)) and len({config for _, config in runs}) == len(runs)
    images = {c.epochs * c.steps_per_epoch * c.per_modality for name, c in runs if name in OTHERS}
    assert np.array_equal(sorted(images), [1200 * 32])
