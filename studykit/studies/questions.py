"""STUDIES: variants and seeds of the paper's tables and figures, asked again.

Each is a set of variants that differ in one thing. All runs of a study have the same number of steps
and the same seeds; `ablation-compute` gives the Baseline the steps that X costs the others instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.methods import METHODS, PUBLISHED
from xivlab.model import TestDistance
from xivlab.scale import Scale

NEAR_INFRARED, THERMAL = "synthetic-sysu", "synthetic-regdb"


@dataclass(frozen=True)
class Study:
    """One question.

    Attributes:
        asks: what, in words.
        data: the data sets that it is asked on.
        variants: changes to the settings of the scale, by name; the first is what the others are
            compared with. `longer` is a factor on the number of steps.
        seeds: how many; they are 0, 1, ...
        fewer: how many on a data set that has fewer.
    """

    asks: str
    data: Sequence[str]
    variants: Mapping[str, Mapping[str, Any]]
    seeds: int = 5
    fewer: Mapping[str, int] = field(default_factory=dict)

    def configs(self, scale: Scale) -> list[tuple[str, Config]]:
        """Name of the variant and settings of every run, with no more seeds than the scale has."""
        seeds = self.fewer.get(str(scale.data_name), self.seeds)
        seeds = seeds if scale.seeds is None else min(seeds, scale.seeds)
        return [
            (name, scale.study_config(**_settings(scale, changes, seed)))
            for name, changes in self.variants.items()
            for seed in range(seeds)
        ]

    def distance(self, variant: str) -> TestDistance:
        """The test distance by which a variant is judged: Eq. 2 where it has an X and says no other."""
        changes = self.variants[variant]
        method = METHODS[changes.get("method", Config().method)]
        return changes.get("test_distance", method.distances[-1])


def _settings(scale: Scale, changes: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Changes with the seed; X drawn at random is drawn anew for each, and `longer` is in steps."""
    settings = dict(changes) | {"seed": seed}
    if settings.get("x_init_seed") is not None:
        settings["x_init_seed"] = seed
    if longer := settings.pop("longer", None):
        steps = scale.study_config().steps_per_epoch
        if steps is None:
            raise XivlabError("For the same compute an epoch needs a number of steps: set steps_per_epoch.")
        settings["steps_per_epoch"] = round(longer * steps)
    return settings


TABLE_4: dict[str, dict[str, Any]] = {
    "Baseline": {"method": "baseline"},
    "Baseline+X": {"method": "baseline+x"},
    "Baseline+X+CMG": {"method": "baseline+x+cmg"},
}
# Table 5, and two of the field's later answers.
KINDS_OF_X: dict[str, dict[str, Any]] = {
    "X": {},
    "Mean": {"x": "mean"},
    "Gray": {"x": "gray"},
    "V": {"x": "v"},
    "Y": {"x": "y"},
    "random channel": {"x": "channel"},
    "X, random start": {"x_init_seed": 0},
}
LAMBDAS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
# Each open point of the paper as its authors' code has it, alone and then all together.
CODE: dict[str, dict[str, Any]] = {
    "input of g normalised": {"x_input": "normalized"},
    "L_cross on centres": {"cross": "centre"},
    "label smoothing 0.1": {"label_smoothing": 0.1},
    "random erasing 0.5": {"erase": 0.5},
    "feature before BNNeck": {"test_feature": "before_bn"},
    "distance v": {"test_distance": "v"},
}

# Table 1 and what came beside it and next, on equal terms: "house" is everything equal but the method, "own head" what a
# method has otherwise than others. First One-stream, which all are compared with.
_OURS = ("baseline", "baseline+x+cmg")  # the last rows of Table 1
_OTHERS = [name for name in PUBLISHED if name not in (*_OURS, "baseline+x")]
_REPORTED = _OTHERS.index("aligngan-small") + 1
LADDER = (*_OTHERS[:_REPORTED], *_OURS, *_OTHERS[_REPORTED:])
# T_F of D2RL begins after a third of the steps: so it takes as many as all others.
LONGER = {"d2rl-style": {"longer": 1.5}}


def house(name: str) -> dict[str, Any]:
    """The changes that make a method of the house: none but the method, its own settings taken back."""
    own = {key: getattr(Config(), key) for key in METHODS[name].settings}
    return {"method": name} | own | LONGER.get(METHODS[name].control_of or name, {})


HOUSE: dict[str, dict[str, Any]] = {name: house(name) for name in LADDER}
OWN_HEAD: dict[str, dict[str, Any]] = {
    name: {"method": name} | LONGER.get(name, {}) for name in LADDER if METHODS[name].settings
}
# What takes more operations a step than One-stream (results/measures/cost.csv) takes fewer steps, in the same proportion.
FEWER_STEPS = {
    "baseline+x+cmg": 0.66,
    "d2rl-style": 0.84,
    "aligngan-small": 0.44,
    "hat": 0.67,
    "caj": 0.66,
    "mmn": 0.49,
    "deen": 0.46,
}
# The method of each negative control.
CONTROLS: dict[str, str] = {name: row.control_of for name, row in METHODS.items() if row.control_of}
THREE_ON_THERMAL = {THERMAL: 3}

STUDIES: dict[str, Study] = {
    "ablation": Study(
        "What do X and the cross-modality loss bring? (Table 4)", (NEAR_INFRARED, THERMAL), TABLE_4
    ),
    "special-cases": Study(
        "Does a learned X beat a fixed one? (Table 5)",
        (NEAR_INFRARED, THERMAL),
        {name: {"method": "baseline+x"} | changes for name, changes in KINDS_OF_X.items()},
    ),
    "lambda": Study(
        "How much should the cross-modality loss count? (Fig. 5)",
        (NEAR_INFRARED,),
        # Without weight the loss is that of Baseline+X: the same run serves both.
        {f"{lam:g}": {"lam": lam} if lam else {"method": "baseline+x"} for lam in LAMBDAS},
    ),
    "ablation-compute": Study(
        "And if the Baseline gets the compute that X costs the others?",
        (NEAR_INFRARED,),
        # 3M images a step instead of 2M: half as many steps again, the schedule stretched alike.
        TABLE_4 | {"Baseline": {"method": "baseline", "longer": 1.5}},
    ),
    "paper-and-code": Study(
        "What do the choices of the authors' code change?",
        (NEAR_INFRARED,),
        {"as the paper says": {}}
        | CODE
        | {"all of the code": {name: value for one in CODE.values() for name, value in one.items()}},
        seeds=3,
    ),
    "margins": Study(
        "How much do the margins matter?",
        (NEAR_INFRARED,),
        {"as in the paper": {}}
        | {f"cross {margin:g}": {"margin_cross": margin} for margin in (0.1, 1.0)}
        | {f"respective {margin:g}": {"margin_respective": margin} for margin in (0.1, 1.0)},
        seeds=3,
    ),
    "second-backbone": Study(
        "Does the ablation come out alike with another network?",
        (NEAR_INFRARED,),
        {name: changes | {"backbone": "slim_densenet"} for name, changes in TABLE_4.items()},
        seeds=3,
    ),
    "table1": Study(
        "What is the idea of each method worth, all else being equal? (Table 1, house)",
        (NEAR_INFRARED, THERMAL),
        HOUSE,
        fewer=THREE_ON_THERMAL,
    ),
    "table1-own": Study(
        "And with the head, the batch and the augmentation of its own? (Table 1, own head)",
        (NEAR_INFRARED, THERMAL),
        OWN_HEAD,
        fewer=THREE_ON_THERMAL,
    ),
    "table1-compute": Study(
        "And if all get the same compute?",
        (NEAR_INFRARED, THERMAL),
        {"one-stream": HOUSE["one-stream"]}
        | {name: HOUSE[name] | {"longer": share} for name, share in FEWER_STEPS.items()},
        fewer=THREE_ON_THERMAL,
    ),
    "table1-controls": Study(
        "Is it the idea of a method that works? (Table 1, negative controls)",
        (NEAR_INFRARED,),
        {name: house(name) for name in ("one-stream", *dict.fromkeys(CONTROLS.values()), *CONTROLS)},
        seeds=3,
    ),
}
