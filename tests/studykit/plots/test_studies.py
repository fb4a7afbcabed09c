"""Charts of studies: what is drawn is what the table says, in two signs and in words."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from studykit.analysis.intervals import by_variant, paired
from studykit.plots.bars import PAPER
from studykit.plots.studies import gains, over_lambda, over_length, variant_scores
from xivlab.errors import XivlabError

MEANS = {"first": 0.30, "same": 0.301, "better": 0.40, "worse": 0.20}
THEIRS = pd.DataFrame({"rank1": [0.5, 0.6], "mAP": [0.45, 0.65]}, index=["first", "better"])


def table(means, seeds=5):
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.01, (len(means), seeds, 2))
    return pd.DataFrame(
        [
            {
                "variant": name,
                "seed": seed,
                "rank1": mean + noise[i, seed, 0],
                "mAP": mean + noise[i, seed, 1],
            }
            for i, (name, mean) in enumerate(means.items())
            for seed in range(seeds)
        ]
    )


SCORES = table(MEANS)
LAMBDAS = table({"0": 0.2, "0.01": 0.25, "0.1": 0.3, "3": 0.1})


def bars(axes):
    """(mean, low, high, filled) of every bar along a row."""
    found = []
    for container in axes.containers:
        mark, _, (bar,) = container
        (low, _), (high, _) = bar.get_segments()[0]
        found.append((mark.get_xdata()[0], low, high, mark.get_markerfacecolor() != "white"))
    return found


def keys(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_means_intervals_and_every_seed():
    figure = variant_scores(SCORES)
    assert len(figure.axes) == 2
    for axes, metric in zip(figure.axes, ("rank1", "mAP")):
        expected = 100 * by_variant(SCORES, metric)[["mean", "low", "high"]]
        np.testing.assert_allclose([bar[:3] for bar in bars(axes)], expected)
        seeds = np.concatenate(
            [dots.get_offsets()[:, 0] for dots in axes.collections if len(dots.get_offsets()) == 5]
        )
        np.testing.assert_allclose(seeds, 100 * SCORES[metric])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(MEANS)
    assert figure.alt.startswith("Means over seeds with 95 % intervals, in %. first: rank-1 ")


def test_a_spread_looks_as_wide_in_both_panels():
    for figure, limits in ((variant_scores(SCORES), "get_xlim"), (over_lambda(LAMBDAS), "get_ylim")):
        spans = [np.ptp(getattr(axes, limits)()) for axes in figure.axes]
        assert spans[0] == pytest.approx(spans[1])


def test_the_papers_numbers_stand_apart_hollow_and_by_name():
    figure = variant_scores(SCORES, THEIRS)
    panel = figure.axes[2]
    assert panel.get_title() == PAPER
    rank1, mean_ap = panel.lines
    assert list(rank1.get_xdata()) == [50, 60] and list(rank1.get_ydata()) == [0, 2]
    assert rank1.get_marker() != mean_ap.get_marker()
    assert rank1.get_markerfacecolor() == "white"
    assert keys(figure)[2:] == [f"rank-1, {PAPER}", f"mAP, {PAPER}"]
    assert "(paper: 50.0, 45.0)" in figure.alt


def test_differences_are_paired_and_a_hollow_mark_holds_zero():
    figure = gains(SCORES, THEIRS)
    drawn = bars(figure.axes[0])
    for (mean, low, high, filled), name in zip(drawn, ("same", "better", "worse"), strict=True):
        expected = paired(SCORES, name, "first")
        assert [mean, low, high] == pytest.approx([100 * part for part in expected[:3]])
        assert filled == (expected.low > 0 or expected.high < 0)
    assert [bar[3] for bar in drawn] == [False, True, True]
    diamonds = [line.get_xdata() for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert diamonds == [pytest.approx([10])]
    assert PAPER in keys(figure) and "better rank-1 +9.6 (+7.9 to +" in figure.alt
    assert any(list(line.get_xdata()) == [0, 0] for line in figure.axes[1].lines)


def test_differences_need_the_same_seeds():
    with pytest.raises(XivlabError, match="same seeds"):
        gains(SCORES[(SCORES["seed"] > 0) | (SCORES["variant"] != "better")])


def test_lambda_zero_stands_apart_on_a_logarithmic_axis():
    figure = over_lambda(LAMBDAS)
    axes = figure.axes[0]
    ticks = dict(zip([t.get_text() for t in axes.get_xticklabels()], axes.get_xticks()))
    assert list(ticks) == ["0", "0.01", "0.1", "3"]
    assert ticks["0.1"] - ticks["0.01"] == pytest.approx(1) == pytest.approx(ticks["0.01"] - ticks["0"])
    curve = next(line for line in axes.lines if len(line.get_xdata()) == 3)
    assert min(curve.get_xdata()) == ticks["0.01"]  # not joined to 0
    expected = 100 * by_variant(LAMBDAS)["mean"]
    np.testing.assert_allclose(curve.get_ydata(), expected[1:])
    assert any(list(line.get_xdata()) == [ticks["0.1"]] * 2 for line in axes.lines)
    assert "λ 0.1 30." in figure.alt and "the paper's λ = 0.1" in keys(figure)


def test_length_stands_on_an_axis_of_doublings():
    rows = [
        {"steps": n, "seed": s, "rank1": 0.1 * k + 0.001 * s, "mAP": 0.2}
        for k, n in enumerate((150, 300, 600))
        for s in range(3)
    ]
    picture = over_length(pd.DataFrame(rows), 300, here=600)
    axes = picture.axes[0]
    ticks = dict(zip([t.get_text() for t in axes.get_xticklabels()], axes.get_xticks()))
    assert ticks["600"] - ticks["300"] == pytest.approx(1) == pytest.approx(ticks["300"] - ticks["150"])
    curve = next(line for line in axes.lines if len(line.get_xdata()) == 3)
    np.testing.assert_allclose(curve.get_ydata(), [0.1, 10.1, 20.1])
    assert [list(line.get_xdata()) for line in axes.lines[1:] if len(line.get_xdata()) == 2] == [
        [ticks["300"]] * 2,
        [ticks["600"]] * 2,
    ]
    assert keys(picture)[-2:] == ["levels off: 300", "this run: 600"] and "600 steps 20.1" in picture.alt


@pytest.mark.parametrize(
    "figure",
    [
        variant_scores(SCORES, THEIRS),
        variant_scores(SCORES[SCORES["seed"] == 0]),
        gains(SCORES),
        gains(SCORES[SCORES["seed"] == 0]),
        over_lambda(LAMBDAS),
        over_lambda(LAMBDAS[LAMBDAS["variant"] != "0"]),
        over_lambda(LAMBDAS[LAMBDAS["seed"] == 0]),
    ],
    ids=["scores", "one seed", "gains", "gains of one seed", "lambda", "without 0", "lambda of one seed"],
)
def test_every_chart_shows_itself_with_words_and_readable_letters(figure):
    bundle, about = figure._repr_mimebundle_()
    assert set(bundle) == {"image/png", "text/plain"} and len(bundle["image/png"]) < 60_000
    assert bundle["text/plain"] == about["image/png"]["alt"] and bundle["text/plain"].endswith(".")
    assert "nan" not in bundle["text/plain"]
    assert min(text.get_fontsize() for axes in figure.axes for text in axes.get_xticklabels()) >= 10


def test_nothing_uses_pyplot():
    assert "pyplot" not in Path(sys.modules["studykit.plots.studies"].__file__).read_text()
