"""The notebooks as shipped: in step with their sources, executed, small; and that they run."""

import ast
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from data_prep.export import export
from data_prep.prepare import pack, read_source
from notebooks.tools import build, editions, minutes, reader
from studykit import predictions
from studykit.exercises.exercise import code as code_of
from studykit.exercises.exercise import find
from studykit.exercises.judging import judge
from xivlab.errors import XivlabError

ROOT = build.FOLDER.parent
SOURCES = build.sources()
COURSE = [source for source in SOURCES if source.name[0].isdigit()]  # the others are pages beside the way
each = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
in_course = pytest.mark.parametrize("source", COURSE, ids=lambda path: path.stem)


def shipped(source):
    return nbformat.read(build.target(source), as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell):
    return "".join(o.text for o in cell.outputs if o.output_type == "stream")


@each
def test_in_step_with_its_source(source):
    assert build.out_of_step(source) is None, "run: python -m notebooks.tools.build"


@each
def test_fit_to_be_read_without_a_kernel(source):
    notebook = shipped(source)
    nbformat.validate(notebook)
    assert build.faults(notebook) == []
    assert any(cell.outputs for cell in code(notebook))
    assert all(cell.execution_count for cell in code(notebook) if cell.source.strip())
    assert dict(notebook.metadata) == build.METADATA


@each
def test_first_code_cell_prints_the_banner(source):
    first = code(shipped(source))[0]
    assert "banner()" in first.source
    assert printed(first).strip()


@each
def test_names_nothing_of_the_machine_it_was_made_on(source):
    text = source.read_text() + build.target(source).read_text()
    assert not re.search(r"/(work|home|root|tmp|Users)/", text)


@pytest.fixture
def smoke(monkeypatch, tmp_path):
    """The smallest scale, nothing trained yet."""
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    monkeypatch.setenv("XIVLAB_RUNS", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.mark.slow
@each
def test_every_answer_gets_its_message(source, smoke):
    """Attempts unsolved as a reader finds them, each typical mistake, the solution; all in one go."""
    notebook = build.execute(build.tried(source))
    assert [fault for fault in build.faults(notebook) if "KB" not in fault] == []
    assert build.misjudged(notebook) == []


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A packed tree in RegDB's layout: other cameras, other rules, and nobody for validation."""
    folder = tmp_path_factory.mktemp("real")
    export("synthetic-regdb", "regdb", folder / "tree")
    pack(read_source("regdb", folder / "tree"), folder / "tree", folder / "regdb", (64, 32))
    return folder / "regdb"


@pytest.mark.slow
@pytest.mark.parametrize("number", ["00", "04", "05", "09", "10"])
def test_runs_on_packed_data_by_changing_one_word(number, packed, smoke, monkeypatch):
    monkeypatch.setenv("XIVLAB_DATA", str(packed))
    (source,) = build.sources([number])
    notebook = build.learners(source)
    build.execute(notebook)
    assert [fault for fault in build.faults(notebook) if "KB" not in fault] == []


def markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


@each
def test_opens_with_goals_minutes_and_needs(source):
    top = build.read_source(source).cells[0].source
    assert top.startswith(f"# {source.stem[:2]} ")
    for word in ("**Goals.**", "**Minutes.**", "**Needs.**", "{minutes}"):
        assert word in top
    assert "{minutes}" not in shipped(source).cells[0].source


@in_course
def test_leads_back_and_on(source):
    place = COURSE.index(source)
    first, last = (markdown(shipped(source))[n].source for n in (0, -1))
    for neighbour, text in ((place - 1, first), (place + 1, last)):
        if 0 <= neighbour < len(COURSE):
            assert f"({COURSE[neighbour].stem}.ipynb)" in text


@each
def test_no_notebook_takes_more_than_an_hour(source):
    """By the rule of `notebooks.tools.reader`, which the first cell says to its reader."""
    minutes = reader.shown(build.read_source(source))
    assert minutes <= reader.MOST
    assert f"**Minutes.** {minutes} for you" in shipped(source).cells[0].source


@each
def test_a_page_beside_the_way_leads_back(source):
    if source not in COURSE:
        assert re.search(r"^Back: \[", markdown(shipped(source))[-1].source, re.MULTILINE)
    assert (
        f"({source.stem}.ipynb)" in (ROOT / "notebooks/source/00_start_here.py").read_text()
        or source == SOURCES[0]
    )


@in_course
def test_closes_with_takeaways_and_then_exercises(source):
    text = "\n".join(cell.source for cell in markdown(build.read_source(source)))
    assert re.search(r"^## (Takeaways|What it means)$.*^### Exercise 1", text, re.MULTILINE | re.DOTALL)


@in_course
def test_the_reader_predicts_and_then_tries(source):
    cells = build.read_source(source).cells
    places = [n for n, cell in enumerate(cells) if "predict" in editions.tags(cell)]
    assert len(places) >= 2
    asked = [re.findall(r'widgets\.predict\("([\dA]\d\.\d+)"\)', cells[place].source) for place in places]
    assert asked == [[number] for number in predictions.numbers() if number.startswith(source.name[:2])]
    assert all(cells[place + 1].cell_type == "code" for place in places)


@in_course
def test_exercises_say_how_hard_they_are_and_help(source):
    found = editions.exercises(build.read_source(source))
    assert len(found) >= 2
    for number, exercise in enumerate(found, 1):
        text = exercise.text.source
        assert exercise.title.startswith(f"Exercise {number}. ")
        assert re.search(r"^Difficulty [●○]{3} · importance [●○]{3} · \d+ minutes$", text, re.MULTILINE)
        assert "<details><summary>Hint" in text
        assert "return None" in exercise.attempt.source


def lines_of(function):
    """The lines of a solution or mistake that say something, without spaces."""
    body = "\n".join(code_of(function).splitlines()[1:])
    return [line.strip().replace(" ", "") for line in body.splitlines() if len(line.strip()) > 12]


@in_course
def test_learners_find_no_answer_to_an_exercise(source):
    """From the exercises on: neither a line of a solution, nor a mistake or its sentence, folded or not, nor the word."""
    notebook = shipped(source)
    first = next(n for n, cell in enumerate(notebook.cells) if "exercise-text" in editions.tags(cell))
    # The questions of the quiz are no exercises: their wrong options have reasons of their own.
    text = "\n".join(str(cell) for cell in notebook.cells[first:] if "quiz" not in editions.tags(cell))
    bare = text.replace(" ", "").replace("\\n", "\n")
    assert "Solution" not in text and "mistake" not in text
    for exercise in editions.exercises(build.read_source(source)):
        known = find(exercise.number)
        assert len(exercise.check.source.splitlines()) <= 3
        assert [line for line in lines_of(known.solution) if line in bare] == []
        assert [sentence for sentence in known.mistakes if sentence in text] == []


@each
def test_a_source_holds_no_answers(source):
    """Not even for teachers: they stand in the package, once."""
    tags = {tag for cell in build.read_source(source).cells for tag in editions.tags(cell)}
    assert tags <= {"predict", "exercise-text", "exercise", "check", "quiz", "teacher"}


def imported(notebook):
    """Names of NumPy, pandas and PyTorch as a notebook imports them."""
    names = {}
    for cell in code(notebook):
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import) and node.names[0].name in ("numpy", "pandas", "torch"):
                exec(ast.unparse(node), names)  # noqa: S102 (our own imports)
    return names


@each
def test_answers_of_the_teachers_edition_need_only_what_the_notebook_imports(source):
    notebook = build.read_source(source)
    for exercise in editions.exercises(notebook):
        for cell in (exercise.solution, *exercise.wrong):
            names = imported(notebook)
            exec(cell.source, names)  # noqa: S102 (as the notebook does)
            verdict = judge(find(exercise.number), names[exercise.function])
            assert verdict.sentence == cell.metadata.get("says", verdict.sentence)
            assert (verdict.kind == "right") == ("solution" in editions.tags(cell))


@each
def test_every_picture_is_in_words_too(source):
    for cell in code(shipped(source)):
        for output in cell.outputs:
            for mime in set(output.get("data", ())) & {"image/png", "image/jpeg"}:
                assert output.metadata[mime]["alt"] == output.data["text/plain"]
                assert len(output.data["text/plain"].split()) >= 4


def test_spelling():
    texts = [*build.SOURCES.glob("*.py"), *ROOT.glob("*.md"), *ROOT.glob("notebooks/*.md")]
    words = [sys.executable, "-m", "codespell_lib", *map(str, texts)]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_only_what_is_asked_for_is_built():
    numbers = [source.name[:2] for source in SOURCES]
    assert [source.name[:2] for source in build.sources(numbers[:1])] == numbers[:1]
    with pytest.raises(XivlabError, match="No notebook begins with '99'"):
        build.sources(["99"])


def test_cells_keep_their_ids():
    one, other = (build.learners(SOURCES[0]) for _ in range(2))
    assert [cell.id for cell in one.cells] == [cell.id for cell in other.cells]


def test_an_error_is_told_with_its_cell():
    with pytest.raises(XivlabError, match="1 / 0"):
        build.execute(new_notebook(cells=[new_code_cell("1 / 0")]))


def test_faults_are_found():
    cell = new_code_cell("x", outputs=[new_output("stream", name="stderr", text="Careful!")])
    large = new_code_cell("y", outputs=[new_output("stream", text="x" * build.LARGEST)])
    first, second = build.faults(new_notebook(cells=[cell, large]))
    assert "Cell 0 wrote to stderr: Careful!" in first
    assert f"cell 1 has {build.LARGEST // 1000}" in second


def test_what_needs_a_kernel_is_taken_out():
    widget = {build.WIDGET: {"model_id": "1"}}
    bar = {"text/plain": "demo:  0%|      | 0/500 [00:00<?, ?step/s]"}
    picture = {"image/png": "iVBORw0KGgo=", "text/plain": "A slider and a picture."}
    outputs = [new_output("display_data", {**widget, **data}) for data in (bar, {}, picture)]
    outputs += [new_output("stream", text=text) for text in ("a\n", "b\n")]
    notebook = new_notebook(cells=[new_code_cell("x", outputs=outputs, metadata={"execution": {}})])
    notebook.metadata = nbformat.from_dict({"widgets": {}, "kernelspec": {"name": "my own"}})
    build.tidy(notebook)
    shown, text = notebook.cells[0].outputs
    assert dict(shown.data) == picture
    assert text.text == "a\nb\n"
    assert notebook.metadata == build.METADATA and not notebook.cells[0].metadata


def small(tmp_path, monkeypatch, text):
    """One source in a folder of its own."""
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    monkeypatch.setattr(build, "TEACHERS", tmp_path / "teachers")
    monkeypatch.setattr(build, "SOURCES", tmp_path)
    source = tmp_path / "00_small.py"
    source.write_text(text)
    return source


def test_words_are_renewed_without_executing(tmp_path, monkeypatch):
    text = "# %% [markdown]\n# One {minutes}.\n\n# %%\nimport os\nprint(os.getpid())\n"
    source = small(tmp_path, monkeypatch, text)
    build.build(source)
    before = printed(shipped(source).cells[1])
    source.write_text(text.replace("One", "Two"))
    assert build.main(["--check"]) == 1
    assert build.main(["--words"]) == 0
    assert shipped(source).cells[0].source == "Two not measured yet."
    assert printed(shipped(source).cells[1]) == before
    assert build.main(["--check"]) == 0
    source.write_text(text.replace("getpid", "getppid"))
    with pytest.raises(XivlabError, match="its code has changed"):
        build.build_words(source)


def test_exercises_are_renewed_by_themselves(tmp_path, monkeypatch):
    """What stands before them may take an hour."""
    text = """\
# %%
import os
print(os.getpid())

# %% [markdown] tags=["exercise-text"]
# ### Exercise 1. Two histograms

# %% tags=["exercise"]
def wasserstein(one, other):
    return None

# %% tags=["check"]
from studykit.exercises import check

check("09.2", wasserstein)
"""
    source = small(tmp_path, monkeypatch, text)
    build.build(source)
    before = shipped(source)
    assert printed(before.cells[3]).startswith("Not yet: your function returns None.")
    source.write_text(text.replace("return None", "return one + other"))
    assert build.main(["--words"]) == 0
    after = shipped(source)
    assert printed(after.cells[0]) == printed(before.cells[0])
    assert printed(after.cells[3]).startswith("Not yet: the answer should be one number")
    assert [cell.execution_count for cell in code(after)] == [1, 2, 3]


@pytest.mark.slow
def test_time_is_taken_from_an_empty_folder_and_again(tmp_path, monkeypatch):
    """The first time writes into the folder of runs, the second finds it there."""
    text = "# %%\nimport os, time\nfrom pathlib import Path\n\nmade = Path(os.environ['XIVLAB_RUNS'], 'a')\n"
    source = small(tmp_path, monkeypatch, text + "time.sleep(0 if made.exists() else 6)\nmade.touch()\n")
    monkeypatch.setattr(minutes, "FILE", tmp_path / "minutes.csv")
    assert build.main(["--time", source.name[:2]]) == 0
    (row,) = minutes.Minutes.read().table.to_dict("records")
    assert row["notebook"] == "00_small"
    assert row["first"] >= row["again"] + 2  # of the six seconds; a kernel starts now faster, now slower
