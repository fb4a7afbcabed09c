"""How well visible colour predicts near-infrared brightness, over the garments that people of a world wear."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from xivlab.world import World, exposed_patch

LABELS = ("upper", "lower")


def patches(world: World, people: Sequence[int], visible: int = 4, infrared: int = 3) -> pd.DataFrame:
    """What cameras see of the garments worn.

    Args:
        world: near-infrared.
        people: their numbers.
        visible: number of the camera that sees colour, in daylight by default.
        infrared: number of the camera that sees the near-infrared.

    Returns:
        a row per person and garment, columns r, g, b and infrared, in [0, 1], linear in light.
    """
    seen = []
    for person in people:
        for label in LABELS:
            material = world.person(person)["materials"][label]
            colours = exposed_patch(material, world.cameras[visible])
            seen.append([*colours, exposed_patch(material, world.cameras[infrared])[0]])
    return pd.DataFrame(seen, columns=["r", "g", "b", "infrared"])


def predictability(seen: pd.DataFrame) -> dict[str, float]:
    """Correlation with the infrared of the best linear mix of R, G and B, and of fixed images.

    Args:
        seen: as of `patches`.

    Returns:
        by name: "linear" (least squares, on the same garments), "mean", "v" (the largest), "r", "g", "b".
    """
    colours, infrared = seen[["r", "g", "b"]].to_numpy(), seen["infrared"].to_numpy()
    design = np.column_stack([colours, np.ones(len(colours))])
    mix = design @ np.linalg.lstsq(design, infrared, rcond=None)[0]
    images = {"linear": mix, "mean": colours.mean(1), "v": colours.max(1)}
    images |= dict(zip("rgb", colours.T))
    return {name: float(np.corrcoef(values, infrared)[0, 1]) for name, values in images.items()}
