"""The run folder: its name, whole files only, and clear sentences about broken ones."""

import dataclasses
import json
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
import toy

from xivlab.backbones import backbone, weights_file
from xivlab.config import preset
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.files import ASSETS, write_atomically
from xivlab.model import XGenerator
from xivlab.runs.run import Run, run_folder
from xivlab.runs.weights import save_weights


def run_name(config=None, fingerprint="a", weights=None):
    return run_folder("runs", config or preset("demo"), fingerprint, weights).folder.name


def test_name_depends_on_settings_data_and_version(monkeypatch):
    name = run_name()
    assert name == run_name()
    assert name != run_name(preset("demo", lam=0.2))
    assert name != run_name(fingerprint="b")
    monkeypatch.setattr("xivlab.runs.names.__version__", "9")
    assert name != run_name()


def test_missing_starting_weights_are_one_clear_sentence(tmp_path):
    with pytest.raises(XivlabError, match="There are no weights at"):
        run_name(weights=tmp_path / "nowhere.safetensors")


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path / "run")
    run.begin(preset("demo"), toy.dataset())
    return run


def test_config_comes_back(run):
    assert run.config() == preset("demo")
    data = toy.dataset()
    assert run.about()["data"] == {"name": "toy", "fingerprint": data.fingerprint, "trial": None}
    run.check_data(data)


def test_other_data_and_another_split_of_regdb_are_refused(tmp_path):
    first, second = (dataclasses.replace(toy.dataset(), fingerprint=str(t), trial=t) for t in (1, 2))
    run = Run(tmp_path / "run")
    run.begin(preset("demo"), first)
    run.check_data(first)
    with pytest.raises(
        XivlabError, match="trained on split 1 of toy and this is split 2, some of whose test"
    ):
        run.check_data(second)
    with pytest.raises(XivlabError, match="other data than toy"):
        run.check_data(dataclasses.replace(first, fingerprint="f"))


def both(x=None, n=20, permutation=None):
    """Made-up embeddings of both sides of the BNNeck: of length 2 before and of length 3 after."""
    number = np.arange(n)
    return {
        side: Embeddings(
            *(
                None if features is None else np.full((n, 4), length / 2, np.float32)
                for features in (1, 1, x)
            ),
            *[number] * 4,
            permutation,
        )
        for side, length in (("before_bn", 2), ("after_bn", 3))
    }


def test_embeddings_come_back_with_and_without_x(run):
    for x in (1, None):
        run.write_embeddings(both(x))
        assert (run.embeddings().x is None) == (x is None)
        np.testing.assert_allclose(run.embeddings().visible, 0.5)  # length 1, as the settings say
    assert run.finished


def test_embeddings_come_back_from_either_side_of_the_neck(tmp_path):
    run = Run(tmp_path / "run")
    run.begin(preset("demo", normalize=False, test_feature="before_bn"), toy.dataset())
    places = np.arange(200).reshape(20, 10)
    run.write_embeddings(both(permutation=places))
    assert run.embeddings().infrared[0, 0] == 1
    assert run.embeddings("after_bn").infrared[0, 0] == 1.5
    np.testing.assert_array_equal(run.embeddings().permutation, places)


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
    run.write_embeddings(both())
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


def test_missing_metrics_are_one_clear_sentence(run):
    for content in (None, ""):
        if content is not None:
            (run.folder / "metrics.csv").write_text(content)
        with pytest.raises(XivlabError, match="metrics.csv cannot be read"):
            run.metrics()


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
    with (
        pytest.raises(XivlabError, match=r"could not be written .*; nothing was lost") as caught,
        small_disk(),
    ):
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
        run_folder(tmp_path / "runs", preset("demo"), "a", None).begin(preset("demo"), toy.dataset())


WORK = """
import sys, time
from pathlib import Path
from xivlab.runs.run import Run

with Run(Path(sys.argv[1])).alone():
    print("in", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def process(folder, seconds):
    return subprocess.Popen(
        [sys.executable, "-c", WORK, folder, str(seconds)], stdout=subprocess.PIPE, text=True
    )


def test_two_processes_never_train_one_run_at_once(tmp_path):
    first = process(tmp_path / "run", 60)
    assert first.stdout.readline() == "in\n"
    second = process(tmp_path / "run", 0)
    assert second.stdout.readline() == f"Another process trains {tmp_path / 'run'}: waiting for it.\n"
    assert second.poll() is None
    first.kill()  # SIGKILL: it cannot clean up, and holds nothing back all the same
    assert second.communicate(timeout=60)[0] == "in\n"
    first.communicate()


@pytest.fixture
def sealed(run):
    """A finished run, as far as a run folder goes."""
    rows = [
        {"step": 1, "split": "test", "query": "infrared", "test_distance": kind} | dict.fromkeys(SCORES, 0.5)
        for kind in ("v", "x", "v+x")
    ]
    run.write("model.safetensors", lambda path: save_weights(XGenerator(), path))
    run.write_rows("log.csv", [{"step": 1, "loss": 1.0, "learning_rate": 1e-3}])
    run.write_rows("metrics.csv", rows)
    run.write("made.json", lambda path: path.write_text('{"threads": 1}'))
    run.write_embeddings(both(1))
    return run


SCORES = ("rank1", "rank5", "rank10", "rank20", "mAP", "mINP")
READERS = {
    "config.json": Run.config,
    "metrics.csv": Run.test_scores,
    "log.csv": Run.log,
    "model.safetensors": Run.weights,
    "made.json": Run.made,
    "embeddings.npz": Run.embeddings,
}


@pytest.mark.parametrize("name", READERS)
def test_a_run_changed_by_hand_is_refused(name, sealed):
    """One byte anywhere; what still reads well is the worst, such as another seed or a score of 7.5."""
    READERS[name](sealed)
    path = sealed.folder / name
    whole = path.read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 2):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(XivlabError, match=rf"{name} .*changed since it was written") as caught:
            READERS[name](sealed)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("config.json", '"lam": 0.1', '"lam": 0.2'),
        ("config.json", '"seed": 0', '"seed": 1'),
        ("metrics.csv", "0.5", "7.5"),
    ],
)
def test_another_lambda_seed_or_score_is_noticed(name, good, bad, sealed):
    path = sealed.folder / name
    assert good in path.read_text()
    path.write_text(path.read_text().replace(good, bad))
    with pytest.raises(XivlabError, match="changed since it was written"):
        sealed.test_scores()


def test_weights_come_in_one_order(sealed):
    assert all(list(sealed.weights()) == sorted(XGenerator().state_dict()) for _ in range(5))


def test_a_run_that_was_copied_or_renamed_still_fits(sealed, tmp_path):
    copy = Run(shutil.copytree(sealed.folder, tmp_path / "another name"))
    for read in READERS.values():
        read(copy)
    assert copy.sealed and copy.made() == {"threads": 1}


def test_a_run_of_before_the_seals_is_read_and_known_as_such(sealed):
    (sealed.folder / "checksums.sha256").unlink()
    (sealed.folder / "made.json").unlink()
    assert not sealed.sealed and sealed.made() is None
    assert len(sealed.test_scores()) == 3


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_text("")])
def test_a_run_that_has_lost_its_seal_is_refused(harm, sealed):
    """What computed it says that it was sealed once."""
    harm(sealed.folder / "checksums.sha256")
    with pytest.raises(
        XivlabError, match=r"has lost checksums.sha256 or a part of it .*: train the run again"
    ):
        sealed.test_scores()


def test_a_file_that_is_written_again_loses_its_seal(sealed):
    sealed.write_rows("log.csv", [{"step": 1, "loss": 2.0, "learning_rate": 1e-3}])
    assert sealed.log()["loss"].item() == 2


def test_shipped_weights_that_were_changed_are_refused(tmp_path, monkeypatch):
    """They would be another start, and so another run, without a word."""
    assets = tmp_path / "assets"
    shutil.copytree(ASSETS, assets, ignore=shutil.ignore_patterns("synthetic*"))
    for module in ("runs.names", "backbones"):
        monkeypatch.setattr(f"xivlab.{module}.ASSETS", assets)
    for name in ("slim", "slim_densenet"):
        path = weights_file("visible", name)
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        with pytest.raises(XivlabError, match="changed since it was written.*: install XIV-Lab again"):
            run_name(preset("demo", backbone=name), weights=path)
        with pytest.raises(XivlabError, match="changed since it was written.*: install XIV-Lab again"):
            backbone(name, "visible")


@pytest.mark.parametrize("name", [*READERS, "checksums.sha256"])
def test_a_finished_run_is_checked_whole(name, sealed):
    """Also in the files that a command does not read, and where one, or a line of its seal, is gone."""
    sealed.check()
    path = sealed.folder / name
    whole = path.read_bytes()
    for content in (None, whole[:-1] + b"?", b""):
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(XivlabError, match=r"train the run again"):
            sealed.check()
        path.write_bytes(whole)
    if name != "checksums.sha256":
        seals = sealed.folder / "checksums.sha256"
        lines = seals.read_text().splitlines(keepends=True)
        seals.write_text("".join(line for line in lines if name not in line))
        with pytest.raises(XivlabError, match=rf"lost checksums.sha256 or a part of it \({name}\)"):
            sealed.check()


def test_a_run_of_other_settings_or_data_under_a_name_is_refused(sealed):
    data = toy.dataset()
    sealed.check(preset("demo"), data)
    with pytest.raises(XivlabError, match="holds a run of other settings: move it away"):
        sealed.check(preset("demo", seed=1), data)
    with pytest.raises(XivlabError, match="other data"):
        sealed.check(preset("demo"), dataclasses.replace(data, fingerprint="f"))


@pytest.mark.parametrize("text", ["{}", '{"threads": -3}', '{"threads": "x"}', "[]", ""])
def test_what_computed_a_run_is_one_sentence_if_damaged(text, run):
    (run.folder / "made.json").write_text(text)
    with pytest.raises(XivlabError, match="made.json cannot be read"):
        run.made()
