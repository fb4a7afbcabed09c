import pytest

from xivlab.errors import XivlabError
from xivlab.files import new_folder, resumable_folder


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
