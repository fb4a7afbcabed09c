"""The run folder: its name, whole files only, and clear sentences about broken ones."""

import json
import signal
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from xivlab.config import preset
from xivlab.embed import Embeddings
from xivlab.errors import XivlabError
from xivlab.model import XGenerator
from xivlab.runs import Run, run_folder, save_weights, write_atomically


def run_name(config=None, fingerprint="a", weights=None):
    return run_folder("runs", config or preset("demo"), fingerprint, weights).folder.name


def test_name_depends_on_settings_data_and_version(monkeypatch):
    name = run_name()
    assert name == run_name()
    assert name != run_name(preset("demo", lam=0.2))
    assert name != run_name(fingerprint="b")
    monkeypatch.setattr("xivlab.runs.__version__", "9")
    assert name != run_name()


def test_missing_starting_weights_are_one_clear_sentence(tmp_path):
    with pytest.raises(XivlabError, match="There are no weights at"):
        run_name(weights=tmp_path / "nowhere.safetensors")


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path / "run")
    run.begin(preset("demo"), "toy", "0" * 64)
    return run


def test_config_comes_back(run):
    assert run.config() == preset("demo")
    assert run.about()["data"] == {"name": "toy", "fingerprint": "0" * 64}


def test_embeddings_come_back_with_and_without_x(run):
    feature, number = np.ones((2, 3), np.float32), np.arange(2)
    for x in (feature, None):
        run.write_embeddings(Embeddings(feature, feature, x, number, number, number, number))
        again = run.embeddings()
        assert (again.x is None) == (x is None)
        np.testing.assert_array_equal(again.visible, feature)
    assert run.finished


@pytest.mark.parametrize(
    ("name", "read", "sentence"),
    [
        ("config.json", Run.config, "config.json"),
        ("state.pt", Run.state, "cut short or corrupt"),
        ("model.safetensors", Run.weights, "train the run again"),
        ("embeddings.npz", Run.embeddings, "finish or repeat the run"),
    ],
)
def test_missing_empty_cut_and_foreign_files_are_refused_in_a_sentence(run, name, read, sentence):
    feature, number = np.ones((20, 3), np.float32), np.arange(20)
    run.write_embeddings(Embeddings(feature, feature, None, number, number, number, number))
    run.write("state.pt", lambda path: torch.save({"step": torch.zeros(1000)}, path))
    run.write("model.safetensors", lambda path: save_weights(XGenerator(), path))
    read(run)
    whole = (run.folder / name).read_bytes()
    for content in (None, b"", whole[: len(whole) // 2], b"{}"):
        (run.folder / name).unlink()
        if content is not None:
            (run.folder / name).write_bytes(content)
        with pytest.raises(XivlabError, match=sentence) as caught:
            read(run)
        assert "\n" not in str(caught.value)
        (run.folder / name).write_bytes(whole)


def test_a_run_of_another_version_is_refused(run):
    file = run.folder / "config.json"
    about = json.loads(file.read_text())
    file.write_text(json.dumps(about | {"version": "0.0.1"}))
    with pytest.raises(XivlabError, match="made by xivlab 0.0.1"):
        run.config()
    del about["config"]["lam"]
    file.write_text(json.dumps(about))
    with pytest.raises(XivlabError, match="made by"):
        run.config()


@contextmanager
def small_disk():
    """Files may not grow beyond 10 kB, as on a disk that fills up.

    The limit holds for the whole process, its own log included: keep the block short.
    """
    resource = pytest.importorskip("resource")  # not on Windows
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def save_rows(path):
    path.write_text("x" * 50_000)


def save_state(path):
    torch.save({"tensor": torch.zeros(50_000)}, path)


def save_model(path):
    save_weights(torch.nn.Linear(100, 100), path)


@pytest.mark.parametrize("save", [save_rows, save_state, save_model])
def test_a_full_disk_keeps_what_was_there(save, tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"good")
    with pytest.raises(XivlabError, match=r"could not be written .*; nothing was lost") as caught, small_disk():
        write_atomically(target, save)
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == b"good"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_weights_can_be_read_by_whoever_may_read_the_folder(tmp_path):
    (tmp_path / "other").touch()
    save_weights(XGenerator(), tmp_path / "model")
    assert (tmp_path / "model").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(XivlabError, match="cannot be made"):
        run_folder(tmp_path / "runs", preset("demo"), "a", None).begin(preset("demo"), "toy", "a")
