"""The rooms of the house: few doors, imports one way, faces that define nothing, and light where it must be."""

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10, where pytest brings the same under its old name
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PACKAGES = ("xivlab", "studykit", "data_prep", "notebooks", "benchmarks")
OTHER_OPENERS = ("Image", "os", "np.lib.format", "self", "webbrowser")  # whose `open` opens no text
HEAVY = ("matplotlib", "ipywidgets", "sklearn", "nbclient", "jinja2")
LATE = ("scipy", "joblib")  # a third of a second, when a world is exposed or threads are counted
IMPORTED = re.compile(r"from ((?:xivlab|studykit|data_prep)[\w.]*) import ([\w, ]+)")
FACES = [path for package in ("xivlab", "studykit") for path in sorted((ROOT / package).rglob("__init__.py"))]


def run(*words):
    command = [str(word) for word in words]
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)


def test_the_method_has_few_doors():
    inside = {path.name for path in (ROOT / "xivlab").iterdir()}
    doors = inside - {"__init__.py", "__main__.py", "__pycache__", "assets", "py.typed"}
    assert len(doors) <= 16, sorted(doors)


def test_imports_go_one_way():
    found = run(BIN / "lint-imports")
    assert found.returncode == 0, found.stdout


def test_the_method_has_at_most_ten_floors():
    """`exhaustive`: no module of a package may stand outside of them."""
    floors = {one["containers"][0]: one for one in CONTRACTS if "containers" in one}
    assert floors.keys() == {"xivlab", "studykit"} and all(one["exhaustive"] for one in floors.values())
    assert len(floors["xivlab"]["layers"]) <= 10


@pytest.mark.parametrize("words", [("check",), ("format", "--check")])
def test_code_is_linted(words):
    found = run(BIN / "ruff", *words, ".")
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("wanted", "left_out"),
    [
        ("xivlab.train, xivlab.evaluation", HEAVY + LATE),
        (
            "studykit.widgets, studykit.plots, studykit.studies.converged, studykit.studies.table1",
            ("scipy.stats", "scipy.optimize", "triton", "torch.utils.flop_counter"),
        ),
    ],
    ids=["training", "reading and drawing"],
)
def test_imports_leave_out_what_is_heavy_and_seldom_needed(wanted, left_out):
    code = f"import sys, {wanted}; print(*[one for one in {left_out} if one in sys.modules])"
    found = run(sys.executable, "-c", code)
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == []


EVERY_COMMAND = """
import sys, small_study, pytest
from pathlib import Path
small_study.project(Path.cwd(), pytest.MonkeyPatch())
from xivlab.cli import main
main(["train"])
(run,) = Path("runs").iterdir()
main(["evaluate", str(run)])
main(["export", "synthetic-sysu", "tree", "--layout", "sysu-mm01"])
main(["prepare", "sysu-mm01", "tree", "packed"])
print("heavy:", *[one for one in HEAVY if one in sys.modules])
"""


def test_commands_that_draw_nothing_import_nothing_to_draw_with(tmp_path):
    """Nor do they mind how matplotlib is set: MPLBACKEND may name what another program understands."""
    heavy = tuple(one for one in HEAVY if one != "nbclient")  # of the helper that makes the project
    path = [str(ROOT), str(ROOT / "tests" / "helpers")]
    done = subprocess.run(
        [sys.executable, "-c", f"HEAVY = {heavy}\n{EVERY_COMMAND}"],
        check=False, cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path), "MPLBACKEND": "nonsense"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "heavy:"


@pytest.mark.parametrize("path", FACES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_a_face_hands_on_and_hides_no_file(path):
    """METHODS and its two functions are what their folder is about; all other faces define nothing."""
    body = [node for node in ast.parse(path.read_text()).body if not isinstance(node, ast.Expr)]
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    if path.parent.name not in ("xivlab", "methods"):
        assert all(
            isinstance(node, ast.Assign) and node.targets[0].id == "__all__" for node in body[len(imports) :]
        )
    modules = {one.stem for one in path.parent.glob("*.py")} | {one.name for one in path.parent.iterdir()}
    for node in imports:
        names = {name.asname or name.name for name in node.names}
        own = isinstance(node, ast.ImportFrom) and node.module == ".".join(
            path.parent.relative_to(ROOT).parts
        )
        assert own or not names & modules, names & modules


@pytest.mark.parametrize("path", FACES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_a_face_has_all_that_it_says(path):
    face = importlib.import_module(".".join(path.parent.relative_to(ROOT).parts))
    assert [one for one in getattr(face, "__all__", ()) if not hasattr(face, one)] == []


def test_the_order_of_reading_names_files_that_are_there():
    """About 1,600 lines, to be read beside the paper."""
    text = ast.get_docstring(ast.parse((ROOT / "xivlab" / "__init__.py").read_text()))
    named = [line.split("`")[1] for line in text.splitlines() if line[:1].isdigit()]
    assert len(named) == 7
    lines = [len((ROOT / "xivlab" / name).read_text().splitlines()) for name in named]
    assert sum(lines) < 1700


def test_pre_commit_checks_the_same():
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    entries = [hook["entry"].removeprefix(".venv/bin/") for hook in repo["hooks"]]
    assert entries == ["ruff check", "ruff format --check", "lint-imports", "mypy"]
    assert "mypy" in (ROOT / ".ci" / "run").read_text()


def text_without_encoding(path):
    """Lines on which a file is opened as text by whatever the machine takes for its encoding."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or any(word.arg == "encoding" for word in node.keywords):
            continue
        method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if method else getattr(node.func, "id", "")
        if method and ast.unparse(node.func.value) in OTHER_OPENERS:
            continue
        modes = node.args[not method : 2 - method] + [
            word.value for word in node.keywords if word.arg == "mode"
        ]
        binary = any(isinstance(mode, ast.Constant) and "b" in str(mode.value) for mode in modes)
        if (
            (name == "open" and not binary)
            or (name == "read_text" and not node.args)
            or (name == "write_text" and len(node.args) < 2)
        ):
            yield node.lineno


def test_text_is_opened_with_its_encoding(tmp_path):
    """UTF-8, wherever the kit runs."""
    sources = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    found = [f"{path.relative_to(ROOT)}:{line}" for path in sources for line in text_without_encoding(path)]
    assert found == []
    (tmp_path / "bad.py").write_text(
        "open(a)\nopen(a, 'w')\nopen(a, 'rb')\np.read_text()\n", encoding="utf-8"
    )
    assert list(text_without_encoding(tmp_path / "bad.py")) == [
        1,
        2,
        4,
    ]  # the check itself sees what it should


def test_names_in_texts_and_in_code_of_strings_are_there():
    """`from studykit... import ...`, wherever it stands: in Markdown, in cells of notebooks, in code that tests hand on."""
    texts = [path for path in ROOT.glob("*.md")] + [path for path in (ROOT / "notebooks").glob("*.md")]
    texts += sorted((ROOT / "notebooks" / "source").glob("*.py")) + sorted((ROOT / "tests").rglob("*.py"))
    wanted = {
        (module, name.split(" as ")[0].strip())
        for path in texts
        for module, names in IMPORTED.findall(path.read_text(encoding="utf-8"))
        for name in names.split(",")
        if name.strip()
    }
    missing = [f"{module}.{name}" for module, name in sorted(wanted) if not there(module, name)]
    assert len(wanted) > 100 and missing == []


def there(module, name):
    try:
        return hasattr(importlib.import_module(module), name) or bool(
            importlib.import_module(f"{module}.{name}")
        )
    except ModuleNotFoundError as error:  # of the renderer's extra: not looked into
        return not error.name.startswith(module.partition(".")[0])
