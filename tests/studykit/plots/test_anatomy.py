"""Pictures of methods: one look for all, and words that say what they show."""

import pytest
from tiny import tiny

from studykit.analysis.anatomy import anatomy
from studykit.plots.anatomy import anatomy_picture, colour_of, search_words
from studykit.plots.picture import COLOUR
from xivlab.methods import METHODS


def drawn(picture):
    return [text.get_text() for axes in picture.axes for text in axes.texts]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_drawn_with_its_blocks_stages_and_losses(name):
    method = anatomy(tiny(method=name, **METHODS[name].settings))
    picture = anatomy_picture(method)
    texts = drawn(picture)
    assert set(method.blocks) <= set(texts)
    assert {term.replace("_", " – ") for term in method.terms} <= set(texts)
    assert sum(texts.count(stage) for stage in ("stem", "1", "2", "3", "4")) == len(method.shared) + len(
        method.blocks
    ) * len(method.private)
    assert method.title in picture.alt and search_words(method) in picture.alt


def test_the_search_of_xiv_reid_is_equation_2():
    assert search_words(anatomy(tiny(method="baseline+x+cmg"))) == "D(I, V) + D(I, X)"


def test_a_loss_of_one_modality_has_its_colour():
    assert colour_of("infrared") == COLOUR["infrared"] and colour_of("triplet") not in COLOUR.values()
