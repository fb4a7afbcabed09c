"""Embeddings of a split, and the test distance between them (Eq. 2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from operator import add
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xivlab.data.images import Images, Modality
from xivlab.errors import XivlabError
from xivlab.model import Face, Networks, TestDistance
from xivlab.resources import FREE_SOME, computing

TestFeature = Literal["before_bn", "after_bn"]
Features = NDArray[np.floating]
FEATURES = ("infrared", "visible", "x", "infrared_x")  # the attributes of `Embeddings` that hold features


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of one split, computed once and reused over trials.

    Attributes:
        infrared, visible: (N, D) float32, one row per image of the modality.
        x: (N_visible, D) float32, of the X images of the visible ones; None for the baseline.
        infrared_person, infrared_camera, visible_person, visible_camera: (N,) integer.
        permutation: (N_visible, 10) integer, places in the official permutations that galleries of
            SYSU-MM01 are drawn by (`xivlab.evaluation.protocols`); None where there are none.
        infrared_x: (N_infrared, D) float32, of images made of the infrared ones as X is of the visible ones; None
            where there are none, as in XIV-ReID.
    """

    infrared: Features
    visible: Features
    x: Features | None
    infrared_person: NDArray[np.integer]
    infrared_camera: NDArray[np.integer]
    visible_person: NDArray[np.integer]
    visible_camera: NDArray[np.integer]
    permutation: NDArray[np.integer] | None = None
    infrared_x: Features | None = None

    def normalized(self) -> "Embeddings":
        """The same, every embedding scaled to length 1."""
        features = {name: getattr(self, name) for name in FEATURES if getattr(self, name) is not None}
        unit = {name: torch.nn.functional.normalize(torch.from_numpy(f)) for name, f in features.items()}
        return replace(self, **{name: tensor.numpy() for name, tensor in unit.items()})

    def of_people(self, people: NDArray[np.integer]) -> "Embeddings":
        """Those of the people that are named."""
        return self.select(np.isin(self.infrared_person, people), np.isin(self.visible_person, people))

    def select(self, infrared: NDArray, visible: NDArray) -> "Embeddings":
        """Those of some rows of each modality, as masks or by number."""
        rows = {name: infrared if name.startswith("infrared") else visible for name in vars(self)}
        return replace(
            self, **{name: array[rows[name]] for name, array in vars(self).items() if array is not None}
        )

    @property
    def kinds(self) -> tuple[TestDistance, ...]:
        """The test distances that they allow."""
        return ("v",) if self.x is None else get_args(TestDistance)

    def people(self, modality: Modality) -> NDArray[np.integer]:
        """Person of every image of a modality, (N,)."""
        return self.infrared_person if modality == "infrared" else self.visible_person

    def cameras(self, modality: Modality) -> NDArray[np.integer]:
        """Camera of every image of a modality, (N,)."""
        return self.infrared_camera if modality == "infrared" else self.visible_camera

    def distance(
        self, query: Modality, gallery: Modality, rows: NDArray[np.intp], kind: TestDistance
    ) -> NDArray[np.float64]:
        """Distance of every query to the gallery's `rows`, (Q, len(rows)).

        Between the modalities it is `test_distance`, inside one plainly Euclidean.
        """
        return self.measure(query, gallery, rows, (kind,))(slice(None))[kind]

    def measure(
        self, query: Modality, gallery: Modality, rows: NDArray[np.intp], kinds: Sequence[TestDistance]
    ) -> Callable[[slice], dict[TestDistance, NDArray[np.float64]]]:
        """`distance` for some queries at a time, and for several kinds at once, with its arguments and errors.

        Returns:
            a function of the queries' rows: the distance of each kind, (q, len(rows)), overwritten by its next call.
        """
        if query == gallery:
            features = self.infrared if query == "infrared" else self.visible
            inside = _Distances(features, features[rows])
            return lambda part: dict.fromkeys(kinds, inside.of(part))
        visible = {name: face for kind in kinds for name, face in _compared(kind, self.visible, self.x)}
        infrared = {"v": self.infrared, "x": self.infrared if self.infrared_x is None else self.infrared_x}
        pairs = {kind: self._pairs(kind) for kind in kinds}
        faces = {
            (one, other): _Distances(infrared[one], visible[other][rows])
            if query == "infrared"
            else _Distances(visible[other], infrared[one][rows])
            for both in pairs.values()
            for one, other in both
        }

        def measured(part: slice) -> dict[TestDistance, NDArray[np.float64]]:
            to = {pair: face.of(part) for pair, face in faces.items()}
            return {kind: reduce(add, (to[pair] for pair in pairs[kind])) for kind in kinds}  # Eq. (2)

        return measured

    def _pairs(self, kind: TestDistance) -> list[tuple[str, str]]:
        """Which face of infrared images is compared with which of visible ones; where both have two, each with each."""
        names = [name for name, _ in _compared(kind, self.visible, self.x)]
        return list(zip(names, names)) if self.infrared_x is None else list(product(names, names))


def embed(
    model: Networks,
    images: Images,
    test_feature: TestFeature = "after_bn",
    normalize: bool = True,
    batch_size: int = 256,
) -> Embeddings:
    """Embed every image of a split, and the X image of every visible one.

    Args:
        model: in any mode; evaluated with its running statistics, its mode restored at the end.
        images: of the split.
        test_feature: on which side of the BNNeck the feature is read.
        normalize: scale every embedding to length 1.
        batch_size: images per forward pass.

    Raises:
        XivlabError: the split has no infrared or no visible images.
    """
    embeddings = embed_both(model, images, batch_size)[test_feature]
    return embeddings.normalized() if normalize else embeddings


@torch.no_grad()
def embed_both(model: Networks, images: Images, batch_size: int = 256) -> dict[TestFeature, Embeddings]:
    """As `embed`, the features on both sides of the BNNeck from one pass, at the length they have."""
    infrared, visible = images.rows("infrared"), images.rows("visible")
    if len(infrared) == 0 or len(visible) == 0:
        raise XivlabError("The split has images of one modality only: there is nothing to search.")
    was_training = model.training
    model.eval()
    sides = get_args(TestFeature)

    def features(rows: NDArray, face: Face) -> dict[str, NDArray[np.float32]]:
        parts: dict[str, list[Tensor]] = {side: [] for side in sides}
        for start in range(0, len(rows), batch_size):
            output = model.embed(images.batch(rows[start : start + batch_size], model.device), face)
            for side in sides:
                parts[side].append(getattr(output, side).float().cpu())
        return {side: torch.cat(part).numpy() for side, part in parts.items()}

    rows = {"infrared": infrared, "visible": visible}
    with computing(model, FREE_SOME):
        found = {face: features(rows[light], face) for light in rows for face in model.faces[light]}
    model.train(was_training)
    return {
        side: Embeddings(
            found["infrared"][side],
            found["visible"][side],
            found["x"][side] if "x" in found else None,
            images.person[infrared],
            images.camera[infrared],
            images.person[visible],
            images.camera[visible],
            None if images.permutation is None else images.permutation[visible],
            found["infrared_x"][side] if "infrared_x" in found else None,
        )
        for side in sides
    }


def test_distance(
    infrared: NDArray[np.floating],
    visible: NDArray[np.floating],
    x: NDArray[np.floating] | None,
    kind: TestDistance = "v+x",
) -> NDArray[np.float64]:
    """Distance of infrared to visible images through V, X, or both: Eq. 2 is "v+x".

    Args:
        infrared: embeddings, (Q, D).
        visible: embeddings, (G, D).
        x: embeddings of the X images of the same G visible images, (G, D); None if there are none.
        kind: "v": D(I, V); "x": D(I, X); "v+x": their sum.

    Returns:
        (Q, G), at least 0.

    Raises:
        XivlabError: `kind` is unknown, or needs X where there is none.
    """
    to = [_Distances(infrared, face).of(slice(None)) for _, face in _compared(kind, visible, x)]
    return to[0] if len(to) == 1 else to[0] + to[1]  # Eq. (2)


def _compared(kind: str, visible: Features, x: Features | None) -> list[tuple[str, Features]]:
    """The faces of visible images that a test distance compares with infrared ones, by its letters."""
    if kind not in get_args(TestDistance):
        raise XivlabError(f"Unknown test distance {kind!r}: choose 'v', 'x' or 'v+x'.")
    if x is None and kind != "v":
        raise XivlabError(f"Test distance {kind!r} needs X, and the baseline has none: use 'v'.")
    faces = [("v", visible)] + ([] if x is None else [("x", x)])
    return [(name, face) for name, face in faces if name in kind]


class _Distances:
    """Distances of any queries to one face of a gallery, V or X: those of `xivlab.loss.pairwise_distance`.

    What hangs on the gallery alone is made once, and all parts of the queries use the same memory: a large
    search spends as much time on getting memory as on numbers.
    """

    def __init__(self, queries: NDArray[np.floating], gallery: NDArray[np.floating]) -> None:
        faces = _double(gallery)
        self.origin = faces.mean(0)  # (D,)
        self.queries, self.gallery = queries, faces - self.origin
        self.norms = self.gallery.square().sum(1)  # (G,)
        self.room = torch.empty(2, 0, len(gallery), dtype=torch.float64)

    def of(self, part: slice) -> NDArray[np.float64]:
        """(q, G), at least 0; overwritten by the next call."""
        asked = _double(self.queries[part]) - self.origin
        if len(asked) > self.room.shape[1]:
            self.room = torch.empty(2, len(asked), len(self.gallery), dtype=torch.float64)
        norms, squared = self.room[:, : len(asked)]
        # |a - b|^2 = |a|^2 + |b|^2 - 2 a b, written where the last part's was: all of it is written over.
        torch.add(asked.square().sum(1)[:, None], self.norms, out=norms)
        torch.addmm(norms, asked, self.gallery.T, alpha=-2, out=squared)
        too_small = squared <= norms.mul_(8 * torch.finfo(norms.dtype).eps)  # for more than rounding
        return squared.masked_fill_(too_small, 0).sqrt_().numpy()


def _double(array: NDArray) -> Tensor:
    return torch.from_numpy(np.asarray(array, dtype=np.float64))
