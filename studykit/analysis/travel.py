"""Where a learned g went: how far from its start, which mix of R, G and B it takes, how black its black is, how strong its contrast."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from studykit.analysis.x_images import WEIGHTS

COLUMNS = ("travel", "mix_r", "mix_g", "mix_b", "black", "contrast")


def travel(end: Mapping[str, float], start: Mapping[str, float]) -> dict[str, float]:
    """What the ten numbers of a g say, beside those it started from.

    X is v relu(w_r R + w_g G + w_b B + b) + c, so the three things that a viewer can tell apart are apart here as well.

    Args:
        end: of the trained g, by the names in WEIGHTS.
        start: of the same g before.

    Returns:
        travel: the mean over the ten of how far each went; mix_r, mix_g, mix_b: shares of the three channels in the gray
        value, which add to 1 (a share may be below 0); black: X of a black pixel, levels, mean over the channels of X;
        contrast: by how many levels X of a white pixel is above that.
    """
    w, v, c = (np.array([end[name] for name in WEIGHTS[i:j]]) for i, j in ((0, 3), (4, 7), (7, 10)))
    black = v * max(end["b"], 0) + c
    white = v * max(w.sum() + end["b"], 0) + c
    mix = w / w.sum()
    moved = np.mean([abs(end[name] - start[name]) for name in WEIGHTS])
    numbers = (moved, *mix, 255 * black.mean(), 255 * (white - black).mean())
    return dict(zip(COLUMNS, map(float, numbers)))


def travels(ends: pd.DataFrame, starts: pd.DataFrame) -> pd.DataFrame:
    """`travel` of every row: the index and the columns of `ends` without the ten numbers, and COLUMNS.

    Args:
        ends: a row per generator, with WEIGHTS.
        starts: the same rows before training.
    """
    rows = [travel(*both) for both in zip(ends.to_dict("records"), starts.to_dict("records"), strict=True)]
    return ends.drop(columns=WEIGHTS).join(pd.DataFrame(rows, ends.index, columns=list(COLUMNS)))
