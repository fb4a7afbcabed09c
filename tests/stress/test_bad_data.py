"""Data that cannot be trained on or searched, settings that make no sense, commands on what is not there."""

import json
import math

import numpy as np
import pytest
from fake_world import FakeWorld, grey, sysu_index
from hypothesis import strategies as st
from stress.harm import command_refused, drawn, one_sentence, refused, unchanged
from tiny import tiny
from toy import data_set_of, dataset, split

from xivlab.config import Config
from xivlab.data.datasets import Split, load
from xivlab.data.images import Images
from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.retrieval import search
from xivlab.runs.run import Run
from xivlab.scale import current
from xivlab.train import train

# Data


def only(part, mask):
    return part.select(np.flatnonzero(mask))


def data(train=None, val=None, test=None):
    toy = dataset()
    parts = {"train": toy.train, "val": toy.val, "test": toy.test}
    changes = {"train": train, "val": val, "test": test}
    return data_set_of(
        "toy", "0" * 64, **parts | {name: part for name, part in changes.items() if part is not None}
    )


def torn(part):
    """Half of the people in visible light only, the others in infrared only."""
    return only(part, (part.person % 2 == 0) == (part.modality == 0))


TOY = dataset()
UNFIT = {
    "no one trains": (data(train=only(TOY.train, TOY.train.person < 0)), "no images"),
    "one person trains": (data(train=only(TOY.train, TOY.train.person == 100)), "training split has 1"),
    "three people train": (data(train=only(TOY.train, TOY.train.person < 103)), "training split has 3"),
    "no infrared trains": (data(train=only(TOY.train, TOY.train.modality == 0)), "training split has 0"),
    "no visible trains": (data(train=only(TOY.train, TOY.train.modality == 1)), "training split has 0"),
    "labels in one modality": (data(train=torn(TOY.train)), "training split has 0"),
    "no one validates": (data(val=only(TOY.val, TOY.val.person < 0)), "no validation people"),
    "validation without infrared": (data(val=only(TOY.val, TOY.val.modality == 0)), "validation people of toy have no infrared"),
    "validation without visible": (data(val=only(TOY.val, TOY.val.modality == 1)), "validation people of toy have no visible"),
    "validation of strangers": (data(val=torn(TOY.val)), "nobody is seen in both"),
    "one camera": (data(val=only(TOY.val, TOY.val.camera == 3)), "validation people of toy have no visible"),
    "no one is tested": (data(test=only(TOY.test, TOY.test.person < 0)), "test people of toy have no"),
    "test without infrared": (data(test=only(TOY.test, TOY.test.modality == 0)), "test people of toy have no infrared"),
    "test of strangers": (data(test=torn(TOY.test)), "nobody is seen in both"),
    "cameras that hide each other": (data(test=only(TOY.test, np.isin(TOY.test.camera, (2, 3)))), "cannot be searched by the rules of sysu"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_data_that_do_not_fit(name, tmp_path, counted):
    unfit, says = UNFIT[name]
    refused(lambda: train(tiny(epochs=1), unfit, tmp_path, quiet=True), says)
    # Before anything is trained, so that no folder of a run is there that cannot be finished.
    assert not list(tmp_path.iterdir()), name
    counted("data: people, cameras, modalities")


PIXELS = {
    "numbers": np.zeros((4, 8, 4, 3), np.float32),
    "NaN": np.full((4, 8, 4, 3), np.nan),
    "infinite": np.full((4, 8, 4, 3), np.inf, np.float32),
    "grey": np.zeros((4, 8, 4), np.uint8),
    "four channels": np.zeros((4, 8, 4, 4), np.uint8),
    "signed": np.zeros((4, 8, 4, 3), np.int8),
    "words": np.full((4, 8, 4, 3), "a"),
    "fewer": np.zeros((3, 8, 4, 3), np.uint8),
}


@pytest.mark.parametrize("name", PIXELS)
def test_pixels(name, tmp_path, counted):
    label = np.zeros(4, int)
    refused(lambda: Images.of(Split(PIXELS[name], label, label, label, np.array(list("abcd"))), 8, 4))
    index = sysu_index()[:4]
    refused(lambda: write_packed(tmp_path / "out", "mine", "f", (8, 4), index, [PIXELS[name]]), "mine")
    assert not list(tmp_path.iterdir())
    counted("data: NaN, infinite and other pixels", 2)


@pytest.mark.parametrize("draws", [10, pytest.param(60, marks=pytest.mark.stress)])
def test_features_that_are_no_numbers(draws, tmp_path, counted):
    """One of them is enough: no search, and no reading of a finished run."""
    run = Run(tmp_path / "run")
    run.begin(tiny(), dataset())
    rng = np.random.default_rng(0)
    person, camera = np.repeat(np.arange(6), 2), np.tile([1, 2], 6)

    @drawn(st.tuples(st.sampled_from([np.nan, np.inf, -np.inf]), st.sampled_from(["infrared", "visible", "x"]),
                     st.integers(0, 11), st.integers(0, 3)), draws)  # fmt: skip
    def _(case):
        value, name, row, column = case
        features = {
            part: rng.normal(size=(12, 4)).astype(np.float32) for part in ("infrared", "visible", "x")
        }
        features[name][row, column] = value
        embeddings = Embeddings(**features, infrared_person=person, infrared_camera=camera + 3,
                                visible_person=person, visible_camera=camera)  # fmt: skip
        refused(lambda: search(embeddings), "NaN or infinite")
        run.write_embeddings({"after_bn": embeddings, "before_bn": embeddings})
        refused(run.embeddings, "embeddings.npz", name)
        counted("data: NaN and infinite features")


def broken(**change):
    index = sysu_index()
    for column, (row, value) in change.items():
        index[column] = index[column].astype(object)
        index.loc[row, column] = value
        index[column] = index[column].infer_objects()
    return index


INDICES = {
    "no rows": sysu_index()[:0],
    "person missing": broken(person=(5, None)),
    "person NaN": broken(person=(5, math.nan)),
    "camera in words": broken(camera=(5, "left")),
    "camera of half": broken(camera=(5, 1.5)),
    "modality 2": broken(modality=(5, 2)),
    "modality missing": broken(modality=(5, None)),
    "another split": broken(split=(5, "holiday")),
    "split missing": broken(split=(5, None)),
    "in two splits": broken(split=(0, "test")),
    "a path twice": broken(path=(5, "cam1/0001/0001.jpg")),
    "no camera": sysu_index().drop(columns="camera"),
    "no path": sysu_index().drop(columns="path"),
    "half of ten splits": sysu_index().rename(columns={"split": "split_3"}),
}


@pytest.mark.parametrize("name", INDICES)
def test_indices(name, tmp_path, counted):
    index = INDICES[name]
    images = [grey(np.arange(len(index)))]
    refused(lambda: write_packed(tmp_path / "out", "mine", "f", FakeWorld.size, index, images))
    assert not list(tmp_path.iterdir())
    counted("data: labels")


@pytest.mark.parametrize("count", [0, 1, 93, 95, 200])
def test_wrong_counts(count, tmp_path, counted):
    images = [grey(np.arange(count))]
    refused(lambda: write_packed(tmp_path / "out", "mine", "f", FakeWorld.size, sysu_index(), images), "mine")
    assert not list(tmp_path.iterdir())
    counted("data: labels")


@pytest.mark.parametrize("change", ["pixels of another", "rows swapped", "name", "fingerprint", "size"])
def test_packed_sets_made_by_hand(change, tmp_path, counted):
    toy, other = split(3, 1, 0), split(3, 1, 1)
    for name, part in (("mine", toy), ("other", other)):
        index = data_set_of(name, "f", part, only(part, part.person < 0), only(part, part.person < 0)).index
        write_packed(tmp_path / name, name, "f", (16, 8), index, [part.pixels])
    folder = tmp_path / "mine"
    if change == "pixels of another":
        (folder / "pixels.npy").write_bytes((tmp_path / "other" / "pixels.npy").read_bytes())
    elif change == "rows swapped":
        pixels = np.load(folder / "pixels.npy")
        pixels[[0, 20]] = pixels[[20, 0]]
        np.save(folder / "pixels.npy", pixels)
    else:
        meta = json.loads((folder / "meta.json").read_text())
        (folder / "meta.json").write_text(json.dumps(meta | {change: [4, 4]}))
    with unchanged(tmp_path):
        refused(lambda: load(folder), "mine is not a whole packed data set")
    counted("packed set: foreign and swapped files")


# Settings

FLOATS = [
    "lam",
    "margin_cross",
    "margin_respective",
    "label_smoothing",
    "learning_rate",
    "weight_decay",
    "erase",
]
WHOLE = ["height", "width", "people_per_batch", "images_per_person", "epochs", "warmup_epochs", "pad", "evaluate_every",
         "seed"]  # fmt: skip
WORDS = [
    "method",
    "x",
    "x_input",
    "backbone",
    "train_on",
    "test_distance",
    "test_feature",
    "protocol",
    "precision",
    "cross",
]
bad = st.one_of(
    st.tuples(st.sampled_from(FLOATS), st.one_of(st.floats(max_value=-1e-9), st.sampled_from([math.nan, math.inf, "a", None, [1], True]))),
    st.tuples(st.sampled_from(WHOLE), st.one_of(st.integers(max_value=-1), st.sampled_from([math.nan, 1.5, "3", None, [1], True]))),
    st.tuples(st.sampled_from(WORDS), st.one_of(st.text(max_size=5), st.sampled_from([None, 3]))),
    st.tuples(st.just("decay_epochs"), st.sampled_from([3, None, (1.5,), (-1,), ("a",), [1]])),
    st.tuples(st.sampled_from(["neck", "last_stride"]), st.sampled_from([None, 3, "yes", -1])),
)  # fmt: skip


@pytest.mark.parametrize("draws", [20, pytest.param(200, marks=pytest.mark.stress)])
def test_settings(draws, counted):
    @drawn(bad, draws)
    def _(case):
        name, value = case
        try:
            Config(**{name: value})
        except XivlabError as error:
            one_sentence(str(error))
            assert name in str(error) or name.startswith("margin"), error
        else:
            raise AssertionError(f"{name} = {value!r} was taken")
        counted("settings out of range")


# Commands


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A project without data or runs."""
    monkeypatch.chdir(tmp_path)
    for name in ("XIVLAB_SCALE", "XIVLAB_DATA", "XIVLAB_RUNS"):
        monkeypatch.delenv(name, raising=False)
    current.cache_clear()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    yield tmp_path
    current.cache_clear()


COMMANDS = [
    ("train --data nowhere", "nowhere"),
    ("train --data file", "file"),
    ("train --data empty", "empty"),
    ("train --resume nowhere", "nowhere"),
    ("train --resume file", "file"),
    ("train --resume empty", "empty"),
    ("train --resume empty --lam 3", "--resume"),
    ("train --data empty --epochs 0", "epochs"),
    ("train --data empty --lam nan", "lam"),
    ("train --data empty --images-per-person 1", "images_per_person"),
    ("train --data empty --method baseline --test-distance x", "baseline"),
    ("evaluate nowhere", "nowhere"),
    ("evaluate file", "file"),
    ("evaluate empty", "empty"),
    ("figures nowhere out", "nowhere"),
    ("figures empty out", "empty"),
    ("export synthetic-regdb --layout llcm out", "llcm"),
    ("export synthetic-sysu --layout sysu-mm01 file", "file"),
    ("study --data nowhere --results out", "notebooks"),
    ("prepare regdb empty out", "empty"),
]


@pytest.mark.parametrize(("words", "name"), COMMANDS)
def test_commands(words, name, here, capsys, counted):
    with unchanged(here):
        command_refused(capsys, words.split(), name)
    counted("commands on what is not there")


@pytest.mark.parametrize("value", ["huge", "DEMO", "1", "smoke "])
def test_scales(value, here, monkeypatch, capsys, counted):
    monkeypatch.setenv("XIVLAB_SCALE", value)
    command_refused(capsys, ["train"], "XIVLAB_SCALE")
    counted("settings out of range")
