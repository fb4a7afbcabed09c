"""A map of the study `when` with scores that are known: what X gives follows the carbon and the length, and nothing else."""

import numpy as np
import pandas as pd

from studykit.studies import why
from studykit.studies.when import COLUMNS, METHODS_ASKED, Point, points


def effects_at(point: Point) -> tuple[float, float]:
    """Training and test effect of the methods with X at a point: by its length and by its carbon."""
    length = float(point.values.get("length", 1.0))
    carbon = float(point.values.get("carbon", 0.6))
    return 0.02 * np.log2(length) + 0.02, 0.05 * (carbon - 0.5)


def known_map(seeds: int = 3, noise: float = 0.002) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scores and the reasons, as they are stored; of the reasons overfitting follows the length, the others nothing."""
    rng = np.random.default_rng(0)
    rows, reasons = [], []
    for row, point in points():
        training, test = effects_at(point)
        for seed in range(seeds):
            for name, settings in METHODS_ASKED.items():
                about = dict.fromkeys(COLUMNS, 0.3) | {"row": row, "point": str(point), "data": point.data}
                about |= {"method": name, "seed": seed, "run": f"{name}-{point}-{seed}", "query": "infrared"}
                faces = {"v": 0.25} if settings["method"] == "baseline" else {"v": 0.25 + training}
                if settings["method"] != "baseline":
                    faces["v+x"] = 0.25 + training + test
                for distance, score in faces.items():
                    rank1 = score + 0.01 * seed + noise * rng.normal()
                    rows.append(about | {"test_distance": distance, "rank1": rank1, "made": "here"})
            values = dict(zip(why.COLUMNS, [str(point), point.data, seed, f"Baseline-{point}-{seed}"]))
            values |= {"val": 0.3, "train": 0.5 + training, "colour_cost": rng.normal()}
            reasons.append(values | {"linear": rng.normal(), "v": rng.normal()})
    return pd.DataFrame(rows), pd.DataFrame(reasons)
