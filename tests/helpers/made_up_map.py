"""A made-up map of the study `when`: a few points with known gains, stored as the study itself stores them."""

import pandas as pd

from studykit.analysis.x_images import WEIGHTS
from studykit.studies import when

SEEDS = 3
NOISE = (-0.004, 0.0, 0.004)  # of the three seeds; other methods have it in another order
CARBON = {0.0: 0.0, 0.3: 0.01, 0.6: 0.02, 1.0: 0.05}  # training effect of Baseline+X
LENGTH = {0.25: 0.02, 1.0: 0.02}  # the same everywhere: nothing changes along it
BACKBONE = dict(
    zip(
        ("slim", "slim, no pre-training", "slim_densenet", "slim_densenet, no pre-training"),
        (0.02, 0.0, 0.01, -0.05),
    )
)
TEST_EFFECT, FIXED = 0.01, {"V": 0.0, "random channel": -0.03}
RED = 0.6  # of w, and the black level, of every g
G = (RED, 0.3, -0.1, 0.1, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0)


def answer(row, point, training):
    """What a point comes to, for a training effect of Baseline+X in shares."""
    scores = []
    about = {"row": row, "point": str(point), "data": point.data, "query": "infrared", "made": ""}
    for number, method in enumerate(when.METHODS_ASKED):
        for seed in range(SEEDS):
            own = about | {"method": method, "seed": seed, "run": f"{point} {method} {seed}"}
            v = 0.3 + NOISE[seed]
            if method == "Baseline":
                scores.append(own | {"test_distance": "v", "rank1": v, "mAP": v})
                continue
            v += FIXED.get(method, training) + 0.5 * NOISE[(seed + number) % SEEDS]
            for distance, rank1 in (("v", v), ("x", v - 0.05), ("v+x", v + TEST_EFFECT)):
                scores.append(own | {"test_distance": distance, "rank1": rank1, "mAP": rank1})
    named = {"point": str(point), "data": point.data}
    reasons = [
        named | {"seed": seed, "run": "", "val": 0.3, "train": 0.9, "colour_cost": 0.05 + training, "linear": 0.7, "v": 0.6}
        for seed in range(SEEDS)
    ]  # fmt: skip
    learned = [
        named | {"method": method, "seed": seed, "run": ""} | dict(zip(WEIGHTS, G))
        for method in when.LEARNED
        for seed in range(SEEDS)
    ]
    return when.Answer(*map(pd.DataFrame, (scores, reasons, learned)))


def install(folder, monkeypatch):
    """Store the map in a folder, and have it read from there."""
    there(folder, monkeypatch)
    known = when.rows()
    when.keep("default", when.Point({}), answer("default", when.Point({}), CARBON[0.6]))
    for knob, values in (("carbon", CARBON), ("length", LENGTH), ("backbone", BACKBONE)):
        for value, training in values.items():
            if value != known[knob].default:
                point = when.Point({knob: value})
                when.keep(knob, point, answer(knob, point, training))


def there(folder, monkeypatch):
    """Have results read from a folder."""
    for module in ("store", "when", "why"):
        monkeypatch.setattr(f"studykit.studies.{module}.results", lambda *parts: folder.joinpath(*parts))
