"""What the tests on a GPU share. `make gpu` runs them; `pytest tests/gpu -m gpu --device cpu` tries their own logic."""

from contextlib import contextmanager

import pytest
import torch

NO_GPU = "PyTorch sees no GPU here: run `make gpu` on a machine with one (--device cpu tries the tests' own logic)."


@pytest.fixture(scope="session")
def device(request):
    """What is tested: a GPU, or by `--device cpu` the tests themselves, at tiny sizes."""
    wanted = request.config.getoption("--device")
    if wanted == "cuda" and not torch.cuda.is_available():
        pytest.skip(NO_GPU)
    return torch.device(wanted)


@pytest.fixture(scope="session")
def computing_on():
    """A block of which everything that picks a device, here or in another process, gets the one that is named."""

    @contextmanager
    def block(name):
        with pytest.MonkeyPatch.context() as patch:
            for module in ("devices", "weights"):
                patch.setattr(f"xivlab.runs.{module}.pick_device", lambda: torch.device(name))
            if name == "cpu":
                patch.setenv("CUDA_VISIBLE_DEVICES", "")
            yield

    return block


@pytest.fixture(scope="module", autouse=True)
def on_the_device(device, computing_on):
    """All tests of a file compute there."""
    with computing_on(device.type):
        yield
    if device.type == "cuda":
        torch.cuda.empty_cache()
