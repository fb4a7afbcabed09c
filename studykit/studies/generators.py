"""Stored generators: the ten numbers of many trained g in one small table, so that whole models need not be kept.

The table has a row per finished run with a learned X of the studies `ablation` and `special-cases`. A row
is used only where its run is named as the current settings, data and version would name it.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from studykit.analysis.x_images import WEIGHTS, alive, from_numbers, intensities, numbers_of, red_excess
from studykit.studies.grid import runs_of
from studykit.studies.questions import STUDIES
from studykit.studies.store import Table, results
from xivlab.config import Config
from xivlab.data.images import Images
from xivlab.methods import METHODS
from xivlab.model import XGenerator
from xivlab.runs.run import Run
from xivlab.scale import Scale

COLUMNS = ["run", "variant", "seed", "data", *WEIGHTS]
ASKED = ("ablation", "special-cases")  # studies with learned generators


def _generator_of(run: Run) -> XGenerator:
    state = run.weights()
    made, prefix = XGenerator(), "generator."
    made.load_state_dict({k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})
    return made


def learned(scale: Scale) -> list[tuple[str, Config, Run]]:
    """Variant, settings and run of every learned generator of the studies, trained yet or not."""
    asked = {
        (config.method, config.x_init_seed, config.seed): (variant, config)
        for name in ASKED
        for variant, config in STUDIES[name].configs(scale)
        if METHODS[config.method].has_x and config.x == "x"
    }  # "X" of Table 5 is "Baseline+X" of Table 4: the later name would say less
    asked |= {
        (config.method, config.x_init_seed, config.seed): (variant, config)
        for variant, config in STUDIES["ablation"].configs(scale)
        if METHODS[config.method].has_x
    }
    variants, configs = zip(*asked.values())
    return list(zip(variants, configs, runs_of(configs, scale)))


def generators_of(runs: Sequence[tuple[str, Run]]) -> pd.DataFrame:
    """The table of finished runs.

    Args:
        runs: pairs of variant and run, each with a learned X.

    Returns:
        COLUMNS, a row per run.

    Raises:
        XivlabError: a run cannot be read.
    """
    rows = []
    for variant, run in runs:
        about = {"run": run.folder.name, "variant": variant, "seed": run.config().seed}
        about["data"] = run.about()["data"]["name"]
        rows.append(about | dict(zip(WEIGHTS, numbers_of(_generator_of(run)))))
    return pd.DataFrame(rows, columns=COLUMNS)


def table_path() -> Path:
    """Where the stored table lies."""
    return results("generators.csv")


def read_generators(path: Path) -> pd.DataFrame:
    """The stored table; an empty one if there is none.

    Raises:
        XivlabError: it is damaged.
    """
    table = _stored(path).read()
    return pd.DataFrame(columns=COLUMNS) if table is None else table[COLUMNS]


def write_generators(table: pd.DataFrame, path: Path) -> None:
    """Store a table, whole or not at all."""
    _stored(path).write(table[COLUMNS])


def _stored(path: Path) -> Table:
    return Table(path, COLUMNS, words=("run", "variant", "data"), numbers="%.9g")


def at_hand(scale: Scale, path: Path | None = None) -> pd.DataFrame:
    """The generators of the studies that need no training: from the folder of runs, else from the table.

    Args:
        scale: whose settings, data and runs.
        path: of the stored table; `table_path()` if not given.

    Returns:
        COLUMNS, in the order of the studies' variants and seeds; empty if there is none.
    """
    stored = read_generators(path or table_path()).set_index("run", drop=False)
    parts = [
        generators_of([(variant, run)]) if run.finished else stored[stored["run"] == run.folder.name]
        for variant, _, run in learned(scale)
    ]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMNS)


def start(variant: str, seed: int) -> XGenerator:
    """The generator that a run of a variant started from, before any training."""
    changes = next(
        (STUDIES[name].variants[variant] for name in ASKED if variant in STUDIES[name].variants), {}
    )
    return XGenerator(seed if changes.get("x_init_seed") is not None else None).requires_grad_(False)


def untrained(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table before training: COLUMNS, with the ten numbers that each generator started from."""
    before = [numbers_of(start(row["variant"], row["seed"])) for row in table.to_dict("records")]
    return table.drop(columns=WEIGHTS).join(pd.DataFrame(before, table.index, columns=WEIGHTS))[COLUMNS]


def looks(table: pd.DataFrame, images: Images, rows: NDArray[np.intp], started: bool = False) -> pd.DataFrame:
    """How X of every generator of a table looks on the same images.

    Args:
        table: COLUMNS.
        images: of a split.
        rows: of visible images.
        started: ask the generators that the runs started from, not what they became.

    Returns:
        a row per row of the table: variant, seed, alive (share of pixels), R, G, B (mean intensity over
        the images, levels), excess (mean `red_excess`).
    """
    found = []
    for row in table.to_dict("records"):
        g = start(row["variant"], row["seed"]) if started else from_numbers(row)
        means = intensities(images, rows, g)
        channels = dict(zip("RGB", means.mean(0)))
        found.append(
            {"variant": row["variant"], "seed": row["seed"], "alive": alive(g, images, rows)}
            | channels
            | {"excess": float(red_excess(means).mean())}
        )
    return pd.DataFrame(found, columns=["variant", "seed", "alive", *"RGB", "excess"])


def refresh(scale: Scale, path: Path) -> None:
    """Write the table of the finished runs of a scale, beside what it holds of other data; says how many."""
    table = generators_of([(variant, run) for variant, _, run in learned(scale) if run.finished])
    before = read_generators(path)
    kept = before[~before["run"].isin(table["run"])]
    both = pd.concat([part for part in (kept, table) if len(part)] or [table], ignore_index=True)
    write_generators(both, path)
    print(f"{path}: {len(table)} generators from {scale.runs}, {len(kept)} kept from before.")
