"""What can be searched is let through, and what cannot is named."""

import numpy as np
import pytest
from toy import data_set_of, dataset, split

from xivlab.errors import XivlabError
from xivlab.evaluation.protocols import check_searchable


def seen_by(*cameras):
    """The toy data, their test people seen by these cameras alone."""
    toy = dataset()
    test = split(4, 300, 3, cameras=cameras)
    return data_set_of("toy", "0" * 64, toy.train, toy.val, test)


@pytest.mark.parametrize("protocol", ["sysu", "regdb", "llcm"])
def test_the_toy_data_can_be_searched(protocol):
    check_searchable(dataset(), "val", protocol)
    check_searchable(dataset(), "test", protocol)


def test_camera_3_does_not_find_camera_2_by_the_rules_of_sysu():
    check_searchable(seen_by(2, 3), "test", "regdb")
    check_searchable(seen_by(2, 6), "test", "sysu")
    with pytest.raises(XivlabError, match="The test people of toy cannot be searched by the rules of sysu"):
        check_searchable(seen_by(2, 3), "test", "sysu")


def test_one_light():
    with pytest.raises(XivlabError, match="The test people of toy have no visible images"):
        check_searchable(seen_by(3, 6), "test", "sysu")
    with pytest.raises(XivlabError, match="The test people of toy have no infrared images"):
        check_searchable(seen_by(1), "test", "sysu")


def test_nobody_in_both_lights():
    toy = dataset()
    val = toy.val.select(np.flatnonzero((toy.val.person % 2 == 0) == (toy.val.modality == 0)))
    with pytest.raises(XivlabError, match="validation people .* nobody is seen in both modalities"):
        check_searchable(data_set_of("toy", "0" * 64, toy.train, val, toy.test), "val", "sysu")
