"""Charts: the figure holds what the arrays say, in colour and in a second sign, and in words."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from studykit.plots.charts import cmc_curves, feature_plane, hardest, hinge, spread, training_curves
from xivlab.methods import METHODS

DISTANCE = np.array([[0.2, 0.9, 0.5, 0.7], [0.6, 0.3, 0.8, 0.4], [1.0, 0.9, 0.1, 0.6], [0.7, 0.8, 0.9, 0.2]])
LABELS = [1, 1, 2, 2]
NAMES = ["a", "b", "c", "d"]


def words(figure):
    """Every text of a figure that is drawn."""
    found = [text.get_text() for axes in figure.axes for text in (*axes.texts, axes.title, axes.xaxis.label)]
    for legend in [*figure.legends, *(axes.get_legend() for axes in figure.axes)]:
        found += [text.get_text() for text in legend.get_texts()] if legend else []
    return found


def tables(method):
    log = pd.DataFrame({"step": range(1, 41), "loss": np.linspace(9, 1, 40), "learning_rate": 1e-3})
    for name in METHODS[method].terms:
        log[name] = log["loss"] / 3
    rows = [
        {"step": step, "split": split, "query": "infrared", "test_distance": kind, "rank1": step / 100}
        for step, split in ((20, "val"), (40, "val"), (40, "test"))
        for kind in ("v", "v+x")
    ]
    return log, pd.DataFrame(rows)


def test_training_curves_leave_the_test_people_out():
    figure = training_curves(*tables("baseline+x+cmg"))
    rank = figure.axes[-1]
    assert [list(line.get_xdata()) for line in rank.lines] == [[20, 40], [20, 40]]
    assert np.allclose(rank.lines[0].get_ydata(), [20, 40])  # in %
    assert {"L, Eq. 11", "L_I", "L_V", "L_cross(I, X)", "distance v+x"} <= set(words(figure))
    assert "40%" in figure.alt and "9.00 to 1.10 in the running mean" in figure.alt


def test_training_curves_of_another_method_leave_none_of_its_losses_out():
    assert {"L", "L_I", "L_V", "L_pairs"} <= set(words(training_curves(*tables("hcml"))))


def test_training_curves_of_the_baseline_say_that_there_is_no_cross_loss():
    assert "no L_C in this method" in words(training_curves(*tables("baseline")))


def test_training_curves_without_validation_people():
    log, metrics = tables("baseline+x+cmg")
    figure = training_curves(log, metrics[metrics["split"] == "test"])
    assert "none: all train" in words(figure)
    assert "there are no validation people" in figure.alt


def test_curves_differ_in_line_and_marker_and_not_only_in_colour():
    figure = cmc_curves({"v": np.linspace(0.5, 1, 20), "x": np.linspace(0.4, 0.9, 20)})
    first, second = figure.axes[0].lines
    assert first.get_linestyle() != second.get_linestyle() and first.get_marker() != second.get_marker()
    assert first.get_ydata()[0] == 50 and first.get_xdata()[0] == 1
    assert "v: 50.0 % at rank 1" in figure.alt


def test_hardest_marks_the_farthest_of_the_same_person_and_the_nearest_of_others():
    figure = hardest(DISTANCE, LABELS, NAMES, NAMES)
    axes = figure.axes[0]
    marks = {(t.get_text(), int(t.get_position()[1]), int(t.get_position()[0])) for t in axes.texts}
    positives = {(i, j) for word, i, j in marks if word == "positive"}
    negatives = {(i, j) for word, i, j in marks if word == "negative"}
    assert positives == {(0, 1), (1, 0), (2, 3), (3, 2)}
    assert negatives == {(0, 2), (1, 3), (2, 1), (3, 0)}
    assert "a: b and c" in figure.alt


def test_hardest_can_hide_its_choice():
    axes = hardest(DISTANCE, LABELS, NAMES, NAMES, pick=False).axes[0]
    assert len(axes.patches) == 8 and "positive" not in {text.get_text() for text in axes.texts}


def test_hinge_is_zero_then_rises_with_slope_one():
    curve = hinge([0.3, 1.0], {"a": -0.1}).axes[0].lines[0]
    x, y = curve.get_data()
    assert np.allclose(y, np.maximum(0, x + 0.3))


def test_hinge_puts_samples_on_the_curve():
    axes = hinge([0.3], {"a": -0.1, "b": -1}).axes[0]
    assert [float(line.get_ydata()[0]) for line in axes.lines[1:3]] == pytest.approx([0.2, 0])


def test_feature_plane_shows_modality_and_person_in_two_signs():
    points = np.arange(8.0).reshape(4, 2)
    groups = {"infrared": points, "visible": points + 1}
    figure = feature_plane(
        {"before": groups, "after": groups}, LABELS, {"before": {"visible": -points}}, "alt"
    )
    assert len(figure.axes) == 2 and len(figure.axes[0].collections) == 2 * 2 + 1
    assert {"infrared", "visible", "person 1", "person 2"} <= set(words(figure))


def test_feature_plane_on_one_scale():
    near, far = {"visible": np.ones((4, 2)) * [[0], [1], [2], [3]]}, {"visible": np.eye(4)[:, :2] * 50}
    one, other = feature_plane({"near": near, "far": far}, LABELS, same_scale=True).axes
    assert one.get_xlim() == other.get_xlim() and one.get_xlim()[1] > 50


def test_spread_says_mean_and_range():
    figure = spread({"v": [0.1, 0.2, 0.3], "v+x": [0.4]}, "rank-1 in %")
    assert "v: mean 20.0, from 10.0 to 30.0" in figure.alt
    assert np.allclose(figure.axes[0].lines[0].get_xdata(), 20)


@pytest.mark.parametrize(
    "figure",
    [
        training_curves(*tables("baseline+x+cmg")),
        cmc_curves({"v": np.linspace(0.5, 1, 20)}),
        hardest(DISTANCE, LABELS, NAMES, NAMES),
        hinge([0.3]),
        feature_plane({"one": {"x": np.eye(4)[:, :2]}}, LABELS, alt="Four points."),
        spread({"v": [0.1, 0.2]}, "mAP in %"),
    ],
    ids=["training", "cmc", "hardest", "hinge", "plane", "spread"],
)
def test_every_chart_shows_itself_with_words_and_readable_letters(figure):
    bundle, about = figure._repr_mimebundle_()
    (mime,) = set(bundle) - {"text/plain"}
    assert isinstance(figure, Figure) and len(bundle[mime]) < 150_000
    assert bundle["text/plain"] == about[mime]["alt"] and bundle["text/plain"].endswith(".")
    sizes = [text.get_fontsize() for axes in figure.axes for text in axes.get_xticklabels() + axes.texts]
    assert min(sizes) >= 10


def test_nothing_uses_pyplot():
    assert "pyplot" not in Path(sys.modules["studykit.plots.charts"].__file__).read_text()
