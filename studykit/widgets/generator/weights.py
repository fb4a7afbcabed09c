"""Ten numbers of g (Eq. 1) in NumPy: where they come from, and what X they make.

    h = max(0, w R + w G + w B + b),      X = a h + d     for each of R, G and B

Fast enough for a slider; equal to `xivlab.model.XIVNet.x_images`, which the tests compare it with.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studykit.analysis.x_images import WEIGHTS, numbers_of
from studykit.studies.generators import generators_of, read_generators, table_path
from studykit.studies.questions import TABLE_4
from xivlab.config import Config, XInput
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.methods import METHODS
from xivlab.model import MEAN, SPECIAL_CASES, STD, XGenerator, gray, luminance, mean
from xivlab.runs.run import Run
from xivlab.scale import Scale

INITIAL, AS_CODE, TRAINED, DEAD, OWN = "initial", "initial, V normalised", "trained", "dead ReLU", "my own"
SUMS = {
    "Mean": (mean, "The mean of R, G and B"),
    "Gray": (gray, "The luma of ITU-R BT.601"),
    "Y": (luminance, "Y of YCbCr, which is Gray with less contrast"),
}
PRESETS = (INITIAL, AS_CODE, TRAINED, *(name.capitalize() for name in SPECIAL_CASES), DEAD)


class Generator(NamedTuple):
    """g by its numbers.

    Attributes:
        numbers: ten, in the order of `studykit.analysis.x_images.WEIGHTS`.
        x_input: what g sees, as in `xivlab.config.Config`.
    """

    numbers: tuple[float, ...]
    x_input: XInput = "unit"

    def on_unit(self) -> tuple[NDArray[np.float32], float, NDArray[np.float32], NDArray[np.float32]]:
        """w (3,), b, a (3,), d (3,) that make of V in [0, 1] the X of this g on the scale of images.

        Normalising is a change of units, so there are such numbers for a g with normalised input, too.
        """
        numbers = np.array(self.numbers)
        w, b, a, d = numbers[:3], numbers[3], numbers[4:7], numbers[7:]
        if self.x_input == "normalized":
            w, b = w / STD, b - (w / STD) @ MEAN
            a, d = a * STD, d * STD + MEAN
        return w.astype(np.float32), float(b), a.astype(np.float32), d.astype(np.float32)


def hidden(g: Generator, visible: NDArray[np.float32]) -> NDArray[np.float32]:
    """h, what the ReLU lets through: V (..., 3) in [0, 1] -> (...,), at least 0."""
    w, b, _, _ = g.on_unit()
    return np.maximum(visible @ w + np.float32(b), 0)


def spread(g: Generator, h: NDArray[np.float32]) -> NDArray[np.float32]:
    """X of h: (...,) -> (..., 3), not bounded."""
    _, _, a, d = g.on_unit()
    return h[..., None] * a + d


def initial(x_input: XInput = "unit") -> Generator:
    """Where training starts: weights 1/3, biases 0."""
    return Generator(tuple(numbers_of(XGenerator())), x_input)


def weighted_sum(channel: Callable[[Tensor], Tensor]) -> Generator:
    """The ten numbers of a one-channel image that is a weighted sum of R, G and B: exactly that image.

    Args:
        channel: (B, 3, H, W) -> (B, 1, H, W), such as `xivlab.model.gray`.
    """
    black, *pure = (
        channel(torch.eye(4, 3, dtype=torch.float64).roll(1, 0)[..., None, None]).flatten().tolist()
    )
    return Generator((*(value - black for value in pure), black, 1, 1, 1, 0, 0, 0))


def nearest_to_v(visible: NDArray[np.float32]) -> Generator:
    """The weighted sum of R, G and B that comes nearest to V of HSV, by least squares over pixels.

    V is the largest of the three, which one ReLU cannot find. The weights are held at 0 or above, so
    that the ReLU never acts.

    Args:
        visible: (..., 3) in [0, 1].
    """
    from scipy.optimize import lsq_linear  # here: it takes a fifth of a second, for one line of a menu

    pixels = visible.reshape(-1, 3)
    columns = np.column_stack([pixels, np.ones(len(pixels))])
    found = lsq_linear(columns, pixels.max(1), bounds=([0, 0, 0, -np.inf], np.inf)).x
    return Generator((*found[:3].tolist(), 0, 1, 1, 1, *[float(found[3])] * 3))


def off_v(g: Generator, visible: NDArray[np.float32]) -> float:
    """How far X is from V of HSV, on average over pixels and channels, in levels of 0 to 255."""
    wanted = visible.max(-1, keepdims=True)
    return float(255 * np.abs(spread(g, hidden(g, visible)) - wanted).mean())


def dead(visible: NDArray[np.float32]) -> tuple[Generator, int]:
    """The first random start whose ReLU is shut at every pixel, and its seed.

    Args:
        visible: (..., 3) in [0, 1].
    """
    starts = ((Generator(tuple(numbers_of(XGenerator(seed)))), seed) for seed in itertools.count())
    # It ends: one draw in sixteen has w and b below 0, which is dead on every picture.
    return next((g, seed) for g, seed in starts if not hidden(g, visible).any())


def preset(name: str, visible: NDArray[np.float32]) -> tuple[Generator, str]:
    """Ten numbers by name, and what to know of them in a sentence.

    Args:
        name: one of PRESETS except TRAINED.
        visible: (..., 3) in [0, 1]: the pixels for which V is approached, and the ReLU dead.
    """
    if name in SUMS:
        channel, what = SUMS[name]
        return weighted_sum(channel), f"{what}: these ten numbers make it exactly."
    if name == "V":
        g, plain = nearest_to_v(visible), weighted_sum(gray)
        return g, (
            "No ten numbers make V, the largest of R, G and B: the nearest sum is off by "
            f"{off_v(g, visible):.1f} levels (Gray: by {off_v(plain, visible):.1f})."
        )
    if name == DEAD:
        g, seed = dead(visible)
        return g, f"The random start of seed {seed}. Nothing passes the ReLU, and no gradient either."
    if name == AS_CODE:
        return initial("normalized"), (
            "Weights 1/3, biases 0, and V normalised as in the authors' code: "
            "the ReLU cuts off what is darker than average."
        )
    return initial(), "Weights 1/3 and biases 0: X is a third of the mean of R, G and B."


def of_run(run: Run) -> Generator:
    """The trained g of a run.

    Raises:
        XivlabError: it has no learned X, or cannot be read.
    """
    config = run.config()
    if not METHODS[config.method].has_x or config.x != "x":
        raise XivlabError(
            f"{run.folder.name} has no ten weights to show: take a run of baseline+x or baseline+x+cmg with x='x'."
        )
    row = generators_of([("", run)])[WEIGHTS].iloc[0]
    return Generator(tuple(map(float, row)), config.x_input)


def named(config: Config, whose: str) -> str:
    """What a menu calls the g of a run: its method and seed in words, with λ if it counts.

    Args:
        config: of the run.
        whose: such as "yours".

    Example:
        >>> from xivlab.config import preset
        >>> named(preset("demo", method="baseline+x", seed=3), "yours")
        'Baseline+X, seed 3 (yours)'
    """
    name = next((name for name, one in TABLE_4.items() if one["method"] == config.method), config.method)
    lam = f", λ = {config.lam:g}" if METHODS[config.method].weighed else ""
    return f"{name}{lam}, seed {config.seed} ({whose})"


def trained(scale: Scale, data: DataSet) -> dict[str, Callable[[], Generator]]:
    """Every trained g at hand: of the finished runs on some data, then of the kit's table.

    Args:
        scale: whose runs; that of the scale's own settings comes first.
        data: what the runs were trained on; in the table, what was trained on data of this name comes first.

    Returns:
        by what a menu calls it, ways to read it; the whole method before its parts.
    """
    found: list[tuple[tuple, str, Callable[[], Generator]]] = []
    names = set()
    for run in map(Run, scale.runs.glob("*")):
        try:
            if not run.finished:
                continue
            config = run.config()
            if not METHODS[config.method].has_x or config.x != "x":
                continue
            if run.about()["data"]["fingerprint"] != data.fingerprint:
                continue
        except XivlabError:  # of another version: whoever names it is told
            continue
        names.add(run.folder.name)
        label = named(config, "yours")
        if any(label == taken for _, taken, _ in found):  # they differ in what the name leaves out
            label = f"{label}, {run.folder.name.rpartition('-')[2]}"
        rank = (0, config != scale.config(), not METHODS[config.method].weighed, config.seed, label)
        found.append((rank, label, lambda run=run: of_run(run)))
    for row in read_generators(table_path()).to_dict("records"):
        if row["run"] in names:
            continue
        label = f"{row['variant']}, seed {row['seed']}, {row['data']} (stored)"
        rank = (1, row["data"] != data.name, row["variant"] != "Baseline+X+CMG", row["seed"], label)
        g = Generator(tuple(float(row[name]) for name in WEIGHTS))
        found.append((rank, label, lambda g=g: g))
    return {label: read for _, label, read in sorted(found, key=lambda one: one[0])}
