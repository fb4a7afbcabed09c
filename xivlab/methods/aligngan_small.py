"""AlignGAN (Wang et al. 2019b), small: visible images become infrared ones, and a discriminator sees image and feature.

Real visible images never enter the feature network, neither in training nor at test time.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import SLIM
from xivlab.methods.identity import identities
from xivlab.methods.method import Method, Player, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, classifier_of, mean_pool, split_for
from xivlab.methods.translators import (
    ONE_EACH,
    RATES,
    SLOPE,
    SMALL,
    Discriminator,
    Translator,
    as_made,
    as_real,
    cosine_triplet,
    discriminators,
    far,
    first_of_each,
    judged,
    judging,
    means,
    numbers,
    player_of,
    seen_by_gan,
    sizes_for,
    terms_of,
)
from xivlab.model import WITHOUT_X, Face, Networks, Output

WARM = 1 / 3  # of the learner's steps, 50 of 151: infrared alone, and plain discriminators
CYCLE, SAME = 10.0, 5.0  # weights of there and back, and of images that need no translation
GAME, FEATURES = 0.1, 0.1  # of the joint discriminator in the feature step; of features in the pixel step
DROPPED = 0.5
SLIM_HEAD, HEAD = (
    (64, 8),
    (256, 64),
)  # width of classifier and embedding; of the feature in the joint discriminator
MOVES = ("translators", "discriminators", "learner")
TURNS = {  # terms of the log, by move
    "learner": ("loss_translated", "loss_infrared", "loss_triplets", "loss_game"),
    "translators": ("loss_fooled", "loss_cycle", "loss_same", "loss_pixel_triplets", "loss_pixel_identity"),
    "discriminators": ("loss_discriminators",),
}


class Heads(nn.Module):
    """Pooled feature, which is searched; from it a classifier with a hidden layer, and an embedding for triplets.

    Args:
        width: D, channels of the maps.
        inner: width of hidden layer and embedding.
        classes: C.
    """

    def __init__(self, width: int, inner: int, classes: int) -> None:
        super().__init__()
        self.hidden = nn.Sequential(
            nn.Linear(width, inner, bias=False), nn.BatchNorm1d(inner), nn.LeakyReLU(0.1)
        )
        self.classifier = classifier_of(inner, classes)
        self.embedding = nn.Linear(width, inner)

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(B, D, h, w) -> features (B, D), scores, and "embedding", (B, inner)."""
        pooled = mean_pool(maps)
        kept = pooled
        if self.training and step is not None:
            kept = torch.cat([step.keep(block, DROPPED) for block in pooled.chunk(len(lights))])
        return Output(
            pooled, pooled, self.classifier(self.hidden(kept)), {"embedding": self.embedding(pooled)}
        )


class JointDiscriminator(nn.Module):
    """D_ir(image, feature maps): real only if both are infrared and belong together.

    Args:
        width, halvings: as of `Discriminator`.
        maps: channels of the feature maps.
        narrow: what they are brought to.
    """

    def __init__(self, width: int, halvings: int, maps: int, narrow: int) -> None:
        super().__init__()
        wide = width * 2 ** (halvings - 1)
        self.images = judging(3, width, halvings)
        self.maps = nn.Conv2d(maps, narrow, 1)
        self.both = nn.Sequential(
            nn.Conv2d(wide + narrow, wide, 4, 2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(wide, 1, 3, padding=1),
        )

    def forward(self, images: Tensor, maps: Tensor | None) -> Tensor:
        """(B, 3, H, W) in [-1, 1] and (B, maps, h, w), or no maps while it is plain -> (B, 1, h', w')."""
        seen = self.images(images)
        narrow = self.maps(
            images.new_zeros(len(images), self.maps.in_channels, 1, 1) if maps is None else maps
        )
        return self.both(torch.cat([seen, F.interpolate(narrow, seen.shape[2:])], 1))


class AlignGAN(Networks):
    """Two translators, two discriminators, and a feature network of infrared images, real or made.

    Args:
        learner: with `Heads`.
        sizes: of translators and discriminators.
        width: D.
        narrow: of the feature in the joint discriminator.
    """

    learner: Learner

    def __init__(
        self, learner: Learner, sizes: tuple[tuple[int, int, int], tuple[int, int]], width: int, narrow: int
    ) -> None:
        super().__init__()
        self.learner, self.generator = learner, None
        # By what they take: G_v->i of visible images, G_i->v of infrared ones.
        self.translators = nn.ModuleDict({light: Translator(*sizes[0]) for light in ("visible", "infrared")})
        self.rgb = Discriminator(3, *sizes[1])
        self.joint = JointDiscriminator(*sizes[1], width, narrow)

    def forward(self, infrared: Tensor, visible: Tensor, step: Step | None = None) -> dict[str, Output]:
        """Outputs of "infrared" images and of visible ones "translated" to such, as the player at his turn needs them.

        Numbers of the GAN are in `more`, a row for each image pair.
        """
        warm = step is not None and step.done < WARM
        if step is None or step.move == "learner":
            return self._features(infrared, visible, step, warm)
        rows = seen_by_gan(step, infrared.device)
        I, V = (2 * images[rows] - 1 for images in (infrared, visible))
        if step.move == "translators":
            return self._pixels(I, V, step, warm)
        return self._judges(I, V, step, warm)

    def _ready(self, images: Tensor) -> Tensor:
        """From [-1, 1] to what the learner takes."""
        return self.normalize((images + 1) / 2)

    def _features(
        self, infrared: Tensor, visible: Tensor, step: Step | None, warm: bool
    ) -> dict[str, Output]:
        """The feature step; nothing moves the translators."""
        blocks = {}
        if not warm:
            with torch.no_grad():
                blocks["translated"] = self.translate(visible, "visible")
        blocks["infrared"] = self.normalize(infrared)
        maps = self.learner.maps(blocks)
        outputs = dict(
            zip(blocks, self.learner.head(maps, list(blocks), step).blocks(len(blocks)), strict=True)
        )
        if not warm:
            # The feature of a made image beside a real one.
            game = as_real(self.joint(2 * infrared - 1, maps.chunk(2)[0]))
            one = outputs["translated"]
            outputs["translated"] = one._replace(more=dict(one.more) | {"game": game})
        return outputs

    def _pixels(self, I: Tensor, V: Tensor, step: Step, warm: bool) -> dict[str, Output]:
        """The translators' half of the pixel step."""
        to_infrared, to_visible = self.translators["visible"], self.translators["infrared"]
        made_I, made_V = to_infrared(V), to_visible(I)
        blocks, maps = {"translated": made_I, "infrared": I}, None
        if warm:
            nothing = I.new_zeros(2 * len(I), 1)
            output = Output(nothing, nothing, nothing)
        else:
            both = self.learner.maps({name: self._ready(images) for name, images in blocks.items()})
            output, maps = self.learner.head(both, list(blocks), step), both.chunk(2)[1]
        more = {
            "fooled": (as_real(self.rgb(made_V)) + as_real(self.joint(made_I, maps))) / 2,
            "cycle": (far(to_visible(made_I), V) + far(to_infrared(made_V), I)) / 2,
            "same": (far(to_infrared(I), I) + far(to_visible(V), V)) / 2,
        }
        outputs = dict(zip(blocks, output.blocks(2), strict=True))
        one = outputs["translated"]
        return outputs | {"translated": one._replace(more=dict(one.more) | more)}

    def _judges(self, I: Tensor, V: Tensor, step: Step, warm: bool) -> dict[str, Output]:
        """The discriminators' half of the pixel step; nothing else moves, but the learner's running statistics do."""
        with torch.no_grad():
            made_I, made_V = self.translators["visible"](V), self.translators["infrared"](I)
            if not warm:
                blocks = {"translated": self._ready(made_I), "infrared": self._ready(I)}
                of_made, of_I = self.learner.maps(blocks).chunk(2)
        if warm:
            real, made = as_real(self.joint(I, None)), as_made(self.joint(made_I, None))
        else:
            wrong = ((step.other(I), of_I), (I, of_made), (made_I, of_I), (made_I, of_made))
            real = as_real(self.joint(I, of_I))
            made = torch.stack([as_made(self.joint(*pair)) for pair in wrong]).mean(0)
        return {"infrared": numbers({"judged": judged(self.rgb, V, made_V) + (real + made) / 2})}

    def translate(self, images: Tensor, light: str) -> Tensor:
        """Images of one modality as such of the other, normalised: (B, 3, H, W) in [0, 1] -> the same shape."""
        return self._ready(self.translators[light](2 * images - 1))

    def embed(self, images: Tensor, face: Face) -> Output:
        """Features of infrared images, and of visible ones translated to such."""
        return self.learner({face: self._seen(images, face)})

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of `embed`: (B, D, h, w)."""
        return self.learner.maps({face: self._seen(images, face)})

    def _seen(self, images: Tensor, face: Face) -> Tensor:
        return self.translate(images, "visible") if face == "visible" else self.normalize(images)


def build(config: Settings, classes: int) -> AlignGAN:
    """Everything shared, behind a translator of visible images."""
    parts = split_for(config, 0)
    inner, narrow = SLIM_HEAD if config.backbone in SLIM else HEAD
    learner = Learner(parts, Heads(parts.width, inner, classes))
    return AlignGAN(learner, sizes_for(config), parts.width, narrow)


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, step: Step) -> dict[str, Tensor]:
    """The loss of the player at his turn.

    Learner: CE(F) + CE(I) + L_tri(F, I) + L_tri(I, F) + 0.1 (D_ir(I, enc F) - 1)^2, F = G(V); before that, on infrared
    images alone, CE(I) + L_tri(I, I). Translators: L_gan + 10 L_cyc + 5 L_id + 0.1 (L_tri both ways + CE(F)).
    """
    if step.move == "discriminators":
        return discriminators(outputs)
    if step.move == "translators":
        more = outputs["translated"].more
        terms = means(outputs, ("fooled", "cycle", "same"))
        loss = terms["loss_fooled"] + CYCLE * terms["loss_cycle"] + SAME * terms["loss_same"]
        if "embedding" in more:
            people = labels[first_of_each(labels)]
            triplets = _both_ways(outputs, people)
            identity = F.cross_entropy(outputs["translated"].logits, people)
            loss = loss + FEATURES * (triplets + identity)
            terms |= {"loss_pixel_triplets": triplets, "loss_pixel_identity": identity}
        return {"loss": loss} | terms
    terms = identities(outputs, labels, config)
    loss = torch.stack(list(terms.values())).sum()
    if "translated" not in outputs:
        alone = outputs["infrared"].more["embedding"]
        triplets = cosine_triplet(alone, alone, labels)
        return {"loss": loss + triplets} | terms | {"loss_triplets": triplets}
    triplets, game = _both_ways(outputs, labels), outputs["translated"].more["game"].mean()
    more = {"loss_triplets": triplets, "loss_game": game}
    return {"loss": loss + triplets + GAME * game} | terms | more


def _both_ways(outputs: dict[str, Output], labels: Tensor) -> Tensor:
    made, real = (outputs[name].more["embedding"] for name in ("translated", "infrared"))
    return cosine_triplet(made, real, labels) + cosine_triplet(real, made, labels)


def moves(step: Step) -> tuple[str, ...]:
    """Everybody has a turn in every step."""
    return MOVES


METHODS = {
    "aligngan-small": Method(
        "AlignGAN-small",
        WITHOUT_X,
        terms_of(TURNS),
        (),
        build,
        losses,
        source="after Wang et al., ICCV 2019",
        fidelity="B-",
        assumed=(
            "Both warm-ups are at the same time, in the first third of the steps: neither needs the other.",
            "A plain discriminator is the joint one without a feature.",
            "An image is searched as itself alone; the authors add its mirror image.",
            "Instances are normalised by their own statistics at test time, too.",
            SMALL,
            ONE_EACH,
            RATES,
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
        neckless=True,
        players={
            "learner": Player({"learner": 1.0}),
            "translators": player_of("translators"),
            "discriminators": player_of("rgb", "joint"),
        },
        moves=moves,
        rests=True,
    )
}
