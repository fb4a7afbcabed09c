"""Where a learned g went: how far from its start, which mix of R, G and B it takes, how black its black is, how strong its contrast."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from studykit.analysis.x_images import WEIGHTS, Mix, mix_of

COLUMNS = ("travel", *Mix._fields, "contrast")


def travel(end: Mapping[str, float], start: Mapping[str, float]) -> dict[str, float]:
    """What the ten numbers of a g say, beside those it started from.

    X is v relu(w_r R + w_g G + w_b B + b) + c, so the three things that a viewer can tell apart are apart here as well.

    Args:
        end: of the trained g, by the names in WEIGHTS.
        start: of the same g before.

    Returns:
        travel: the mean over the ten of how far each went; red, green, blue, black: as of `studykit.analysis.x_images.Mix`;
        contrast: by how many levels X of a white pixel is above that of a black one.
    """
    numbers = [float(end[name]) for name in WEIGHTS]
    w, b, v = np.array(numbers[:3]), numbers[3], np.array(numbers[4:7])
    contrast = 255 * v.mean() * (max(w.sum() + b, 0) - max(b, 0))
    moved = np.mean([abs(end[name] - start[name]) for name in WEIGHTS])
    return {"travel": float(moved)} | mix_of(numbers)._asdict() | {"contrast": float(contrast)}


def travels(ends: pd.DataFrame, starts: pd.DataFrame) -> pd.DataFrame:
    """`travel` of every row: the index and the columns of `ends` without the ten numbers, and COLUMNS.

    Args:
        ends: a row per generator, with WEIGHTS.
        starts: the same rows before training.
    """
    rows = [travel(*both) for both in zip(ends.to_dict("records"), starts.to_dict("records"), strict=True)]
    return ends.drop(columns=WEIGHTS).join(pd.DataFrame(rows, ends.index, columns=list(COLUMNS)))
