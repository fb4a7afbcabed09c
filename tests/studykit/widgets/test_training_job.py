"""Work in a thread: one at a time, stopped when asked, waited for, and ended cleanly with Python."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from studykit.widgets.training import job as background
from studykit.widgets.training.job import Job

PROJECT = Path(__file__).parents[3]


def until_stopped(job):
    while not job.stopping:
        time.sleep(0.005)
    return "stopped"


def wait_for(condition):
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < 20
        time.sleep(0.005)


def test_it_works_in_another_thread_and_tells_the_end():
    where, ended = [], []
    job = Job(lambda job: where.append(threading.current_thread()) or 7, ended.append)
    job.start()
    assert job.join() == 7 and ended == [job]
    assert where[0] is not threading.main_thread() and not job.running


def test_stop_returns_at_once_and_the_work_sees_it():
    job = Job(until_stopped, lambda job: None)
    job.start()
    assert background.busy()
    job.stop()
    assert job.join() == "stopped" and not background.busy()


def test_one_works_at_a_time_and_the_next_begins_when_it_ends():
    began = []
    first = Job(until_stopped, lambda job: None)
    second = Job(lambda job: began.append(first.running), lambda job: None)
    first.start()
    wait_for(background.busy)
    second.start()
    time.sleep(0.2)
    assert not began and second.running
    first.stop()
    second.join()
    assert len(began) == 1


def test_one_that_waits_for_its_turn_can_be_stopped():
    worked, ended = [], []
    first = Job(until_stopped, lambda job: None)
    second = Job(worked.append, ended.append)
    first.start()
    wait_for(background.busy)
    second.start()
    second.stop()
    assert second.join() is None and ended == [second] and not worked
    first.stop()
    first.join()


def test_an_error_is_told_and_raised_to_those_who_wait():
    def fail(job):
        raise ValueError("broken")

    told = []
    job = Job(fail, lambda job: told.append(job.error))
    job.start()
    with pytest.raises(ValueError, match="broken"):
        job.join()
    assert told == [job.error] and not background.busy()


def test_ctrl_c_while_waiting_stops_the_work_and_waits_for_its_end():
    job = Job(until_stopped, lambda job: None)
    job.start()
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    assert job.join() == "stopped"
    timer.join()


def test_when_python_ends_the_work_ends_cleanly_before(tmp_path):
    code = f"""
import pathlib, time
from studykit.widgets.training.job import Job

def work(job):
    while not job.stopping:
        time.sleep(0.01)
    pathlib.Path({str(tmp_path / "kept")!r}).write_text("kept")

Job(work, lambda job: None).start()
"""
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, timeout=60)
    assert (tmp_path / "kept").read_text() == "kept"
