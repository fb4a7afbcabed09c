"""Every file that is read, damaged in every way that can be drawn: refused in a sentence, or no difference."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import safetensors.torch
import torch
from fake_world import FakeWorld, grey, sysu_index, with_shots, with_trials
from pandas.testing import assert_frame_equal
from stress.harm import (
    CUTS,
    FLIPS,
    a_folder,
    contents,
    cut,
    drawn,
    flip,
    missing,
    refused,
    refused_or_same,
    unchanged,
)
from tiny import assert_same, result, tiny
from toy import dataset

from studykit.studies import answers, embeddings, generators, measures
from studykit.studies.grid import scores_of
from xivlab.backbones import backbone
from xivlab.data.datasets import load
from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError
from xivlab.files import ASSETS, SEALS
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model, save_weights
from xivlab.train import Training, resume, train
from xivlab.world.world import World

QUICK, LONG = 2, 30
draws = pytest.mark.parametrize("draws", [QUICK, pytest.param(LONG, marks=pytest.mark.stress)])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run."""
    return train(tiny(), dataset(), tmp_path_factory.mktemp("whole")).folder


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that stopped in its second epoch."""
    return train(
        tiny(), dataset(), tmp_path_factory.mktemp("stopped"), watch=lambda now: now.step == 6
    ).folder


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """Packed sets, with one split and with ten."""
    folder = tmp_path_factory.mktemp("packed")
    for name, index in (("one", with_shots(sysu_index())), ("ten", with_trials(sysu_index()))):
        write_packed(folder / name, name, "f" * 64, FakeWorld.size, index, [grey(np.arange(len(index)))])
    return folder


def without_seals(run, copy):
    """As runs were before they had any."""
    shutil.copytree(run, copy)
    (copy / SEALS).unlink()
    (copy / "made.json").unlink()


def read_packed_set(folder):
    data = load(folder)
    return data.name, data.fingerprint, data.index, np.array(data.pixels)


def same_set(found, expected):
    assert found[:2] == expected[:2]
    assert_frame_equal(found[2], expected[2])
    np.testing.assert_array_equal(found[3], expected[3])


@draws
@pytest.mark.parametrize("kind", ["one", "ten"])
@pytest.mark.parametrize("name", ["meta.json", "index.csv", "pixels.npy"])
def test_packed_set(kind, name, draws, packed, tmp_path, counted):
    @drawn(FLIPS, draws)
    def _(damage):
        refused_or_same(packed / kind, tmp_path / "mine", name, damage, read_packed_set, same_set)
        counted("packed set: damaged file")


def same_arrays(found, expected):
    assert vars(found).keys() == vars(expected).keys()
    for name, array in vars(expected).items():
        np.testing.assert_array_equal(vars(found)[name], array)


def same_weights(found, expected):
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert tensor.equal(found[name])


def same_settings(found, expected):
    assert found == expected


# How each file of a run is read, and how results are compared.
READ = {
    "config.json": (lambda folder: Run(folder).config(), same_settings, CUTS),
    "model.safetensors": (lambda folder: Run(folder).weights(), same_weights, CUTS),
    "metrics.csv": (lambda folder: Run(folder).test_scores(), assert_frame_equal, CUTS),
    "log.csv": (lambda folder: Run(folder).log(), assert_frame_equal, CUTS),
    "embeddings.npz": (lambda folder: Run(folder).embeddings(), same_arrays, FLIPS),
}


@draws
@pytest.mark.parametrize("name", READ)
def test_finished_run(name, draws, run, tmp_path, counted):
    read, same, damages = READ[name]

    @drawn(damages, draws)
    def _(damage):
        refused_or_same(run, tmp_path / "mine", name, damage, read, same)
        counted("run: damaged file")


def same_state(found, expected):
    same_weights(found["model"], expected["model"])
    for name in ("step", "best", "log", "metrics"):
        assert found[name] == expected[name]


@draws
def test_state(draws, stopped, tmp_path, counted):
    @drawn(FLIPS, draws)
    def _(damage):
        refused_or_same(stopped, tmp_path / "mine", "state.pt", damage, lambda f: Run(f).state(), same_state)
        counted("run: damaged file")


@draws
@pytest.mark.parametrize("name", ["config.json", "state.pt", "model.safetensors"])
def test_resume(name, draws, stopped, run, tmp_path, counted):
    """Not only read: gone on with, to the end of an undisturbed run or not at all, and then all files stay."""

    def gone_on(folder):
        if folder == stopped:
            return result(Run(run))
        shutil.copytree(folder, tmp_path / "copy", symlinks=True)
        try:
            return result(resume(tmp_path / "copy", dataset()))
        except XivlabError as error:
            assert "copy" in str(error)
            assert contents(tmp_path / "copy") == contents(folder)
            raise XivlabError(str(error).replace("copy", "mine")) from error
        finally:
            shutil.rmtree(tmp_path / "copy")

    @drawn(CUTS, max(draws // 3, 2))
    def _(damage):
        refused_or_same(stopped, tmp_path / "mine", name, damage, gone_on, assert_same)
        counted("run: gone on with after damage")


def test_a_state_of_another_run_is_refused(stopped, tmp_path, counted):
    """The network is the same, the seed is not."""
    other = train(tiny(seed=1), dataset(), tmp_path, watch=lambda now: now.step == 6)
    shutil.copy(stopped / "state.pt", other.folder)
    with unchanged(other.folder):
        refused(lambda: resume(other.folder, dataset()), other.folder.name, "state.pt does not fit this run")
    counted("run: foreign file")


@pytest.mark.parametrize("state", [{}, {"model": {}}, {"step": 3}, [1, 2], torch.zeros(3), "words", None])
def test_a_foreign_state_is_refused(state, stopped, tmp_path, counted):
    shutil.copytree(stopped, tmp_path / "mine")
    torch.save(state, tmp_path / "mine" / "state.pt")
    with unchanged(tmp_path):
        refused(lambda: resume(tmp_path / "mine", dataset()), "mine/state.pt does not fit this run")
    counted("run: foreign file")


@pytest.mark.parametrize("change", ["more", "fewer", "shape", "names"])
def test_weights_of_another_network_are_refused(change, run, stopped, tmp_path, counted):
    """By whoever loads the model of a finished run, and by the end of a stopped one, which tests the kept model."""
    weights = Run(run).weights()
    name = "learner.neck.weight"
    if change == "more":
        weights["learner.more"] = torch.zeros(3)
    elif change == "shape":
        weights[name] = weights[name][:5].clone()
    else:
        tensor = weights.pop(name)
        weights |= {"other": tensor} if change == "names" else {}
    without_seals(run, tmp_path / "mine")
    safetensors.torch.save_file(weights, tmp_path / "mine" / "model.safetensors")
    with unchanged(tmp_path):
        refused(lambda: load_model(Run(tmp_path / "mine")), "mine/model.safetensors is of another network")
    counted("run: foreign file")


SETTINGS = {
    "lam": ["much", -1, None, [], float("nan")], "epochs": ["two", 0, 2.5, None], "seed": ["a", -1, 2**70],
    "decay_epochs": [None, 3, ["a"], "abc"], "backbone": ["vgg", 3], "height": [0, "x"], "neck": [3],
    "weights": [3],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in SETTINGS.items() for value in values]
)
def test_settings_that_make_no_sense_in_a_run_are_refused(name, value, run, tmp_path, counted):
    without_seals(run, tmp_path / "mine")
    about = Run(run).about()
    about["config"][name] = value
    (tmp_path / "mine" / "config.json").write_text(json.dumps(about))
    with unchanged(tmp_path):
        refused(lambda: Run(tmp_path / "mine").config(), "mine/config.json has been changed", name)
    counted("settings out of range")


@pytest.mark.parametrize("part", [None, 3, [], {}, {"name": "toy"}, "toy"])
def test_a_run_that_does_not_say_its_data_is_refused(part, run, tmp_path, counted):
    shutil.copytree(run, tmp_path / "mine")
    (tmp_path / "mine" / "config.json").write_text(json.dumps(Run(run).about() | {"data": part}))
    refused(lambda: Run(tmp_path / "mine").check_data(dataset()), "mine/config.json cannot be read")
    counted("run: foreign file")


# Beside runs and sets: weights to start from, stored tables, shipped embeddings, the world.


def fewer(found, expected):
    """A table cut between two rows has fewer; the runs that are missing are asked again."""
    assert_frame_equal(found, expected[: len(found)])


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, run):
    """A folder with one good file of every other kind."""
    folder = tmp_path_factory.mktemp("shelf")
    one = Run(run)
    table = pd.concat([scores_of(one), scores_of(one).assign(run=run.name[:-1] + "0")], ignore_index=True)
    answers.write_table(table.assign(study="ablation", variant="-"), folder)
    generators.write_generators(generators.generators_of([("one", one)]), folder / "generators.csv")
    measures.add_measures("gap", [one], folder)
    embeddings.write_embeddings("shipped", one.embeddings(), folder)
    save_weights(backbone("slim", None)[0], folder / "start.safetensors")
    return folder


def start(folder):
    """The weights that a training would start from."""
    config = tiny(weights=str(folder / "start.safetensors"))
    return Training(config, dataset()).model.state_dict()


OTHERS = {
    "ablation.toy.csv": (lambda folder: answers.read_table(folder / "ablation.toy.csv"), fewer, CUTS),
    "generators.csv": (lambda folder: generators.read_generators(folder / "generators.csv"), fewer, CUTS),
    "gap.csv": (lambda folder: measures.stored("gap", folder).read(), fewer, CUTS),
    "shipped.npz": (lambda folder: embeddings.read_embeddings("shipped", folder)[0], same_arrays, FLIPS),
    "start.safetensors": (start, same_weights, CUTS),
}


@draws
@pytest.mark.parametrize("name", OTHERS)
def test_other_files(name, draws, shelf, tmp_path, counted):
    read, same, damages = OTHERS[name]

    def same_or_none(found, expected):
        # No table at all is one that has not been stored yet.
        if found is not None and len(found if same is fewer else "-"):
            same(found, expected)

    @drawn(damages, draws // 2 + 1)
    def _(damage):
        refused_or_same(shelf, tmp_path / "mine", name, damage, read, same_or_none)
        counted("stored, shipped and starting files: damaged")


@pytest.mark.parametrize(
    "damage", [missing, cut(0), cut(0.5), cut(0.999), flip(0.3, 1), flip(0.9, 7), a_folder]
)
@pytest.mark.stress
def test_the_world(damage, tmp_path, counted):
    path = tmp_path / "asset.safetensors"
    shutil.copy(ASSETS / "synthetic_regdb.safetensors", path)
    damage(path)
    refused(lambda: World("synthetic-regdb", path), "asset.safetensors", "install XIV-Lab again")
    counted("world: damaged asset")
