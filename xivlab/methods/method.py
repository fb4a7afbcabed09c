"""Method: what is said of one once, its title, faces at test time, loss terms, networks and losses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from torch import Tensor

from xivlab.data.images import Images
from xivlab.methods.step import Step
from xivlab.model import Faces, Networks, Output, TestDistance

Settings = Any  # a `xivlab.config.Config`: it is checked against METHODS, and so stands above them
# How near a method is to its paper: "kit" is what the course is about, with its options in the settings; A the loss,
# sampling and test path as in code that was read; B with a part repaired or unconfirmed; C in its manner.
Fidelity = Literal["kit", "A", "A-", "B", "B-", "C+", "C"]


@dataclass(frozen=True)
class Player:
    """An optimiser of its own, for some of the networks.

    Attributes:
        parts: by the name of a child of the networks, its rate as a multiple of the learning rate; None: that of g,
            which depends on the length of the training.
        betas: of Adam.
    """

    parts: Mapping[str, float | None]
    betas: tuple[float, float] = (0.9, 0.999)


def learner_alone() -> Mapping[str, Player]:
    """One player, with f and g."""
    return {"learner": Player({"learner": 1.0, "generator": None})}


def one_move(step: Step) -> tuple[str, ...]:
    """One player: the learner, at every step."""
    return ("learner",)


@dataclass(frozen=True)
class Method:
    """One row of METHODS.

    Attributes:
        title: in tables and figures.
        faces: by modality, what its images are embedded as at test time; XIV-ReID embeds a visible image as
            itself and as X.
        terms: of the loss, as the log names them after the whole, "loss".
        weighed: those of them that lambda weighs; without any it does not count.
        build: settings and number C of training people -> the untrained networks: forward(infrared, visible, step)
            gives outputs by modality, embed(images, face) those of one of the `faces`, which it has as well.
        losses: outputs of M rows by modality, labels (M,), settings and step -> all terms; "loss" is minimised.
        source: paper, with its year.
        fidelity: how near it is to the paper.
        assumed: what nobody confirms, or is otherwise here, a sentence each; a table prints no method without
            `fidelity` and these.
        version: enters the names of runs; raise it when the method computes something else. 0 is that of the kit's
            own methods, whose names have none.
        settings: its own defaults, where they are not those of the others.
        least: people of a batch, and images of each, that its losses need.
        after: fits what is fitted after the training, on the training images, and keeps it in the networks.
        players: who optimises what.
        moves: the players whose turn it is at a step, one after the other.
        rests: whether some weights rest in some steps.
        neckless: whether its head has no place for a BNNeck, whatever the settings say.
        control_of: the method of which it is a negative control; "" for a method of its own.
    """

    title: str
    faces: Faces
    terms: tuple[str, ...]
    weighed: tuple[str, ...]
    build: Callable[[Settings, int], Networks]
    losses: Callable[[dict[str, Output], Tensor, Settings, Step], dict[str, Tensor]]
    source: str = ""
    fidelity: Fidelity | None = None
    assumed: tuple[str, ...] = ()
    version: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    least: tuple[int, int] = (2, 2)
    after: Callable[[Any, Images], None] | None = None
    players: Mapping[str, Player] = field(default_factory=learner_alone)
    moves: Callable[[Step], tuple[str, ...]] = one_move
    rests: bool = False
    neckless: bool = False
    control_of: str = ""

    @property
    def has_x(self) -> bool:
        """Whether there is the X of XIV-ReID, made of visible images alone."""
        return "x" in self.faces["visible"] and "infrared_x" not in self.faces["infrared"]

    @property
    def distances(self) -> tuple[TestDistance, ...]:
        """The test distances that it has, its own last."""
        return get_args(TestDistance) if "x" in self.faces["visible"] else ("v",)
