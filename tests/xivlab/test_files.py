import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import xivlab.files
from xivlab.files import (
    ASSETS,
    SEALS,
    clear_scratch,
    content_of,
    digest_of,
    new_folder,
    seal,
    seals_in,
    write_atomically,
    write_sealed,
)


def test_folder_appears_when_the_block_ends(tmp_path):
    with new_folder(tmp_path / "deep" / "new") as folder:
        (folder / "file").write_text("whole")
        assert not (tmp_path / "deep" / "new").exists()
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["new"]
    assert (tmp_path / "deep" / "new" / "file").read_text() == "whole"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupted_block_leaves_nothing(tmp_path, error):
    with pytest.raises(error), new_folder(tmp_path / "new") as folder:
        (folder / "file").write_text("half")
        raise error
    assert not list(tmp_path.iterdir())


def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path):
    def write(text, replace):
        with new_folder(tmp_path / "new", replace) as folder:
            (folder / "file").write_text(text)

    (tmp_path / "new").mkdir()
    write("first", replace=False)  # an empty folder may be there
    with pytest.raises(FileExistsError, match="new exists already"):
        write("second", replace=False)
    assert (tmp_path / "new" / "file").read_text() == "first"
    write("third", replace=True)
    assert (tmp_path / "new" / "file").read_text() == "third"
    assert [p.name for p in tmp_path.iterdir()] == ["new"]


def test_others_may_read_the_folder(tmp_path):
    (tmp_path / "plain").mkdir()
    with new_folder(tmp_path / "new"):
        pass
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


WORK = """
import sys
from pathlib import Path
from xivlab.files import new_folder, write_atomically

def wait(path):
    print("in", flush=True)
    sys.stdin.read()

if sys.argv[1] == "file":
    write_atomically(Path(sys.argv[2]), wait)
else:
    with new_folder(Path(sys.argv[2])) as folder:
        (folder / "half").touch()
        wait(folder)
"""


@pytest.fixture
def begun():
    """Processes that are in the middle of writing something."""
    processes = []

    def begin(kind, target):
        words = [sys.executable, "-c", WORK, kind, target]
        root = Path(xivlab.files.__file__).parent.parent
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)
        processes.append(process)
        assert process.stdout.readline() == "in\n"
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="no locks on Windows, so nothing is cleared")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_scratch_of_a_killed_process_goes_with_the_next_writing_and_that_of_a_live_one_stays(
    kind, begun, tmp_path
):
    killed, live = begun(kind, tmp_path / "killed"), begun(kind, tmp_path / "live")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert len(list(tmp_path.iterdir())) == 2
    write_atomically(tmp_path / "other", Path.touch)
    (left,) = set(tmp_path.iterdir()) - {tmp_path / "other"}
    assert left.name.startswith(".scratch-") and left.name.endswith("-live")
    live.kill()
    live.wait()
    with new_folder(tmp_path / "new"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "other"]


def test_what_is_no_scratch_is_never_cleared(tmp_path):
    names = [
        ".scratch-mine",
        ".lock",
        ".new-partial",
        "scratch-0123456789abcdef-x",
        ".scratch-0123456789abcdef",
    ]
    for name in names:
        (tmp_path / name).touch()
    clear_scratch(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_scratch_taken_for_left_behind_is_made_again(tmp_path, monkeypatch):
    """Between making and locking it another process may remove it, or be about to."""
    real, calls = xivlab.files._locked, []

    def taken(path):
        calls.append(path)
        if len(calls) == 1:
            path.unlink()
            raise FileNotFoundError
        if len(calls) == 2:
            path.unlink()
            raise BlockingIOError
        return real(path)

    monkeypatch.setattr(xivlab.files, "_locked", taken)
    write_atomically(tmp_path / "new", lambda path: path.write_text("whole"))
    assert len(set(calls)) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_disk_without_locks_will_do(tmp_path, monkeypatch):
    def none(path):
        raise OSError("no locks")

    monkeypatch.setattr(xivlab.files, "_locked", none)
    write_atomically(tmp_path / "file", lambda path: path.write_text("whole"))
    with new_folder(tmp_path / "folder"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_very_long_name_can_be_written(tmp_path):
    name = "n" * 240 + ".csv"
    write_atomically(tmp_path / name, lambda path: path.write_text(path.suffix))
    assert (tmp_path / name).read_text() == ".csv"


def writes(text):
    return lambda path: path.write_text(text)


def test_a_sealed_file_comes_back_and_a_changed_one_does_not(tmp_path):
    for name in ("one", "two"):
        write_sealed(tmp_path / name, writes(name))
    assert content_of(tmp_path / "one") == b"one"
    (tmp_path / "one").write_text("One")
    with pytest.raises(ValueError, match="changed since it was written"):
        content_of(tmp_path / "one")
    assert content_of(tmp_path / "two") == b"two"
    write_sealed(tmp_path / "one", writes("three"))
    assert content_of(tmp_path / "one") == b"three"


def test_a_folder_of_seals_may_be_copied_and_renamed(tmp_path):
    write_sealed(tmp_path / "one", writes("one"))
    shutil.copytree(tmp_path, tmp_path / "copy")
    assert content_of(tmp_path / "copy" / "one") == b"one"


def test_seals_are_what_sha256sum_reads(tmp_path):
    write_sealed(tmp_path / "with a blank.csv", writes("text"))
    assert (tmp_path / SEALS).read_text() == f"{digest_of(b'text')}  with a blank.csv\n"


def test_a_file_without_a_seal_is_taken_as_it_is(tmp_path):
    (tmp_path / "one").write_text("one")
    seal(tmp_path, {"other": digest_of(b"")})
    assert content_of(tmp_path / "one") == b"one"


def test_whoever_is_killed_while_writing_leaves_no_wrong_seal(tmp_path):
    write_sealed(tmp_path / "one", writes("one"))

    def killed(path):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sealed(tmp_path / "one", killed)
    assert content_of(tmp_path / "one") == b"one" and not seals_in(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "d41d8cd9  one\n", "\x00" * 9])
def test_damaged_seals_are_noticed(damage, tmp_path):
    write_sealed(tmp_path / "one", writes("one"))
    (tmp_path / SEALS).write_text(damage)
    with pytest.raises(ValueError, match="damaged"):
        content_of(tmp_path / "one")
    seal(tmp_path, {"one": digest_of(b"one")})
    assert content_of(tmp_path / "one") == b"one"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="no plain file"):
        content_of(tmp_path / "pipe")


def test_every_asset_is_sealed_or_seals_itself():
    """After a change: cd xivlab/assets && sha256sum *.csv *_visible*.safetensors > checksums.sha256."""
    own = {"synthetic_sysu.safetensors", "synthetic_regdb.safetensors"}  # read by xivlab.world.geometry
    names = {path.name for path in ASSETS.iterdir()}
    assert names == seals_in(ASSETS).keys() | own | {SEALS}
    for name in seals_in(ASSETS):
        content_of(ASSETS / name)
