"""Quiz and open task in the editions of the notebooks: the rubric is for teachers alone."""

import nbformat
import pytest

from notebooks.tools import build, editions, quiz
from studykit.quiz import quiz_of
from studykit.quiz.pages import bundle

# Pages beside the way, A1 and so on, have none.
SOURCES = [source for source in build.sources() if source.name[0].isdigit()]
each = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
CALL = '# %% tags=["quiz"]\nfrom studykit import widgets\n\nwidgets.quiz("03")\n'


def words(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


@each
def test_every_notebook_ends_with_its_own_questions_and_task(source):
    *_, heading, call, task, way_on = build.learners(source).cells
    assert heading.source.startswith("## Questions")
    assert quiz.CALL.findall(call.source) == [source.name[:2]]
    assert task.source.startswith(f"## Open task: {quiz_of(source.name[:2]).task.title}\n")
    assert ".ipynb)" in way_on.source


@each
def test_learners_get_no_rubric_and_teachers_all_of_it(source):
    learners, teachers = build.learners(source), editions.teachers(build.tried(source))
    for line in quiz_of(source.name[:2]).task.rubric:
        assert line not in words(learners)
        assert line in words(teachers)
    assert "ubric" not in words(learners)


def small(tmp_path, monkeypatch, text=CALL):
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    source = tmp_path / "00_small.py"
    source.write_text(text, encoding="utf-8")
    return source


def outputs(source):
    cells = nbformat.read(build.target(source), as_version=4).cells
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


def test_a_built_notebook_shows_the_questions_with_folded_answers(tmp_path, monkeypatch):
    source = small(tmp_path, monkeypatch)
    build.build(source)
    (output,) = outputs(source)
    assert output.data == bundle(quiz_of("03"))
    assert build.out_of_step(source) is None


def test_another_wording_is_noticed_and_renewed_without_executing(tmp_path, monkeypatch):
    source = small(tmp_path, monkeypatch)
    build.build(source)
    path = build.target(source)
    path.write_text(
        path.read_text(encoding="utf-8").replace("All infrared features", "Some features"), encoding="utf-8"
    )
    assert build.out_of_step(source) == "00_small.ipynb shows another quiz than studykit/quiz"
    build.build_words(source)
    assert build.out_of_step(source) is None
    assert outputs(source)[0].data == bundle(quiz_of("03"))
