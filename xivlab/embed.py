"""Embeddings of a split, and the distance between them at test time (Eq. 2)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xivlab.batches import Images, Modality
from xivlab.errors import XivlabError
from xivlab.loss import pairwise_distance
from xivlab.model import XIVNet

TestDistance = Literal["v", "x", "v+x"]
TestFeature = Literal["before_bn", "after_bn"]


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of one split, computed once and reused over trials.

    Attributes:
        infrared, visible: (N, D) float32, one row per image of the modality.
        x: (N_visible, D) float32, of the X images of the visible ones; None for the baseline.
        infrared_person, infrared_camera, visible_person, visible_camera: (N,) integer.
    """

    infrared: NDArray[np.float32]
    visible: NDArray[np.float32]
    x: NDArray[np.float32] | None
    infrared_person: NDArray[np.integer]
    infrared_camera: NDArray[np.integer]
    visible_person: NDArray[np.integer]
    visible_camera: NDArray[np.integer]

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
        if query == gallery:
            features = self.infrared if query == "infrared" else self.visible
            return pairwise_distance(_double(features), _double(features[rows])).numpy()
        if query == "infrared":
            x = None if self.x is None else self.x[rows]
            return test_distance(self.infrared, self.visible[rows], x, kind)
        return test_distance(self.infrared[rows], self.visible, self.x, kind).T


@torch.no_grad()
def embed(
    model: XIVNet,
    images: Images,
    test_feature: TestFeature = "after_bn",
    normalize: bool = True,
    batch_size: int = 256,
) -> Embeddings:
    """Embed every image of a split, and the X image of every visible one.

    Args:
        model: in any mode; evaluated with its running statistics, its mode restored.
        images: of the split.
        test_feature: on which side of the BNNeck the feature is read.
        normalize: scale every embedding to length 1.
        batch_size: images per forward pass.

    Raises:
        XivlabError: the split has no infrared or no visible images.
    """
    infrared, visible = images.rows("infrared"), images.rows("visible")
    if len(infrared) == 0 or len(visible) == 0:
        raise XivlabError("The split has images of one modality only: there is nothing to search.")
    was_training = model.training
    model.eval()

    def features(rows: NDArray, as_x: bool) -> NDArray[np.float32]:
        parts = []
        for start in range(0, len(rows), batch_size):
            batch = images.batch(rows[start : start + batch_size], model.device)
            output = model.embed(batch, as_x)
            feature = getattr(output, test_feature).float()
            if normalize:
                feature = torch.nn.functional.normalize(feature)
            parts.append(feature.cpu())
        return torch.cat(parts).numpy()

    result = Embeddings(
        features(infrared, False),
        features(visible, False),
        features(visible, True) if model.generator is not None else None,
        images.person[infrared],
        images.camera[infrared],
        images.person[visible],
        images.camera[visible],
    )
    model.train(was_training)
    return result


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
    if kind not in ("v", "x", "v+x"):
        raise XivlabError(f"Unknown test distance {kind!r}: choose 'v', 'x' or 'v+x'.")
    if kind != "v" and x is None:
        raise XivlabError(f"Test distance {kind!r} needs X, and the baseline has none: use 'v'.")

    def to(other: NDArray) -> NDArray[np.float64]:
        return pairwise_distance(_double(infrared), _double(other)).numpy()

    if kind == "v":
        return to(visible)
    return to(x) if kind == "x" else to(visible) + to(x)  # Eq. (2)


def _double(array: NDArray) -> Tensor:
    return torch.from_numpy(np.asarray(array, dtype=np.float64))
