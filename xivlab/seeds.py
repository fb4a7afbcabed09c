"""The same measure on the runs of several seeds, as far as they have been trained already.

Nothing is trained here: a notebook trains seed 0, and shows more seeds where a study has left their runs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xivlab.intervals import interval
from xivlab.runs import Run
from xivlab.scale import Scale
from xivlab.study import runs_of

SEEDS = 5  # of the studies


def finished_seeds(scale: Scale, seeds: int = SEEDS, **changes: Any) -> dict[int, Run]:
    """The finished runs of a setting by seed, from 0.

    Args:
        scale: whose settings, data and runs.
        seeds: how many are looked for.
        changes: to the settings.
    """
    runs = runs_of([scale.config(**changes | {"seed": seed}) for seed in range(seeds)], scale)
    return {seed: run for seed, run in enumerate(runs) if run.finished}


def measured(
    variants: Mapping[str, Mapping[int, Run]], measure: Callable[[Run], Mapping[str, Mapping[str, float]]]
) -> pd.DataFrame:
    """A measure of every run.

    Args:
        variants: runs by seed, by name.
        measure: gives numbers by row and by column, such as pairs of modalities and `gap_numbers`.

    Returns:
        columns of, seed and those of the measure; a row per run and row of the measure, `of` naming both.
    """
    rows = [
        {"of": f"{name} {part}".strip(), "seed": seed} | dict(numbers)
        for name, runs in variants.items()
        for seed, run in runs.items()
        for part, numbers in measure(run).items()
    ]
    return pd.DataFrame(rows)


def over_seeds(table: pd.DataFrame, digits: int = 3, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Mean ± half of the 95 % interval over seeds, as text; without ± where there is one seed only.

    Args:
        table: of `measured`.
        digits: after the point.
        columns: of measures; all if not given.

    Returns:
        index `of`, a column `seeds`, and those of the measure.
    """
    names = list(columns) or [name for name in table.columns if name not in ("of", "seed")]

    def text(values: pd.Series) -> str:
        found = interval(values)
        return f"{found.mean:.{digits}f}" + ("" if np.isnan(found.low) else f" ± {found.half:.{digits}f}")

    groups = table.groupby("of", sort=False)
    return pd.concat([groups["seed"].count().rename("seeds"), groups[names].agg(text)], axis=1)
