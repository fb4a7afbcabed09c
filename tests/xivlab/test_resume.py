"""A run that is stopped, dies, or is asked for twice ends as one never stopped."""

import os
import signal
from dataclasses import replace

import pytest
import torch
from tiny import assert_same, result, rows, tiny
from toy import data_set_of, dataset, split

import xivlab.train
from xivlab.config import preset
from xivlab.errors import XivlabError
from xivlab.methods import losses
from xivlab.runs.run import Run
from xivlab.train import resume, train


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tiny(), dataset(), tmp_path_factory.mktemp("runs"))


def interrupt_at(monkeypatch, step, act):
    """Let `act` happen in the middle of a step, counted from 0."""
    count = iter(range(10**6))

    def cut(*arguments):
        if next(count) == step:
            act()
        return losses(*arguments)

    monkeypatch.setattr(xivlab.train, "losses", cut)


@pytest.mark.parametrize("step", [0, 5, 7, 11])
def test_ctrl_c_and_resume_end_as_if_never_stopped(step, whole, tmp_path, monkeypatch, capsys):
    interrupt_at(monkeypatch, step, lambda: os.kill(os.getpid(), signal.SIGINT))
    handler = signal.getsignal(signal.SIGINT)
    run = train(tiny(), dataset(), tmp_path)
    assert not run.finished and len(rows(run, "log.csv")) == step + 1
    assert signal.getsignal(signal.SIGINT) is handler
    assert "resume(" in "".join(capsys.readouterr())
    monkeypatch.undo()
    assert resume(run.folder, dataset()).finished
    assert_same(result(run), result(whole))


@pytest.mark.parametrize("step", [2, 6, 11])
def test_a_process_that_dies_in_a_step_goes_on_from_the_last_epoch(step, whole, tmp_path, monkeypatch):
    def die():
        raise SystemExit

    interrupt_at(monkeypatch, step, die)
    with pytest.raises(SystemExit):
        train(tiny(), dataset(), tmp_path)
    monkeypatch.undo()
    assert_same(result(train(tiny(), dataset(), tmp_path)), result(whole))


def test_a_process_that_dies_between_the_last_state_and_its_log_loses_no_row(whole, tmp_path, monkeypatch):
    write = Run.write

    def die(run, name, save):
        if name == "log.csv" and run.started and run.state()["step"] == 12:
            raise SystemExit
        write(run, name, save)

    monkeypatch.setattr(Run, "write", die)
    with pytest.raises(SystemExit):
        train(tiny(), dataset(), tmp_path)
    monkeypatch.undo()
    assert_same(result(train(tiny(), dataset(), tmp_path)), result(whole))


def test_the_same_run_twice_is_trained_once(whole, monkeypatch):
    monkeypatch.setattr(xivlab.train, "Training", None)
    again = train(tiny(), dataset(), whole.folder.parent)
    assert again == whole
    assert resume(whole.folder, dataset()) == whole


def test_a_loss_that_is_not_a_number_keeps_the_last_good_state(whole, tmp_path, monkeypatch):
    def broken(*arguments):
        return {name: term * float("nan") for name, term in losses(*arguments).items()}

    calls = iter([losses] * 6 + [broken])
    monkeypatch.setattr(xivlab.train, "losses", lambda *arguments: next(calls)(*arguments))
    with pytest.raises(XivlabError, match="loss is nan at step 7"):
        train(tiny(), dataset(), tmp_path)
    monkeypatch.undo()
    assert_same(result(train(tiny(), dataset(), tmp_path)), result(whole))


def test_a_state_cut_short_is_refused_and_nothing_is_overwritten(tmp_path, monkeypatch):
    interrupt_at(monkeypatch, 5, lambda: os.kill(os.getpid(), signal.SIGINT))
    run = train(tiny(), dataset(), tmp_path)
    monkeypatch.undo()
    state = run.folder / "state.pt"
    state.write_bytes(state.read_bytes()[:-1000])
    before = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    for call in (lambda: resume(run.folder, dataset()), lambda: train(tiny(), dataset(), tmp_path)):
        with pytest.raises(XivlabError, match="cut short or corrupt: delete the folder"):
            call()
    assert before == {path.name: path.read_bytes() for path in run.folder.iterdir()}


def test_a_state_of_another_network_is_refused(tmp_path, monkeypatch):
    interrupt_at(monkeypatch, 5, lambda: os.kill(os.getpid(), signal.SIGINT))
    run = train(tiny(), dataset(), tmp_path)
    monkeypatch.undo()
    state = run.state()
    torch.save(state | {"model": {}}, run.folder / "state.pt")
    with pytest.raises(XivlabError, match="does not fit this run"):
        resume(run.folder, dataset())


def test_resume_on_other_data_is_refused(whole):
    data = replace(dataset(), fingerprint="1" * 64)
    with pytest.raises(XivlabError, match="trained on other data"):
        resume(whole.folder, data)


def test_resume_works_where_the_folder_was_moved_to(whole, tmp_path, monkeypatch):
    interrupt_at(monkeypatch, 5, lambda: os.kill(os.getpid(), signal.SIGINT))
    run = train(tiny(), dataset(), tmp_path)
    monkeypatch.undo()
    moved = resume(run.folder.rename(tmp_path / "moved"), dataset())
    assert moved.finished and moved.folder.name == "moved"
    assert_same(result(moved), result(whole))


def test_resuming_neither_shortens_nor_stretches_training(whole, tmp_path, monkeypatch):
    """As many steps in all, at the same rates, wherever it was stopped, and more than once."""
    runs = []
    for stops in ([2], [3, 1], [0, 0, 0, 7]):
        folder = tmp_path / "-".join(map(str, stops))
        for step in stops:
            interrupt_at(monkeypatch, step, lambda: os.kill(os.getpid(), signal.SIGINT))
            assert not train(tiny(), dataset(), folder).finished
            monkeypatch.undo()
        runs.append(train(tiny(), dataset(), folder))
    expected = [(row["step"], row["learning_rate"]) for row in rows(whole, "log.csv")]
    for run in runs:
        assert [(row["step"], row["learning_rate"]) for row in rows(run, "log.csv")] == expected


def test_settings_of_the_paper_interrupted_and_resumed(tmp_path, monkeypatch):
    """Two epochs with ResNet-50 and the paper's schedule, rim and erasing; everything else small."""
    small = {"weights": None, "height": 32, "width": 16, "people_per_batch": 2, "images_per_person": 2}
    short = {"epochs": 2, "steps_per_epoch": 2, "evaluate_every": 1}
    config = preset("paper-sysu", **small | short)
    few = data_set_of("few", "0" * 64, *(split(3, 10 * k, k, shots=1, size=(32, 16)) for k in (1, 2, 3)))
    undisturbed = train(config, few, tmp_path / "whole")
    interrupt_at(monkeypatch, 2, lambda: os.kill(os.getpid(), signal.SIGINT))
    run = train(config, few, tmp_path / "stopped")
    monkeypatch.undo()
    assert not run.finished and len(rows(run, "log.csv")) == 3
    assert_same(result(resume(run.folder, few)), result(undisturbed))


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(XivlabError, match="not a run folder"):
        resume(tmp_path, dataset())
