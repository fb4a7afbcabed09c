"""Wavelength ruler for X: the same scenes in narrow bands, from blue to infrared, as the synthetic world can expose them.

With it a position between visible and infrared can be read as a wavelength, if the ruler climbs
steadily. Real images have no such ruler: nobody photographed them in sixty bands.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from studykit.analysis.colour import in_grey
from studykit.analysis.intervals import Interval, over_people
from studykit.analysis.x_position import Place, place, positions
from xivlab.config import Config
from xivlab.data.datasets import DataSet, Split
from xivlab.data.images import Images, resize
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import TestFeature
from xivlab.model import Networks
from xivlab.world.knobs import is_synthetic
from xivlab.world.world import World

WAVELENGTHS = np.arange(400, 1001, 25)  # nm


class Scenes(NamedTuple):
    """One visible image of each person, and the same moments in other light; all (n, H, W, 3) uint8.

    Attributes:
        person: (n,) integer.
        visible: as the visible cameras see them.
        grey: the same without colour, by a fixed formula: what X has to be better than.
        infrared: the same moments as an infrared camera would see them: nothing but the light differs.
        bands: by wavelength in nm, grey: the same moments in narrow bands, in even light.
    """

    person: NDArray[np.integer]
    visible: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    infrared: NDArray[np.uint8]
    bands: dict[int, NDArray[np.uint8]]


class Measured(NamedTuple):
    """Positions between visible (0) and infrared (1) in one kind of numbers.

    Attributes:
        wavelength: of the bands, (n,), nm.
        along: position of each band, (n,): the ruler.
        marks: places of "X", "gray" and "infrared camera" (the same moments).
        ahead: how much farther X is than gray, along the line.
    """

    wavelength: NDArray[np.integer]
    along: NDArray[np.float64]
    marks: dict[str, Place]
    ahead: Interval


def world_of(data: DataSet) -> World:
    """The synthetic world that a data set was exposed from, to be exposed again in other light.

    Raises:
        XivlabError: it has none, or sees heat in the place of light: there is no ruler.
    """
    if not is_synthetic(data.name):
        raise XivlabError(
            f"{data.name} was photographed, not exposed from a world: it has no bands to measure X by."
        )
    world = World(data.name)
    if not all(camera.sensors for camera in world.cameras.values()):
        raise XivlabError(
            f"The infrared camera of {data.name} sees heat, which is on no scale of reflected wavelengths."
        )
    return world


def scenes(
    data: DataSet,
    split: Split,
    size: tuple[int, int],
    wavelengths: NDArray[np.integer] = WAVELENGTHS,
    seed: int = 0,
) -> Scenes:
    """A visible image of each person of a split, drawn by seed, exposed again in other light.

    Args:
        data: whose world.
        split: one of its splits.
        size: height and width of the result.
        wavelengths: of the bands, nm.
        seed: of the draw.

    Raises:
        XivlabError: as `world_of`.
    """
    world = world_of(data)
    rng = np.random.default_rng(seed)
    seen = split.modality == 0
    person = np.unique(split.person[seen])
    rows = np.array([rng.choice(np.flatnonzero(seen & (split.person == p))) for p in person])
    places = world.index["path"].reset_index().set_index("path")["index"].loc[split.path[rows]].to_numpy()
    camera = next(camera for camera in reversed(world.cameras.values()) if camera.infrared)
    bands = {nm: np.stack([world.expose_band(place, nm) for place in places]) for nm in wavelengths.tolist()}
    visible = Images.of(split.select(rows), *size)
    return Scenes(
        person,
        visible.pixels,
        in_grey(visible).pixels,
        resize(np.stack([world.expose_as(place, camera) for place in places]), *size),
        {nm: resize(np.repeat(band[..., None], 3, axis=3), *size) for nm, band in bands.items()},
    )


def measure(
    light: Scenes,
    of: Callable[[NDArray[np.uint8], bool], NDArray[np.floating]],
    infrared: pd.DataFrame,
) -> Measured:
    """Where X, plain gray and narrow bands lie between visible and infrared images.

    Args:
        light: of `scenes`.
        of: images (n, H, W, 3) uint8 as numbers (n, D); of their X if the second argument is True.
        infrared: (people, D) means of the infrared images by person (`studykit.analysis.intervals.person_means`).

    Raises:
        XivlabError: somebody in the scenes has no infrared images.
    """
    if not np.isin(light.person, infrared.index).all():
        raise XivlabError("Somebody was never seen in infrared: measure those people who were.")
    end = infrared.loc[light.person].to_numpy()
    visible, x, grey = of(light.visible, False), of(light.visible, True), of(light.grey, False)
    marks = {"X": x, "gray": grey, "infrared camera": of(light.infrared, False)}

    def along(features: NDArray, rows: NDArray) -> NDArray:
        return positions(*(one[rows].mean(-2) for one in (features, visible, end)))[0]

    everybody = np.arange(len(end))
    return Measured(
        np.array(list(light.bands)),
        np.array([along(of(band, False), everybody) for band in light.bands.values()]),
        {name: place(features, visible, end) for name, features in marks.items()},
        over_people(lambda rows: along(x, rows) - along(grey, rows), len(end)),
    )


@torch.no_grad()
def features_of(
    model: Networks, pixels: NDArray[np.uint8], config: Config, as_x: bool = False
) -> NDArray[np.float32]:
    """Features of any images, read as the settings of a run say.

    Args:
        model: in evaluation mode.
        pixels: (n, H, W, 3) uint8.
        config: of the run: side of the BNNeck, and whether features have length 1.
        as_x: of their X.

    Returns:
        (n, D).
    """
    none = np.zeros(len(pixels), int)
    side: TestFeature = config.test_feature
    images = Images(pixels, none, none, none)
    parts = [
        getattr(model.embed(images.batch(rows, model.device), "x" if as_x else "visible"), side).float().cpu()
        for rows in np.split(np.arange(len(pixels)), range(256, len(pixels), 256))
    ]
    features = torch.cat(parts)
    return (torch.nn.functional.normalize(features) if config.normalize else features).numpy()


def monotone(along: NDArray[np.floating]) -> bool:
    """Whether a ruler climbs from each mark to the next, so that a position has one reading."""
    return bool((np.diff(along) > 0).all())


def readings(
    position: float, wavelength: NDArray[np.integer], along: NDArray[np.floating]
) -> NDArray[np.float64]:
    """All wavelengths at which a ruler stands at a position, interpolated between its marks.

    Args:
        position: of X.
        wavelength: of the marks, nm, ascending.
        along: position of each mark.

    Returns:
        (n,), ascending: one for a ruler that climbs, none off its ends, several where it turns.

    Example:
        >>> readings(0.5, np.array([400, 500, 600]), np.array([0.0, 1.0, 0.25])).round().tolist()
        [450.0, 567.0]
    """
    before, after = along[:-1] - position, along[1:] - position
    crosses = (before == 0) | (before * after < 0)
    share = before[crosses] / (before[crosses] - after[crosses] + (before[crosses] == after[crosses]))
    found = wavelength[:-1][crosses] + share * np.diff(wavelength)[crosses]
    return np.append(found, wavelength[-1:]) if along[-1] == position else found.astype(float)


def reading(position: float, wavelength: NDArray[np.integer], along: NDArray[np.floating]) -> str:
    """A position in words, with everything that a ruler cannot say; arguments as of `readings`.

    Example:
        >>> reading(0.5, np.array([400, 500, 600]), np.array([0.0, 1.0, 2.0]))
        'as infrared as 450 nm'
        >>> reading(-1, np.array([400, 500, 600]), np.array([0.0, 1.0, 2.0]))
        'off the ruler: less infrared than every band'
    """
    found = readings(position, wavelength, along)
    if len(found) == 0:
        return f"off the ruler: {'less' if position < along.min() else 'more'} infrared than every band"
    marks = " and as ".join(f"{nm:.0f} nm" for nm in found)
    if len(found) == 1:
        return f"as infrared as {marks}" + ("" if monotone(along) else ", on a ruler that turns elsewhere")
    return f"as infrared as {marks}: the ruler turns, so it cannot say which"
