"""TensorBoard shows the numbers of the run's tables, each once, and the run is what it is without."""

import signal
import sys

import numpy as np
import pytest
import small_study
from tiny import result, rows, tiny
from toy import dataset

from xivlab.cli import main
from xivlab.errors import XivlabError
from xivlab.evaluation.scores import SHOWN
from xivlab.runs.run import Run
from xivlab.runs.tensorboard import FOLDER, EventLog
from xivlab.scale import current
from xivlab.train import Training, run_of, train

pytest.importorskip("tensorboard", reason="TensorBoard is not installed: pip install '.[tensorboard]'.")


def shown(run):
    """(tag, step) -> value, as TensorBoard reads the folder; every pair must be there once."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run.folder / FOLDER), size_guidance={"scalars": 0}).Reload()
    found = [((tag, one.step), one.value) for tag in events.Tags()["scalars"] for one in events.Scalars(tag)]
    assert len(dict(found)) == len(found)
    return dict(found)


def tables(run):
    """The same of the two tables."""
    found = {}
    for row in rows(run, "log.csv"):
        step = int(row.pop("step"))
        found |= {(f"train/{name}", step): np.float32(value) for name, value in row.items()}
    for row in rows(run, "metrics.csv"):
        where = f"{row['split']}/{row['query']}/{row['test_distance']}"
        found |= {(f"{where}/{name}", int(row["step"])): np.float32(row[name]) for name in SHOWN}
    return found


def watched(root):
    run = run_of(tiny(epochs=1), dataset(), root)
    events = EventLog(run)
    train(tiny(epochs=1), dataset(), root, quiet=True, watch=events)
    events.close(run)
    return run


def test_the_numbers_are_those_of_the_tables_and_the_run_is_the_same(tmp_path):
    run = watched(tmp_path / "with")
    plain = train(tiny(epochs=1), dataset(), tmp_path / "without", quiet=True)
    assert shown(run) == tables(run)
    assert ("test/infrared/v+x/mAP", 4) in shown(run)
    assert run.folder.name == plain.folder.name
    assert result(run)[2] == result(plain)[2] and result(run)[:2] == result(plain)[:2]
    run.check(tiny(epochs=1), dataset())  # the seal is whole


def test_a_run_found_finished_is_written_from_its_tables(tmp_path):
    run = train(tiny(epochs=1), dataset(), tmp_path, quiet=True)
    assert shown(watched(tmp_path)) == tables(run)


def test_no_step_is_there_twice_after_an_interruption(tmp_path, monkeypatch):
    """From the command line: the state is of step 4, and the sessions before and after it leave one history."""
    small_study.project(tmp_path, monkeypatch)
    learn = Training.learn

    def stop(self):
        learn(self)
        if self.step == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Training, "learn", stop)
    with pytest.raises(SystemExit):
        main(["train", "--runs", "here", "--tensorboard"])
    (folder,) = (tmp_path / "here").iterdir()
    assert ("train/loss", 4) in shown(Run(folder)) and ("train/loss", 5) not in shown(Run(folder))
    monkeypatch.setattr(Training, "learn", learn)
    main(["train", "--resume", str(folder), "--tensorboard"])
    assert Run(folder).finished and shown(Run(folder)) == tables(Run(folder))
    current.cache_clear()


def test_without_tensorboard_a_sentence_says_so_before_a_step_is_done(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(
        XivlabError, match=r"TensorBoard is not installed: type pip install '.\[tensorboard\]'"
    ):
        EventLog(run_of(tiny(), dataset(), tmp_path))
