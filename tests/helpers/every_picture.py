"""A call of everything in `studykit.plots` that returns a picture, small, and always with the same numbers."""

import inspect
from collections.abc import Callable

import numpy as np
import pandas as pd

from studykit.analysis.anatomy import anatomy
from studykit.analysis.intervals import Interval
from studykit.analysis.toy_of_x import learn, toy_world
from studykit.analysis.wavelengths import Measured
from studykit.analysis.x_position import Place
from studykit.plots import anatomy as anatomy_plot
from studykit.plots import charts, curves, effects, gap, images, pipeline, studies, toy_of_x, verdicts, when
from studykit.plots.picture import Picture, encode, plot_axes
from xivlab.config import preset

MODULES = (anatomy_plot, charts, curves, effects, gap, images, pipeline, studies, toy_of_x, verdicts, when)
MODALITIES = ("infrared", "x", "visible")
RNG = np.random.default_rng(0)
LABELS, NAMES = [1, 1, 2, 2], ["a", "b", "c", "d"]
DISTANCE = RNG.random((4, 4))
POINTS = {name: RNG.normal(size=(4, 2)) for name in MODALITIES}
MEANS = {name: RNG.normal(90, 10, (60, 3)) for name in MODALITIES}
PHOTOS = RNG.integers(0, 256, (2, 3, 32, 16, 3), dtype=np.uint8)
PLACE = Place(Interval(0.2, 0.1, 0.3, 9), Interval(0.3, np.nan, np.nan, 1))
RULER = Measured(np.array([400, 600, 800]), np.array([-0.2, 0.1, 0.9]), {"X": PLACE}, PLACE.off)
LOOKS = pd.DataFrame({"variant": ["a", "b"], "seed": [0, 0], "alive": [1.0, 0.0], "excess": [0.0, 50.0]})
STEPS = range(1, 41)
LOG = pd.DataFrame({"step": STEPS, "loss": np.linspace(9, 1, 40), "learning_rate": 1e-3})
LOG = LOG.assign(loss_infrared=LOG["loss"] / 3, loss_infrared_x=LOG["loss"] / 4)
VALIDATED = pd.DataFrame(
    {"step": [20, 40], "split": "val", "query": "infrared", "test_distance": "v+x", "rank1": [0.2, 0.4]}
)
CURVES = {"v": np.linspace(0.5, 1, 20), "x": np.linspace(0.4, 0.9, 20)}
TWO_SEARCHES = pd.DataFrame(
    [
        {"variant": name, "seed": seed, "test_distance": distance, "rank1": score + 0.01 * seed**2}
        for name, distance, score in (("Baseline", "v", 0.2), ("X", "v", 0.25), ("X", "v+x", 0.3))
        for seed in range(3)
    ]
)
JUDGED = pd.DataFrame(
    {"claim": "X helps", "study": ["a", "b"], "world": "w", "metric": "rank1", "gain": "X", "difference": [1.0, -1.0],
     "low": [0.5, -1.5], "high": [1.5, -0.5], "verdict": ["holds", "does not hold"]}
)  # fmt: skip
GAINED = pd.DataFrame(
    {
        "point": ["a", "b"],
        "method": "X",
        "part": "whole",
        "mean": [1.0, 2.0],
        "low": [0.0, 1.5],
        "high": [2.0, 2.5],
    }
)
REASONS = pd.DataFrame(
    {"point": ["a", "b"], "train": 0.5, "val": [0.2, 0.3], "colour_cost": [0.1, 0.2], "linear": [0.4, 0.6]}
)


def _scores(*variants: str) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [(name, seed, *rng.random(2)) for name in variants for seed in range(5)]
    return pd.DataFrame(rows, columns=["variant", "seed", "rank1", "mAP"])


def _features() -> dict[str, np.ndarray]:
    return {name: points[0] for name, points in POINTS.items()}


EXAMPLES: dict[Callable, Callable[[], Picture]] = {
    charts.training_curves: lambda: charts.training_curves(LOG, VALIDATED),
    charts.cmc_curves: lambda: charts.cmc_curves(CURVES),
    charts.hardest: lambda: charts.hardest(DISTANCE, LABELS, NAMES, NAMES),
    charts.hinge: lambda: charts.hinge([0.3, 1], {"a gap": -0.1}),
    charts.feature_plane: lambda: charts.feature_plane({"one": POINTS, "two": POINTS}, LABELS, {"one": POINTS}, "words"),
    charts.spread: lambda: charts.spread({"a": [0.1, 0.3], "b": [0.2, 0.5]}, "rank-1"),
    curves.spectra: lambda: curves.spectra(np.arange(400, 1001, 10.0), {"red": np.linspace(0, 1, 61)}),
    curves.lines: lambda: curves.lines(np.arange(9), {"R": np.arange(9), "G": np.ones(9)}, "x", "y", "words"),
    gap.intensity_rows: lambda: gap.intensity_rows(MEANS),
    gap.starts_and_ends: lambda: gap.starts_and_ends(LOOKS, LOOKS.assign(excess=[-10.0, 40.0])),
    gap.rulers: lambda: gap.rulers({"colour": RULER, "features": RULER}),
    gap.map_grid: lambda: gap.map_grid({"XIV": {"by modality": POINTS}}, "words"),
    gap.distance_histograms: lambda: gap.distance_histograms({"a": (MEANS["x"][:, 0], MEANS["visible"][:, 0])}),
    gap.people_plane: lambda: gap.people_plane({"one": POINTS}, LABELS, "words"),
    gap.channel_histograms: lambda: gap.channel_histograms(MEANS),
    gap.embedding_map: lambda: gap.embedding_map({"one": POINTS}, "words"),
    images.image_strip: lambda: images.image_strip([PHOTOS[0, 0], PHOTOS[0, 1, ..., 0]], ["V", "I"], ["one"]),
    images.ranked_lists: lambda: images.ranked_lists(PHOTOS[:, 0], PHOTOS, np.eye(2, 3), [["0.1"] * 3] * 2),
    anatomy_plot.anatomy_picture: lambda: anatomy_plot.anatomy_picture(anatomy(preset("demo", method="caj"))),
    pipeline.pipeline: lambda: pipeline.pipeline(
        {name: PHOTOS[0, 0] for name in MODALITIES}, _features(), POINTS["x"], PHOTOS[0], [True, False, True]
    ),
    studies.variant_scores: lambda: studies.variant_scores(_scores("a", "b"), _scores("a").groupby("variant").mean()),
    studies.gains: lambda: studies.gains(_scores("a", "b", "c")),
    toy_of_x.toy_frame: lambda: toy_of_x.toy_frame(learn(toy_world(), steps=2, every=1)),
    studies.over_lambda: lambda: studies.over_lambda(_scores("0", "0.01", "0.1", "3")),
    effects.two_parts: lambda: effects.two_parts(TWO_SEARCHES),
    verdicts.verdict_grid: lambda: verdicts.verdict_grid(JUDGED),
    when.by_knob: lambda: when.by_knob(GAINED, {"carbon": {"0": "a", "1": "b"}}),
    when.plane: lambda: when.plane(pd.DataFrame({"0": [(1.0, 0.5, 1.5)], "1": [None]}), "x", "y", "A plane."),
    when.scatter: lambda: when.scatter(GAINED, REASONS, "X"),
    studies.over_length: lambda: studies.over_length(
        pd.concat(_scores("one").assign(steps=steps) for steps in (150, 300)), 300
    ),
}  # fmt: skip


def makers() -> list[Callable]:
    """All public functions of MODULES that return a picture."""
    return [
        function
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and function.__annotations__.get("return") is Picture
        if not name.startswith("_")
    ]


def as_in_a_cell() -> Picture:
    """A picture as a reader draws one: with a bit of all that matplotlib's axes can do."""
    picture = Picture(2.0, "words", 5.0)
    left, right = plot_axes(picture, "a < b", r"$\lambda L_C$", (1, 2, 1)), picture.add_subplot(1, 2, 2)
    left.plot([1, -2, 3], label="plain")
    left.plot([0.1, 0.2, 0.9], "--", label="dashed")
    left.errorbar([0, 1], [1, 2], [0.2, 0.3], label="bars")
    left.scatter([0, 1, 2], [3, 2, 1])
    left.fill_between([0, 1], [0, 1], hatch="/")
    left.annotate("here", (1, 1), (1.5, 2), arrowprops={"arrowstyle": "->"})
    left.set_title("title"), left.legend(), picture.suptitle("above both")
    right.bar(["a", "b"], [-1, 2])
    right.boxplot([[1, 2, 9]], positions=[3])
    right.contour(DISTANCE + 2), right.quiver([1], [1], [2], [2])
    right.grid(True), picture.supxlabel("below both")
    return picture


def as_images() -> Picture:
    """Pixels as a reader shows them."""
    picture = Picture(1.5, "words", 3.0)
    for place, image in enumerate((PHOTOS[0, 0], DISTANCE), 1):
        picture.add_subplot(1, 2, place).imshow(image)
    return picture


def drawn() -> dict[str, bytes]:
    """Every picture, encoded, by the name of what made it."""
    every = {function.__name__: example for function, example in EXAMPLES.items()}
    every |= {function.__name__: function for function in (as_in_a_cell, as_images)}
    return {name: encode(example())[1] for name, example in every.items()}
