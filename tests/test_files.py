import pytest

from xivlab.files import new_folder


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
