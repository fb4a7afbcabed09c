"""A whole study at smoke scale on a fake world: some seconds, everything in `folder`."""

import nbformat
from fake_world import install
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from xivlab.scale import current

GOOD = "import os\nprint('at', os.environ['XIVLAB_SCALE'], 'scale, in', os.path.basename(os.getcwd()))"


def write_notebook(path, *sources):
    path.parent.mkdir(exist_ok=True)
    cells = [new_markdown_cell("# A notebook"), *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}), path)


def project(folder, monkeypatch):
    """Make `folder` a project with one notebook, and work in it at smoke scale."""
    install(monkeypatch, folder / "cache")
    for name in ("XIVLAB_DATA", "XIVLAB_RUNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("studykit.studies.store.SHIPPED", ())
    (folder / "pyproject.toml").touch()
    write_notebook(folder / "notebooks" / "00_good.ipynb", GOOD)
    current.cache_clear()
