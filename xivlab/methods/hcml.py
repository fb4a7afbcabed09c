"""HCML (Ye et al. 2018a): a metric learnt on the features of TONE, with a map for each modality."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from xivlab.data.images import Images, Modality
from xivlab.errors import XivlabError
from xivlab.methods import tone
from xivlab.methods.method import Method, Settings
from xivlab.methods.streams import Learner, Streams
from xivlab.model import WITHOUT_X, Face, Output

INSIDE = 0.2  # weight of the modality-specific part
RATE, DECAY = 0.1, 0.95  # of the steps of V and T
COMPONENTS = 600  # that are kept of wider features
ITERATIONS, ENOUGH = 300, 1e-6  # at most, and the relative change that ends them
STEEP = 2.0**-8  # first L of the line search


class Problem(NamedTuple):
    """What the objective is made of, in double precision.

    Attributes:
        visible_means, infrared_means: (P, D), a_p and b_q.
        visible, infrared: (N, D), x_i - c(i) and z_j - c(j), images without the mean of their person.
        mu: mean squared distance of all pairs of means at the start.
    """

    visible_means: Tensor
    infrared_means: Tensor
    visible: Tensor
    infrared: Tensor
    mu: Tensor

    @classmethod
    def of(cls, visible: Tensor, infrared: Tensor, who_visible: Tensor, who_infrared: Tensor) -> "Problem":
        """Of features (N, D) and their people (N,), integer, all of whom are seen in both modalities."""
        means, rest = [], []
        for features, who in ((visible, who_visible), (infrared, who_infrared)):
            people, places = who.unique(return_inverse=True)
            own = torch.stack([features[who == person].mean(0) for person in people])
            means.append(own)
            rest.append(features - own[places])
        distances = torch.cdist(means[0], means[1], compute_mode="donot_use_mm_for_euclid_dist").square()
        return cls(means[0], means[1], rest[0], rest[1], distances.mean())


def across(problem: Problem, V: Tensor, T: Tensor, M: Tensor) -> Tensor:
    """sum_pq W_pq log(1 + exp(Y_pq (d_pq - mu))), d_pq = (a_p V - b_q T) M (a_p V - b_q T)^T: a person's means in both
    modalities nearer than mu, those of two people farther; both kinds of pairs weigh 1 in all."""
    a, b = problem.visible_means @ V, problem.infrared_means @ T
    aM, bM = a @ M, b @ M
    # a M a' + b M b' - a M b' - b M a', by products: the differences of all pairs, (P, P, D), take many times as long.
    distance = (aM * a).sum(1)[:, None] + (bM * b).sum(1) - aM @ b.mT - (bM @ a.mT).mT
    same = torch.eye(len(distance), dtype=torch.bool)
    losses = F.softplus(torch.where(same, distance - problem.mu, problem.mu - distance))
    return losses[same].mean() + losses[~same].mean()


def objective(problem: Problem, V: Tensor, T: Tensor, M: Tensor) -> Tensor:
    """F = `across` + 0.2 [mean log(1 + exp(|(x - c) V|^2)) + the same of infrared images and T]."""
    inside = F.softplus((problem.visible @ V).square().sum(1)).mean()
    inside = inside + F.softplus((problem.infrared @ T).square().sum(1)).mean()
    return across(problem, V, T, M) + INSIDE * inside


def semidefinite(matrix: Tensor) -> Tensor:
    """The nearest symmetric matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh((matrix + matrix.mT) / 2)
    return vectors * values.clamp_min(0) @ vectors.mT


def metric_step(problem: Problem, V: Tensor, T: Tensor, S: Tensor, L: float) -> tuple[Tensor, float]:
    """One proximal step on M from S; L is doubled until F lies below its quadratic bound there.

    Returns:
        M and L.
    """
    S = S.detach().requires_grad_()
    here = objective(problem, V, T, S)
    (slope,) = torch.autograd.grad(here, S)
    slope = (slope + slope.mT) / 2
    with torch.no_grad():
        while True:
            M = semidefinite(S - slope / L)
            move = M - S
            bound = here + (move * slope).sum() + L / 2 * move.square().sum()
            if objective(problem, V, T, M) <= bound + 1e-12 * here.abs():
                return M, L
            L *= 2


def fit(problem: Problem, iterations: int = ITERATIONS) -> tuple[Tensor, Tensor, Tensor]:
    """V, T and M, (D, D) each, from the identity: accelerated steps on M, plain ones on V and T, by turns."""
    start = torch.eye(problem.visible.shape[1], dtype=torch.float64)
    V, T, M, before = start.clone(), start.clone(), start.clone(), start.clone()
    speed, L = 1.0, STEEP
    value = objective(problem, V, T, M).item()
    for iteration in range(iterations):
        faster = (1 + (1 + 4 * speed**2) ** 0.5) / 2
        S = M + (speed - 1) / faster * (M - before)
        before, speed = M, faster
        M, L = metric_step(problem, V, T, S, L)
        V, T = V.requires_grad_(), T.requires_grad_()
        slopes = torch.autograd.grad(objective(problem, V, T, M), (V, T))
        rate = RATE * DECAY**iteration
        V, T = (one.detach() - rate * slope for one, slope in zip((V, T), slopes, strict=True))
        last, value = value, objective(problem, V, T, M).item()
        if abs(last - value) < ENOUGH * abs(last):
            break
    return V, T, M


class Mapped(Streams):
    """TONE's networks; at test time the features after the neck are those of length 1, mapped by modality.

    Before the metric is fitted the maps are the identity, so the search is TONE's.
    """

    origin: Tensor

    def __init__(self, learner: Learner, width: int) -> None:
        super().__init__(learner)
        self.register_buffer("origin", torch.zeros(width))
        for light in ("infrared", "visible"):
            self.register_buffer(f"map_{light}", torch.eye(width))

    def embed(self, images: Tensor, face: Face) -> Output:
        """TONE's feature as `before_bn`, the mapped one as `after_bn`."""
        output = super().embed(images, face)
        unit = F.normalize(output.before_bn) - self.origin
        return output._replace(after_bn=unit @ getattr(self, f"map_{face}"))


@torch.no_grad()
def _features(model: Mapped, images: Images, light: Modality) -> tuple[Tensor, Tensor]:
    """Features of length 1, (N, D) in double precision, and their people."""
    rows = images.rows(light)
    parts = [
        model.embed(images.batch(rows[start : start + 256], model.device), light).before_bn
        for start in range(0, len(rows), 256)
    ]
    return F.normalize(torch.cat(parts).double().cpu()), torch.from_numpy(images.person[rows])


def learn_metric(model: Mapped, images: Images) -> None:
    """Fit the maps on training images and keep them in the networks.

    Args:
        model: trained; its features do not depend on the maps, so it may be fitted again.
        images: of the training people.

    Raises:
        XivlabError: fewer than two people are seen in both modalities.
    """
    was_training = model.training
    model.eval()
    (visible, of_visible), (infrared, of_infrared) = (
        _features(model, images, light) for light in ("visible", "infrared")
    )
    both = of_visible[torch.isin(of_visible, of_infrared)].unique()
    if len(both) < 2:
        raise XivlabError("The metric needs two people seen in both modalities: give more training people.")
    visible, of_visible = visible[torch.isin(of_visible, both)], of_visible[torch.isin(of_visible, both)]
    infrared, of_infrared = (
        infrared[torch.isin(of_infrared, both)],
        of_infrared[torch.isin(of_infrared, both)],
    )
    origin = torch.cat([visible, infrared]).mean(0)
    visible, infrared = visible - origin, infrared - origin
    width = visible.shape[1]
    kept = torch.eye(width, dtype=torch.float64)
    if width > COMPONENTS:
        kept = torch.linalg.svd(torch.cat([visible, infrared]), full_matrices=False).Vh[:COMPONENTS].mT
    with torch.enable_grad():
        V, T, M = fit(Problem.of(visible @ kept, infrared @ kept, of_visible, of_infrared))
    values, vectors = torch.linalg.eigh(M)
    # M = P P^T; of all such the symmetric one, which has no free signs.
    P = vectors * values.clamp_min(0).sqrt() @ vectors.mT
    whole = torch.zeros(2, width, width, dtype=torch.float64)
    whole[0, :, : P.shape[1]], whole[1, :, : P.shape[1]] = kept @ V @ P, kept @ T @ P
    model.origin.copy_(origin)
    model.get_buffer("map_visible").copy_(whole[0])
    model.get_buffer("map_infrared").copy_(whole[1])
    model.train(was_training)


def build(config: Settings, classes: int) -> Mapped:
    """TONE's networks, and the maps."""
    return Mapped(tone.build(config, classes).learner, tone.width_of(config))


METHODS = {
    "hcml": Method(
        "HCML",
        WITHOUT_X,
        tone.METHODS["tone"].terms,
        (),
        build,
        tone.losses,
        source="Ye et al., AAAI 2018",
        fidelity="A",
        assumed=(
            "Steps of V and T follow the exact gradient; the authors' code has two approximations and a slip.",
            "The model is chosen on the validation people by TONE's own search.",
            *tone.METHODS["tone"].assumed,
        ),
        version=2,
        settings={**tone.PAIRS, "normalize": False},
        least=(2, 1),
        after=learn_metric,
    )
}
