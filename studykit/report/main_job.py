"""Main job without a screen: data, training, scores on the test people, notebooks."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pandas as pd

from studykit.report.notebooks import Executed, execute, notebooks_in
from studykit.studies.converged import Converged, converged
from xivlab.backbones import SLIM
from xivlab.config import Config
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import Protocol
from xivlab.evaluation.scores import score
from xivlab.files import write_atomically
from xivlab.methods import METHODS
from xivlab.resources import cores, free_memory
from xivlab.runs.devices import pick_device
from xivlab.runs.run import Run
from xivlab.scale import Scale
from xivlab.train import Watch, run_of, train
from xivlab.world.knobs import is_synthetic

# The method and what it is compared with.
COMPARED: tuple[str, ...] = ("baseline", "baseline+x+cmg")
MOST_AT_ONCE, UNKNOWN = 4, 2  # side by side; where nobody knows how much memory there is
OF_ONE = 2e9  # bytes of memory that a training or a notebook may take


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


def main_job(scale: Scale, results: Path, notebooks: Path, at_once: int | None = None) -> MainJob:
    """Do the main job; what is already done and fits is found, not done again.

    `results` then holds `results.csv` (a row per run, direction of search and test distance) and
    `notebooks/` (each executed notebook, as .ipynb and .html). A notebook that fails stops nothing.

    Args:
        scale: how big everything is, and where data and runs are.
        results: folder to write to.
        notebooks: folder of the notebooks.
        at_once: how many trainings, then how many notebooks, run side by side; if not given, as many as the machine
            has cores and memory for.

    Raises:
        XivlabError: no notebooks, no data, a training that fails, or a result that cannot be written.
        KeyboardInterrupt: Ctrl-C; the same call goes on where it stopped.
    """
    paths = notebooks_in(notebooks)
    # A GPU is shared by nobody: side by side two would only wait for each other, or find no room on it.
    at_once = (at_once or _room()) if pick_device().type == "cpu" else 1
    _make(results / "notebooks")
    seconds: dict[str, float] = {}

    print(f"1/3 Data: {scale.data_name}", flush=True)
    with _timed("data", seconds):
        data = scale.load()

    configs = [scale.config(method=method) for method in COMPARED]
    # Room is reckoned for the slim networks: of others, one training fills a machine.
    trainings = at_once if all(config.backbone in SLIM for config in configs) else 1
    beside = ", side by side" if trainings > 1 else ""
    print(
        f"2/3 Training and test: {', '.join(COMPARED)}{beside} (a training takes {scale.training}; Ctrl-C keeps what is done)",
        flush=True,
    )
    with _timed("training and test", seconds):
        trained = _train_all(configs, data, scale, trainings)
    table = results_table(trained, data, scale)
    write_atomically(results / "results.csv", lambda path: table.to_csv(path, index=False))

    beside = f", {at_once} at a time" if at_once > 1 else ""
    print(f"3/3 Notebooks: {len(paths)}{beside}", flush=True)
    with _timed("notebooks", seconds):
        environment = _shared(at_once) | _environment(scale)
        executed = execute(paths, results / "notebooks", environment, scale.cell_seconds, at_once, _tell)

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


def _room() -> int:
    """How many trainings or notebooks this machine has cores and memory for."""
    free = free_memory()
    by_memory = UNKNOWN if free is None else int(free // OF_ONE)
    return max(1, min(cores(), by_memory, MOST_AT_ONCE))


def _shared(at_once: int) -> dict[str, str]:
    """What keeps notebooks that run side by side to their part of the cores: threads, and workers of joblib."""
    if at_once == 1:
        return {}
    part = str(max(1, cores() // at_once))
    return {name: os.environ.get(name, part) for name in ("OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT")}


def _train_all(configs: Sequence[Config], data: DataSet, scale: Scale, at_once: int) -> tuple[Trained, ...]:
    """The last one here, with its progress, and as many of the others beside it as there is room for."""
    missing = [config for config in configs if not run_of(config, data, scale.runs).finished]
    last = (missing or configs)[-1]
    with _helpers(missing[:-1][: at_once - 1], scale) as took:
        found = {last: _train(last, data, scale.runs)}
    for config in configs:
        if config not in found:
            one = _train(
                config, data, scale.runs
            )  # found finished if a helper did it, and if it failed, says why
            found[config] = replace(one, seconds=took[config].value or one.seconds) if config in took else one
    return tuple(found[config] for config in configs)


@contextmanager
def _helpers(configs: Sequence[Config], scale: Scale) -> Iterator[dict[Config, Synchronized]]:
    """Processes that train while the block runs, without progress; if it raises, they save their state and stop.

    Yields:
        the seconds of each, 0 until it is finished.
    """
    helpers: list[SpawnProcess] = []
    try:
        context = get_context("spawn")
        stop, took = context.Event(), {config: context.Value("d", 0.0) for config in configs}
        # They take it over until a training of their own hears Ctrl-C: nobody reads how an import ended.
        with _unheard():
            for config, seconds in took.items():
                helpers.append(
                    context.Process(target=_help, args=(config, scale, os.getpid(), stop, seconds))
                )
                helpers[-1].start()
    except OSError:  # no shared memory, or no further process: who asked does without
        helpers, took = [one for one in helpers if one.is_alive()], {}
    try:
        yield took
        if any(helper.is_alive() for helper in helpers):
            print("    the training beside is not at its end yet ...", flush=True)
        for helper in helpers:
            helper.join()
    except BaseException:
        if helpers:
            stop.set()
        raise
    finally:
        for helper in helpers:
            helper.join()


@contextmanager
def _unheard() -> Iterator[None]:
    """Ctrl-C is not heard, if this is the thread that hears it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


def _help(config: Config, scale: Scale, asker: int, stop: Event, seconds: Synchronized) -> None:
    with suppress(XivlabError, KeyboardInterrupt):  # who asked trains it again, and hears it
        trained = _train(config, scale.load(), scale.runs, lambda _: stop.is_set() or os.getppid() != asker)
        seconds.value = trained.seconds or 0.0


def _train(config: Config, data: DataSet, runs: Path, watch: Watch | None = None) -> Trained:
    found = run_of(config, data, runs).finished
    start = time.perf_counter()
    run = train(config, data, runs, quiet=watch is not None, watch=watch)
    if not run.finished:
        raise KeyboardInterrupt  # the training has said how to go on
    seconds = None if found else time.perf_counter() - start
    return Trained(run, config, seconds, run.test_scores())


def _tell(one: Executed) -> None:
    print(f"    {one.name} ... {one.failure or f'{one.seconds:.0f} s'}", flush=True)


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
