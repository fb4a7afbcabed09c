"""Method: what is said of one once, its title, faces at test time, loss terms, networks and losses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from torch import Tensor

from xivlab.model import Faces, Output, TestDistance, XIVNet

Settings = Any  # a `xivlab.config.Config`: it is checked against METHODS, and so stands above them


@dataclass(frozen=True)
class Method:
    """One row of METHODS.

    Attributes:
        title: in tables and figures.
        faces: by modality, what its images are embedded as at test time; XIV-ReID embeds a visible image as
            itself and as X.
        terms: of the loss, as the log names them after the whole, "loss".
        weighed: those of them that lambda weighs; without any it does not count.
        build: settings and number C of training people -> the untrained networks: forward(infrared, visible)
            gives outputs by modality, embed(images, face) those of one of the `faces`, which it has as well.
        losses: outputs of M rows by modality, labels (M,) and settings -> all terms; "loss" is minimised.
    """

    title: str
    faces: Faces
    terms: tuple[str, ...]
    weighed: tuple[str, ...]
    build: Callable[[Settings, int], XIVNet]
    losses: Callable[[dict[str, Output], Tensor, Settings], dict[str, Tensor]]

    @property
    def has_x(self) -> bool:
        """Whether a visible image is searched as X as well."""
        return "x" in self.faces["visible"]

    @property
    def distances(self) -> tuple[TestDistance, ...]:
        """The test distances that it has, its own last."""
        return get_args(TestDistance) if self.has_x else ("v",)
