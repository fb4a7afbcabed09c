"""Pre-training: it learns, repeats, and its file is what a run starts from."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from toy import split

from data_prep.people.pretrain import main, pretrain, vary_colour
from xivlab.backbones import backbone
from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A packed data set of 24 people in three splits."""
    parts = [split(n, 100 * n, n, shots=1, size=(32, 16)) for n in (16, 3, 5)]
    index = pd.DataFrame(
        {
            "person": np.concatenate([part.person for part in parts]),
            "camera": np.concatenate([part.camera for part in parts]),
            "modality": np.concatenate([part.modality for part in parts]),
            "split": np.repeat(["train", "val", "test"], [len(part.person) for part in parts]),
        }
    )
    index["path"] = [f"{i}.png" for i in range(len(index))]
    folder = tmp_path_factory.mktemp("packed") / "toy"
    write_packed(folder, "toy", "0" * 64, (32, 16), index, [part.pixels for part in parts])
    return folder


def test_command_writes_a_small_file_that_a_backbone_can_start_from(folder, tmp_path):
    out = tmp_path / "slim.safetensors"
    main([str(folder), str(out), "--steps", "2"])
    assert out.stat().st_size < 2_000_000
    state = backbone("slim", str(out))[0].state_dict()
    assert all(torch.isfinite(tensor).all() for tensor in state.values())
    assert state["0.weight"].dtype == torch.float32


def test_a_bad_folder_is_one_sentence_and_status_1(tmp_path):
    with pytest.raises(SystemExit, match="xivlab: .*not a whole packed data set"):
        main([str(tmp_path), str(Path(tmp_path, "out"))])


def test_it_repeats_and_leaves_the_global_random_state_alone():
    data = split(16, 0, 0, cameras=(1, 2), size=(32, 16))
    state = torch.get_rng_state()
    one, two = (pretrain(data.pixels, data.person, 2).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert torch.equal(state, torch.get_rng_state())


def test_too_few_people_is_one_clear_sentence():
    data = split(15, 0, 0, cameras=(1,))
    with pytest.raises(XivlabError, match="needs 16 people, and there are 15"):
        pretrain(data.pixels, data.person, 1)


def test_colours_vary_and_half_of_the_images_lose_them():
    visible = torch.rand(200, 3, 8, 4, generator=torch.Generator().manual_seed(0))
    varied = vary_colour(visible, torch.Generator().manual_seed(0))
    assert varied.shape == visible.shape and varied.min() >= 0 and varied.max() <= 1
    colourless = (varied[:, 0] == varied[:, 1]).flatten(1).all(1)
    assert colourless.float().mean().item() == pytest.approx(0.5, abs=0.1)
    assert varied.mean((1, 2, 3)).std() > 2 * visible.mean((1, 2, 3)).std()
