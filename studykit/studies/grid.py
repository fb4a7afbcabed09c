"""Grid of settings: finished runs of all of them, and one tidy table of their scores.

    >>> configs = grid("demo", method=["baseline", "baseline+x"], seed=range(5))
    >>> len(configs), configs[0].method, configs[1].seed
    (10, 'baseline', 1)
    >>> table = study(configs, current())       # doctest: +SKIP

Runs that are finished are never trained again, an interrupted study goes on where it stopped, and
two studies on one folder at once share the work. The runs are trained side by side by
joblib, on all cores; the same call spreads them over a cluster:

    >>> client = distributed.Client("scheduler:8786")             # doctest: +SKIP
    >>> with joblib.parallel_config(backend="dask"):              # doctest: +SKIP
    ...     table = study(configs, current())

or, on Ray, after `ray.util.joblib.register_ray()`, with `backend="ray"`. All machines must see the
folder of runs and the data under the same path.
"""

import itertools
import math
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from joblib import Parallel, delayed, effective_n_jobs
from tqdm.auto import tqdm

from xivlab.backbones import weights_file
from xivlab.config import Config, preset
from xivlab.errors import XivlabError
from xivlab.runs.run import Run, run_folder
from xivlab.scale import Scale
from xivlab.train import train


def grid(name: str, **axes: Iterable[Any]) -> list[Config]:
    """Every combination of some settings, the last one changing fastest.

    Args:
        name: of the preset that all start from.
        axes: values by setting.

    Raises:
        XivlabError: as `xivlab.config.preset`.
    """
    return [preset(name, **dict(zip(axes, values))) for values in itertools.product(*axes.values())]


def study(
    configs: Sequence[Config],
    scale: Scale,
    stored: pd.DataFrame | None = None,
    jobs: int = -1,
    why: str = "",
    fingerprint: str | None = None,
) -> pd.DataFrame:
    """The scores of a run of every configuration on the test people.

    Args:
        configs: settings; what is there twice is trained once.
        scale: whose data and run folders.
        stored: rows of an earlier table; runs that are in it are neither trained nor opened.
        jobs: runs trained side by side; -1: one per core.
        why: said before anything is trained.
        fingerprint: as of `runs_of`.

    Returns:
        a row per run, direction of search and test distance, in the order of `configs`: run, data,
        seed, the columns of `xivlab.evaluation.scores.score`, made (what computed it, `made_by`) and source
        ("stored" or "run").

    Raises:
        XivlabError: a training failed; the others were finished all the same.
        KeyboardInterrupt: the same call goes on from there.
    """
    known = set() if stored is None else set(stored["run"])
    if configs:
        fingerprint = fingerprint or scale.load().fingerprint
    names = [run.folder.name for run in runs_of(configs, scale, fingerprint)]
    missing = {name: config for name, config in zip(names, configs) if name not in known}
    if why and not all(run.finished for run in runs_of(list(missing.values()), scale, fingerprint)):
        print(why, end="", flush=True)  # train_all says the rest of the line
    trained = train_all(list(missing.values()), scale, jobs, fingerprint)
    tables = [scores_of(run) for run in trained]
    if known:
        tables.append(stored[stored["run"].isin(names)].assign(source="stored"))
    place = {name: place for place, name in enumerate(names)}
    table = pd.concat(tables, ignore_index=True)
    return table.sort_values("run", key=lambda run: run.map(place), kind="stable", ignore_index=True)


def runs_of(configs: Sequence[Config], scale: Scale, fingerprint: str | None = None) -> list[Run]:
    """The run folder of every configuration, whether there yet or not.

    Args:
        configs: settings.
        scale: whose data and run folders.
        fingerprint: of the data, where it is known without them; else they are loaded for it.
    """
    if not configs:
        return []
    fingerprint = fingerprint or scale.load().fingerprint
    return [
        run_folder(scale.runs, one, fingerprint, weights_file(one.weights, one.backbone)) for one in configs
    ]


def scores_of(run: Run) -> pd.DataFrame:
    """The rows of one finished run in the table of a study: what it scored on the test people at its end."""
    scores = run.test_scores()
    about = {"run": run.folder.name, "data": run.about()["data"]["name"], "seed": run.config().seed}
    return scores.assign(**about, made=made_by(run), source="run")[
        [*about, *scores.columns, "made", "source"]
    ]


def made_by(run: Run) -> str:
    """What computed a run, in words: the last digits of its scores, and after hundreds of steps the first, hang on it."""
    made = run.made()
    return "not written down" if made is None else computed_by(made)


def computed_by(made: Mapping[str, Any]) -> str:
    """What `xivlab.resources.made` says, in words."""
    threads = f"{made['threads']} thread{'s' * (made['threads'] != 1)}"
    return f"PyTorch {made['torch']}, {threads}, {made['processor']} ({made['instructions']})"


def train_all(
    configs: Sequence[Config], scale: Scale, jobs: int = -1, fingerprint: str | None = None
) -> list[Run]:
    """A finished run of every configuration, trained side by side, with a progress bar over runs.

    Before anything is trained a line says how many runs that are, about how long it takes, and how to stop.

    Args:
        configs: settings.
        scale: whose data and run folders.
        jobs: runs trained side by side; -1: one per core.
        fingerprint: as of `runs_of`.

    Raises:
        XivlabError: a training failed; the others were finished all the same.
    """
    runs = runs_of(configs, scale, fingerprint)
    missing = [config for run, config in zip(runs, configs) if not run.finished]
    if not missing:
        return runs
    print(announced(len(missing), scale, effective_n_jobs(jobs)), flush=True)
    words = _parallel(jobs)(delayed(_train_one)(config, scale, os.getpid()) for config in missing)
    bar = tqdm(words, desc="Runs", total=len(missing), unit="run")
    with warnings.catch_warnings():  # joblib replaces a worker that was slow to begin, and that is no news
        warnings.filterwarnings("ignore", message="A worker stopped", category=UserWarning)
        failures = [one for one in bar if one]
    if failures:
        raise XivlabError(f"{len(failures)} of {len(missing)} runs failed, the first with: {failures[0]}")
    return runs


def announced(count: int, scale: Scale, jobs: int) -> str:
    """What is about to be trained, about how long that takes, where it goes and how to stop it, in a line.

    Args:
        count: of the runs.
        scale: whose.
        jobs: of them trained side by side.

    Example:
        >>> from xivlab.scale import SCALES
        >>> announced(35, SCALES["demo"], 2)  # doctest: +ELLIPSIS
        'Training 35 runs into ...runs, 2 side by side: each takes about a minute, all 18 times as long. Interrupt it (Ctrl-C) whenever you like: what is done is kept, and the same call goes on.'
    """
    one_after_another = math.ceil(count / jobs)
    beside = f", {min(jobs, count)} side by side" if min(jobs, count) > 1 else ""
    whole = f", all {one_after_another} times as long" if one_after_another > 1 else ""
    return (
        f"Training {count} run{'s' * (count > 1)} into {os.path.abspath(scale.runs)}{beside}: each takes {scale.training}{whole}. "
        "Interrupt it (Ctrl-C) whenever you like: what is done is kept, and the same call goes on."
    )


def _parallel(jobs: int) -> Parallel:
    try:
        return Parallel(n_jobs=jobs, return_as="generator_unordered")
    except ValueError:  # a backend that hands over everything at the end, such as Ray's: the bar jumps
        return Parallel(n_jobs=jobs)


def _train_one(config: Config, scale: Scale, asker: int) -> str:
    """In a process of its own, which others stand beside: no progress bar, and as many threads as joblib leaves it.

    If it is a child of the process `asker`, and that is killed, it saves its state and stops.

    Returns:
        the error of the user in words, "" if there was none: the other runs go on.
    """
    watch = (lambda _: os.getppid() != asker) if os.getppid() == asker else None
    try:
        train(config, scale.load(), scale.runs, quiet=True, watch=watch)
    except XivlabError as error:
        return f"{error} ({config.method}, seed {config.seed})"
    return ""
