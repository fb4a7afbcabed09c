"""Anatomy of methods: stages, channels, blocks and weights are those of the networks."""

import pytest
from tiny import tiny

from studykit.analysis.anatomy import anatomy
from xivlab.methods import METHODS, build_model


def test_xiv_reid_sees_x_between_infrared_and_visible_and_searches_by_both():
    found = anatomy(tiny(method="baseline+x+cmg"))
    assert found.blocks == ("infrared", "x", "visible") and found.beside == {"generator": 10}
    assert found.faces == {"infrared": ("infrared",), "visible": ("visible", "x")} and found.alone == 0


def test_two_streams_have_stems_of_their_own():
    found = anatomy(tiny(method="two-stream", backbone="slim"))
    assert (found.private, found.shared) == (("stem",), ("1", "2", "3", "4"))
    # A convolution 3 -> 16 of 3x3, and scale and shift of 16 channels, twice.
    assert found.alone == 2 * (3 * 16 * 9 + 2 * 16)


def test_zero_padding_takes_a_channel_for_each_modality():
    assert anatomy(tiny(method="zero-padding")).channels == 2


@pytest.mark.parametrize("name", METHODS)
def test_the_weights_of_every_method_are_those_that_it_trains(name):
    config = tiny(method=name, **METHODS[name].settings)
    found = anatomy(config, classes=7)
    trained = sum(one.numel() for one in build_model(config, 7).parameters() if one.requires_grad)
    assert found.weights == trained and found.title == METHODS[name].title
    assert len(found.private) + len(found.shared) == 5 and found.head
