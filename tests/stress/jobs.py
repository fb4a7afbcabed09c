"""What is interrupted: each job makes things in `folder / "made"`, and goes on from whatever it finds there.

Its work, step by step, it notes in `folder / "work"`: who does something twice is seen.
"""

import os
from pathlib import Path

import fake_world
import joblib
import numpy as np
from tiny import tiny
from toy import dataset

import data_prep.places
import xivlab.train
from data_prep import prepare
from data_prep.export import export
from studykit.studies.answers import COLUMNS, write_table
from studykit.studies.grid import study
from xivlab.config import Config
from xivlab.data import datasets
from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError
from xivlab.scale import Scale
from xivlab.train import train

METHODS = ("baseline", "baseline+x", "baseline+x+cmg")


def note(folder: Path, what: str) -> None:
    """One line of the work done; a line is never cut in two, whoever else writes."""
    file = os.open(folder / "work", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.write(file, f"{what}\n".encode())
    os.close(file)


def noting(folder: Path, function, what):
    """The function, noting each call."""

    def noted(*arguments):
        note(folder, what(*arguments))
        return function(*arguments)

    return noted


def fake(folder: Path) -> None:
    """A world of a few tiny people; four times as many images as in other tests, for there is more to interrupt."""
    index = fake_world.sysu_index(shots=8)

    class World(fake_world.FakeWorld):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            if name == "synthetic-sysu":
                self.index = index

    datasets.World = datasets._world = World
    datasets.BACKEND, datasets.CHUNK = "threading", 10


def training(folder: Path) -> None:
    """Twelve steps, the best of three evaluations."""
    xivlab.train.losses = noting(folder, xivlab.train.losses, lambda *_: "step")
    train(tiny(), dataset(), folder / "made")


def training_on_all(folder: Path) -> None:
    """The last model counts, and the generator starts at random."""
    changes = {"train_on": "train+val", "erase": 0.0, "x_init_seed": 0, "cross": "centre"}
    train(tiny(**changes), dataset(), folder / "made")


def packing(folder: Path) -> None:
    """Of a tree beside the folder that all packings read."""
    data_prep.places.BLOCK = 10
    prepare.decode = noting(folder, prepare.decode, lambda path, size: path.name)
    tree = folder.parent / "tree"
    prepare.pack(prepare.read_source("sysu-mm01", tree), tree, folder / "made" / "out", (8, 4))


def exporting(folder: Path) -> None:
    """As SYSU-MM01, out of a cache beside the folder."""
    fake(folder)
    if not (folder / "made" / "tree").exists():
        export("synthetic-sysu", "sysu-mm01", folder / "made" / "tree", folder.parent / "cache")


def exposing(folder: Path) -> None:
    """Into the cache."""
    fake(folder)
    datasets.load("synthetic-sysu", cache=folder / "made" / "cache")


def studying(folder: Path) -> None:
    """Three methods and two seeds, two runs at a time, and their table."""
    xivlab.train.losses = noting(folder, xivlab.train.losses, lambda *_: "step")
    with joblib.parallel_config(backend="threading", n_jobs=2):
        ask(folder, None)


def studying_in_processes(folder: Path) -> None:
    """The same as a user has it."""
    os.setsid()
    (folder / "session").write_text(str(os.getpid()))
    ask(folder, 2)


def ask(folder: Path, jobs: int | None) -> None:
    """Train what is missing, and write the table."""
    scale = Scale(
        "smoke", "demo", "a second", data_name=str(folder.parent / "data"), runs=folder / "made" / "runs"
    )
    table = study(configs(), scale, jobs=jobs)
    table = table.assign(study="ablation", variant="-").drop(columns="source")
    write_table(table[COLUMNS], folder / "made" / "tables")


def configs() -> list[Config]:
    """Of the study."""
    return [tiny(method=method, seed=seed, epochs=2) for method in METHODS for seed in (0, 1)]


def refused(job, folder: Path) -> None:
    """Do a job, and note the sentence if it is refused."""
    try:
        job(folder)
    except XivlabError as error:
        note(folder, f"refused: {error}")


def refused_packing(folder: Path) -> None:
    """A packing that may come too late."""
    refused(packing, folder)


def refused_exporting(folder: Path) -> None:
    """An export that may come too late."""
    refused(exporting, folder)


def places(folder: Path) -> None:
    """What the jobs read, made once."""
    fake(folder)
    export("synthetic-sysu", "sysu-mm01", folder / "tree", folder / "cache")
    toy = dataset()
    write_packed(
        folder / "data", "toy", "0" * 64, toy.pixels.shape[1:3], toy.index, [np.ascontiguousarray(toy.pixels)]
    )
