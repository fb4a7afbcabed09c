"""TONE (Ye et al. 2018a): two private networks up to a shared layer, with identity and contrastive loss."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import SLIM, WIDTH
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, mean_pool, neck_of, split_for
from xivlab.model import WITHOUT_X, Output

MARGIN, WEIGHT = 0.5, 0.2  # m and the weight of L_c
DROPPED = 0.5
PAPER_WIDTH = 2048  # of fc7
CUT = (
    "The networks are the kit's backbone and not AlexNet; the shared layer is as wide as its pooled feature."
)
HOUSE = "Optimiser, schedule and augmentation are the house's; with the authors' SGD a short training hardly moves."
PAIRS = {"neck": False, "people_per_batch": 32, "images_per_person": 1}


class SharedLayer(nn.Module):
    """Private features into one shared layer, which the search uses, and from there into the classifier.

    Args:
        width: channels of the private maps.
        shared: width of the shared layer, fc7.
        classes: C.
        neck: whether there is a BNNeck behind it.
        normed: whether each modality's features are normalised before they meet (BDTR).
        bare: whether the feature at test time is without its ReLU (TONE).
    """

    def __init__(
        self, width: int, shared: int, classes: int, neck: bool, normed: bool = False, bare: bool = False
    ) -> None:
        super().__init__()
        lights = ("infrared", "visible") if normed else ()
        self.norms = nn.ModuleDict({light: nn.BatchNorm1d(width) for light in lights})
        self.layer, self.bare = nn.Linear(width, shared), bare
        self.neck = neck_of(shared, neck)
        self.classifier = classifier_of(shared, classes)

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(B, width, h, w), blocks of equally many rows -> features (B, shared) and scores."""

        def dropped(rows: Tensor) -> Tensor:
            if not self.training or step is None:
                return rows
            return torch.cat([step.keep(block, DROPPED) for block in rows.chunk(len(lights))])

        pooled = mean_pool(maps)
        if self.norms:
            blocks = zip(lights, pooled.chunk(len(lights)), strict=True)
            pooled = torch.cat([self.norms[light](block) for light, block in blocks])
            hidden = self.layer(torch.relu(dropped(pooled)))
        else:
            hidden = self.layer(dropped(pooled))
        feature = torch.relu(hidden) if self.training or not self.bare else hidden
        after = self.neck(feature)
        return Output(feature, after, self.classifier(dropped(after)))


def contrastive(visible: Tensor, infrared: Tensor, same: Tensor, margin: float = MARGIN) -> Tensor:
    """L_c = 1/2 mean_i [y_i d_i^2 + (1 - y_i) [m - d_i]+^2] of pairs, d_i between features of length 1.

    Args:
        visible, infrared: (N, D), float.
        same: (N,) bool, y: whether the pair is of one person.
        margin: m.

    Returns:
        scalar, at least 0; a pair at distance 0 has gradient 0.

    Example:
        >>> one = contrastive(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), torch.tensor([True]))
        >>> round(float(one), 6)
        1.0
    """
    distance = torch.linalg.vector_norm(F.normalize(visible) - F.normalize(infrared), dim=1)
    apart = (margin - distance).clamp_min(0)
    return torch.where(same, distance, apart).square().mean() / 2


def width_of(config: Settings) -> int:
    """Width of the shared layer."""
    return WIDTH[config.backbone] if config.backbone in SLIM else PAPER_WIDTH


def build(config: Settings, classes: int) -> Streams:
    """Two whole networks, copies of the same weights, and the layer that they share."""
    parts = split_for(config, 5)
    head = SharedLayer(parts.width, width_of(config), classes, config.neck, bare=True)
    return Streams(Learner(parts, head))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, step: Step) -> dict[str, Tensor]:
    """L = CE over all 2M images + 0.2 L_c over M pairs, about half of which show one person."""
    terms = identities(outputs, labels, config)
    visible, infrared = outputs["visible"].before_bn, outputs["infrared"].before_bn
    count = len(labels)
    rows = torch.arange(count, device=labels.device)
    drawn = step.choice(torch.ones(count, count, dtype=torch.bool, device=labels.device))
    partner = torch.where(rows < count // 2, rows, drawn)
    pairs = contrastive(visible, infrared[partner], labels == labels[partner])
    return {"loss": mean_of(terms) + WEIGHT * pairs} | terms | {"loss_pairs": pairs}


METHODS = {
    "tone": Method(
        "TONE",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_pairs"),
        (),
        build,
        losses,
        source="Ye et al., AAAI 2018",
        fidelity="A",
        assumed=(
            "Features are brought to length 1 row by row; the authors' code does it over the batch, a slip.",
            "The second half of the pairs takes its infrared images from the same batch, drawn anew.",
            CUT,
            HOUSE,
        ),
        version=1,
        settings=PAIRS,
        least=(2, 1),
    )
}
