"""Which loss terms stand together, and what they are called."""

import pytest

from studykit.plots.terms import groups
from xivlab.methods import METHODS


def labels(method):
    return [
        [term.label for term in group.terms] for group in groups(["step", "loss", *METHODS[method].terms])
    ]


def test_the_papers_method_has_the_papers_words():
    assert labels("baseline+x+cmg") == [
        ["L, Eq. 11", "L_I", "L_X", "L_V"],
        ["L_cross(I, X)", "L_cross(I, V)"],
    ]
    _, below = groups(["loss", "loss_infrared", "loss_visible"])
    assert (below.terms, below.none) == ([], "no L_C in this method")


def test_other_methods_have_their_own_words():
    assert labels("agw") == [["L", "L_I", "L_V"], ["L_triplet"]]
    assert labels("hctri") == [["L", "L_identity"], ["L_strips", "L_centres"]]
    assert labels("mmn")[0] == ["L", "L_I", "L_infrared x", "L_X", "L_V"]  # no loss between modalities there


@pytest.mark.parametrize("method", METHODS)
def test_no_term_is_lost_and_no_two_in_one_pair_of_axes_look_alike(method):
    two = groups(["loss", *METHODS[method].terms, "learning_rate"])
    assert {term.name for group in two for term in group.terms} == {"loss", *METHODS[method].terms}
    for group in two:
        looks = [(term.colour, str(term.dash)) for term in group.terms]
        assert len(set(looks)) == len(looks)
