"""Search with a picture of one's own: the list is that of the test distance, and a wrong file is one sentence."""

import io

import ipywidgets
import numpy as np
import pytest
from own_pictures import give, small_run
from PIL import Image
from toy import dataset

from studykit.widgets import own_search
from studykit.widgets.own_picture import MAY, SHOWN
from xivlab.evaluation.embeddings import test_distance as distance_of


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    return own_search(small_run(tmp_path_factory.mktemp("runs")), dataset())


def png(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def distances(panel):
    return [text.get_text() for text in panel.canvases["list"].distances]


def wanted(panel, query, kind):
    embeddings = panel.run_view.embeddings
    far = distance_of(embeddings.infrared[query : query + 1], embeddings.visible, embeddings.x, kind)[0]
    return [f"{place} · {one:.2f}" for place, one in enumerate(np.sort(far)[:SHOWN], start=1)]


def test_a_test_image_stands_there_first_and_the_distance_can_be_chosen(panel):
    for kind in ("v+x", "v"):
        panel.kind.value = kind
        assert distances(panel) == wanted(panel, 0, kind)
    assert panel.views["list"].words.startswith("An infrared test image, until yours is here: nearest of 80")


def test_a_picture_given_is_searched_as_the_run_would(panel):
    """A test image itself, at the network's size: its list is that of the run's own embedding."""
    panel.kind.value = "v+x"
    give(panel, png(np.asarray(panel.run_view.photo("infrared", 5))))
    assert panel.views["list"].words.startswith("Your mine.png: nearest of")
    assert distances(panel) == wanted(panel, 5, "v+x")
    words = panel.views["list"].words

    give(panel, b"not a picture", "<b>notes.txt")
    assert "&lt;b&gt;notes.txt is no JPEG, PNG, BMP, WebP or TIFF picture: convert it." in panel.notice.value
    assert panel.views["list"].words == words and panel.upload.value == ()

    panel.remove.click()
    assert panel.remove.disabled and distances(panel) == wanted(panel, 0, "v+x")


def test_it_says_what_it_may_be_used_for(panel):
    controls = panel.children[0].children[0]
    said = "".join(one.value for one in controls.children if isinstance(one, ipywidgets.HTML))
    assert MAY.replace("'", "&#x27;") in said and "agreed" in said and "decide nothing about anybody" in said
