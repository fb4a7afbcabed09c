"""Recordings beside the notebooks: taken out of the outputs, kept, small, and those of the notebooks as they are."""

import base64

import nbformat
import pytest
from moving_book import unpacked
from nbformat.v4 import new_code_cell, new_notebook, new_output

from notebooks.tools import build, recordings
from studykit.widgets.recording import MIME

MOST = 5_000_000  # bytes of all that moves in the book


def test_they_leave_the_outputs():
    shown = new_output("display_data", {"text/plain": "words", MIME: {"script": "frames"}})
    notebook = new_notebook(
        cells=[new_code_cell("widget", outputs=[shown], id="one"), new_code_cell("1", id="two")]
    )
    assert recordings.take_out(notebook) == {"one": {"script": "frames"}}
    assert notebook.cells[0].outputs[0].data == {"text/plain": "words"}


def test_they_are_read_as_written_and_the_same_ones_are_the_same_file(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    assert recordings.read("nothing") == {}
    recordings.write("03", {"one": {"texts": ["α₁"]}})
    before = recordings.path("03").read_bytes()
    recordings.write("03", recordings.read("03"))
    assert recordings.path("03").read_bytes() == before


def called(scripts, name, call):
    """What a script hands to `xivlab`."""
    return unpacked(scripts[name].removeprefix(f'xivlab.{call}("{name}", "').removesuffix('");\n'))


def test_a_script_holds_all_but_the_photographs():
    kept = {}
    photo = base64.b64encode(b"pixels").decode()
    made = recordings.scripts({"texts": ["a"], "photos": {"name": photo}}, kept.__setitem__)
    assert kept == {"name.webp": b"pixels"}
    assert called(made, *made, "moves") == {"texts": ["a"]}


def test_what_two_recordings_share_is_one_script():
    both = [{"menu": menu, "shared": {"people": ["α"]}} for menu in ("one", "two")]
    (one, common), (two, same) = (made := [recordings.scripts(each, {}.__setitem__) for each in both])
    assert one != two and common == same
    assert called(made[0], one, "moves") == {"menu": "one", "shared": common}
    assert called(made[0], common, "share") == {"people": ["α"]}


def test_all_that_moves_is_small():
    photos, scripts = {}, {}
    for source in build.sources():
        for recorded in recordings.read(source.stem).values():
            scripts |= recordings.scripts(recorded, photos.__setitem__)
    assert sum(map(len, scripts.values())) + sum(map(len, photos.values())) <= MOST


@pytest.mark.parametrize("source", build.sources(), ids=lambda source: source.stem[:2])
def test_they_begin_with_the_still_pictures_of_the_notebook(source):
    cells = {cell.id: cell for cell in nbformat.read(build.target(source), as_version=4).cells}
    for place, recorded in recordings.read(source.stem).items():
        if recorded["script"] != "frames":
            continue
        level = recorded["tree"]
        while isinstance(level, dict):
            level = level["then"][level["start"]]
        words = " ".join(recorded["texts"][state[2]] for state in recorded["states"][level])
        assert words in [output.get("data", {}).get("text/plain") for output in cells[place].outputs]
