"""Stored results of a toy world in a project of their own: tables and embeddings, as `make results` writes them."""

import numpy as np
import pandas as pd
import toy

from studykit.studies.answers import write_table
from studykit.studies.embeddings import write_embeddings
from studykit.studies.questions import LAMBDAS
from studykit.widgets import run_view
from studykit.widgets.explorer import data as explorer_data
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.scores import score
from xivlab.scale import current

SEEDS = 2


def embeddings(split, seed=0, shift=1.0, x=True) -> Embeddings:
    """People around centres of their own, infrared moved away, X half as far."""
    rng = np.random.default_rng(seed)
    people = np.unique(split.person)
    centre = dict(zip(people, np.random.default_rng(7).normal(size=(len(people), 16))))
    away = np.random.default_rng(8).normal(size=16)
    light = {name: split.modality == code for name, code in (("visible", 0), ("infrared", 1))}

    def features(rows, far):
        around = np.stack([centre[person] for person in split.person[rows]])
        return (around + far * away + rng.normal(scale=0.7, size=around.shape)).astype(np.float32)

    infrared, visible = light["infrared"], light["visible"]
    return Embeddings(
        features(infrared, shift),
        features(visible, 0),
        features(visible, shift / 2) if x else None,
        split.person[infrared],
        split.camera[infrared],
        split.person[visible],
        split.camera[visible],
    ).normalized()


def forget():
    """Clear what is remembered of stored results, and the scale."""
    for known in (explorer_data.stored_curve, explorer_data.stored_positions, run_view.world, current):
        known.cache_clear()


def install(folder, monkeypatch):
    """Make `folder` a project with stored results on the toy world, and work in it.

    Returns:
        the data, and the embeddings of seed 0 by variant of the studies.
    """
    data = toy.dataset()
    (folder / "pyproject.toml").touch()
    for name in ("XIVLAB_DATA", "XIVLAB_RUNS", "XIVLAB_SCALE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("studykit.studies.store.SHIPPED", ())
    monkeypatch.setattr(run_view, "load", lambda name: data)
    forget()
    first = {}
    studies = {
        "lambda": {f"{lam:g}": 1 / (1 + lam) for lam in LAMBDAS},
        "ablation": {"Baseline": 1.2, "Baseline+X+CMG": 0.9},
    }
    for study, variants in studies.items():
        tables = []
        for variant, shift in variants.items():
            for seed in range(SEEDS):
                method = "baseline" if variant == "Baseline" else "baseline+x+cmg"
                run = f"{method}-{study}.{variant}.{seed}"  # the method first, as of any run
                found = embeddings(data.test, seed, shift, variant != "Baseline")
                about = {
                    "study": study,
                    "variant": variant,
                    "seed": seed,
                    "run": run,
                    "data": "synthetic-sysu",
                    "made": "by hand",
                }
                tables.append(score(found).assign(**about))
                if seed == 0:
                    first[variant] = found
                    write_embeddings(run, found, folder / "results" / "embeddings")
        write_table(pd.concat(tables), folder / "results" / "tables")
    return data, first
