"""MMN (Zhang et al. 2021): middle-modality images of both sides, X for visible and for infrared ones."""

from collections.abc import Sequence
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import SLIM
from xivlab.methods.agw import PRIVATE, hard_triplet
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Player, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, neck_of, split_for
from xivlab.model import MEAN, STD, Face, Faces, Output

WEIGHT = 0.2  # of the distance between the middle images; 0.5 without strips
SLIM_STRIPS, STRIPS = (2, 32), (4, 256)  # how many, and how wide their projection is
FACES: Faces = {"infrared": ("infrared", "infrared_x"), "visible": ("visible", "x")}
SIDES = {
    "infrared": ("infrared", "infrared_x"),
    "visible": ("x", "visible"),
}  # blocks of a batch, by modality


class Middle(nn.Module):
    """Middle-modality generator: an encoder 3 -> 1 of each modality, and a decoder 1 -> 3 that both share.

    An encoder has 4 + 2 weights and its normalisation 2, the decoder has 6.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict({light: _encoder() for light in SIDES})
        self.decoder = nn.Conv2d(1, 3, 1)
        # What comes out of the normalisation gets mean and spread of an image.
        nn.init.constant_(self.decoder.weight, sum(STD) / 3)
        nn.init.constant_(self.decoder.get_parameter("bias"), sum(MEAN) / 3)

    def forward(self, images: Tensor, light: str) -> Tensor:
        """Middle images of one modality: (B, 3, H, W) in [0, 1] -> (B, 3, H, W), at least 0."""
        return torch.relu(self.decoder(self.encoders[light](images)))


def _encoder() -> nn.Sequential:
    """1x1, ReLU, 1x1, ReLU, BN; at first the mean of R, G and B, so that no ReLU is silent."""
    layers = nn.Sequential(nn.Conv2d(3, 1, 1), nn.ReLU(), nn.Conv2d(1, 1, 1), nn.ReLU(), nn.BatchNorm2d(1))
    for place, weight in ((0, 1 / 3), (2, 1.0)):
        nn.init.constant_(layers[place].get_parameter("weight"), weight)
        nn.init.zeros_(layers[place].get_parameter("bias"))
    return layers


class Strip(nn.Module):
    """BNNeck and classifier of one strip."""

    def __init__(self, width: int, classes: int, neck: bool) -> None:
        super().__init__()
        self.neck, self.classifier = neck_of(width, neck), classifier_of(width, classes)

    def forward(self, pooled: Tensor) -> Output:
        """(B, width) -> features and scores (B, C)."""
        after = self.neck(pooled)
        return Output(pooled, after, self.classifier(after))


class Strips(nn.Module):
    """Horizontal strips, each with its own BNNeck and classifier, and one projection for the strips of middle images.

    Args:
        width: channels of the maps.
        strips: how many.
        narrow: width of the projection.
        classes: C.
        neck: whether there are BNNecks.
    """

    def __init__(self, width: int, strips: int, narrow: int, classes: int, neck: bool) -> None:
        super().__init__()
        self.strips = nn.ModuleList(Strip(width, classes, neck) for _ in range(strips))
        self.projection = nn.Sequential(
            nn.Linear(width, narrow, bias=False),
            nn.BatchNorm1d(narrow),
            nn.ReLU(),
            nn.Linear(narrow, narrow, bias=False),
            nn.BatchNorm1d(narrow),
        )

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(B, width, h, w) -> all strips side by side, (B, strips * width), and "strips", (B, strips, C) scores."""
        pooled = F.adaptive_avg_pool2d(maps, (len(self.strips), 1))[..., 0].unbind(2)
        found = [strip(one) for strip, one in zip(self.strips, pooled, strict=True)]
        scores = torch.stack([one.logits for one in found], 1)
        after = torch.cat([one.after_bn for one in found], 1)
        return Output(torch.cat(pooled, 1), after, scores.mean(1), {"strips": scores})

    def projected(self, middle: Tensor) -> Tensor:
        """Features of middle images as the distance compares them: (B, strips * width) -> (B, strips, narrow)."""
        strips = middle.chunk(len(self.strips), 1)
        return torch.stack([F.normalize(self.projection(F.normalize(strip))) for strip in strips], 1)


class FourImages(Streams):
    """Each image and its middle image, both through the stem of their modality.

    Args:
        learner: whose head are `Strips`.
    """

    def __init__(self, learner: Learner) -> None:
        super().__init__(learner)
        self.middle = Middle()

    @property
    def faces(self) -> Faces:
        """Images of each modality are searched as themselves and as their middle images."""
        return FACES

    def blocks(self, images: Tensor, light: str, names: Sequence[str]) -> dict[str, Tensor]:
        """What the learner takes of images of one modality, by name."""
        return {
            name: self.normalize(self.middle(images, light) if name.endswith("x") else images)
            for name in names
        }

    def forward(self, infrared: Tensor, visible: Tensor, step: Step | None = None) -> dict[str, Output]:
        """Outputs of "infrared", "infrared_x", "x" and "visible"; those of middle images with "projected"."""
        blocks = self.blocks(infrared, "infrared", SIDES["infrared"])
        blocks |= self.blocks(visible, "visible", SIDES["visible"])
        outputs = dict(zip(blocks, self.learner(blocks, step).blocks(len(blocks)), strict=True))
        middle = [name for name in outputs if name.endswith("x")]
        head = self.learner.get_submodule("head")
        assert isinstance(head, Strips)
        projected = head.projected(torch.cat([outputs[name].before_bn for name in middle]))
        for name, rows in zip(middle, projected.chunk(len(middle)), strict=True):
            outputs[name] = outputs[name]._replace(more=dict(outputs[name].more) | {"projected": rows})
        return outputs

    def _face(self, images: Tensor, face: Face) -> dict[str, Tensor]:
        return self.blocks(images, "infrared" if face.startswith("infrared") else "visible", [face])

    def embed(self, images: Tensor, face: Face) -> Output:
        """Features of images of one modality, (B, 3, H, W) in [0, 1], as themselves or as middle images."""
        return self.learner(self._face(images, face))

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of `embed`: (B, D, h, w)."""
        return self.learner.maps(self._face(images, face))


def middle_distance(first: Tensor, second: Tensor) -> Tensor:
    """L_dcl: mean distance between middle images of a visible and of an infrared image of one person.

    Args:
        first, second: (M, strips, d) projected features of length 1, row i of both being the same person.
    """
    return torch.linalg.vector_norm(first - second, dim=2).mean()


def build(config: Settings, classes: int) -> FourImages:
    """Private stems, everything deeper shared, strips on top, and the generator in front."""
    parts = split_for(config, PRIVATE)
    strips, narrow = SLIM_STRIPS if config.backbone in SLIM else STRIPS
    return FourImages(Learner(parts, Strips(parts.width, strips, narrow, classes, config.neck)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = L_id + L_tri + 0.2 L_dcl, the first two as means over strips; L_tri over {V, X_V} with {I, X_I}."""
    count = next(iter(outputs.values())).more["strips"].shape[1]
    by_strip = [
        identities(
            {name: one._replace(logits=one.more["strips"][:, strip]) for name, one in outputs.items()},
            labels,
            config,
        )
        for strip in range(count)
    ]
    terms = {name: torch.stack([one[name] for one in by_strip]).mean() for name in by_strip[0]}
    strips = {name: one.before_bn.chunk(count, 1) for name, one in outputs.items()}
    pairs = list(product(SIDES["visible"], SIDES["infrared"]))
    triplets = [
        hard_triplet(torch.cat([strips[one][strip], strips[other][strip]]), labels.repeat(2))
        for strip in range(count)
        for one, other in pairs
    ]
    triplet = torch.stack(triplets).mean()
    middle = middle_distance(outputs["x"].more["projected"], outputs["infrared_x"].more["projected"])
    loss = mean_of(terms) + triplet + WEIGHT * middle
    return {"loss": loss} | terms | {"loss_triplet": triplet, "loss_middle": middle}


METHODS = {
    "mmn": Method(
        "MMN",
        FACES,
        ("loss_infrared", "loss_infrared_x", "loss_x", "loss_visible", "loss_triplet", "loss_middle"),
        (),
        build,
        losses,
        source="Zhang et al., ACM Multimedia 2021",
        fidelity="A",
        assumed=(
            "The distance is the sum of all four, I-V, I-X, X-V and X-X; which of seven the authors report is not said.",
            "The slim backbones end in maps of four rows: two strips instead of four, projected to 32 channels.",
            "Encoders begin as the mean of R, G and B, so that no ReLU is silent; the authors draw their weights.",
            "Encoders see images in [0, 1], and middle images are normalised; in the authors' code it is the other way.",
            TRAINED,
        ),
        version=1,
        players={"learner": Player({"learner": 1.0, "middle": None})},
    )
}
