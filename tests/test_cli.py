import pytest
from fake_world import install

from xivlab.cli import main


@pytest.fixture(autouse=True)
def fake(tmp_path_factory, monkeypatch):
    install(monkeypatch, tmp_path_factory.mktemp("cache"))


def test_export(tmp_path, capsys):
    main(["export", "synthetic-sysu", "--layout", "sysu-mm01", str(tmp_path / "tree")])
    assert (tmp_path / "tree" / "cam6" / "0008" / "0002.jpg").is_file()
    assert capsys.readouterr().out == f"synthetic-sysu is in {tmp_path / 'tree'}, laid out as sysu-mm01.\n"


def test_a_mistake_of_the_user_is_one_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit) as exit:
        main(["export", "synthetic-regdb", "--layout", "llcm", str(tmp_path / "tree")])
    assert exit.value.code == 1
    assert capsys.readouterr().err == (
        "xivlab: Layout llcm takes synthetic-sysu, not synthetic-regdb: change one of the two.\n"
    )


@pytest.mark.parametrize("words", [["--help"], ["export", "--help"]])
def test_help(capsys, words):
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert exit.value.code == 0
    assert "folder tree of a real one" in " ".join(capsys.readouterr().out.replace("│", " ").split())
