"""How well colour predicts infrared: known mixtures are found."""

import numpy as np
import pandas as pd
import pytest

from studykit.analysis.predictability import patches, predictability
from xivlab.world import World


def test_a_linear_mix_is_found_and_the_largest_channel_too():
    colours = np.random.default_rng(0).random((200, 3))
    mixed = pd.DataFrame(colours, columns=list("rgb")).assign(infrared=colours @ [0.7, 0.2, 0.0] + 0.1)
    assert predictability(mixed)["linear"] == pytest.approx(1) and predictability(mixed)["r"] > 0.9
    largest = predictability(mixed.assign(infrared=colours.max(1)))
    assert largest["v"] == pytest.approx(1) and largest["linear"] < 0.95


def test_without_carbon_and_with_steep_dyes_colour_says_little_of_the_infrared():
    def best(name):
        world = World(name)
        people = world.index.query("split == 'val'")["person"].unique()
        return predictability(patches(world, people))["linear"]

    assert best("synthetic-sysu@carbon=0,edge=0.55") < best("synthetic-sysu") - 0.1
