"""A line to hand in, read again, and a class of them."""

import pytest

from studykit import hand_in, progress
from studykit.hand_in import HandIn
from studykit.predictions import prediction
from studykit.quiz import quiz_of
from xivlab.errors import XivlabError

RIGHT = "ABCD"[quiz_of("03").questions[1].right]
ADA = HandIn(
    "Ada Lovelace", {"03.2": 4, "00.1": 1}, {"00.1": prediction("00.1").letter, "06.1": "A"}, {"03.2": RIGHT}
)


def test_a_line_is_read_as_it_was_written():
    assert hand_in.read("> " + hand_in.line(ADA) + "  ") == ADA
    assert (ADA.came, ADA.right) == (1, 1)


@pytest.mark.parametrize(("old", "new"), [("03.2=4", "03.2=1"), ("Ada", "Eve"), ("06.1=A", "06.1=B")])
def test_a_line_that_was_changed_is_told(old, new):
    line = hand_in.line(ADA)
    assert old in line
    assert not hand_in.read(line.replace(old, new)).intact


def test_a_name_does_not_break_the_line():
    assert hand_in.read(hand_in.line(HandIn("A | B\nC"))).name == "A B C"


def test_what_is_no_line_is_told():
    with pytest.raises(XivlabError, match="No line of `xivlab-exercise report`: 'good morning'"):
        hand_in.read("good morning")


def test_a_reader_gets_counts_and_the_line(tmp_path, capsys):
    (tmp_path / progress.NAME).write_text("{}")
    progress.note("exercises", "03.2", {"right": True, "tries": 4}, tmp_path)
    progress.note("exercises", "03.1", {"right": False, "tries": 9}, tmp_path)
    progress.note("predictions", "00.1", "A", tmp_path)
    assert hand_in.main(["report", "--folder", str(tmp_path), "--name", "Ada"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1 of ") and "1 of" in said.splitlines()[1]
    assert said.splitlines()[-1] == hand_in.line(HandIn("Ada", {"03.2": 4}, {"00.1": "A"}, {}))


def test_a_teacher_reads_a_file_of_lines(tmp_path, capsys):
    file = tmp_path / "lines.txt"
    eve = hand_in.line(HandIn("Eve", {}, {"06.1": "C"})).replace("06.1=C", "06.1=A")
    file.write_text(f"{hand_in.line(ADA)}\n\nhello\n{eve}\n")
    assert hand_in.main(["report", "--read", str(file)]) == 0
    said = capsys.readouterr()
    assert "Line 3: No line of" in said.err
    rows = [line.split() for line in said.out.splitlines() if line]
    assert ["Ada", "Lovelace", "2", "2", "1", "1", "1", "intact"] in rows
    assert ["Eve", "0", "1", "0", "0", "0", "CHANGED"] in rows
    assert ["prediction", "06.1", "2", "2"] in rows


def test_an_empty_folder_is_told(tmp_path, capsys):
    assert hand_in.main(["report", "--folder", str(tmp_path)]) == 1
    assert "Nothing is noted in" in capsys.readouterr().err
