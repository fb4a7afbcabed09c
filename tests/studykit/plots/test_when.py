"""Pictures of the map: what is drawn is what the table says, and what was not measured is left out."""

import pandas as pd
import pytest

from studykit.plots.when import by_knob, plane, scatter

KNOBS = {
    "carbon, share": {"0": "carbon 0", "0.6": "default", "1": "carbon 1"},
    "noise": {"1": "default", "4": "noise 4"},
}
MEANS = {"default": 1.0, "carbon 0": -2.0, "noise 4": 3.0}
GAINED = pd.DataFrame(
    [
        {"row": "r", "point": point, "method": method, "part": part, "mean": mean + shift, "low": mean + shift - 0.5,
         "high": mean + shift + 0.5, "seeds": 3}
        for point, mean in MEANS.items()
        for method, shift in (("X", 0.0), ("V", 1.0))
        for part in ("whole", "training", "test")
    ]
)  # fmt: skip
WHY = pd.DataFrame(
    [
        {"point": point, "seed": seed, "val": 0.2, "train": 0.5, "colour_cost": mean, "linear": 0.5}
        for point, mean in MEANS.items()
        for seed in range(3)
    ]
)


def lines(axes):
    return [container.lines[0].get_ydata().tolist() for container in axes.containers]


def test_a_panel_per_knob_with_a_line_per_method():
    picture = by_knob(GAINED, KNOBS)
    carbon, noise = picture.axes
    assert lines(carbon) == [[-2, 1], [-1, 2]]  # "carbon 1" was not measured
    assert [tick.get_text() for tick in carbon.get_xticklabels()] == ["0", "0.6"]
    assert lines(noise) == [[1, 3], [2, 4]]
    assert carbon.get_ylim() == noise.get_ylim()
    assert "carbon, share, at 0: -2.0 and -1.0, at 0.6: +1.0 and +2.0; noise, at 1: " in picture.alt


def test_a_plane_is_bold_where_zero_is_ruled_out():
    table = pd.DataFrame(
        {"0": [(-1.0, -2.0, -0.5), (0.5, -1, 2)], "1": [None, (2, 1, 3)]}, index=["1/4", "1"]
    )
    picture = plane(table, "carbon", "length", "Gain of X.")
    weights = {text.get_text().split("\n")[0]: text.get_fontweight() for text in picture.axes[0].texts}
    assert weights == {"-1.0": "bold", "+0.5": "normal", "+2.0": "bold"}
    assert (
        picture.alt
        == "Gain of X. length 1/4, carbon 0: -1.0; length 1, carbon 0: +0.5; length 1, carbon 1: +2.0."
    )


def test_a_scatter_says_its_correlation():
    picture = scatter(GAINED, WHY, "X")
    assert len(picture.axes) == 3 and "X, gain over the Baseline at 3 points" in picture.alt
    drawn = picture.axes[2].containers[0].lines[0]
    assert list(drawn.get_xdata()) == pytest.approx(list(drawn.get_ydata()))  # colour_cost was made the gain
    assert "ρ = 1.00" in picture.axes[2].get_title()
