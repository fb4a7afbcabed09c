"""Maker of all stored results: tables of all studies, measures, generators, embeddings, their maps, and how long it took.

    python -m studykit.studies.make_results                   # or: make results
    python -m studykit.studies.make_results --missing         # only what is not stored already
    python -m studykit.studies.make_results --only maps       # of the shipped embeddings
    python -m studykit.studies.make_results --only rungs      # of the ladder, from the runs that are finished
    python -m studykit.studies.make_results --only generators # of the runs that are finished
    python -m studykit.studies.make_results --only finished   # all that finished runs can tell, before they are lost

Without `--missing` what is stored is not used. Runs that are finished are found, so an interrupted call goes on where
it stopped; without the folder of runs everything is trained. Who computes on machines that are taken away stores what is
finished, and goes on elsewhere with `--missing`.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from studykit.machine import describe
from studykit.studies.answers import ask, read_tables, write_table
from studykit.studies.command import end_in_words
from studykit.studies.embeddings import write_embeddings
from studykit.studies.faces import add_faces
from studykit.studies.generators import refresh
from studykit.studies.grid import runs_of
from studykit.studies.maps import ship_maps
from studykit.studies.measures import add_measures
from studykit.studies.questions import NEAR_INFRARED, STUDIES, THERMAL
from studykit.studies.rungs import ship_rungs
from xivlab import __version__
from xivlab.config import Config
from xivlab.files import write_sealed
from xivlab.methods import METHODS
from xivlab.runs.devices import pick_device
from xivlab.runs.run import Run
from xivlab.scale import Scale, current, project

# Most telling first: who has to stop early has those.
ORDER = (
    ("ablation", NEAR_INFRARED),
    ("special-cases", NEAR_INFRARED),
    ("lambda", NEAR_INFRARED),
    ("ablation", THERMAL),
    ("special-cases", THERMAL),
    ("ablation-compute", NEAR_INFRARED),
    ("paper-and-code", NEAR_INFRARED),
    ("margins", NEAR_INFRARED),
    ("second-backbone", NEAR_INFRARED),
    ("table1", NEAR_INFRARED),
    ("table1-own", NEAR_INFRARED),
    ("table1", THERMAL),
    ("table1-own", THERMAL),
    ("table1-compute", NEAR_INFRARED),
    ("table1-compute", THERMAL),
    ("table1-controls", NEAR_INFRARED),
)


def make_results(scale: Scale, folder: Path, jobs: int = -1, missing: bool = False) -> None:
    """Ask all studies, and write tables/, measures/, embeddings/, maps/, generators.csv and about.json.

    Args:
        scale: how big everything is.
        folder: where to; what else is in it stays.
        jobs: runs trained side by side; -1: one per core.
        missing: train only what the stored tables lack.

    Raises:
        XivlabError: a training failed or a file could not be written; what was done is kept.
    """
    minutes: dict[str, float] = {}
    for name, data in ORDER:
        start = time.perf_counter()
        known = read_tables(folder / "tables") if missing else None
        table = ask(name, data, scale, known, jobs)
        print(write_table(table, folder / "tables"), flush=True)
        write_of_finished(scale, folder)
        minutes[f"{name} on {data}"] = round((time.perf_counter() - start) / 60, 1)
        write_about(minutes, folder / "about.json", scale, missing)


def write_finished(scale: Scale, folder: Path) -> None:
    """Store all that finished runs can tell, beside what is stored of others: tables of the studies that have
    something to compare with their first variant, and what `write_of_finished` does."""
    known = read_tables(folder / "tables")
    for name, data in ORDER:
        on = scale.on(data)
        configs = [config for _, config in STUDIES[name].configs(on)]
        at_hand = {run.folder.name for run in runs_of(configs, on) if run.finished}
        at_hand |= set() if known is None else set(known["run"])
        table = ask(name, data, scale, known, only=at_hand)
        there = set(table["variant"])
        if len(there) > 1 and next(iter(STUDIES[name].variants)) in there:
            print(write_table(table, folder / "tables"), flush=True)
    write_of_finished(scale, folder)


def write_of_finished(scale: Scale, folder: Path) -> None:
    """Store what whole run folders alone can tell, of those that are finished: generators, measures, faces of Baselines,
    embeddings of the first seed of every lambda and of the Baseline, their maps, and the rungs of the ladder. What is
    stored of others stays."""
    for data in (NEAR_INFRARED, THERMAL):
        refresh(scale.on(data), folder / "generators.csv")
        add_faces(scale.on(data))
    near = scale.on(NEAR_INFRARED)
    ablation = _finished(STUDIES["ablation"].configs(near), near)
    with_x = [run for run in ablation if METHODS[run.config().method].has_x]
    weighed = _finished(STUDIES["lambda"].configs(near), near)
    for name, runs in (("gap", ablation), ("place", with_x), ("losses", weighed)):
        add_measures(name, runs, folder / "measures")
    asked = STUDIES["ablation"].configs(near)[:1] + STUDIES["lambda"].configs(near)
    for run in _finished([one for one in asked if one[1].seed == 0], near):
        write_embeddings(run.folder.name, run.embeddings(), folder / "embeddings")
    ship_maps(folder / "embeddings", folder / "maps")
    ship_rungs(scale, folder / "ladder")


def _finished(asked: Sequence[tuple[str, Config]], scale: Scale) -> list[Run]:
    return [run for run in runs_of([config for _, config in asked], scale) if run.finished]


def write_about(minutes: dict[str, float], path: Path, scale: Scale, missing: bool = False) -> None:
    """Where, with what, and in how many minutes of waiting; runs found finished cost none.

    Args:
        minutes: by study.
        path: of the file.
        scale: how big everything was.
        missing: add the minutes to those that are written there: more was asked of the same studies.
    """
    if missing and path.is_file():
        before = json.loads(path.read_text(encoding="utf-8"))["minutes"]
        minutes = {name: round(before.get(name, 0) + minutes.get(name, 0), 1) for name in before | minutes}
    about = {
        "version": __version__,
        "scale": scale.name,
        "device": describe(pick_device()),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "torch": torch.__version__,
        "minutes": minutes,
        "total_minutes": round(sum(minutes.values()), 1),
    }
    write_sealed(path, lambda file: file.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8"))


# What can be made anew by itself, from what is at hand.
PARTS: dict[str, Callable[[Scale, Path], None]] = {
    "maps": lambda scale, folder: ship_maps(folder / "embeddings", folder / "maps"),
    "generators": lambda scale, folder: refresh(scale, folder / "generators.csv"),
    "rungs": lambda scale, folder: ship_rungs(scale, folder / "ladder"),
    "finished": write_finished,
}


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        "python -m studykit.studies.make_results", description="Make stored results anew."
    )
    parser.add_argument(
        "--only", choices=PARTS, help="this part alone, from what is at hand: nothing is trained"
    )
    parser.add_argument("--missing", action="store_true", help="train only what the stored tables lack")
    arguments = parser.parse_args(args)
    if arguments.only:
        PARTS[arguments.only](current(), project() / "results")
    else:
        make_results(current(), project() / "results", missing=arguments.missing)


if __name__ == "__main__":
    end_in_words(main)
