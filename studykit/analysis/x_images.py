"""X images: channel intensities beside those of visible images (Fig. 3), redness, dead generators, triples of images (Fig. 4).

X is not bounded. Here it is measured as it is, in the scale of the image, 0 to 255; only to be *shown* it is clamped.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from studykit.analysis.intervals import Interval, over_people, person_means
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings, test_distance
from xivlab.model import Networks, XGenerator

BATCH = 512
Generator = Callable[[Tensor], Tensor]
# Eq. 02.1 of notebook 02.
WEIGHTS = ["w_r", "w_g", "w_b", "b", *("a_r", "a_g", "a_b"), *("d_r", "d_g", "d_b")]
DEAD = 0.01  # share of living pixels below which X shows nothing


def generator_of(model: Networks) -> Generator:
    """g of a model as visible images (B, 3, H, W) in [0, 1] -> X on the same scale, not bounded.

    With `x_input="normalized"` X comes out normalised like the input of f; this takes it back.

    Raises:
        XivlabError: the model is a baseline.
    """
    if model.generator is None:
        raise XivlabError("The baseline has no X: take a run of baseline+x or baseline+x+cmg.")
    return lambda visible: (model.x_images(visible) - model.shift) / model.scale


@torch.no_grad()
def intensities(
    images: Images, rows: NDArray[np.intp], generator: Generator | None = None
) -> NDArray[np.float64]:
    """Mean intensity of R, G and B over the pixels of each image (paper, Fig. 3).

    Args:
        images: of a split.
        rows: which, (n,).
        generator: g, if X is asked for; the images themselves if not. On the CPU.

    Returns:
        (n, 3); in [0, 255] for images, not bounded for X.
    """
    parts = []
    for start in range(0, len(rows), BATCH):
        batch = images.batch(rows[start : start + BATCH], torch.device("cpu"))
        batch = batch if generator is None else generator(batch)
        parts.append(255 * batch.double().mean((2, 3)).numpy())
    return np.concatenate(parts)


@torch.no_grad()
def shown(generator: Generator, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """X of visible images to look at: clamped to what a screen can show.

    Args:
        generator: g, on the CPU.
        pixels: (n, H, W, 3) uint8.

    Returns:
        (n, H, W, 3) uint8.
    """
    batch = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float() / 255
    return (255 * generator(batch).clamp(0, 1)).round().byte().permute(0, 2, 3, 1).numpy()


@torch.no_grad()
def clamped(generator: Generator, pixels: NDArray[np.uint8]) -> float:
    """Share of the values of X that `shown` changes, because they are below 0 or above 255."""
    batch = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float() / 255
    x = generator(batch)
    return float(((x < 0) | (x > 1)).double().mean())


def shifts(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """How far apart two sets of images are in R, in G and in B: first Wasserstein distance, (3,).

    It is the mean way, in levels of intensity, that the images of one histogram would have to go to
    make the other.

    Args:
        one, other: (n, 3) and (m, 3) of `intensities`.

    Example:
        >>> shifts(np.zeros((4, 3)), np.full((2, 3), [1.0, 5.0, -2.0])).tolist()
        [1.0, 5.0, 2.0]
    """
    from scipy.stats import wasserstein_distance  # here, as in `intervals`

    return np.array([wasserstein_distance(a, b) for a, b in zip(one.T, other.T)])


def red_excess(means: NDArray[np.floating]) -> NDArray[np.float64]:
    """R above the larger of G and B, in levels: above 0 if R is the strongest channel.

    Args:
        means: (..., 3) of `intensities`.

    Returns:
        (...,).
    """
    return means[..., 0] - np.maximum(means[..., 1], means[..., 2])


class Redness(NamedTuple):
    """What Fig. 3 asks, with intervals over people, in levels of intensity.

    Attributes:
        visible: `red_excess` of the visible images.
        x: of X; above 0 if "the R channel in the X images has much higher intensity than G and B".
        difference: of X minus visible; above 0 if "the X images appear much redder".
    """

    visible: Interval
    x: Interval
    difference: Interval


def redness(
    visible: NDArray[np.floating], x: NDArray[np.floating], person: NDArray[np.integer], seed: int = 0
) -> Redness:
    """Whether X is redder than the visible images that it was made from.

    Args:
        visible, x: (n, 3) of `intensities`, row i of both being the same image.
        person: (n,) integer.
        seed: of the draws of people.
    """
    before, after = red_excess(visible), red_excess(x)

    def of(values: NDArray) -> Interval:
        means = person_means(values, person).to_numpy()[:, 0]
        return over_people(lambda rows: means[rows].mean(-1), len(means), seed)

    return Redness(of(before), of(after), of(after - before))


def random_triples(
    embeddings: Embeddings, count: int, seed: int = 0
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Visible and infrared images of the same people, drawn by seed and not by beauty (Fig. 4).

    Returns:
        rows of visible and of infrared images, (count,) each, of as many different people; fewer if
        there are not that many.
    """
    rng = np.random.default_rng(seed)
    both = np.intersect1d(embeddings.visible_person, embeddings.infrared_person)
    chosen = rng.permutation(both)[:count]
    pick = lambda people: np.array([rng.choice(np.flatnonzero(people == p)) for p in chosen])
    return pick(embeddings.visible_person), pick(embeddings.infrared_person)


def worst_triples(
    embeddings: Embeddings, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """The pairs of an infrared image and an X of the same person that lie farthest apart, one per person.

    Returns:
        rows of visible and of infrared images, and D(I, X), (count,) each, farthest first.

    Raises:
        XivlabError: there is no X.
    """
    distance = test_distance(embeddings.infrared, embeddings.visible, embeddings.x, "x")
    same = embeddings.infrared_person[:, None] == embeddings.visible_person[None, :]
    distance = np.where(same, distance, -np.inf)
    order = np.argsort(-distance, axis=None, kind="stable")[: int(same.sum())]
    infrared, visible = np.unravel_index(order, distance.shape)
    first = np.sort(np.unique(embeddings.infrared_person[infrared], return_index=True)[1])[:count]
    infrared, visible = infrared[first], visible[first]
    return visible, infrared, distance[infrared, visible]


def numbers_of(generator: XGenerator) -> list[float]:
    """The ten numbers of a generator, in the order of WEIGHTS."""
    return torch.cat([p.detach().cpu().flatten() for p in generator.parameters()]).tolist()


def from_numbers(row: Mapping[str, float]) -> XGenerator:
    """The generator of ten numbers by their names in WEIGHTS: the inverse of `numbers_of`."""
    made = XGenerator()
    torch.nn.utils.vector_to_parameters(
        torch.tensor([float(row[name]) for name in WEIGHTS]), made.parameters()
    )
    return made.requires_grad_(False)


class Mix(NamedTuple):
    """What X is made of, from the ten numbers of g.

    Attributes:
        red, green, blue: how much the brightness of X follows R, G and B, in %: the sizes add up to 100, and below 0
            X grows darker where the channel grows brighter. All 0 where g does not look at V.
        black: X of a black pixel, the mean of its three channels, in levels; not bounded.
    """

    red: float
    green: float
    blue: float
    black: float

    @property
    def shares(self) -> tuple[float, float, float]:
        """Those of R, G and B."""
        return self.red, self.green, self.blue

    def __str__(self) -> str:
        words = ", ".join(f"{name} {share:.0f} %" for name, share in zip("RGB", self.shares))
        return f"{words}; black becomes {self.black:.0f} of 255"


def mix_of(numbers: Sequence[float]) -> Mix:
    """The mix of a generator.

    Args:
        numbers: ten, in the order of WEIGHTS; g sees V in [0, 1].

    Example:
        >>> print(mix_of([0.6, 0.2, -0.2, 0.1, 1, 1, 1, 0, 0, 0]))
        R 60 %, G 20 %, B -20 %; black becomes 26 of 255
    """
    w, b, a, d = np.array(numbers[:3]), numbers[3], np.array(numbers[4:7]), np.array(numbers[7:])
    sizes = np.abs(w).sum()
    shares = np.zeros(3) if sizes == 0 else 100 * np.sign(a.mean()) * w / sizes
    return Mix(*shares.tolist(), float(255 * np.mean(a * max(0.0, b) + d)))


@torch.no_grad()
def alive(generator: XGenerator, images: Images, rows: NDArray[np.intp]) -> float:
    """Share of the pixels at which the ReLU lets something through; g is dead below `DEAD`."""
    return float((generator.reduce(images.batch(rows, torch.device("cpu"))) > 0).double().mean())


def who_decides(starts: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """How red X is by its start, and how much training changed that.

    Args:
        starts, ends: of `studykit.studies.generators.looks`, row i of both being the same run.

    Returns:
        a row per variant: runs, spread of the starts and of the ends (largest minus smallest mean
        red excess, levels), moved (how far training moved it, median), dead at the start and at the
        end, and decided: by "the start" if the starts are spread wider than training moves them,
        else by "training".
    """
    rows = {}
    for variant, end in ends.groupby("variant", sort=False):
        begin = starts.loc[end.index]
        moved = float((end["excess"] - begin["excess"]).abs().median())
        spread = float(np.ptp(begin["excess"]))
        rows[variant] = {
            "runs": len(end),
            "spread of starts": spread,
            "moved": moved,
            "spread of ends": float(np.ptp(end["excess"])),
            "dead at start": int((begin["alive"] < DEAD).sum()),
            "dead at end": int((end["alive"] < DEAD).sum()),
            "decided by": "the start" if spread > moved else "training",
        }
    return pd.DataFrame.from_dict(rows, orient="index")
