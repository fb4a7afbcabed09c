"""Trees of every layout, exported from fake worlds."""

import pytest
from fake_world import install

from data_prep.export import SOURCE, export


def exported(folder):
    """One of each layout in a folder, named by it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        install(monkeypatch, folder / "cache")
        for layout, source in SOURCE.items():
            export(source, layout, folder / layout)
    return folder
