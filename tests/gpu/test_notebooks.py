"""Every notebook at smoke scale, on the GPU."""

import pytest

from notebooks.tools import build

pytestmark = pytest.mark.gpu


@pytest.mark.parametrize("source", build.sources(), ids=lambda path: path.stem)
def test_runs_from_beginning_to_end(source, device, monkeypatch, tmp_path):
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    monkeypatch.setenv("XIVLAB_RUNS", str(tmp_path))
    notebook = build.learners(source)
    build.execute(notebook)
    assert [fault for fault in build.faults(notebook) if "KB" not in fault] == []
    banner = next(cell for cell in notebook.cells if cell.cell_type == "code").outputs[0].text

    assert ("(cuda)" in banner) == (device.type == "cuda")
