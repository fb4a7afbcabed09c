"""Stored measures of runs over seeds: stored where the run is the one that is asked for, else taken now.

    >>> variants = {"Baseline": {"method": "baseline"}, "XIV": {}}
    >>> table = measured("gap", variants, current())              # doctest: +SKIP
    gap: stored results of 10 runs, baseline-862880df33c6 and on.

Nothing is trained here: a seed whose run is neither stored nor finished is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from studykit.analysis.gap import gap_numbers
from studykit.analysis.intervals import interval
from studykit.analysis.x_position import x_place
from studykit.studies.answers import counted
from studykit.studies.grid import runs_of
from studykit.studies.store import Table, results
from xivlab.methods import METHODS
from xivlab.runs.run import Run
from xivlab.scale import Scale

SEEDS = 5  # of the studies


def _gap(run: Run) -> Mapping[str, Mapping[str, float]]:
    return gap_numbers(run.embeddings(), run.config().protocol)


def _place(run: Run) -> Mapping[str, Mapping[str, float]]:
    along, off = x_place(run.embeddings())
    return {"": {"along": along.mean, "off": off.mean}}


def _losses(run: Run) -> Mapping[str, Mapping[str, float]]:
    """The loss of the last epoch, and which share of it lambda L_C is (Eq. 11)."""
    config, log = run.config(), run.log()
    last = log[log["step"] > log["step"].max() * (1 - 1 / config.epochs)].mean()
    across = config.lam * last[list(METHODS[config.method].weighed)].sum()
    return {"": {"loss": last["loss"], "share": across / last["loss"]}}


# By name: numbers of a run, by part and by column.
MEASURES: dict[str, Callable[[Run], Mapping[str, Mapping[str, float]]]] = {
    "gap": _gap,
    "place": _place,
    "losses": _losses,
}


def measured(
    name: str, variants: Mapping[str, Mapping[str, Any]], scale: Scale, folder: Path | None = None
) -> pd.DataFrame:
    """A measure of the runs of every variant and seed that are at hand; prints where the numbers come from.

    Args:
        name: of the measure, a key of MEASURES.
        variants: changes to the settings of the scale, by name.
        scale: whose settings, data and runs.
        folder: of the stored measures; `stored_measures()` if not given.

    Returns:
        columns of, seed and those of the measure; a row per run and part, `of` naming variant and part.

    Raises:
        XivlabError: the stored measures are damaged.
    """
    at_rest = stored(name, folder or stored_measures()).read()
    tables, sources = [], {"stored results of": [], "measured here:": []}
    for variant, changes in variants.items():
        configs = [scale.study_config(**dict(changes) | {"seed": seed}) for seed in range(SEEDS)]
        for seed, run in enumerate(runs_of(configs, scale)):
            rows = [] if at_rest is None else at_rest[at_rest["run"] == run.folder.name]
            if len(rows):
                sources["stored results of"].append(run)
            elif run.finished:
                rows = rows_of(name, run)
                sources["measured here:"].append(run)
            else:
                continue
            of = [f"{variant} {part}".strip() for part in rows["part"]]
            tables.append(rows.drop(columns=["run", "part"]).assign(of=of, seed=seed))
    told = [counted(words, [run.folder.name for run in runs]) for words, runs in sources.items() if runs]
    print(f"{name}: {'; '.join(told) or 'no run is at hand'}.")
    if not tables:
        return pd.DataFrame(columns=["of", "seed"])
    table = pd.concat(tables, ignore_index=True)
    return table[["of", "seed", *table.columns.drop(["of", "seed"])]]


def rows_of(name: str, run: Run) -> pd.DataFrame:
    """A measure of one finished run: columns run, part and those of the measure."""
    parts = MEASURES[name](run)
    return pd.DataFrame([{"run": run.folder.name, "part": part} | dict(row) for part, row in parts.items()])


def stored_measures() -> Path:
    """The folder of the stored measures."""
    return results("measures")


def stored(name: str, folder: Path) -> Table:
    """Where the rows of a measure are stored, as `rows_of` makes them."""
    return Table(folder / f"{name}.csv", ("run", "part"), words=("run", "part"), numbers="%.6g")


def add_measures(name: str, runs: Sequence[Run], folder: Path) -> None:
    """Store a measure of finished runs beside what is stored of others; nothing changes where all are stored."""
    known = stored(name, folder).read()
    have = set() if known is None else set(known["run"])
    new = [rows_of(name, run) for run in runs if run.folder.name not in have]
    if new:
        stored(name, folder).write(pd.concat([*([] if known is None else [known]), *new], ignore_index=True))


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
