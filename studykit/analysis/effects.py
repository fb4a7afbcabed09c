"""The two parts of a gain: what training with a third modality does to f, and what the second view does at test."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from studykit.analysis.intervals import Interval, Side, difference


class Effects(NamedTuple):
    """Differences to the Baseline in the units of the metric; the first two add up to the third.

    Attributes:
        training: the variant searched by v, minus the Baseline searched by v.
        test: the variant searched by v+x, minus the same run searched by v.
        whole: the variant searched by v+x, minus the Baseline.
    """

    training: Interval
    test: Interval
    whole: Interval


def effects(table: pd.DataFrame, variant: str, baseline: str = "Baseline", metric: str = "rank1") -> Effects:
    """The parts of a variant's gain, paired by seed.

    Args:
        table: one data set and direction, with columns variant, seed, test_distance and the metric.
        variant: that has an X.
        baseline: that has none; seeds that the variant lacks are left out.
        metric: whose.

    Raises:
        XivlabError: a side is missing, or lacks a seed of the variant.
    """
    names, distances, seeds, scores = (
        table[column].to_numpy() for column in ("variant", "test_distance", "seed", metric)
    )
    known = np.isin(seeds, seeds[names == variant])

    def side(name: str, distance: str) -> Side:
        rows = (names == name) & (distances == distance) & known
        return Side(f"{name} by {distance}", seeds[rows], scores[rows])

    plain, both, before = side(variant, "v"), side(variant, "v+x"), side(baseline, "v")
    return Effects(difference(plain, before), difference(both, plain), difference(both, before))
