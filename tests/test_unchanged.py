"""What moves of code must not change: names of runs, fingerprints, stored results, commands, run folders."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import toy
from tiny import tiny

from studykit.analysis.projection import points_of
from studykit.studies.answers import ask, read_tables
from studykit.studies.embeddings import read_embeddings
from studykit.studies.generators import read_generators
from studykit.studies.grid import runs_of
from studykit.studies.maps import stored_map
from studykit.studies.measures import MEASURES, stored
from studykit.studies.questions import STUDIES
from xivlab.backbones import weights_file
from xivlab.cli import main
from xivlab.config import preset
from xivlab.data.datasets import DataSet
from xivlab.evaluation.scores import SHOWN, score
from xivlab.runs.run import Run, run_folder
from xivlab.scale import SCALES
from xivlab.train import train
from xivlab.world.world import SYNTHETIC, World

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
OLD = ROOT / "tests" / "run_of_0_1"  # written by version 0.1.0, before the package was divided
TORCHS_OWN = {"decoupled_weight_decay"}  # of Adam, in newer versions than 2.6
COMMANDS = ["train", "evaluate", "study", "figures", "export", "prepare"]
FLAGS = (
    "help preset data trial runs resume devices nodes tensorboard method x x-input x-init-seed backbone weights last-stride "
    "neck height width people-per-batch images-per-person train-on lam margin-cross margin-respective cross "
    "label-smoothing learning-rate weight-decay x-rate epochs steps-per-epoch warmup-epochs decay-epochs pad erase "
    "test-distance test-feature normalize protocol evaluate-every precision seed"
)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (preset("demo"), "baseline+x+cmg-3d98375bf34a"),
        (preset("demo", method="baseline", seed=3), "baseline-6281cc4acc04"),
        (preset("paper-sysu"), "baseline+x+cmg-0b91bb96abc6"),
    ],
)
def test_names_of_runs(config, name):
    weights = weights_file(config.weights, config.backbone)
    assert run_folder("runs", config, "0" * 64, weights).folder.name == name


@pytest.mark.parametrize(
    ("name", "fingerprint"),
    [
        ("synthetic-sysu", "bf2c8647ed3832084986351069e6541f886c2fa0d786952b0173e29b4e24ada7"),
        ("synthetic-regdb", "d43c2b72883f4b2e4d8a6be0aa19cee4371e3d9b693d598ccf2bf6f03ba2e8c7"),
    ],
)
def test_fingerprints_of_the_worlds(name, fingerprint):
    assert World(name).fingerprint == fingerprint


def test_every_stored_run_is_one_that_the_studies_ask_for(monkeypatch):
    """So nothing is trained where a result is stored."""
    worlds = {name: DataSet(name, World(name).fingerprint, None, pd.DataFrame()) for name in SYNTHETIC}
    monkeypatch.setattr("xivlab.scale.load", lambda name, trial=None: worlds[name])
    monkeypatch.setattr("studykit.studies.grid.train", lambda *_, **__: pytest.fail("trained"))
    stored = read_tables(RESULTS / "tables")
    tables = set(zip(stored["study"], stored["data"]))  # a study that nobody has computed yet has none
    assert ("ablation", "synthetic-sysu") in tables and ("ablation", "synthetic-regdb") in tables
    runs = set(stored["run"])
    found = {
        run for name, data in tables for run in ask(name, data, SCALES["demo"], stored, only=runs)["run"]
    }
    assert found == runs
    for name, data in tables:
        scale = SCALES["demo"].on(data)
        assert {
            run.folder.name for run in runs_of([c for _, c in STUDIES[name].configs(scale)], scale)
        } <= runs, name


def test_every_stored_file_is_read():
    runs = set(read_tables(RESULTS / "tables")["run"])
    for name in MEASURES:
        assert set(stored(name, RESULTS / "measures").read()["run"]) <= runs
    assert set(read_generators(RESULTS / "generators.csv")["run"]) <= runs
    shipped = [path.stem for path in sorted((RESULTS / "embeddings").glob("*.npz"))]
    assert len(shipped) == 9 and set(shipped) <= runs
    for run in shipped:
        points = points_of(read_embeddings(run, RESULTS / "embeddings")[0])
        assert stored_map(points, 30, run).shape == (len(points), 2)


def helped(capsys, *words):
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    return capsys.readouterr().out


def test_commands_in_their_order(capsys):
    assert re.findall(r"• (\w+) ", helped(capsys))[: len(COMMANDS)] == COMMANDS, "later ones come after them"


def test_flags_of_train(capsys):
    lines = [line.strip(" │") for line in helped(capsys, "train").splitlines()]
    found = [re.match(r"(?:-h, )?--([a-z][\w-]*)", line) for line in lines]
    assert " ".join(one[1] for one in found if one) == FLAGS


@pytest.fixture(scope="module")
def data():
    """What the old run was trained on."""
    sizes = ((10, 2), (3, 1), (3, 1))  # people and shots of train, val and test
    splits = [toy.split(people, 100 * k, k, shots=shots) for k, (people, shots) in enumerate(sizes, 1)]
    return toy.data_set_of("toy", "0" * 64, *splits)


def test_an_old_run_opens_and_is_evaluated(tmp_path, data):
    run = Run(tmp_path / "baseline+x+cmg-f6c8ecff1114")
    shutil.copytree(OLD, run.folder)
    run.check_data(data)
    assert run.config() == tiny(evaluate_every=3, x_rate=1), "g had no rate of its own"
    assert run.finished and len(run.log()) == 12
    again = score(run.embeddings())
    pd.testing.assert_frame_equal(again[list(SHOWN)], run.test_scores()[list(SHOWN)])


def layout(thing):
    """What kinds of values stand where: dtype and shape of an array, names of a dictionary."""
    if isinstance(thing, torch.Tensor):
        return f"{str(thing.dtype).removeprefix('torch.')} {tuple(thing.shape)}"
    if isinstance(thing, np.ndarray):
        return f"{thing.dtype} {thing.shape}"
    if isinstance(thing, dict):
        return {str(name): layout(value) for name, value in thing.items() if name not in TORCHS_OWN}
    if isinstance(thing, (list, tuple)):
        return [layout(one) for one in thing[:1]]
    return type(thing).__name__


def test_files_of_a_run_are_laid_out_as_ever(tmp_path, data):
    """What is read strictly, name by name and shape by shape, and is written as before, with what was added since: so old runs open."""
    run = train(tiny(evaluate_every=3), data, tmp_path, quiet=True)
    found = {"state.pt": layout(run.state()), "model.safetensors": layout(run.weights())}
    with np.load(run.folder / "embeddings.npz") as file:
        found["embeddings.npz"] = layout(dict(file))
    assert found == json.loads((OLD / "layout.json").read_text())
    for name in ("log.csv", "metrics.csv", "config.json"):
        first = [(folder / name).read_text().partition("\n")[0] for folder in (run.folder, OLD)]
        assert first[0] == first[1]
    new, old = [json.loads((folder / "config.json").read_text()) for folder in (run.folder, OLD)]
    assert new == old | {"config": old["config"] | {"x_rate": None}}


def test_the_old_layout_is_of_one_whole_run():
    assert Run(OLD).finished and set(json.loads((OLD / "layout.json").read_text())) == {
        "state.pt",
        "model.safetensors",
        "embeddings.npz",
    }
