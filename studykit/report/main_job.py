"""Main job without a screen: data, training, scores on the test people, notebooks."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from studykit.report.notebooks import Executed, execute, notebooks_in
from studykit.studies.converged import Converged, converged
from xivlab.backbones import weights_file
from xivlab.config import Config
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Protocol
from xivlab.evaluation.scores import score
from xivlab.files import write_atomically
from xivlab.methods import METHODS
from xivlab.runs.run import Run, run_folder
from xivlab.scale import Scale
from xivlab.train import train
from xivlab.world.knobs import is_synthetic

# The method and what it is compared with.
COMPARED: tuple[str, ...] = ("baseline", "baseline+x+cmg")


@dataclass(frozen=True)
class Trained:
    """A finished run.

    Attributes:
        run: the folder.
        config: settings.
        seconds: how long the training took; None if the run was found finished.
        scores: on the test people, as `xivlab.evaluation.scores.score` gives them.
    """

    run: Run
    config: Config
    seconds: float | None
    scores: pd.DataFrame


@dataclass(frozen=True)
class MainJob:
    """All that the main job found out; the report tells it.

    Attributes:
        scale: how big everything was.
        data: what was searched.
        trained: the runs, in the order of COMPARED.
        chance: scores of random features.
        notebooks: how each went.
        seconds: of each stage, by name.
        converged: what training to the end came to on these data; None where nobody stored it.
    """

    scale: Scale
    data: DataSet
    trained: tuple[Trained, ...]
    chance: pd.DataFrame
    notebooks: tuple[Executed, ...]
    seconds: dict[str, float]
    converged: Converged | None

    @property
    def failures(self) -> list[Executed]:
        """Notebooks that failed."""
        return [notebook for notebook in self.notebooks if notebook.failure]


def main_job(scale: Scale, results: Path, notebooks: Path) -> MainJob:
    """Do the main job; what is already done and fits is found, not done again.

    `results` then holds `results.csv` (a row per run, direction of search and test distance) and
    `notebooks/` (each executed notebook, as .ipynb and .html). A notebook that fails stops nothing.

    Args:
        scale: how big everything is, and where data and runs are.
        results: folder to write to.
        notebooks: folder of the notebooks.

    Raises:
        XivlabError: no notebooks, no data, a training that fails, or a result that cannot be written.
        KeyboardInterrupt: Ctrl-C; the same call goes on where it stopped.
    """
    paths = notebooks_in(notebooks)
    _make(results / "notebooks")
    seconds: dict[str, float] = {}

    print(f"1/3 Data: {scale.data_name}", flush=True)
    with _timed("data", seconds):
        data = scale.load()

    print(
        f"2/3 Training and test: {', '.join(COMPARED)} (a training takes {scale.training}; Ctrl-C keeps what is done)",
        flush=True,
    )
    with _timed("training and test", seconds):
        trained = tuple(_train(scale.config(method=method), data, scale.runs) for method in COMPARED)
    table = results_table(trained, data, scale)
    write_atomically(results / "results.csv", lambda path: table.to_csv(path, index=False))

    print(f"3/3 Notebooks: {len(paths)}", flush=True)
    executed = []
    with _timed("notebooks", seconds):
        for path in paths:
            print(f"    {path.stem} ...", end=" ", flush=True)
            executed.append(execute(path, results / "notebooks", _environment(scale), scale.cell_seconds))
            print(executed[-1].failure or f"{executed[-1].seconds:.0f} s", flush=True)

    at_random = chance(trained[0].run.embeddings(), trained[0].config.protocol)
    return MainJob(scale, data, trained, at_random, tuple(executed), seconds, converged(scale))


def chance(embeddings: Embeddings, protocol: Protocol = "sysu") -> pd.DataFrame:
    """The scores of random features for the same people and cameras, a row per direction: what a
    model that has learnt nothing would get."""
    rng = np.random.default_rng(0)
    infrared, visible = (rng.normal(size=(len(one), 8)) for one in (embeddings.infrared, embeddings.visible))
    return score(replace(embeddings, infrared=infrared, visible=visible, x=None), protocol)


def results_table(trained: tuple[Trained, ...], data: DataSet, scale: Scale) -> pd.DataFrame:
    """Tidy: a row per run, direction of search and test distance, with the run that it comes from."""
    tables = []
    for one in trained:
        about = {
            "run": one.run.folder.name,
            "method": one.config.method,
            "seed": one.config.seed,
            "scale": scale.name,
            "data": data.name,
            "fingerprint": data.fingerprint,
        }
        tables.append(one.scores.assign(**about)[[*about, *one.scores.columns]])
    return pd.concat(tables, ignore_index=True)


def beside(job: MainJob) -> str:
    """What to hold the scores of a main job against, so that nobody takes one short run for the answer, in a few lines."""
    first = job.trained[0]
    steps = first.run.log()["step"].iloc[-1]
    said = f"These are one run of {steps:,} steps each: their difference says little."
    if job.converged is None:
        return f"{said} For an answer train to the end with several seeds, as notebook 06 does: XIVLAB_SCALE=study."
    score = by_own_distance(first)["rank1"]
    return (
        f"{said} The {METHODS[first.config.method].title} is at {job.converged.share(score):.0%} of what it comes to when "
        f"trained to the end.\n{job.converged}"
    )


def by_own_distance(one: Trained) -> pd.Series:
    """The row of a run's scores that it is judged by: infrared queries, its own test distance."""
    rows = one.scores[one.scores["query"] == "infrared"].set_index("test_distance")
    return rows.loc[one.config.test_distance]


def _train(config: Config, data: DataSet, runs: Path) -> Trained:
    found = run_folder(runs, config, data.fingerprint, weights_file(config.weights, config.backbone)).finished
    start = time.perf_counter()
    run = train(config, data, runs)
    if not run.finished:
        raise KeyboardInterrupt  # the training has said how to go on
    seconds = None if found else time.perf_counter() - start
    return Trained(run, config, seconds, run.test_scores())


def _environment(scale: Scale) -> dict[str, str]:
    """What makes the notebooks find the same scale, data and runs."""
    data = scale.data_name
    return {
        "XIVLAB_SCALE": scale.name,
        "XIVLAB_DATA": data if is_synthetic(data) else os.path.abspath(data),
        "XIVLAB_RUNS": os.path.abspath(scale.runs),
    }


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise XivlabError(f"The folder {folder} cannot be made ({error.strerror}): name another.") from error


@contextmanager
def _timed(name: str, seconds: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - start
