"""Progress is noted where there is a file for it, and nowhere else."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from studykit import progress
from xivlab.errors import XivlabError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / progress.NAME).write_text("{}")
    return tmp_path


def test_what_is_noted_is_read_again(folder):
    progress.note("predictions", "06.1", "B", folder)
    progress.note("exercises", "03.2", {"right": True, "tries": 2}, folder)
    assert progress.read(folder) == {
        "exercises": {"03.2": {"right": True, "tries": 2}},
        "predictions": {"06.1": "B"},
        "quiz": {},
    }


def test_without_a_file_nothing_is_noted(tmp_path):
    progress.note("predictions", "06.1", "B", tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert progress.read(tmp_path) == {"exercises": {}, "predictions": {}, "quiz": {}}


def test_two_notebooks_lose_nothing_of_each_other(folder):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: progress.note("quiz", f"00.{n}", "A", folder), range(20)))
    assert len(progress.read(folder)["quiz"]) == 20


@pytest.mark.parametrize("content", ["no json", "[1]", json.dumps({"quiz": 3})])
def test_a_spoilt_file_is_told(folder, content):
    (folder / progress.NAME).write_text(content)
    with pytest.raises(XivlabError, match="is no progress any more: delete it"):
        progress.read(folder)
