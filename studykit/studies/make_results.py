"""Maker of all stored results: tables of all studies, measures, generators, embeddings, their maps, and how long it took.

    python -m studykit.studies.make_results                   # or: make results
    python -m studykit.studies.make_results --only maps       # of the shipped embeddings
    python -m studykit.studies.make_results --only generators # of the runs that are finished

What is stored is not used. Runs that are finished are found, so an interrupted call goes on where it
stopped; without the folder of runs everything is trained.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from studykit.machine import describe
from studykit.studies.answers import ask, write_table
from studykit.studies.embeddings import write_embeddings
from studykit.studies.faces import faces
from studykit.studies.faces import stored as stored_faces
from studykit.studies.generators import generators_of, learned, refresh, write_generators
from studykit.studies.grid import runs_of, train_all
from studykit.studies.maps import ship_maps
from studykit.studies.measures import write_measures
from studykit.studies.questions import NEAR_INFRARED, STUDIES, THERMAL
from xivlab import __version__
from xivlab.errors import XivlabError
from xivlab.files import write_sealed
from xivlab.methods import METHODS
from xivlab.runs.devices import pick_device
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
)


def make_results(scale: Scale, folder: Path, jobs: int = -1) -> None:
    """Ask all studies, and write tables/, measures/, embeddings/, maps/, generators.csv and about.json.

    Args:
        scale: how big everything is.
        folder: where to; what else is in it stays.
        jobs: runs trained side by side; -1: one per core.

    Raises:
        XivlabError: a training failed or a file could not be written; what was done is kept.
    """
    minutes: dict[str, float] = {}
    for name, data in ORDER:
        start = time.perf_counter()
        table = ask(name, data, scale, jobs=jobs)
        print(write_table(table, folder / "tables"), flush=True)
        if name == "ablation":
            stored_faces(data).write(faces(scale.on(data)))
        minutes[f"{name} on {data}"] = round((time.perf_counter() - start) / 60, 1)
    near = scale.on(NEAR_INFRARED)
    rows = [
        (variant, run) for data in (NEAR_INFRARED, THERMAL) for variant, _, run in learned(scale.on(data))
    ]
    write_generators(generators_of(rows), folder / "generators.csv")
    trained = runs_of([config for _, config in STUDIES["ablation"].configs(near)], near)
    write_measures("gap", trained, folder / "measures")
    write_measures(
        "place", [run for run in trained if METHODS[run.config().method].has_x], folder / "measures"
    )
    weighed = runs_of([config for _, config in STUDIES["lambda"].configs(near)], near)
    write_measures("losses", weighed, folder / "measures")
    ship_embeddings(near, folder / "embeddings", jobs)
    ship_maps(folder / "embeddings", folder / "maps")
    write_about(minutes, folder / "about.json", scale)


def ship_embeddings(scale: Scale, folder: Path, jobs: int = -1) -> None:
    """Embeddings of the first seed at every lambda, and of the Baseline."""
    asked = STUDIES["ablation"].configs(scale)[:1] + STUDIES["lambda"].configs(scale)
    configs = [config for _, config in asked if config.seed == 0]
    train_all(configs, scale, jobs)
    for run in runs_of(configs, scale):
        write_embeddings(run.folder.name, run.embeddings(), folder)


def write_about(minutes: dict[str, float], path: Path, scale: Scale) -> None:
    """Where, with what, and in how many minutes of waiting; runs found finished cost none."""
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
}


def main(args: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        "python -m studykit.studies.make_results", description="Make stored results anew."
    )
    parser.add_argument(
        "--only", choices=PARTS, help="this part alone, from what is at hand: nothing is trained"
    )
    only = parser.parse_args(args).only
    try:
        (PARTS[only] if only else make_results)(current(), project() / "results")
    except XivlabError as error:
        sys.exit(f"xivlab: {error}")
    except KeyboardInterrupt:
        sys.exit("xivlab: interrupted; the same command goes on.")


if __name__ == "__main__":
    main()
