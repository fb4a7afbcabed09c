"""A second face at test for a Baseline: searched as if it had an X, which it never saw in training.

What the sum of Eq. 2 gains by averaging two views of one image needs no third modality in training: this is the control.
"""

from collections.abc import Callable, Sequence

import pandas as pd
from torch import Tensor, nn

from xivlab.data.datasets import Split
from xivlab.data.images import Images
from xivlab.evaluation.embeddings import embed
from xivlab.evaluation.scores import score
from xivlab.model import SPECIAL_CASES, XIVNet
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model


def red(visible: Tensor) -> Tensor:
    """R alone: (B, 3, H, W) -> (B, 1, H, W)."""
    return visible[:, :1]


# The special cases of the paper's Table 5, and the channel next to the infrared.
FACES: dict[str, Callable[[Tensor], Tensor]] = SPECIAL_CASES | {"r": red}


class _Face(nn.Module):
    """A one-channel image, three times."""

    def __init__(self, channel: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.channel = channel

    def forward(self, visible: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W)."""
        return self.channel(visible).expand(-1, 3, -1, -1)


def second_faces(run: Run, split: Split, names: Sequence[str] = tuple(FACES)) -> pd.DataFrame:
    """Scores of infrared queries with a fixed image beside V, or in its place.

    Args:
        run: finished, of a method without X.
        split: whose images are searched.
        names: of faces, keys of FACES.

    Returns:
        columns face, test_distance ("v" is the Baseline as it is, "x" the face in the place of V, "v+x" the sum),
        rank1 and mAP in [0, 1].

    Raises:
        XivlabError: the run is not whole, or the split lacks a modality.
    """
    config, model = run.config(), load_model(run)
    images = Images.of(split, config.height, config.width)
    tables = []
    for name in names:
        two_faced = XIVNet(model.learner, _Face(FACES[name])).to(model.device).eval()
        found = score(embed(two_faced, images, config.test_feature, config.normalize), config.protocol)
        tables.append(found[found["query"] == "infrared"].assign(face=name))
    return pd.concat(tables, ignore_index=True)[["face", "test_distance", "rank1", "mAP"]]
