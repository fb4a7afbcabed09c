"""The command line: one function per subcommand, its docstring the help."""

import argparse
import functools
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, get_args

import tyro

from xivlab import train as training
from xivlab.batches import Images
from xivlab.build import load_model
from xivlab.config import PRESETS, Config
from xivlab.config import preset as preset_config
from xivlab.data import DataSet
from xivlab.distributed import is_first
from xivlab.embed import Embeddings, TestDistance, TestFeature, embed_both
from xivlab.errors import XivlabError
from xivlab.export import Layout
from xivlab.export import export as export_tree
from xivlab.gallery import Mode, Sampler
from xivlab.main_job import main_job, results_table
from xivlab.report import NAMES, write_report
from xivlab.results import results
from xivlab.runs import Run
from xivlab.scale import current, project
from xivlab.scores import as_text

Folder = Annotated[Path, tyro.conf.arg(metavar="DIR")]
INTERRUPTED = 130  # as shells say it of a process ended by Ctrl-C


def train(
    config: Annotated[Config, tyro.conf.arg(name="")],
    preset: Literal[tuple(PRESETS)] | None = None,
    data: Annotated[str | None, tyro.conf.arg(metavar="NAME|DIR")] = None,
    trial: int | None = None,
    runs: Folder | None = None,
    resume: Folder | None = None,
    devices: int = 1,
    nodes: int = 1,
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
        nodes: Machines; see data_prep/SCALING.md.
    """
    if resume is None:
        run = training.train(config, current().load(data, trial), runs or current().runs, devices, nodes)
    else:
        if preset or runs or trial or config != _defaults(data=data):
            raise XivlabError("--resume goes on by the run's own settings: give no others with it.")
        run = training.resume(resume, _data_of(Run(resume), data), devices, nodes)
    first = is_first()
    if not run.finished:
        # The training has said how to go on. To fail is for the first: the others would be taken for broken.
        sys.exit(INTERRUPTED if first else 0)
    if not first:
        return
    print(f"{run.folder} is finished. Test people, in %:")
    print(as_text(run.test_scores()))


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
            images = Images.of(getattr(_data_of(run, data), people), config.height, config.width)
            both = embed_both(load_model(run), images)
            both = {side: one.normalized() if config.normalize else one for side, one in both.items()}
        chosen = test_feature or (
            get_args(TestFeature) if run.config().neck else (run.config().test_feature,)
        )
        return {side: both[side] for side in chosen}

    trained = [Run(run) for run in runs]
    print(as_text(results(trained, sides, test_distance, sampler, mode, shots)))


def study(
    results: Folder | None = None,
    notebooks: Folder | None = None,
    data: Annotated[str | None, tyro.conf.arg(metavar="NAME|DIR")] = None,
    runs: Folder | None = None,
) -> None:
    """Do the main job without a screen: train, test by Eq. 2, execute all notebooks, write a report.

    The Baseline and the full method are trained, or found finished, at the scale that XIVLAB_SCALE
    names: smoke, demo (if not set) or paper. A notebook that fails is named; the report is written
    all the same, and the exit status is 1.

    Args:
        results: Folder to write to; results in the project if not given.
        notebooks: Folder of the notebooks; notebooks in the project if not given.
        data: synthetic-sysu, synthetic-regdb, or the folder of a packed data set; that of the scale if not given.
        runs: Folder of all runs; that of the scale if not given.
    """
    scale = replace(current(), data_name=data or current().data_name, runs=runs or current().runs)
    results = results or project() / "results"
    done = main_job(scale, results, notebooks or project() / "notebooks")
    report = results / "report.html"
    write_report(done, report)
    table = results_table(done.trained, done.data, scale)
    table["method"] = table["method"].map(NAMES)
    print(f"\nTest people of {done.data.name}, in %:")
    print(as_text(table[["method", *done.trained[0].scores.columns]]))
    print(f"\n{results / 'results.csv'}\n{report}")
    if done.failures:
        raise XivlabError("; ".join(f"notebook {one.name}: {one.failure}" for one in done.failures))


def export(
    name: tyro.conf.Positional[Literal["synthetic-sysu", "synthetic-regdb"]],
    folder: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="DIR")],
    layout: Layout,
) -> None:
    """Write a synthetic data set as the folder tree of a real one.

    The images, lists and file names are those the published loaders of SYSU-MM01, RegDB and LLCM expect,
    so code for the real sets can be tried without them. The same command writes the same bytes every time.

    Args:
        name: synthetic-sysu goes with the layouts sysu-mm01 and llcm, synthetic-regdb with regdb.
        folder: Folder to make. It must be new or empty.
        layout: The real data set whose tree to write.
    """
    export_tree(name, layout, folder)
    print(f"{name} is in {folder}, laid out as {layout}.")


def figures(
    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")],
    folder: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="DIR")],
    figure: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME...")] = (),
    data: Annotated[str | None, tyro.conf.arg(metavar="NAME|DIR")] = None,
) -> None:
    """Draw the figures of a finished run again: PNG files, and their captions in figures.md.

    What a run does not have, such as the X of the Baseline, is left out and said so. Files of the same names
    in the folder are replaced, others stay.

    Args:
        run: Folder of the run.
        folder: Folder to write to; it is made if it is not there.
        figure: Some of: curves, fig1, fig2, fig3, fig3-infrared, fig4, fig4-worst, cmc, distances, tsne, place, ruler,
            lists, activation; all if none is given. Those with a number are the paper's.
        data: The data that the run was trained on, if they are a folder.
    """
    from xivlab import redo  # brings scikit-learn, which no other command needs

    redo.write(Run(run), _data_of(Run(run), data), folder, figure)


def prepare(
    layout: tyro.conf.Positional[Layout],
    root: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="ROOT")],
    out: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="OUT")],
    height: int = 256,
    width: int = 128,
) -> None:
    """Pack a real data set, which needs a signed agreement: decode its images once, for all trainings.

    The tree is checked first: its lists, its folders, and the official numbers of people and images.
    Ctrl-C stops; the same command goes on.

    Args:
        layout: Which data set it is.
        root: Root of its folder tree, as the archive unpacks.
        out: Folder to make, for --data of the other commands.
        height: Of the packed images, in pixels.
        width: Of the packed images, in pixels.
    """
    from data_prep.prepare import pack, read_source, summary

    source = read_source(layout, root)
    if source.note:
        print(source.note)
    if not pack(source, root, out, (height, width)):
        print("There is nothing to do.")
    print(summary(source, out))


def main(args: Sequence[str] | None = None) -> None:
    """Run the command in `args` (of the process if not given); errors of the user exit with status 1."""
    words = sys.argv[1:] if args is None else list(args)
    try:
        commands = {
            "train": functools.partial(train, config=_defaults(**_chosen(words))),
            "evaluate": evaluate,
            "study": study,
            "figures": figures,
            "export": export,
            "prepare": prepare,
        }
        tyro.extras.subcommand_cli_from_dict(
            commands,
            prog="xivlab",
            description="Study infrared-visible person re-identification.",
            args=words,
        )
    except XivlabError as error:
        print(f"xivlab: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("xivlab: interrupted; the same command goes on.", file=sys.stderr)
        sys.exit(INTERRUPTED)


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


def _data_of(run: Run, name: str | None) -> DataSet:
    """The data of a run, which `name` says if they are a folder."""
    about = run.about()["data"]
    data = current().load(name or about["name"], about["trial"])
    run.check_data(data)
    return data
