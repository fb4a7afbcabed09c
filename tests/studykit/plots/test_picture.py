"""Pictures: what is in them, how they show themselves, and that they stay small."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from studykit.plots import curves, gap, images
from studykit.plots import picture as figures
from xivlab.errors import XivlabError

RNG = np.random.default_rng(0)


def photos(*shape):
    return RNG.integers(0, 256, (*shape, 32, 16, 3), dtype=np.uint8)


def texts(picture):
    return [text.get_text() for text in picture.texts]


def shown(picture):
    """What a notebook gets: mime type, decoded image, alternative text."""
    (mime, data), (plain, words) = picture._repr_mimebundle_()[0].items()
    assert plain == "text/plain"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert picture._repr_mimebundle_()[1] == figures.shown_as(mime, words, image.width // 2)
    return mime, image, words


def test_a_strip_has_every_image_once_and_its_titles():
    picture = images.image_strip(photos(2, 3), ["a", "b", "c"], ["one", "two"], "six people")
    assert len(picture.axes) == 6
    assert texts(picture) == ["a", "b", "c", "one", "two"]
    mime, image, words = shown(picture)
    assert (mime, image.format, words) == ("image/jpeg", "JPEG", "six people")


def test_a_strip_is_one_row_or_several_grey_or_coloured_with_gaps():
    assert len(images.image_strip(photos(4)).axes) == 4
    assert len(images.image_strip(list(photos(4)[..., 0])).axes) == 4
    assert len(images.image_strip([[photos(1)[0], None], [None, photos(1)[0]]]).axes) == 2


def test_a_strip_keeps_the_shape_of_its_images():
    picture = images.image_strip(photos(2, 5), ["x"] * 5, ["y"] * 2)
    width, height = picture.get_size_inches()
    for axes in picture.axes:
        place = axes.get_position()
        assert place.height * height == pytest.approx(2 * place.width * width)
        assert place.x0 >= 0 and place.x1 <= 1 and place.y0 >= 0 and place.y1 <= 1


def test_images_that_do_not_fit_are_refused():
    with pytest.raises(XivlabError, match="uint8 of one size"):
        images.image_strip([photos(1)[0], photos(1)[0][:8]])
    with pytest.raises(XivlabError, match="float64"):
        images.image_strip(photos(2) / 255)


def test_right_and_wrong_differ_in_colour_and_in_mark():
    right = np.array([[True, False, False], [False, False, True]])
    picture = images.ranked_lists(photos(2), photos(2, 3), right, [["0.1"] * 3] * 2)
    assert texts(picture).count("✓ right") == 2 and texts(picture).count("✗ wrong") == 4
    frames = [axes.patches[0] for axes in picture.axes if axes.patches]
    assert len({frame.get_edgecolor() for frame in frames}) == 2
    assert len({str(frame.get_linestyle()) for frame in frames}) == 2
    assert "1 of those in first place and 2 of all" in picture.alt


def test_spectra_name_both_bands_and_every_curve():
    wavelength = np.arange(400, 1001, 10.0)
    picture = curves.spectra(wavelength, {"red": np.ones(61), "navy": np.ones(61), "none": np.zeros(61)})
    axes = picture.axes[0]
    assert [text.get_text() for text in axes.texts] == ["visible light", "near infrared"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["red", "navy", "none"]
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 3
    mime, image, _ = shown(picture)
    assert mime == "image/png" and image.width == 2 * figures.WIDTH * figures.DPI


def test_histograms_share_their_scale_and_count_every_image():
    panels = {"V": RNG.uniform(0, 0.5, (40, 3)), "X": RNG.uniform(0.4, 1, (40, 3))}
    picture = gap.channel_histograms(panels)
    one, other = picture.axes
    assert one.get_xlim() == other.get_xlim()
    counts = [patch.get_data().values.sum() for axes in picture.axes for patch in axes.patches]
    assert counts == [40] * 12  # outline and filling of R, G and B
    assert "Medians: V: R" in picture.alt


def test_an_embedding_map_has_a_marker_of_its_own_for_each_modality():
    points = {name: RNG.normal(size=(5, 2)) for name in ("visible", "infrared", "x")}
    picture = gap.embedding_map({"before": points, "after": points}, "two maps")
    for axes in picture.axes:
        assert len({str(c.get_paths()[0].vertices.tolist()) for c in axes.collections}) == 3
        assert len({tuple(c.get_facecolor()[0]) for c in axes.collections}) == 3


def test_lines_have_a_legend():
    x = np.linspace(0, 1, 5)
    picture = curves.lines(x, {"R": x, "B": x * x}, "h", "X", "two curves")
    assert [text.get_text() for text in picture.axes[0].get_legend().get_texts()] == ["R", "B"]


def test_pictures_stay_small():
    wavelength = np.arange(400, 1001, 10.0)
    assert len(figures.encode(curves.spectra(wavelength, {"red": np.ones(61)}))[1]) < 30_000
    smooth = np.broadcast_to(np.arange(64, dtype=np.uint8)[None, :, None], (128, 64, 3))
    assert len(figures.encode(images.image_strip([[smooth] * 6] * 3))[1]) < 80_000


def test_a_sharp_picture_leaves_the_figure_as_it_was():
    picture = curves.lines(np.arange(3.0), {"R": np.arange(3.0)}, "h", "X", "a line")
    before = figures.encode(picture)[1]
    assert shown(picture)[1].width == 2 * picture.canvas.get_width_height()[0]
    assert figures.encode(picture)[1] == before


def test_a_picture_is_not_pyplots():
    import matplotlib.pyplot as plt

    images.image_strip(photos(1))
    assert plt.get_fignums() == []


def test_a_chart_is_marked_for_dark_themes_and_a_photograph_is_not():
    about = {"alt": "words", "width": 100}
    assert figures.shown_as("image/png", "words", 100) == {"image/png": about, "needs_background": "light"}
    assert figures.shown_as("image/jpeg", "words", 100) == {"image/jpeg": about}
