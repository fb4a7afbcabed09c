"""Pictures of the gap: they hold what the arrays say, in colour and in a second sign, and in words."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from studykit.analysis.intervals import Interval
from studykit.analysis.wavelengths import Measured
from studykit.analysis.x_position import Place
from studykit.plots.gap import (
    by_modality,
    by_person,
    distance_histograms,
    intensity_rows,
    map_grid,
    people_plane,
    rulers,
    starts_and_ends,
)

RNG = np.random.default_rng(0)
SETS = {name: RNG.normal(mean, 10, (60, 3)) for name, mean in (("visible", 90), ("x", 60), ("infrared", 120))}
NONE = Interval(0.3, np.nan, np.nan, 1)
RULER = Measured(
    np.array([400, 600, 800]), np.array([-0.2, 0.1, 0.9]),
    {"X": Place(Interval(0.2, 0.1, 0.3, 9), NONE), "gray": Place(NONE, NONE)}, NONE,
)  # fmt: skip
STARTS = pd.DataFrame({"variant": ["a", "b"], "seed": [0, 0], "alive": [1.0, 0.0], "excess": [0.0, 50.0]})
ENDS = STARTS.assign(excess=[-10.0, 40.0])
POINTS, PERSON = RNG.normal(size=(30, 2)), np.repeat(np.arange(10), 3)
GRID = {
    "XIV": {
        "by modality": by_modality(POINTS, {"visible": 10, "infrared": 20}),
        "by person": by_person(POINTS, PERSON),
    }
}


def legend(figure):
    return [text.get_text() for one in figure.legends for text in one.get_texts()]


def test_intensities_have_a_row_for_each_channel_on_one_scale():
    figure = intensity_rows(SETS)
    assert len(figure.axes) == 3 and len({axes.get_xlim() for axes in figure.axes}) == 1
    assert [axes.get_ylabel()[0] for axes in figure.axes] == list("RGB")
    shares = [patch.get_data().values.sum() for patch in figure.axes[1].patches]
    assert np.allclose(shares, 100) and len(shares) == 6
    assert legend(figure) == ["visible", "X", "infrared"]
    assert len({line.get_linestyle() for line in figure.axes[0].lines}) == 3
    assert f"X: R {SETS['x'][:, 0].mean():.0f}" in figure.alt


def test_rulers_show_the_bands_and_the_marks():
    figure = rulers({"colour": RULER, "features": RULER})
    assert len(figure.axes) == 2
    assert np.allclose(figure.axes[0].lines[0].get_xydata()[:, 1], RULER.along)
    heights = [line.get_ydata()[0] for line in figure.axes[0].lines[1:]]
    assert heights == [0, 1, 0.2, 0.3]
    assert legend(figure) == ["narrow bands", "X", "gray"]
    assert len(figure.axes[0].patches) == 1  # one value without an interval has no band
    assert "X is at 0.20" in figure.alt


def test_starts_and_ends_tell_the_dead():
    figure = starts_and_ends(STARTS, ENDS)
    markers = [line.get_marker() for line in figure.axes[0].lines]
    assert markers.count("X") == 1 and "1 are dead" in figure.alt
    assert legend(figure) == ["start", "trained", "trained, dead"]
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["a, seed 0", "b, seed 0"]


def test_maps_have_a_sign_for_every_group():
    figure = map_grid(GRID, "A map.")
    assert len(figure.axes) == 2
    shown = [sum(len(c.get_offsets()) for c in axes.collections) for axes in figure.axes]
    assert shown == [30, 30]
    assert legend(figure)[:3] == ["visible", "infrared", "other people"] and len(legend(figure)) == 9
    handles = figure.legends[0].legend_handles
    assert len({(h.get_color(), h.get_marker()) for h in handles}) == 9


def test_groups_hold_every_point():
    parts = by_modality(POINTS, {"visible": 4, "infrared": 26})
    assert np.array_equal(np.concatenate(list(parts.values())), POINTS) and len(parts["visible"]) == 4
    people = by_person(POINTS, PERSON, shown=2)
    assert list(people) == ["other people", "person 0", "person 1"] and len(people["other people"]) == 24


def test_distances_say_their_common_area():
    same, different = RNG.normal(1, 0.1, 500), RNG.normal(3, 0.1, 900)
    figure = distance_histograms({"apart": (same, different), "alike": (same, same)})
    assert "apart: 0%" in figure.alt and "alike: 100%" in figure.alt
    assert legend(figure) == ["same person", "different people"]
    assert len({axes.get_xlim() for axes in figure.axes}) == 1


def test_a_plane_of_people_has_its_own_axes():
    figure = people_plane({"one": {"visible": POINTS[:4]}, "two": {"x": POINTS[:4]}}, [1, 1, 2, 2], "Two.")
    assert [axes.get_xlabel() for axes in figure.axes] == ["first axis of the plane"] * 2
    assert [axes.get_ylabel() for axes in figure.axes] == ["second axis", ""]


FIGURES = {
    "intensity": lambda: intensity_rows(SETS),
    "rulers": lambda: rulers({"one": RULER}),
    "starts": lambda: starts_and_ends(STARTS, ENDS),
    "maps": lambda: map_grid(GRID, "Two maps."),
    "distances": lambda: distance_histograms({"one": (POINTS[:, 0], POINTS[:, 1])}),
    "plane": lambda: people_plane({"one": {"x": POINTS[:4]}}, [1, 1, 2, 2], "Four points."),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_chart_shows_itself_whole_with_words_and_readable_letters(name):
    figure = FIGURES[name]()
    bundle, about = figure._repr_mimebundle_()
    (mime,) = set(bundle) - {"text/plain"}
    assert isinstance(figure, Figure) and len(bundle[mime]) < 150_000
    assert bundle["text/plain"] == about[mime]["alt"] and bundle["text/plain"].endswith(".")
    sizes = [text.get_fontsize() for axes in figure.axes for text in axes.get_xticklabels() + axes.texts]
    assert min(sizes, default=10) >= 10
    for one in figure.legends:  # inside the picture, not cut off
        box = one.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1


def test_nothing_uses_pyplot():
    assert "pyplot" not in Path(sys.modules["studykit.plots.gap"].__file__).read_text()
