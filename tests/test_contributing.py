"""The worked examples of CONTRIBUTING.md run as they stand, and what they change is there."""

import os
import re
import shutil
import subprocess
import sys
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


def test_a_further_method_is_one_file_and_one_line(tmp_path):
    """The kit with the module of the example, and its line of the diff: it trains by its name."""
    kit = tmp_path / "xivlab"
    kit.mkdir()
    for part in (ROOT / "xivlab").iterdir():
        if part.name not in ("methods", "__pycache__"):
            (kit / part.name).symlink_to(part)
    shutil.copytree(ROOT / "xivlab" / "methods", kit / "methods")
    text = EXAMPLES["Example 4: a method"]
    (code,), (diff,) = (
        re.findall(r"```python\n(.*?\n}\n)\nimport torch", text, re.DOTALL),
        re.findall(r"```diff\nxivlab/methods/__init__.py\n(.*?)```", text, re.DOTALL),
    )
    (kit / "methods" / "hc.py").write_text(code)
    before, after = (
        "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[0] in kept) for kept in (" -", " +")
    )
    assert len(after.splitlines()) == len(before.splitlines()) + 1, "one line"
    init = kit / "methods" / "__init__.py"
    assert before in init.read_text()
    init.write_text(init.read_text().replace(before, after))
    trains = """
import xivlab
from tiny import tiny
from toy import dataset
from xivlab.train import train
run = train(tiny(method="hc", epochs=1, decay_epochs=()), dataset(), "runs", quiet=True)
assert run.finished and run.log()["loss_centres"].notna().all()
print(xivlab.__file__)
"""
    paths = [str(tmp_path), str(ROOT), str(ROOT / "tests" / "helpers")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    words = [sys.executable, "-c", trains]
    done = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))


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
