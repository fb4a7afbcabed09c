"""Losses of twelve points in a plane: which anchors pay, what each term comes to, and where it moves the points.

Two people of two images each, in three modalities, as in notebook 03. All values and gradients are those of
`xivlab.loss`. The identity loss (Eq. 9) needs a classifier, of which points know nothing: it is that of a
classifier that is always sure and right, so it counts 0 and moves nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xivlab import loss

MODALITIES = ("I", "X", "V")
PEOPLE = (7, 7, 8, 8)  # of the four images of every modality: the people of notebook 03
IMAGES = ("7a", "7b", "8a", "8b")
LABELS = torch.tensor([0, 0, 1, 1])
# exp(-1000) is 0 in double precision, and so is the identity loss of these logits.
SURE = 1000.0 * torch.nn.functional.one_hot(LABELS).double()
FARTHEST = 0.3  # that a point moves in one step: longer gradients are clipped, as in many trainings

Points = NDArray[np.float64]  # (3, 4, 2): modality, image, coordinate


class Term(NamedTuple):
    """One batch-hard triplet loss of the objective.

    Attributes:
        anchor, other: modalities, as positions in MODALITIES; the same one in Eq. 10.
        equation: of the paper.
    """

    anchor: int
    other: int
    equation: int

    @property
    def within(self) -> bool:
        """Whether it stays in one modality."""
        return self.anchor == self.other

    @property
    def name(self) -> str:
        """In words, such as "within I" or "I among X"."""
        anchor, other = MODALITIES[self.anchor], MODALITIES[self.other]
        return f"within {anchor}" if self.within else f"{anchor} among {other}"

    @property
    def place(self) -> str:
        """Where an anchor looks, in words, such as "among V"."""
        return f"among {MODALITIES[self.other]}"


I, X, V = range(3)
TERMS = (
    Term(I, I, 10), Term(X, X, 10), Term(V, V, 10), Term(I, X, 5), Term(X, I, 6), Term(I, V, 5), Term(V, I, 6),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """Margins and weight of the objective; the paper's.

    Attributes:
        margin_cross, margin_respective: alpha1 and alpha2, in units of the plane, at least 0.
        lam: lambda of Eq. 11, at least 0.
    """

    margin_cross: float = 0.5
    margin_respective: float = 0.3
    lam: float = 0.1

    def margin(self, term: Term) -> float:
        """The margin of a term."""
        return self.margin_respective if term.within else self.margin_cross


@dataclass(frozen=True, eq=False)
class Hinges:
    """What the four anchors of a term look at, and pay.

    Attributes:
        positive, negative: (4,) images of the other modality: the hardest ones.
        d_p, d_n: (4,) distances to them.
        pays: (4,) [margin + d_p - d_n]_+; their sum is the term.
    """

    positive: NDArray[np.integer]
    negative: NDArray[np.integer]
    d_p: NDArray[np.float64]
    d_n: NDArray[np.float64]
    pays: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Losses:
    """The sums of the objective, scalars each.

    Attributes:
        modality: L_I, L_X and L_V (Eq. 8).
        cross: L_cross of I and X, and of I and V (Eq. 4).
        L_M, L_C, L: Eqs. 7, 3 and 11.
    """

    modality: tuple[Tensor, Tensor, Tensor]
    cross: tuple[Tensor, Tensor]
    L_M: Tensor
    L_C: Tensor
    L: Tensor


def hinges(points: Points, term: Term, margin: float) -> Hinges:
    """Hardest positives and negatives of a term, and what each anchor pays.

    Args:
        points: (3, 4, 2).
        term: one of TERMS.
        margin: its margin.
    """
    distance = loss.pairwise_distance(*torch.as_tensor(points)[[term.anchor, term.other]]).numpy()
    same = np.equal.outer(PEOPLE, PEOPLE)
    far, near = np.where(same, distance, -np.inf), np.where(same, np.inf, distance)
    d_p, d_n = far.max(1), near.min(1)
    return Hinges(far.argmax(1), near.argmin(1), d_p, d_n, np.maximum(margin + d_p - d_n, 0))


def losses(points: Tensor, settings: Settings) -> Losses:
    """Every sum of the objective by the functions of `xivlab.loss`.

    Args:
        points: (3, 4, 2), double; may ask for gradients.
        settings: margins and lambda.

    Raises:
        XivlabError: a margin or lambda is negative.
    """
    modality = tuple(loss.modality_loss(m, SURE, LABELS, settings.margin_respective) for m in points)
    cross = tuple(
        loss.cross_modality(points[I], points[other], LABELS, settings.margin_cross) for other in (X, V)
    )
    L_M, L_C = loss.respective_gap(*modality), loss.cross_gap(*cross)
    return Losses(modality, cross, L_M, L_C, loss.total_loss(L_M, L_C, settings.lam))


def gradient(points: Points, settings: Settings, what: str | Term) -> Points:
    """Gradient of a part of the objective with respect to every point.

    Args:
        points: (3, 4, 2).
        settings: margins and lambda.
        what: "L", "L_M", "L_C" or one of TERMS, which is then taken per image, as Eqs. 4 and 8 do.

    Returns:
        (3, 4, 2); 0 for a point that the part does not know.
    """
    moving = torch.tensor(points, requires_grad=True)
    if isinstance(what, Term):
        anchor, other = moving[what.anchor], moving[what.other]
        value = loss.batch_hard_triplet(anchor, other, LABELS, settings.margin(what)) / len(LABELS)
    else:
        value = getattr(losses(moving, settings), what)
    return torch.autograd.grad(value, moving)[0].numpy()


def step(points: Points, slope: Points, rate: float) -> Points:
    """The points after one step of gradient descent, in which none moves farther than FARTHEST.

    Args:
        points, slope: (3, 4, 2), the gradient there.
        rate: learning rate.
    """
    move = -rate * slope
    longest = np.linalg.norm(move, axis=-1).max()
    return points + move * min(1, FARTHEST / max(longest, 1e-12))


class Start(NamedTuple):
    """An arrangement to begin with.

    Attributes:
        points: (3, 4, 2).
        lam, rate: lambda and the learning rate that go with it.
        about: what it is good for, in a sentence or two.
    """

    points: Points
    lam: float
    rate: float
    about: str


def _shifted(infrared: list[list[float]], x: tuple[float, float], v: tuple[float, float]) -> Points:
    """Three modalities alike, X and V shifted as a whole."""
    return np.array(infrared) + np.array([(0.0, 0.0), x, v])[:, None]


_MIDDLE = np.array([3.5, 3.0])
_TOY = [[0.0, 0.0], [0.0, 3.0], [4.0, 0.0], [4.0, 6.0]]
_NEAT = [[0.4, 1.6], [0.4, 2.8], [3.8, 1.6], [3.8, 2.8]]
_APART = [[0.0, 1.6], [0.0, 2.8], [6.4, 1.6], [6.4, 2.8]]
_CROSS = np.array([[-3.9, 0.3], [3.9, -0.1], [0.1, -3.9], [-0.3, 3.9]])
STARTS = {
    "a gap: one shift for all": Start(
        _shifted(_TOY, (1.5, 0.0), (3.0, 0.0)), 0.1, 0.3,
        "The points of notebook 03: every visible image lies 3 to the right of its infrared partner, X half way.",
    ),
    "λ = 0: the gap stays": Start(
        _shifted(_NEAT, (1.6, 0.6), (3.2, 1.2)), 0.0, 0.3,
        "Each modality is well ordered, so L_M is 0. Without L_C nothing moves, though V of person 7 lies at I of "
        "person 8. Raise λ and play.",
    ),
    "λ = 10: infrared collapses": Start(
        (_MIDDLE + np.stack([_CROSS, 0.92 * _CROSS + 0.1, 0.84 * _CROSS - 0.1])).round(1), 10.0, 0.01,
        "People lie crossed, so shrinking lowers L_C fastest: infrared falls into a point within a hundred steps, and "
        "stays for hundreds. Then reset and play at λ 0.1, learning rate 0.3.",
    ),
    "collapsed: all in one point": Start(
        np.broadcast_to(_MIDDLE, (3, 4, 2)).copy(), 10.0, 0.01,
        "Every anchor pays its margin and every gradient is 0: there is no way out, whatever λ is. Drag a point away.",
    ),
    "well ordered": Start(
        _shifted(_APART, (0.3, 0.6), (0.6, 1.2)), 0.1, 0.3,
        "All anchors are content: every term is 0. Drag a point until somebody pays, or raise a margin.",
    ),
}  # fmt: skip
