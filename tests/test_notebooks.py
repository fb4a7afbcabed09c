"""The notebooks as shipped: in step with their sources, executed, small; and that they run."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from data_prep.prepare import pack, read_source
from notebooks import build
from xivlab.errors import XivlabError
from xivlab.export import export

SOURCES = build.sources()
each = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def shipped(source):
    return nbformat.read(build.target(source), as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell):
    return "".join(o.text for o in cell.outputs if o.output_type == "stream")


@each
def test_in_step_with_its_source(source):
    assert build.out_of_step(source) is None, "run: python -m notebooks.build"


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


@each
def test_every_exercise_has_a_check_and_a_solution(source):
    cells = build.read_source(source).cells
    places = [n for n, cell in enumerate(cells) if "exercise" in cell.metadata.get("tags", ())]
    for place in places:
        assert "check" in cells[place + 1].metadata.tags
        assert solution(cells[place + 2])


def solution(cell):
    return re.search(r"<details>.*```python\n(.*?)```.*</details>", cell.source, re.DOTALL)[1]


def solved(notebook):
    """The notebook, each solution tried after its exercise was shipped unsolved."""
    cells, tries = [], []
    for cell in notebook.cells:
        cells.append(cell)
        if "check" in cell.metadata.get("tags", ()):
            check = cell
        if cell.cell_type == "markdown" and "```python" in cell.source and "Solution" in cell.source:
            tries.append(new_code_cell(f"{solution(cell)}\n{check.source}"))
            cells.append(tries[-1])
    notebook.cells = cells
    return tries


@pytest.mark.slow
@each
def test_runs_at_smoke_scale(source, monkeypatch, tmp_path):
    """As a reader runs it, exercises unsolved; then every solution convinces its check."""
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    monkeypatch.setenv("XIVLAB_RUNS", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    notebook = build.read_source(source)
    tries = solved(notebook)
    build.execute(notebook)
    assert [fault for fault in build.faults(notebook) if "KB" not in fault] == []
    for cell in code(notebook):
        if "check" in cell.metadata.get("tags", ()):
            assert printed(cell).startswith("Not yet")
    for cell in tries:
        assert printed(cell).startswith("Right"), cell.source


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A packed tree in RegDB's layout: other cameras, other rules, and nobody for validation."""
    folder = tmp_path_factory.mktemp("real")
    export("synthetic-regdb", "regdb", folder / "tree")
    pack(read_source("regdb", folder / "tree"), folder / "tree", folder / "regdb", (64, 32))
    return folder / "regdb"


@pytest.mark.slow
@pytest.mark.parametrize("number", ["00", "04", "05", "09", "10"])
def test_runs_on_packed_data_by_changing_one_word(number, packed, monkeypatch, tmp_path):
    monkeypatch.setenv("XIVLAB_DATA", str(packed))
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    monkeypatch.setenv("XIVLAB_RUNS", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (source,) = build.sources([number])
    notebook = build.read_source(source)
    build.execute(notebook)
    assert [fault for fault in build.faults(notebook) if "KB" not in fault] == []


def test_only_what_is_asked_for_is_built():
    numbers = [source.name[:2] for source in SOURCES]
    assert [source.name[:2] for source in build.sources(numbers[:1])] == numbers[:1]
    with pytest.raises(XivlabError, match="No notebook begins with '99'"):
        build.sources(["99"])


def test_cells_keep_their_ids():
    one, other = (build.read_source(SOURCES[0]) for _ in range(2))
    assert [cell.id for cell in one.cells] == [cell.id for cell in other.cells]


def test_an_error_is_told_with_its_cell():
    with pytest.raises(XivlabError, match="1 / 0"):
        build.execute(new_notebook(cells=[new_code_cell("1 / 0")]))


def test_faults_are_found():
    cell = new_code_cell("x", outputs=[new_output("stream", name="stderr", text="Careful!")])
    large = new_code_cell("y", outputs=[new_output("stream", text="x" * build.LARGEST)])
    first, second = build.faults(new_notebook(cells=[cell, large]))
    assert "Cell 0 wrote to stderr: Careful!" in first
    assert "cell 1 has 300" in second


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
