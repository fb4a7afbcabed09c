"""A GPU whose memory is full: one sentence, and the training goes on from what was saved."""

import gc

import pytest
import torch
from tiny import tiny
from toy import dataset

from xivlab.errors import XivlabError
from xivlab.train import Training, train

pytestmark = pytest.mark.gpu

EPOCH = 4  # steps of `tiny`


@pytest.fixture
def fill(device, monkeypatch):
    """Leave no memory to whoever asks from now on; called again with False, give it back."""
    if device.type == "cuda":

        def full(now):
            gc.collect()
            torch.cuda.empty_cache()  # else a step would live on what it has
            torch.cuda.set_per_process_memory_fraction(0.0 if now else 1.0)

        yield full
        full(False)
        return
    learn, state = Training.learn, {"full": False}

    def learn_if_there_is_room(training):
        if state["full"]:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nGPU 0 has")
        learn(training)

    monkeypatch.setattr(Training, "learn", learn_if_there_is_room)
    yield lambda now: state.update(full=now)


def test_out_of_memory_is_one_sentence_and_the_state_is_kept(fill, tmp_path):
    data = dataset()

    def full_after_an_epoch(progress):
        if progress.step == EPOCH + 1:
            fill(True)

    with pytest.raises(
        XivlabError, match=r"^The memory is not enough \(.*\): lower people_per_batch"
    ) as said:
        train(tiny(), data, tmp_path, quiet=True, watch=full_after_an_epoch)
    assert "\n" not in str(said.value)
    fill(False)
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    kept = torch.load(folder / "state.pt", map_location="cpu", weights_only=False)
    assert kept["step"] == EPOCH
    assert train(tiny(), data, tmp_path, quiet=True).finished
