"""The worked examples of CONTRIBUTING.md run as they stand, and what they change is there."""

import re
from pathlib import Path

import pytest

from xivlab import model

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLES = dict(re.findall(r"^## (Example \d: .+?)\n(.*?)(?=^## )", TEXT, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_runs(name, monkeypatch, tmp_path):
    monkeypatch.setattr(model, "ONE_CHANNEL", dict(model.ONE_CHANNEL))
    monkeypatch.setattr("tempfile.mkdtemp", lambda: str(tmp_path))
    (code,) = re.findall(r"```python\n(.*?)```", EXAMPLES[name], re.DOTALL)
    assert len(code.splitlines()) < 40
    exec(compile(code, name, "exec"), {"__name__": "example"})  # noqa: S102 (our own text)


def test_there_are_four():
    found = [name.partition(": ")[2] for name in EXAMPLES]
    assert found == ["a special case of X", "a loss", "a data set", "a method"]


def test_what_is_to_be_changed_is_there():
    """Lines of a diff that are kept or replaced stand in the file named above them."""
    seen = 0
    for diff in re.findall(r"```diff\n(.*?)```", TEXT, re.DOTALL):
        for line in diff.splitlines():
            if re.match(r"[\w/]+\.py$", line):
                lines = (ROOT / line).read_text().splitlines()
            elif line[0] in " -":
                assert line[1:] in lines, line
                seen += 1
    assert seen == 5


def test_files_of_the_table_exist():
    table = TEXT.partition("## How the house")[2].partition("A file is about")[0]
    for row in table.splitlines()[4:]:
        folder = ""
        for name in re.findall(r"`([^`]+)`", row.split("|")[1] if "|" in row else ""):
            folder = name.rpartition("/")[0] if "/" in name else folder
            path = name if "/" in name else f"{folder}/{name}"
            assert (ROOT / path).exists() or list(ROOT.glob(path)), path
