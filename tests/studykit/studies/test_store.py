"""What is stored comes back as it was, or is refused in one sentence."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from studykit.studies import store
from studykit.studies.store import Arrays, Table, results
from xivlab.errors import XivlabError
from xivlab.files import SEALS, content_of, seal, seals_in

ROWS = pd.DataFrame({"run": ["a-1", "a-1", "b-2"], "part": ["", "I-V", "NA"], "size": [0.1, 1 / 3, 2.0]})


@pytest.fixture
def table(tmp_path):
    return Table(tmp_path / "new" / "sizes.csv", ("run", "part", "size"), words=("run", "part"))


def test_a_table_comes_back_with_its_words(table):
    assert table.read() is None
    assert table.write(ROWS) == table.path
    pd.testing.assert_frame_equal(table.read(), ROWS)


def test_numbers_are_written_as_asked(tmp_path):
    short = Table(tmp_path / "sizes.csv", ("run", "size"), numbers="%.3g")
    short.write(ROWS)
    assert short.read()["size"].tolist() == [0.1, 0.333, 2.0]


@pytest.mark.parametrize("content", [b"", b"run,part\na-1,\n", b"\xff\xfe", b"run,part,size\na-1,,1"])
def test_a_damaged_table_is_one_sentence(table, content):
    table.path.parent.mkdir()
    table.path.write_bytes(content)
    with pytest.raises(
        XivlabError, match=r"sizes.csv is damaged \(.*\): delete it, or restore it from the kit.$"
    ):
        table.read()
    assert table.path.read_bytes() == content


def test_arrays_come_back_and_damaged_ones_are_refused(tmp_path):
    store = Arrays(tmp_path / "new")
    assert store.read("one") is None
    path = store.write("one", {"a": np.arange(3), "b": np.ones((2, 2), np.float16)})
    found = store.read("one")
    assert found.keys() == {"a", "b"} and found["b"].dtype == np.float16
    np.testing.assert_array_equal(found["a"], [0, 1, 2])
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(XivlabError, match="one.npz is damaged"):
        store.read("one")


ROOMS = ("tables", "measures", "embeddings", "first_run", "ladder", "maps")
STORED = [results("about.json"), results("generators.csv")]
STORED += [
    path
    for room in ROOMS
    for path in sorted(results(room).rglob("*"))
    if path.is_file() and path.name != SEALS
]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_everything_that_is_shipped_is_sealed(path, tmp_path):
    """And a single byte is noticed, wherever it is."""
    seals = seals_in(path.parent)
    assert path.name in seals, "run make results, or xivlab.files.seal"
    content = content_of(path)
    seal(tmp_path, {path.name: seals[path.name]})
    for place in (0, len(content) // 2, len(content) - 1):
        (tmp_path / path.name).write_bytes(
            content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]
        )
        with pytest.raises(ValueError, match="changed since it was written"):
            content_of(tmp_path / path.name)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder outside of the kit, and the results of an installed kit."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kit" / "tables").mkdir(parents=True)
    monkeypatch.setattr(store, "SHIPPED", (tmp_path / "kit",))
    return tmp_path


def test_results_of_the_kit_are_found_from_everywhere(elsewhere):
    assert results("tables") == elsewhere / "kit" / "tables"
    assert results("maps") == Path("results", "maps"), "what nobody has is the project's to make"


def test_results_of_the_project_come_first_part_by_part(elsewhere):
    (elsewhere / "pyproject.toml").touch()
    (elsewhere / "results" / "maps").mkdir(parents=True)  # as `xivlab study` and others write there
    assert results("maps").resolve() == elsewhere / "results" / "maps"
    assert results("tables") == elsewhere / "kit" / "tables"


def test_the_clone_has_its_results_where_it_says():
    (clone,) = (one for one in store.SHIPPED if one.exists())
    assert {one.name for one in clone.iterdir()} >= {
        "tables",
        "embeddings",
        "maps",
        "measures",
        "generators.csv",
    }
