"""Settings of the whole suite."""

import signal
from pathlib import Path

import pytest
import torch
from hypothesis import settings

# The nets of the tests are so small that a second thread costs more than it gives, all the more
# when another program has the second core.
torch.set_num_threads(1)

# A shell that starts the tests in the background has Ctrl-C ignored, and some tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no failure.
settings.register_profile("xivlab", deadline=None)
settings.load_profile("xivlab")


def pytest_addoption(parser):
    parser.addoption("--makehuman", type=Path, help="folder of the CC0 MakeHuman assets, for -m render")
    parser.addoption(
        "--device", choices=("cuda", "cpu"), default="cuda", help="what tests/gpu runs on, for -m gpu"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project of its own with small data, a notebook and smoke scale, one per test file."""
    import small_study

    from xivlab.scale import current

    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = tmp_path_factory.mktemp("project")
        small_study.project(folder, monkeypatch)
        yield folder
    current.cache_clear()


@pytest.fixture
def in_threads():
    """Runs of a study side by side in threads: another process would open the real world."""
    import joblib

    with joblib.parallel_config(backend="threading"):
        yield
