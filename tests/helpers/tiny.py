"""Runs of a dozen steps on the toy data, and what to compare of them."""

import csv

import numpy as np

from xivlab.config import Config, preset

TINY = {
    "weights": None,
    "height": 16,
    "width": 8,
    "people_per_batch": 4,
    "images_per_person": 2,
    "epochs": 3,
    "steps_per_epoch": 4,
    "evaluate_every": 1,
    "decay_epochs": (2,),
    "pad": 1,
    "erase": 0.5,
}


def tiny(**changes) -> Config:
    return preset("demo", **TINY | changes)


def rows(run, name):
    with open(run.folder / name, newline="") as file:
        return list(csv.DictReader(file))


def result(run):
    """Everything a run found out, but not how fast."""
    log = rows(run, "log.csv")
    for row in log:
        del row["images_per_second"]
    return (
        log,
        rows(run, "metrics.csv"),
        (run.folder / "model.safetensors").read_bytes(),
        vars(run.embeddings()),
    )


def assert_same(one, other):
    assert one[:3] == other[:3]
    for name, array in one[3].items():
        np.testing.assert_array_equal(array, other[3][name])
