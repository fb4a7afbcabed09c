"""Command line: `xivlab train` and `xivlab evaluate`, and the commands that other packages bring.

A command is a function, its docstring the help. A package brings one by an entry point of the group
"xivlab.commands"; so nothing here imports what stands above.
"""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import tyro

from xivlab import train as training
from xivlab.config import PRESETS, Config
from xivlab.config import preset as preset_config
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings, TestFeature, embed_both
from xivlab.evaluation.protocols import Mode, Sampler
from xivlab.evaluation.scores import as_text
from xivlab.model import TestDistance
from xivlab.runs.devices import is_first
from xivlab.runs.run import Run
from xivlab.runs.scores import remarks, scores_of_runs
from xivlab.runs.tensorboard import EventLog
from xivlab.runs.weights import load_model
from xivlab.scale import current

Folder = Annotated[Path, tyro.conf.arg(metavar="DIR")]
if TYPE_CHECKING:
    PresetName = str
else:
    PresetName = Literal[tuple(PRESETS)]
GROUP = "xivlab.commands"  # of entry points
# Of commands in the help; others come last.
ORDER = ("train", "evaluate", "study", "figures", "export", "prepare", "find", "deploy", "doctor")
INTERRUPTED = 130  # as shells say it of a process ended by Ctrl-C


def train(
    config: Annotated[Config, tyro.conf.arg(name="")],
    preset: PresetName | None = None,
    data: Annotated[str | None, tyro.conf.arg(metavar="NAME|DIR")] = None,
    trial: int | None = None,
    runs: Folder | None = None,
    resume: Folder | None = None,
    devices: int = 1,
    nodes: int = 1,
    tensorboard: bool = False,
) -> None:
    """Train, or go on with, or find finished, the run of these settings on these data.

    Ctrl-C stops after the step under way; the same command, or --resume with the folder, goes on.

    Args:
        config: Settings. Their defaults are those of the preset.
        preset: Where the settings start; that of the scale (XIVLAB_SCALE) if not given.
        data: synthetic-sysu, synthetic-regdb, or the folder of a packed data set; that of the scale if not given.
        trial: Which of the ten splits of RegDB, 1 to 10; the first if not given.
        runs: Folder of all runs; that of the scale if not given.
        resume: Folder of an interrupted run to go on with, by its own settings.
        devices: GPUs of every machine, or processes where there is no GPU, that share the training.
        nodes: Machines; see SCALING.md.
        tensorboard: Write the numbers of log.csv and metrics.csv for TensorBoard as well (extra [tensorboard]), into
            the run's folder: tensorboard --logdir runs.
    """
    if resume is None:
        data_set, root = current().load(data, trial), runs or current().runs
        run = training.run_of(config, data_set, root)
        with _events(run, tensorboard) as events:
            run = training.train(config, data_set, root, devices, nodes, False, events)
    else:
        if preset or runs or trial is not None or config != _defaults(data=data):
            raise XivlabError("--resume goes on by the run's own settings: give no others with it.")
        run = Run(resume)
        data_set = current().data_of(run, data)
        with _events(run, tensorboard) as events:
            run = training.resume(resume, data_set, devices, nodes, events)
    first = is_first()
    if not run.finished:
        # The training has said how to go on. To fail is for the first: the others would be taken for broken.
        sys.exit(INTERRUPTED if first else 0)
    if not first:
        return
    print(f"{run.folder} is finished. Test people, in %:")
    print("\n".join([as_text(run.test_scores()), *remarks([run])]))


@contextmanager
def _events(run: Run, wanted: bool) -> Iterator[EventLog | None]:
    """What writes for TensorBoard, if that is wanted; closed at the end, whatever that is."""
    events = EventLog(run) if wanted else None
    try:
        yield events
    finally:
        if events is not None and is_first():
            events.close(run)


def evaluate(
    runs: Annotated[tyro.conf.Positional[tuple[Path, ...]], tyro.conf.arg(metavar="RUN...")],
    people: Literal["train", "val", "test"] = "test",
    mode: Mode = "all",
    shots: int = 1,
    sampler: tuple[Sampler, ...] = (),
    test_distance: tuple[TestDistance, ...] = (),
    test_feature: tuple[TestFeature, ...] = (),
    data: Annotated[str | None, tyro.conf.arg(metavar="NAME|DIR")] = None,
) -> None:
    """Score the best model of a run: rank-1, -5, -10, -20, mAP and mINP, in %.

    One table: a row per test feature, gallery sampler and test distance, and below it the paper's own result
    for these settings where there is one. Of several runs, such as those of the ten splits of RegDB or of
    several seeds, the mean is printed.

    Args:
        runs: Folder of the run, or of several runs of the same settings.
        people: Whose images are searched.
        mode: Cameras of the gallery: all, or indoor (SYSU-MM01).
        shots: Images of each person in each camera of the gallery: 1, or 10 for multi-shot.
        sampler: Of galleries: seeded, official (SYSU-MM01); all that the data allow if none is given.
        test_distance: Through V, X or both (Eq. 2 is v+x); all that the method has if none is given.
        test_feature: Before or after the BNNeck; both if none is given.
        data: The data that the runs were trained on, if they are a folder.
    """

    def sides(run: Run) -> dict[TestFeature, Embeddings]:
        if people == "test" and run.finished:
            both = {side: run.embeddings(side) for side in get_args(TestFeature)}
        else:
            config = run.config()
            images = Images.of(getattr(current().data_of(run, data), people), config.height, config.width)
            both = embed_both(load_model(run), images)
            both = {side: one.normalized() if config.normalize else one for side, one in both.items()}
        chosen = test_feature or (
            get_args(TestFeature) if run.config().neck else (run.config().test_feature,)
        )
        return {side: both[side] for side in chosen}

    trained = [Run(run) for run in runs]
    for run in trained:
        if run.finished:
            run.check()
    table = scores_of_runs(trained, sides, test_distance, sampler, mode, shots)
    print("\n".join([as_text(table), *remarks(trained)]))


def main(args: Sequence[str] | None = None) -> None:
    """Run the command in `args` (of the process if not given); errors of the user exit with status 1."""
    words = sys.argv[1:] if args is None else list(args)
    try:
        tyro.extras.subcommand_cli_from_dict(
            commands(words),
            prog="xivlab",
            description="Study infrared-visible person re-identification.",
            args=words,
        )
    except XivlabError as error:
        print(f"xivlab: {error}", file=sys.stderr)
        sys.exit(1)
    except ModuleNotFoundError as error:
        if (error.name or "xivlab").startswith(("xivlab", "studykit", "data_prep")):
            raise
        print(
            f"xivlab: this command needs {error.name}: type pip install '.[lab]' in the project.",
            file=sys.stderr,
        )
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:  # of a path that no reader has named better: too long, a looping link, no right
        name = f"{error.filename} " if error.filename else ""
        print(f"xivlab: {name}cannot be used ({error.strerror or error}): name another.", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("xivlab: interrupted; the same command goes on.", file=sys.stderr)
        sys.exit(INTERRUPTED)


def commands(words: Sequence[str] = ()) -> dict[str, Callable[..., None]]:
    """Our commands and those that installed packages bring, by name, in the order of the help.

    Args:
        words: of the command line, which the defaults of `train` depend on.

    Raises:
        XivlabError: the words name no preset or no scale.
    """
    brought: dict[str, Any] = {one.name: one.load() for one in entry_points(group=GROUP)}
    # Other commands ask for the scale if they need it: `xivlab doctor` says what is wrong with its name.
    asked = not words or words[0] in ("train", "-h", "--help")
    trained = functools.partial(train, config=_defaults(**_chosen(words)) if asked else Config())
    found = brought | {"train": trained, "evaluate": evaluate}
    return dict(
        sorted(found.items(), key=lambda item: ORDER.index(item[0]) if item[0] in ORDER else len(ORDER))
    )


def _chosen(words: Sequence[str]) -> dict[str, str]:
    """What the defaults of all other flags depend on, as far as it is among the words."""
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("preset", "data", "method", "backbone"):
        early.add_argument(f"--{name}", nargs="?")
    known, _ = early.parse_known_args(words)
    return {name: value for name, value in vars(known).items() if value}


def _defaults(preset: str | None = None, data: str | None = None, **changes: str) -> Config:
    scale = replace(current(), data_name=data or current().data_name)
    return preset_config(preset, **changes) if preset else scale.config(**changes)
