"""D2RL-style, after Wang et al. (2019c): every image becomes four channels, the real ones and those made of it.

T_I translates: two VAEs with one latent space, and discriminators. T_F is an ordinary network on what comes out.
"""

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.methods.agw import all_rows, hard_triplet
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Player, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Head, Learner, split_for
from xivlab.methods.translators import (
    ONE_EACH,
    RATES,
    SMALL,
    Discriminator,
    as_real,
    decoder,
    discriminators,
    encoder,
    far,
    first_of_each,
    judged,
    means,
    numbers,
    player_of,
    seen_by_gan,
    sizes_for,
    terms_of,
)
from xivlab.methods.zero_padding import GRAY_MEAN, GRAY_STD
from xivlab.model import WITHOUT_X, Face, Networks, Output

ALONE, JOINT = 1 / 3, 8 / 9  # shares of the training after which T_F begins, and after which both learn
GAN, PIXELS, LATENT = 1.0, 10.0, 0.01  # weights of L_gan, of both L1, and of both KL
CHANNELS = {"visible": 3, "infrared": 1}
OTHER = {"visible": "infrared", "infrared": "visible"}
TURNS = {  # terms of the log, by move
    "learner": ("loss_infrared", "loss_visible", "loss_triplet"),
    "translators": ("loss_fooled", "loss_vae", "loss_cycle", "loss_latent", "loss_pixel_identity"),
    "discriminators": ("loss_discriminators",),
}


def divergence(mean: Tensor) -> Tensor:
    """KL(N(mu, 1) || N(0, 1)) = mu^2 / 2, the mean over the latent numbers: (B, ...) -> (B,).

    Example:
        >>> divergence(torch.full((1, 2), 1.5))
        tensor([1.1250])
    """
    return mean.square().flatten(1).mean(1) / 2


class D2RL(Networks):
    """T_I and T_F.

    Args:
        learner: T_F, of four channels.
        sizes: of translators and discriminators.
    """

    learner: Learner

    def __init__(self, learner: Learner, sizes: tuple[tuple[int, int, int], tuple[int, int]]) -> None:
        super().__init__()
        self.learner, self.generator = learner, None
        made = {light: encoder(channels, *sizes[0]) for light, channels in CHANNELS.items()}
        self.encoders = nn.ModuleDict(made)
        self.decoders = nn.ModuleDict({light: decoder(n, *sizes[0]) for light, n in CHANNELS.items()})
        self.discriminators = nn.ModuleDict(
            {light: Discriminator(n, *sizes[1]) for light, n in CHANNELS.items()}
        )

    def forward(self, infrared: Tensor, visible: Tensor, step: Step | None = None) -> dict[str, Output]:
        """Outputs of stacked images by modality, or what the GAN needs of them, a row for each image, in `more`."""
        images = {"infrared": infrared, "visible": visible}
        if step is None or step.move == "learner":
            with torch.no_grad():  # T_I is frozen for T_F
                stacked = {light: self.stacked(one, light) for light, one in images.items()}
            return self._outputs(stacked, step)
        rows = seen_by_gan(step, infrared.device)
        real = {light: self.own(one[rows], light) for light, one in images.items()}
        if step.move == "translators":
            return self._translators(real, step)
        with torch.no_grad():
            made = {
                light: self.decoders[light](self._drawn(real[OTHER[light]], OTHER[light], step)[1])
                for light in real
            }
        return {
            light: numbers({"judged": judged(judge, real[light], made[light])})
            for light, judge in self.discriminators.items()
        }

    def _translators(self, real: dict[str, Tensor], step: Step) -> dict[str, Output]:
        more: dict[str, dict[str, Tensor]] = {}
        stacked = {}
        for light, image in real.items():
            other = OTHER[light]
            mean, latent = self._drawn(image, light, step)
            made = self.decoders[other](latent)
            back_mean, back = self._drawn(made, other, step)
            more[light] = {
                "fooled": as_real(self.discriminators[other](made)),
                "vae": far(self.decoders[light](latent), image),
                "cycle": far(self.decoders[light](back), image),
                "latent": divergence(mean) + divergence(back_mean),
            }
            stacked[light] = self._stack({light: image, other: made})
        if step.done < JOINT:
            return {light: numbers(one) for light, one in more.items()}
        outputs = self._outputs(stacked, step)
        return {light: one._replace(more=more[light]) for light, one in outputs.items()}

    def _drawn(self, images: Tensor, light: str, step: Step) -> tuple[Tensor, Tensor]:
        """The mean of the latent numbers, and themselves: their variance is 1."""
        mean = self.encoders[light](images)
        return mean, mean + step.normal(mean)

    def _outputs(self, stacked: dict[str, Tensor], step: Step | None) -> dict[str, Output]:
        return dict(zip(stacked, self.learner(stacked, step).blocks(len(stacked)), strict=True))

    @staticmethod
    def own(images: Tensor, light: str) -> Tensor:
        """The channels that a modality has itself: (B, 3, H, W) in [0, 1] -> (B, 3 or 1, H, W) in [-1, 1]."""
        return 2 * (images if light == "visible" else images.mean(1, keepdim=True)) - 1

    def stacked(self, images: Tensor, light: str) -> Tensor:
        """[V, G_i(E_v(V))] or [G_v(E_i(I)), I], normalised: (B, 3, H, W) in [0, 1] -> (B, 4, H, W)."""
        own = self.own(images, light)
        return self._stack({light: own, OTHER[light]: self.decoders[OTHER[light]](self.encoders[light](own))})

    def _stack(self, both: dict[str, Tensor]) -> Tensor:
        infrared = ((both["infrared"] + 1) / 2 - GRAY_MEAN) / GRAY_STD
        return torch.cat([self.normalize((both["visible"] + 1) / 2), infrared], 1)

    def embed(self, images: Tensor, face: Face) -> Output:
        """Features of images of either modality, translated and stacked."""
        return self.learner({face: self.stacked(images, face)})

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of `embed`: (B, D, h, w)."""
        return self.learner.maps({face: self.stacked(images, face)})


D = TypeVar("D", bound=D2RL)


def networks(kind: type[D], config: Settings, classes: int) -> D:
    """Such networks: one of four input channels behind the translators."""
    parts = split_for(config, 0, channels=4)
    return kind(Learner(parts, Head(parts.width, classes, config.neck)), sizes_for(config))


def build(config: Settings, classes: int) -> D2RL:
    """One network of four input channels behind the translators."""
    return networks(D2RL, config, classes)


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, step: Step) -> dict[str, Tensor]:
    """The loss of the player at his turn.

    T_F: CE + batch-hard triplets over all rows. T_I, over both modalities: L_gan + 10 (L1 of the VAE + L1 there and
    back) + 0.01 (both KL); in the end + CE of T_F on what it makes.
    """
    if step.move == "discriminators":
        return discriminators(outputs)
    if step.move == "translators":
        terms = means(outputs, ("fooled", "vae", "cycle", "latent"))
        pixels = PIXELS * (terms["loss_vae"] + terms["loss_cycle"])
        loss = GAN * terms["loss_fooled"] + pixels + LATENT * terms["loss_latent"]
        if step.done >= JOINT:
            people = labels[first_of_each(labels)]
            each = [F.cross_entropy(one.logits, people) for one in outputs.values()]
            terms["loss_pixel_identity"] = torch.stack(each).mean()
            loss = loss + terms["loss_pixel_identity"]
        return {"loss": loss} | terms
    terms = identities(outputs, labels, config)
    triplet = hard_triplet(*all_rows(outputs, labels))
    return {"loss": mean_of(terms) + triplet} | terms | {"loss_triplet": triplet}


def moves(step: Step) -> tuple[str, ...]:
    """T_I alone, then T_F alone, then both."""
    if step.done < ALONE:
        return ("translators", "discriminators")
    return ("learner",) if step.done < JOINT else ("translators", "discriminators", "learner")


METHODS = {
    "d2rl-style": Method(
        "D2RL-style",
        WITHOUT_X,
        terms_of(TURNS),
        (),
        build,
        losses,
        source="after Wang et al., CVPR 2019",
        fidelity="C",
        assumed=(
            "No code was found: every weight, the latent space, and the triplets of T_F are assumed.",
            "T_I learns alone in the first third of the steps, T_F from there on.",
            "In the last ninth T_I learns as well, from the identity loss of T_F, too.",
            "At test time the latent numbers are their means.",
            SMALL,
            ONE_EACH,
            RATES,
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
        players={
            "learner": Player({"learner": 1.0}),
            "translators": player_of("encoders", "decoders"),
            "discriminators": player_of("discriminators"),
        },
        moves=moves,
        rests=True,
    )
}
