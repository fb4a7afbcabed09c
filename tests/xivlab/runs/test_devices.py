"""One training on several processes: the same as on one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from shared_steps import CASES, in_double_precision
from tiny import tiny
from toy import dataset

from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError
from xivlab.runs import devices as distributed
from xivlab.runs.devices import is_first, processes
from xivlab.runs.run import Run

ROOT = Path(__file__).parents[3]
# One thread each, and no warning of PyTorch about what it will drop.
ENVIRONMENT = os.environ | {
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "helpers")]),
    "PYTHONWARNINGS": "error::FutureWarning",
}


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """What each of two processes found out."""
    folder = tmp_path_factory.mktemp("two")
    words = [sys.executable, "tests/helpers/shared_steps.py", folder]
    subprocess.run(words, cwd=ROOT, env=ENVIRONMENT, check=True, timeout=300)
    return [torch.load(folder / f"{rank}.pt") for rank in (0, 1)]


@pytest.fixture(scope="module")
def one():
    return in_double_precision(1)


@pytest.mark.parametrize("case", CASES)
def test_two_processes_compute_what_one_does(case, one, two):
    """Loss and every term, every gradient, and after three steps all weights and running statistics."""
    alone = one[case]
    for shared in (process[case] for process in two):
        for row, other in zip(alone["log"], shared["log"], strict=True):
            assert row == pytest.approx(other, abs=1e-9, nan_ok=True)  # a term that has no turn is none
        for part in ("gradients", "state"):
            assert alone[part].keys() == shared[part].keys()
            for name, tensor in alone[part].items():
                torch.testing.assert_close(shared[part][name].double(), tensor.double(), rtol=1e-9, atol=1e-9)
    gradients = alone["gradients"]
    if case not in (
        "mmn",
        "ddag",
    ):  # a normalisation or a softmax behind some of theirs leaves next to nothing
        assert all(gradient.abs().max() > 1e-4 for gradient in gradients.values())
    assert {name.split(".")[0] for name in gradients} >= {"learner"} | (
        {"generator"} if case.startswith("full") else set()
    )


def test_both_processes_have_the_very_same_weights(two):
    """Else they would drift apart."""
    for case in CASES:
        for name, tensor in two[0][case]["state"].items():
            assert torch.equal(tensor, two[1][case]["state"][name])


def test_what_stops_one_process_stops_both(two):
    for process in two:
        full, nan, other_count = process["said"]
        assert full == "The disk is full."
        assert nan.startswith("The loss is nan at step 1")
        assert other_count.startswith("2 processes have been started for a training of 1 x 1")
        assert process["knows"] == [True, False]
    assert [process["first"] for process in two] == [True, False]


@pytest.mark.parametrize(
    ("devices", "nodes", "changes", "sentence"),
    [
        (0, 1, {}, "at least 1"),
        (1, -1, {}, "at least 1"),
        (3, 1, {}, "3 processes cannot share 4 people"),
        (2, 4, {}, "8 processes cannot share 4 people"),
        (1, 1, {"precision": "16"}, "precision '16' needs a GPU"),
    ],
)
def test_counts_that_cannot_be_are_one_sentence(devices, nodes, changes, sentence, monkeypatch):
    monkeypatch.setattr(distributed, "pick_device", lambda: torch.device("cpu"))
    with pytest.raises(XivlabError, match=sentence):
        processes(tiny(**changes), devices, nodes)


def test_more_gpus_than_there_are(monkeypatch):
    monkeypatch.setattr(distributed, "pick_device", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(XivlabError, match="shows 1 GPUs and 2 are asked for"):
        processes(tiny(), 2)


def test_an_apple_gpu_trains_alone(monkeypatch):
    monkeypatch.setattr(distributed, "pick_device", lambda: torch.device("mps"))
    with pytest.raises(XivlabError, match="Apple GPU trains alone"):
        processes(tiny(), 2)


def test_a_notebook_cannot_start_processes(monkeypatch):
    monkeypatch.setattr(sys, "ps1", "In [1]: ", raising=False)
    with pytest.raises(XivlabError, match="in a terminal, type xivlab train --devices 2"):
        processes(tiny(), 2)


def test_a_launcher_that_started_another_number(monkeypatch):
    monkeypatch.setenv("SLURM_STEP_NUM_TASKS", "4")
    with pytest.raises(XivlabError, match="4 processes have been started .* make devices x nodes 4"):
        processes(tiny(), 2)
    monkeypatch.setenv("SLURM_PROCID", "3")
    assert not is_first()


@pytest.mark.parametrize("precision", ["auto", "32", "bf16"])
def test_precision(precision):
    """bfloat16 is near enough to single precision to say the same of the first batch."""
    from xivlab.train import Training

    training = Training(tiny(precision=precision, height=64, width=32), dataset())
    training.learn()
    kind = type(training.fabric.strategy.precision).__name__
    assert kind == ("MixedPrecision" if precision == "bf16" else "Precision")
    assert training.log[0]["loss"] == pytest.approx(10.968, rel=0.01)


def test_narrow_images_are_refused_where_their_bfloat16_gradients_would_be_random():
    with pytest.raises(
        XivlabError, match="'bf16' cannot train on images 8 pixels wide on the CPU: choose '32'"
    ):
        processes(tiny(precision="bf16"))


FLAGS = (
    "--preset demo --weights None --height 16 --width 8 --people-per-batch 4 --images-per-person 2 --pad 1"
)
FLAGS += " --erase 0.5 --evaluate-every 1 --decay-epochs 2 --learning-rate 3e-4"
SHORT, LONG = "--epochs 3 --steps-per-epoch 4", "--epochs 6 --steps-per-epoch 4"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with a packed data set in it."""
    folder, data = tmp_path_factory.mktemp("here"), dataset()
    write_packed(folder / "toy", "toy", "0" * 64, (16, 8), data.index, [data.pixels])
    return folder


def xivlab(*words, launcher=()):
    return [sys.executable, *launcher, "-m", "xivlab", *words]


def command(runs, length, devices):
    flags = f"train --data toy --runs {runs} {FLAGS} {length} --devices {devices}"
    return flags.split()


def run_in(folder):
    (folder,) = folder.iterdir()
    return Run(folder)


def assert_near(run, other, steps):
    """Within rounding errors of single precision, which grow as training goes on: 1e-5, then 1e-2."""
    log, expected = (
        pd.read_csv(r.folder / "log.csv").drop(columns="images_per_second") for r in (run, other)
    )
    assert len(log) == steps
    np.testing.assert_allclose(log[:4], expected[:4], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(log, expected, rtol=1e-2)


@pytest.mark.slow
def test_torchrun_trains_and_evaluates_what_one_process_does(here):
    torchrun = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    for words in (
        xivlab(*command("one", SHORT, 1)),
        xivlab(*command("two", SHORT, 2), launcher=torchrun),
    ):
        done = subprocess.run(words, cwd=here, env=ENVIRONMENT, check=True, timeout=300, capture_output=True)
        assert done.stdout.count(b"Images: 120 of 16 x 8") == done.stdout.count(b"is finished") == 1
    one, two = run_in(here / "one"), run_in(here / "two")
    assert one.folder.name == two.folder.name
    assert_near(two, one, 12)
    np.testing.assert_allclose(two.embeddings().visible, one.embeddings().visible, atol=1e-3)
    words = xivlab("evaluate", str(two.folder))
    assert b"v+x" in subprocess.run(words, cwd=here, env=ENVIRONMENT, check=True, capture_output=True).stdout


@pytest.mark.slow
def test_interrupted_with_two_processes_and_resumed_with_one(here):
    """Ctrl-C that reaches the first process alone stops both, with the state kept."""
    words = xivlab(*command("stopped", LONG, 2))
    training = subprocess.Popen(words, cwd=here, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 200
    while not list((here / "stopped").glob("*/state.pt")) and time.monotonic() < deadline:
        time.sleep(0.05)
    training.send_signal(signal.SIGINT)
    told, _ = training.communicate(timeout=60)
    assert training.returncode == 130 and "Stopped after step" in told
    stopped = run_in(here / "stopped")
    assert not stopped.finished and 4 <= len(pd.read_csv(stopped.folder / "log.csv")) < 24
    for words in (
        xivlab("train", "--resume", str(stopped.folder), "--data", "toy"),
        xivlab(*command("whole", LONG, 1)),
    ):
        subprocess.run(words, cwd=here, env=ENVIRONMENT, check=True, timeout=300)
    assert_near(stopped, run_in(here / "whole"), 24)
