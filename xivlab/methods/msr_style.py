"""In the manner of MSR (Feng, Lai, Xie 2020): a network for each modality, tied by pairs and a shared classifier."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.errors import XivlabError
from xivlab.loss import batch_hard_triplet
from xivlab.methods.identity import identities
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, mean_pool, neck_of, split_for
from xivlab.model import WITHOUT_X, Output

MARGIN = 0.3
PAIR, METRIC, VIEW = 0.1, 0.1, 0.01  # weights
VIEWS = 16  # cameras that can be told, by number; LLCM has nine


class Classifiers(nn.Module):
    """Private features into a classifier of their modality, one shared by both behind a shared layer, and one of views.

    Args:
        width: channels of the private maps.
        classes: C.
        neck: whether there is a BNNeck in front of them.
    """

    def __init__(self, width: int, classes: int, neck: bool) -> None:
        super().__init__()
        self.neck = neck_of(width, neck)
        self.own = nn.ModuleDict({light: nn.Linear(width, classes) for light in ("infrared", "visible")})
        self.layer, self.views = nn.Linear(width, width), nn.Linear(width, VIEWS)
        self.classifier = classifier_of(width, classes)

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(B, width, h, w) -> pooled features, shared scores, "own" (B, C) and "view" (B, VIEWS) scores."""
        before = mean_pool(maps)
        after = self.neck(before)
        blocks = zip(lights, after.chunk(len(lights)), strict=True)
        own = torch.cat([self.own[light](block) for light, block in blocks])
        shared = self.classifier(torch.relu(self.layer(after)))
        return Output(before, after, shared, {"own": own, "view": self.views(after)})


def pair_distance(visible: Tensor, infrared: Tensor) -> Tensor:
    """L_E = mean_i |n(v_i) - n(t_i)|^2 of images of one person, (M, D) each; 1 at an angle of 60 degrees."""
    return (F.normalize(visible) - F.normalize(infrared)).square().sum(1).mean()


def inside(features: Tensor, labels: Tensor) -> Tensor:
    """L_metric of one modality: batch-hard triplets of features of length 1, the mean over its M anchors."""
    unit = F.normalize(features)
    return batch_hard_triplet(unit, unit, labels, MARGIN) / len(labels)


def seen_by(logits: Tensor, cameras: Tensor) -> Tensor:
    """L_view of one modality: cross entropy of the camera by its number; an XivlabError beyond those that there are."""
    if int(cameras.max()) >= VIEWS:
        raise XivlabError(
            f"The view classifier tells cameras 0 to {VIEWS - 1}: number those of the data by these."
        )
    return F.cross_entropy(logits, cameras.long())


def build(config: Settings, classes: int) -> Streams:
    """Two whole networks, copies of the same weights."""
    parts = split_for(config, 5)
    return Streams(Learner(parts, Classifiers(parts.width, classes, config.neck)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, step: Step) -> dict[str, Tensor]:
    """L = CE_v + CE_t + CE_shared(v) + CE_shared(t) + 0.1 L_E + 0.1 L_metric + 0.01 L_view."""
    shared = identities(outputs, labels, config)
    own = identities(
        {name: one._replace(logits=one.more["own"]) for name, one in outputs.items()}, labels, config
    )
    pairs = pair_distance(outputs["visible"].before_bn, outputs["infrared"].before_bn)
    metric = torch.stack([inside(one.before_bn, labels) for one in outputs.values()]).sum()
    views = [seen_by(outputs[name].more["view"], cameras) for name, cameras in step.cameras.items()]
    view = torch.stack(views).sum() if views else torch.zeros_like(pairs)
    alone = torch.stack(list(own.values())).sum()
    loss = torch.stack(list(shared.values())).sum() + alone + PAIR * pairs + METRIC * metric + VIEW * view
    parts = {"loss_own": alone, "loss_pairs": pairs, "loss_metric": metric, "loss_view": view}
    return {"loss": loss} | shared | parts


METHODS = {
    "msr-style": Method(
        "MSR-style",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_own", "loss_pairs", "loss_metric", "loss_view"),
        (),
        build,
        losses,
        source="after Feng et al., IEEE Transactions on Image Processing 2020",
        fidelity="C+",
        assumed=(
            "What the paper's metric of each modality is is not known: here batch-hard triplets inside it.",
            "All weights are those of a re-implementation.",
            "The shared layers are one, in front of the shared classifier; the search uses the pooled feature.",
            "Where a modality has one camera the view loss has nothing to tell, and soon vanishes.",
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
    )
}
