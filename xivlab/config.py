"""Settings of a run, with the paper's presets."""

import math
import operator
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from xivlab.errors import XivlabError, shown
from xivlab.evaluation.embeddings import TestFeature
from xivlab.evaluation.protocols import Protocol
from xivlab.loss import Cross
from xivlab.methods import METHODS
from xivlab.model import TestDistance

if TYPE_CHECKING:
    MethodName = str
else:
    MethodName = Literal[tuple(METHODS)]
XKind = Literal["x", "mean", "gray", "v", "y", "channel"]
XInput = Literal["unit", "normalized"]
Backbone = Literal["slim", "slim_densenet", "resnet50", "densenet121"]
TrainOn = Literal["train", "train+val"]
Precision = Literal["auto", "32", "16", "bf16"]


def setting(default: Any, **rule: Any) -> Any:
    """A setting with its rule, any of `_RULES`: a field of `Config`."""
    return field(default=default, metadata=rule)


@dataclass(frozen=True)
class Config:
    """Settings of a run. Where the paper is silent the default follows its text, and the option
    gives the authors' code.

    Raises:
        XivlabError: a value makes no sense; the sentence says which and why.
    """

    # Which losses: L_V + L_I; with L_X; with L_C as well (Eq. 11).
    method: MethodName = "baseline+x+cmg"
    # What stands in the place of X: the learned generator, a fixed one-channel image, or a random channel.
    x: XKind = "x"
    # What g sees: V in [0, 1], or normalised as in the authors' code.
    x_input: XInput = "unit"
    # None starts g at 1/3 and 0; a number draws its weights at random.
    x_init_seed: int | None = setting(None, at_least=0, at_most=2**32 - 1)
    # Feature learner f; the paper shows densenet121 images of 224 x 224.
    backbone: Backbone = "slim"
    # "visible" (the slim ones, pre-trained on other synthetic people), "imagenet", None, or a path.
    weights: str | None = "visible"
    # Stride of the backbone's last stage; 2 is the plain network (Tables 2 and 3).
    last_stride: int = setting(1, one_of=(1, 2))
    # Batch normalisation between the features and the classifier (BNNeck).
    neck: bool = True
    # Size of the images the network sees.
    height: int = setting(64, at_least=1, at_most=4096)
    width: int = setting(32, at_least=1, at_most=4096)
    # P people, K images of each per modality: M = P K.
    people_per_batch: int = setting(8, at_most=4096)
    images_per_person: int = setting(4, at_most=4096)
    # Who trains: the validation people choose the best model, or train too and the last model counts.
    train_on: TrainOn = "train"
    # lambda of Eq. 11.
    lam: float = setting(0.1, at_least=0, at_most=1e6)
    # alpha1 of Eqs. 5 and 6.
    margin_cross: float = setting(0.5, at_least=0, at_most=1e6)
    # alpha2 of Eq. 10.
    margin_respective: float = setting(0.3, at_least=0, at_most=1e6)
    # Cross-modality loss on images (as written) or on each person's centre (authors' code).
    cross: Cross = "hard"
    # Label smoothing of Eq. 9; the authors' code has 0.1.
    label_smoothing: float = setting(0.0, at_least=0, below=1)
    # Adam.
    learning_rate: float = setting(2e-3, above=0, at_most=1e6)
    weight_decay: float = setting(5e-4, at_least=0, at_most=1e6)
    # Rate of g, as a multiple of the learning rate; None: so that its weights can travel as far as in the paper.
    x_rate: float | None = setting(None, above=0, at_most=1000)
    # Training length; None makes an epoch show as many images as the larger modality has.
    epochs: int = setting(10, at_least=1, at_most=100_000)
    steps_per_epoch: int | None = setting(60, at_least=1, at_most=1_000_000)
    # Epochs over which the rate rises linearly from a hundredth.
    warmup_epochs: int = setting(1, at_least=0, at_most=100_000)
    # Epochs after each of which the rate falls to a tenth.
    decay_epochs: tuple[int, ...] = (6, 9)
    # Largest shift of the augmentation, in pixels.
    pad: int = setting(4, at_least=0, at_most=1024)
    # Probability of random erasing; the authors' code has 0.5.
    erase: float = setting(0.0, at_least=0, at_most=1)
    # Distance at test time: Eq. 2 is "v+x". The baseline has only "v".
    test_distance: TestDistance = "v+x"
    # On which side of the BNNeck the test feature is read.
    test_feature: TestFeature = "after_bn"
    # Scale test features to length 1.
    normalize: bool = True
    # Rules of the search.
    protocol: Protocol = "sysu"
    # Epochs between two evaluations on the validation people.
    evaluate_every: int = setting(2, at_least=1, at_most=100_000)
    # Arithmetic: full, half or bfloat16; "auto" is half on CUDA and full elsewhere.
    precision: Precision = "auto"
    # Seed of the network, the batches and the augmentation.
    seed: int = setting(0, at_least=0, at_most=2**32 - 1)

    def __post_init__(self) -> None:
        for one in fields(self):
            _check(one, getattr(self, one.name))
            value = getattr(self, one.name)
            if one.type in (float, float | None) and value is not None:  # 30 and 30.0 are one run
                object.__setattr__(self, one.name, float(value))
        method = METHODS[self.method]
        people, images = method.least
        if self.images_per_person < 2 <= images or self.people_per_batch < 2 <= people:
            raise XivlabError(
                "The triplet loss needs at least two people (people_per_batch) and two images of "
                "each (images_per_person): with one, an image has no other to be near to."
                if images == 2
                else f"{method.title} needs at least two people in a batch: raise people_per_batch."
            )
        distances = method.distances
        if self.test_distance not in distances:
            words = " or ".join(map(repr, distances))
            raise XivlabError(f"The {self.method} has no X: its test_distance must be {words}.")

    @property
    def per_modality(self) -> int:
        """M, images per modality in a batch."""
        return self.people_per_batch * self.images_per_person


def _whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _real(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


# What a value may be, in words and as a check, by the annotation of its setting; a Literal says it itself.
_KINDS: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    int: ("a whole number", _whole),
    int | None: ("a whole number or None", lambda value: value is None or _whole(value)),
    float: ("a number", _real),
    float | None: ("a number or None", lambda value: value is None or _real(value)),
    bool: ("True or False", lambda value: isinstance(value, bool)),
    str | None: ("words or None", lambda value: value is None or isinstance(value, str)),
    tuple[int, ...]: (
        "a tuple of whole numbers, from 0 to 100000",
        lambda value: isinstance(value, tuple) and all(_whole(one) and 0 <= one <= 100_000 for one in value),
    ),
}
_RULES: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "at_least": ("at least {}", operator.ge),
    "above": ("above {}", operator.gt),
    "at_most": ("at most {}", operator.le),
    "below": ("below {}", operator.lt),
    "one_of": ("{0[0]} or {0[1]}", lambda value, choices: value in choices),
}


def _check(one: Field, value: Any) -> None:
    """Refuse a value that its setting cannot have."""
    if get_origin(one.type) is Literal:
        if value not in get_args(one.type):
            choices = ", ".join(map(str, get_args(one.type)))
            raise XivlabError(f"{one.name} must be one of {choices}, not {value!r}.")
        return
    words, fits = _KINDS[one.type]
    if not fits(value):
        raise XivlabError(f"{one.name} must be {words}, not {value!r}.")
    if _real(value) and value == math.inf:
        raise XivlabError(f"{one.name} must be finite, not {value}.")
    for rule, bound in one.metadata.items():
        words, holds = _RULES[rule]
        if value is not None and not holds(value, bound):  # NaN is refused as well
            raise XivlabError(f"{one.name} must be {words.format(bound)}, not {shown(value)}.")


_PAPER: dict[str, Any] = {
    "backbone": "resnet50",
    "weights": "imagenet",
    "height": 256,
    "width": 128,
    "people_per_batch": 12,
    "learning_rate": 3.5e-4,
    "epochs": 120,
    "steps_per_epoch": None,
    "warmup_epochs": 10,
    "decay_epochs": (40, 70),
    "pad": 10,
    "erase": 0.5,
    "evaluate_every": 5,
    "train_on": "train+val",
}
# Other methods are trained by these, too, on ResNet-50 and images of this size, but for what each has of its own (`settings`
# of its row: BNNeck, batch, erasing): so it is our schedule for all, and no reproduction. T_F of D2RL, which begins after a
# third, has 80 of the epochs.
# Tables 2 and 3 say "same backbone" as cmGAN and D2RL, and as AlignGAN. Known: ResNet-50 in all of them, and
# AlignGAN's published code has a last stride of 1. Assumed: for the other two the plain network, whose last
# stride of 2 makes the 2.7 GFLOPs that the paper states; no BNNeck, which came with the "modified" network of
# Luo et al. (2019) in the paper's other tables; and the paper's own settings of training.
_PLAIN = {"last_stride": 2, "neck": False}
# As long as the Baseline gains on the validation people (results/measures/length.csv).
_STUDY: dict[str, Any] = {"steps_per_epoch": 120, "evaluate_every": 1}
PRESETS: dict[str, dict[str, Any]] = {
    "demo": {},
    "study": _STUDY,
    "paper-sysu": _PAPER,
    "paper-regdb": _PAPER | {"protocol": "regdb"},
    "paper-llcm": _PAPER | {"protocol": "llcm"},
    "paper-table2": _PAPER | _PLAIN,
    "paper-table3": _PAPER | _PLAIN | {"last_stride": 1},
}
# The size at which the paper shows images to a backbone, where it is not that of the preset.
_SIZE = {"densenet121": {"height": 224, "width": 224}}


def preset(name: str, **changes: Any) -> Config:
    """A named configuration, with changes.

    What a method has otherwise than others, such as its test distance, which follows from its having no X, need
    not be given; nor need, in the paper's presets, the size of images for DenseNet-121.

    Example:
        >>> preset("demo", method="baseline", seed=1).test_distance
        'v'

    Raises:
        XivlabError: unknown preset or setting, or a value that makes no sense.
    """
    if name not in PRESETS:
        raise XivlabError(f"Unknown preset {name!r}: choose {', '.join(PRESETS)}.")
    unknown = changes.keys() - {one.name for one in fields(Config)}
    if unknown:
        raise XivlabError(f"Config has no setting named {', '.join(sorted(unknown))}.")
    method = changes.get("method")
    if isinstance(method, str) and method in METHODS:
        own = {"test_distance": METHODS[method].distances[-1], **METHODS[method].settings}
        changes = own | changes
    if name.startswith("paper"):
        changes = _SIZE.get(changes.get("backbone", ""), {}) | changes
    return Config(**(PRESETS[name] | changes))
