"""Exercises of notebook 04: the learning rate, and which model is kept."""

import pandas as pd

from studykit.exercises.exercise import Exercise


def my_rate(epoch, peak, warmup, decays):
    if epoch < warmup:
        return peak * (0.01 + 0.99 * epoch / warmup)
    return peak * 0.1 ** sum(epoch >= decay for decay in decays)


def no_warmup(epoch, peak, warmup, decays):
    return peak * 0.1 ** sum(epoch >= decay for decay in decays)


def from_zero(epoch, peak, warmup, decays):
    rise = min(1, epoch / warmup)
    return peak * rise * 0.1 ** sum(epoch >= decay for decay in decays)


def after_the_epoch(epoch, peak, warmup, decays):
    if epoch < warmup:
        return peak * (0.01 + 0.99 * epoch / warmup)
    return peak * 0.1 ** sum(epoch > decay for decay in decays)


def first_decay_only(epoch, peak, warmup, decays):
    if epoch < warmup:
        return peak * (0.01 + 0.99 * epoch / warmup)
    return peak * 0.1 if any(epoch >= decay for decay in decays) else peak


def constant_warmup(epoch, peak, warmup, decays):
    if epoch < warmup:
        return peak * 0.01
    return peak * 0.1 ** sum(epoch >= decay for decay in decays)


def too_steep(epoch, peak, warmup, decays):
    if epoch < warmup:
        return peak * (0.01 + epoch / warmup)
    return peak * 0.1 ** sum(epoch >= decay for decay in decays)


def less_a_tenth(epoch, peak, warmup, decays):
    if epoch < warmup:
        return peak * (0.01 + 0.99 * epoch / warmup)
    return peak * 0.9 ** sum(epoch >= decay for decay in decays)


def no_peak(epoch, peak, warmup, decays):
    if epoch < warmup:
        return 0.01 + 0.99 * epoch / warmup
    return 0.1 ** sum(epoch >= decay for decay in decays)


def my_choice(metrics, test_distance):
    val = metrics[(metrics["split"] == "val") & (metrics["test_distance"] == test_distance)]
    return val.loc[val["mAP"].idxmax(), "step"]


def test_people_choose(metrics, test_distance):
    mine = metrics[metrics["test_distance"] == test_distance]
    return mine.loc[mine["mAP"].idxmax(), "step"]


def last_model(metrics, test_distance):
    val = metrics[(metrics["split"] == "val") & (metrics["test_distance"] == test_distance)]
    return val["step"].max()


def first_model(metrics, test_distance):
    val = metrics[(metrics["split"] == "val") & (metrics["test_distance"] == test_distance)]
    return val["step"].min()


def any_distance(metrics, test_distance):
    val = metrics[metrics["split"] == "val"]
    return val.loc[val["mAP"].idxmax(), "step"]


def worst_model(metrics, test_distance):
    val = metrics[(metrics["split"] == "val") & (metrics["test_distance"] == test_distance)]
    return val.loc[val["mAP"].idxmin(), "step"]


def by_rank1(metrics, test_distance):
    val = metrics[(metrics["split"] == "val") & (metrics["test_distance"] == test_distance)]
    return val.loc[val["rank1"].idxmax(), "step"]


def its_row(metrics, test_distance):
    val = metrics[(metrics["split"] == "val") & (metrics["test_distance"] == test_distance)]
    return val["mAP"].idxmax()


def its_map(metrics, test_distance):
    val = metrics[(metrics["split"] == "val") & (metrics["test_distance"] == test_distance)]
    return val["mAP"].max()


def table(*rows):
    """Metrics of a run, a row per step, split and test distance."""
    return pd.DataFrame(rows, columns=["step", "split", "test_distance", "rank1", "mAP"])


EXERCISES = {
    1: Exercise(
        my_rate,
        {
            "the warm-up is over and no decay reached": (3, 8, 2, (4, 6)),
            "training begins": (0, 8, 2, (4, 6)),
            "half of the warm-up is done": (1, 8, 2, (4, 6)),
            "the epoch of the warm-up is not whole": (2.5, 4, 10, (20, 30)),
            "the warm-up has just ended": (2, 8, 2, (4, 6)),
            "the first decay epoch is exactly reached": (4, 8, 2, (4, 6)),
            "the first decay is behind": (5.5, 8, 2, (4, 6)),
            "the epoch is not whole, and shortly before a decay": (3.9, 8, 2, (4, 6)),
            "the second decay epoch is exactly reached": (6, 8, 2, (4, 6)),
            "both decays are behind": (7, 80, 2, (4, 6)),
            "there is no decay": (9, 5, 2, ()),
        },
        {
            "the warm-up is missing.": no_warmup,
            "the warm-up begins at a hundredth, not at 0.": from_zero,
            "the rate falls when the decay epoch is reached, not after it.": after_the_epoch,
            "each decay makes it a tenth again; yours falls once only.": first_decay_only,
            "the warm-up is a line: the rate rises with every epoch.": constant_warmup,
            "the warm-up ends above the peak: from 0.01 to 1 the line rises by 0.99.": too_steep,
            "to a tenth, not by a tenth: each decay multiplies by 0.1.": less_a_tenth,
            "you left out the peak: the rate is a part of it.": no_peak,
        },
        tolerance=1e-9,
    ),
    2: Exercise(
        my_choice,
        {
            "the first of two is the better": (
                table((10, "val", "v", 2, 4), (20, "val", "v", 3, 1)),
                "v",
            ),
            "the best is neither first nor last": (
                table((10, "val", "v", 5, 2), (20, "val", "v", 4, 6), (30, "val", "v", 1, 3)),
                "v",
            ),
            "another test distance has a larger mAP": (
                table(
                    (10, "val", "v", 1, 9),
                    (10, "val", "v+x", 6, 3),
                    (20, "val", "v", 2, 1),
                    (20, "val", "v+x", 4, 5),
                    (30, "val", "v", 3, 2),
                    (30, "val", "v+x", 5, 4),
                ),
                "v+x",
            ),
            "the test people have the largest mAP": (
                table(
                    (10, "test", "v", 1, 9),
                    (10, "val", "v", 3, 4),
                    (20, "val", "v", 2, 6),
                    (30, "val", "v", 4, 5),
                ),
                "v",
            ),
            "the last is the best": (
                table(
                    (5, "test", "v", 1, 1),
                    (5, "val", "v", 9, 2),
                    (7, "test", "v", 2, 2),
                    (7, "val", "v", 5, 3),
                ),
                "v",
            ),
            "the first row is of another split and distance": (
                table(
                    (3, "test", "x", 4, 7),
                    (3, "val", "x", 5, 8),
                    (3, "val", "v", 2, 6),
                    (4, "val", "v", 6, 5),
                ),
                "v",
            ),
        },
        {
            "that row is of the test people, who must not choose.": test_people_choose,
            "that is the last model, not the best.": last_model,
            "that is the first model, not the best.": first_model,
            "that is the best by another test distance.": any_distance,
            "that is the model with the smallest mAP; the best has the largest.": worst_model,
            "you chose by rank-1; the rule of section 7 takes mAP.": by_rank1,
            "that is the label of the row; the task asks for the step in it.": its_row,
            "that is the mAP itself; the task asks for the step that has it.": its_map,
        },
    ),
}
