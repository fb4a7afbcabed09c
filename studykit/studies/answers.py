"""Tables of the studies: stored where the runs in them are those asked for, else trained now.

    >>> table = answers("ablation")                               # doctest: +SKIP
    ablation on synthetic-sysu: stored results of 15 runs, baseline-862880df33c6 and on.

A run is named by a hash of its settings, data and version: a table that was made with any other
setting does not fit, and is not used.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from studykit.studies.grid import runs_of, study
from studykit.studies.questions import NEAR_INFRARED, STUDIES
from studykit.studies.store import REMEDY, SAYS, Table, results
from xivlab.errors import XivlabError
from xivlab.evaluation.protocols import PROTOCOLS
from xivlab.files import reading
from xivlab.methods import METHODS
from xivlab.scale import Scale, current

SCORES = ["rank1", "rank5", "rank10", "rank20", "mAP", "mINP"]
COLUMNS = [
    *("study", "variant", "seed", "run", "data", "protocol", "sampler", "trials", "query", "test_distance"),
    *SCORES,
    *("queries", "made"),
]


def answers(
    name: str,
    data: str = NEAR_INFRARED,
    scale: Scale | None = None,
    folder: Path | None = None,
    jobs: int = -1,
) -> pd.DataFrame:
    """The table of a study on one data set, from `ask`; prints where its numbers come from, and what it trains.

    Args:
        name: of the study, a key of `studykit.studies.questions.STUDIES`.
        data: one of the data sets that it is asked on.
        scale: how big everything is; the current scale if not given.
        folder: of the stored tables; `tables()` if not given.
        jobs: runs trained side by side; -1: one per core.

    Raises:
        XivlabError: there is no such study, a training failed, or a table is damaged.
    """
    folder = folder or tables()
    why = f"{name} on {data}: not in the stored tables ({folder}). "
    table = ask(name, data, scale or current(), read_tables(folder), jobs, why)
    print(source(table))
    return table


def ask(
    name: str,
    data: str,
    scale: Scale,
    stored: pd.DataFrame | None = None,
    jobs: int = -1,
    why: str = "",
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """The table of a study on one data set: rows of `stored` where it has the run, else trained.

    Args:
        name, data, scale, jobs: as of `answers`.
        stored: an earlier table.
        why: said before anything is trained.
        only: names of runs that are asked for; the others are left out. All if not given.

    Returns:
        COLUMNS and source ("stored" or "run"): a row per run, direction of search and test distance,
        in the order of the study's variants and seeds.

    Raises:
        XivlabError: there is no such study, or a training failed.
    """
    if name not in STUDIES:
        raise XivlabError(f"There is no study {name!r}: choose {', '.join(STUDIES)}.")
    scale = scale.on(data)
    asked, opened = STUDIES[name].configs(scale), scale.load()
    names = [run.folder.name for run in runs_of([config for _, config in asked], scale, opened.fingerprint)]
    if only is not None:
        asked = [one for one, run in zip(asked, names) if run in only]
        names = [run for run in names if run in only]
        if not asked:
            return pd.DataFrame(columns=[*COLUMNS, "source"])
    configs = [config for _, config in asked]
    found = study(configs, scale, stored, jobs, why, opened.fingerprint)
    seeds = found["run"].map(dict(zip(names, (config.seed for config in configs))))
    wrong = found.index[(found["seed"] != seeds) | (found["data"] != opened.name)]
    if len(wrong):
        raise XivlabError(
            f"The stored scores of {found['run'][wrong[0]]} are said to be of seed {found['seed'][wrong[0]]} on "
            f"{found['data'][wrong[0]]}, which that run is not: {REMEDY}."
        )
    variants = pd.DataFrame({"run": names, "variant": [variant for variant, _ in asked], "study": name})
    table = variants.merge(found.drop(columns=["variant", "study"], errors="ignore"), on="run")
    return table[[*COLUMNS, "source"]]


def judged(table: pd.DataFrame, query: str = "infrared") -> pd.DataFrame:
    """One row per run: the scores of its variant's own test distance, in one direction of search."""
    own = [STUDIES[row.study].distance(row.variant) == row.test_distance for row in table.itertuples()]
    return table[pd.Series(own, table.index, bool) & (table["query"] == query)].reset_index(drop=True)


def source(table: pd.DataFrame) -> str:
    """Where the numbers of a table come from, in a line."""
    runs = table.drop_duplicates("run")
    parts = []
    for kind, words in (("stored", "stored results of"), ("run", "trained or found here:")):
        names = runs.loc[runs["source"] == kind, "run"]
        if len(names):
            parts.append(counted(words, list(names)))
    first = table.iloc[0]
    return f"{first['study']} on {first['data']}: {'; '.join(parts)}.{mixture(runs['made'])}"


def mixture(made: pd.Series) -> str:
    """A warning if the runs of a table were not all computed alike, after a blank; "" if they were."""
    kinds = made.value_counts()
    if len(kinds) < 2:
        return ""
    by = "; ".join(f"{count} by {kind}" for kind, count in kinds.items())
    return (
        f" They were not computed alike ({by}): from that alone one run scores differently, see notebook 06."
    )


def counted(words: str, names: Sequence[str]) -> str:
    """Some words, how many runs, and the first of them."""
    return f"{words} {len(names)} run{'s' * (len(names) > 1)}, {names[0]} and on"


def tables() -> Path:
    """The folder of the stored tables."""
    return results("tables")


def read_tables(folder: Path) -> pd.DataFrame | None:
    """All stored tables, a run that is in several of them once; None if there is none.

    Raises:
        XivlabError: a table is damaged.
    """
    found = [read_table(path) for path in sorted(folder.glob("*.csv"))]
    if not found:
        return None
    return pd.concat(found).drop_duplicates(["run", "query", "test_distance"], ignore_index=True)


def read_table(path: Path) -> pd.DataFrame:
    """One stored table: COLUMNS, the variant in words.

    Raises:
        XivlabError: it is not there, or damaged.
    """
    table = _stored(path).read()
    if table is None:
        raise XivlabError(f"There is no {path}: restore it from the kit, or type make results.")
    with reading(path, REMEDY, SAYS):
        table = table[COLUMNS].astype(dict.fromkeys(SCORES, float))
        if not table[SCORES].stack().between(0, 1).all():
            raise ValueError("a score in it is not between 0 and 1")
        if table.empty or table.isna().any(axis=None) or (table[["variant", "run"]] == "").any(axis=None):
            raise ValueError("a row is cut short")
        for run, rows in table.groupby("run"):
            protocol, method = rows["protocol"].iloc[0].split()[0], run.rpartition("-")[0]
            one_search = len(PROTOCOLS[protocol].directions) * len(METHODS[method].distances)
            if len(rows) % one_search:  # a run may serve two variants
                raise ValueError(f"rows of {run} are missing")
    return table


def write_table(table: pd.DataFrame, folder: Path) -> Path:
    """Store the answer of a study, whole or not at all.

    Returns:
        the file: `<study>.<data>.csv`.
    """
    name = f"{table['study'].iloc[0]}.{table['data'].iloc[0]}.csv"
    return _stored(folder / name).write(table[COLUMNS].round(dict.fromkeys(SCORES, 6)))


def _stored(path: Path) -> Table:
    return Table(path, COLUMNS, words=("variant", "run", "made"))
