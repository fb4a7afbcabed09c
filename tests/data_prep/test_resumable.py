"""A folder that was begun is gone on with, by one command at a time."""

import pytest

import xivlab.files
from data_prep.resumable import resumable_folder
from xivlab.errors import XivlabError


def make(target, key, text, error=None):
    """Append to a file of a resumable folder, then raise; return what the file held before."""
    with resumable_folder(target, key) as folder:
        before = (folder / "file").read_text() if (folder / "file").exists() else ""
        (folder / "file").write_text(before + text)
        if error:
            raise error
    return before


def test_an_interrupted_folder_goes_on(tmp_path):
    target = tmp_path / "deep" / "new"
    with pytest.raises(KeyboardInterrupt):
        make(target, b"key", "one ", KeyboardInterrupt)
    assert [p.name for p in target.parent.iterdir()] == [".new-partial"]
    assert make(target, b"key", "two") == "one "
    assert [p.name for p in target.parent.iterdir()] == ["new"]
    assert [p.name for p in target.iterdir()] == ["file"]
    assert (target / "file").read_text() == "one two"


def test_another_key_begins_anew(tmp_path):
    for key in (b"a longer key", b"key"):
        with pytest.raises(KeyboardInterrupt):
            make(tmp_path / "new", key, "one ", KeyboardInterrupt)
    assert make(tmp_path / "new", b"other", "two") == ""


def test_an_error_leaves_no_resumable_folder(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "new", b"key", "one ", KeyboardInterrupt)
    with pytest.raises(ValueError):
        make(tmp_path / "new", b"key", "two", ValueError)
    assert not list(tmp_path.iterdir())


def test_a_resumable_folder_overwrites_nothing(tmp_path):
    (tmp_path / "new").mkdir()
    assert make(tmp_path / "new", b"key", "one") == ""  # an empty folder may be there
    with pytest.raises(OSError):
        make(tmp_path / "new", b"key", "two")
    assert (tmp_path / "new" / "file").read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["new"]


def test_one_at_a_time(tmp_path):
    with resumable_folder(tmp_path / "new", b"key") as folder:
        (folder / "file").write_text("one")
        with pytest.raises(XivlabError, match="Another command is writing .*new: wait"):
            make(tmp_path / "new", b"key", "two")
    assert (tmp_path / "new" / "file").read_text() == "one"


def test_a_folder_finished_between_making_and_locking_is_not_begun_again(tmp_path, monkeypatch):
    """What another command has just renamed to its target is neither cleared nor moved."""
    target, real, calls = tmp_path / "new", xivlab.files._locked, []

    def late(path):
        calls.append(path)
        if len(calls) > 1:
            return real(path)
        (path / "file").write_text("whole")
        lock = real(path)
        path.rename(target)  # by the other command
        return lock

    monkeypatch.setattr(xivlab.files, "_locked", late)
    with pytest.raises(FileExistsError):
        make(target, b"key", "two")
    assert (target / "file").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_disk_without_locks_will_do(tmp_path, monkeypatch):
    def none(path):
        raise OSError("no locks")

    monkeypatch.setattr(xivlab.files, "_locked", none)
    assert make(tmp_path / "resumable", b"key", "one") == ""
    assert [path.name for path in tmp_path.iterdir()] == ["resumable"]
