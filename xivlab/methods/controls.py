"""Negative controls of Table 1's methods: each without what its idea is supposed to bring, all else as it was.

Where a method is not better than its control, the idea is not what worked.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from torch import Tensor

from xivlab.data.images import MODALITY_CODE, Images
from xivlab.methods import agw, bdtr, caj, cmgan, d2rl_style, hcml, one_stream, tone, two_stream, zero_padding
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.step import Step
from xivlab.methods.streams import Head, Learner, Streams, split_for
from xivlab.methods.zero_padding import padded
from xivlab.model import Face, Output

SWAPPED = {"infrared": "visible", "visible": "infrared"}


def frozen_stems(config: Settings, classes: int) -> Streams:
    """Two-stream whose private stems stay copies of the same weights; each still has its own batch statistics."""
    model = two_stream.build(config, classes)
    model.learner.doors.requires_grad_(False)
    return model


def one_place(config: Settings, classes: int) -> Streams:
    """Zero-Padding whose images of both modalities stand in the same channel: no node can belong to one of them."""
    parts = split_for(config, 0, channels=2)
    head = Head(parts.width, classes, config.neck)
    return Streams(Learner(parts, head), lambda images, _: padded(images, "visible"))


class SwappedPlaces(Streams):
    """Zero-Padding whose images stand in the other modality's channel when they are searched."""

    def embed(self, images: Tensor, face: Face) -> Output:
        """Features of images in the wrong place."""
        return self.learner({face: self.ready(images, SWAPPED[face])})

    def maps(self, images: Tensor, face: Face) -> Tensor:
        """The last maps of `embed`: (B, D, h, w)."""
        return self.learner.maps({face: self.ready(images, SWAPPED[face])})


def swapped_places(config: Settings, classes: int) -> SwappedPlaces:
    """Zero-Padding, trained as ever."""
    parts = split_for(config, 0, channels=2)
    return SwappedPlaces(Learner(parts, Head(parts.width, classes, config.neck)), padded)


def strangers_ranked(
    outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step
) -> dict[str, Tensor]:
    """BDTR's loss, whose ranking takes the infrared images of the next person in the batch for those of this one."""
    terms = identities(outputs, labels, config)
    strangers = outputs["infrared"].before_bn.roll(-config.images_per_person, 0)
    across, inside = bdtr.top_ranking(outputs["visible"].before_bn, strangers, labels)
    loss = mean_of(terms) + across + bdtr.WEIGHT_INSIDE * inside
    return {"loss": loss} | terms | {"loss_across": across, "loss_inside": inside}


def no_game(config: Settings, classes: int) -> cmgan.Game:
    """cmGAN with gamma = 0: the discriminator learns to tell the modalities apart, and nobody minds."""
    model = cmgan.build(config, classes)
    model.gamma = 0.0
    return model


class ShuffledTranslations(d2rl_style.D2RL):
    """D2RL that stacks what is seen on what was made of another image, half a batch away."""

    def stacked(self, images: Tensor, light: str) -> Tensor:
        """As of D2RL, with made channels of another image; in training of another person.

        What an image is embedded as hangs on those beside it.
        """
        whole = super().stacked(images, light)
        made = slice(3, 4) if light == "visible" else slice(0, 3)
        shuffled = whole.clone()
        shuffled[:, made] = whole[:, made].roll(len(whole) // 2, 0)
        return shuffled


def shuffled_translations(config: Settings, classes: int) -> ShuffledTranslations:
    """As of D2RL."""
    return d2rl_style.networks(ShuffledTranslations, config, classes)


def untrained_translators(config: Settings, classes: int) -> d2rl_style.D2RL:
    """D2RL whose T_I stays as it was drawn: what it makes is an image's edges and patches in random colours."""
    model = d2rl_style.build(config, classes)
    model.encoders.requires_grad_(False)
    model.decoders.requires_grad_(False)
    return model


def without_translators(step: Step) -> tuple[str, ...]:
    """The moves of D2RL but those of T_I; T_F has as many as ever, at the same rates."""
    return tuple(move for move in d2rl_style.moves(step) if move != "translators")


def metric_of_strangers(model: Any, images: Images) -> None:
    """HCML's metric, fitted to bring each person's visible images to the infrared ones of the next person."""
    people, places = np.unique(images.person, return_inverse=True)
    infrared = np.asarray(images.modality) == MODALITY_CODE["infrared"]
    person = np.where(infrared, np.roll(people, 1)[places], images.person)
    hcml.learn_metric(model, replace(images, person=person))


def repeated(config: Settings, classes: int) -> Streams:
    """CAJ whose further copy of a visible image is that image as it is."""
    return agw.build(config, classes, copies={"channel": lambda visible: visible})


def _control(of: str, rows: Mapping[str, Method], title: str, without: str, **changes: Any) -> Method:
    """A row of METHODS from that of the method, with what is left out as its first assumption."""
    row = rows[of]
    every: dict[str, Any] = {"assumed": (without, *row.assumed), "version": 1} | changes
    return replace(row, title=title, control_of=of, **every)


METHODS = {
    "frozen-two-stream": _control(
        "two-stream",
        two_stream.METHODS,
        "Two-stream, stems untrained",
        "Control: the private stems do not learn, they stay copies of the same pre-trained weights.",
        build=frozen_stems,
    ),
    "one-place-zero-padding": _control(
        "zero-padding",
        zero_padding.METHODS,
        "Zero-Padding, one place",
        "Control: both modalities stand in the same channel, and the other is silent.",
        build=one_place,
    ),
    "swapped-zero-padding": _control(
        "zero-padding",
        zero_padding.METHODS,
        "Zero-Padding, places swapped at test",
        "Control: in every search, also that which chooses the model, images stand in the other modality's channel.",
        build=swapped_places,
    ),
    "unpaired-tone": _control(
        "tone",
        tone.METHODS,
        "TONE, contrastive weight 0",
        "Control: the contrastive loss counts nothing, so identity alone trains.",
        losses=one_stream.losses,
        terms=one_stream.TERMS,
    ),
    "strangers-bdtr": _control(
        "bdtr",
        bdtr.METHODS,
        "BDTR, partners shuffled",
        "Control: the ranking loss takes the infrared images of another person for those of this one.",
        losses=strangers_ranked,
    ),
    "gameless-cmgan": _control(
        "cmgan",
        cmgan.METHODS,
        "cmGAN, gamma 0",
        "Control: no gradient of the discriminator reaches the features.",
        build=no_game,
    ),
    "shuffled-d2rl-style": _control(
        "d2rl-style",
        d2rl_style.METHODS,
        "D2RL-style, translations shuffled",
        "Control: in training and in every search an image is stacked on what was made of another one.",
        build=shuffled_translations,
    ),
    "frozen-d2rl-style": _control(
        "d2rl-style",
        d2rl_style.METHODS,
        "D2RL-style, translators untrained",
        "Control: T_I does not learn, it stays as it was drawn.",
        build=untrained_translators,
        moves=without_translators,
        terms=tuple(term for move in ("learner", "discriminators") for term in d2rl_style.TURNS[move]),
        players={
            name: player
            for name, player in d2rl_style.METHODS["d2rl-style"].players.items()
            if name != "translators"
        },
    ),
    "permuted-hcml": _control(
        "hcml",
        hcml.METHODS,
        "HCML, people permuted",
        "Control: the metric is fitted with another person's infrared images in the place of each person's own.",
        after=metric_of_strangers,
        version=2,  # the metric of HCML by another arithmetic
    ),
    "repeated-caj": _control(
        "caj",
        caj.METHODS,
        "CAJ, image repeated",
        "Control: the further copy of a visible image is the image as it is, and no random channel of it.",
        build=repeated,
    ),
}
