"""Evaluation protocols of SYSU-MM01, RegDB and LLCM: one row of rules each, gallery sampling, hidden images."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from xivlab.data.datasets import DataSet
from xivlab.data.images import Modality
from xivlab.errors import XivlabError, shown

Protocol = Literal["sysu", "regdb", "llcm"]
Sampler = Literal["seeded", "official"]
Mode = Literal["all", "indoor"]
TRIALS = 10
MOST_SHOTS = 1000  # more images than any person has in a camera; the field knows 1 and 10
INDOOR = (1, 2)  # visible cameras of SYSU-MM01 that stand indoors
BOTH_WAYS: tuple[tuple[Modality, Modality], ...] = (("infrared", "visible"), ("visible", "infrared"))


@dataclass(frozen=True)
class Rules:
    """Rules of one protocol; everything that asks for a protocol by its name asks this row.

    Attributes:
        hides: cameras of queries (Q, 1), of gallery images (1, G), and whether both show the same person
            (Q, G) -> which images a query must not see, (Q, G).
        says: the same in words.
        counts: what stands before the first hit in CMC. AP and INP always count images.
        directions: modalities of queries and gallery that are reported.
        drawn: whether galleries are sampled; if not, the one gallery is every image.
        samplers, modes: of its galleries.
        inside: whether one modality may be searched by it, for it hides the query itself.
        all_train: whether its published set keeps nobody for validation.
    """

    hides: Callable[[NDArray, NDArray, NDArray], NDArray[np.bool_]]
    says: str
    counts: Literal["people", "images"] = "people"
    directions: tuple[tuple[Modality, Modality], ...] = BOTH_WAYS
    drawn: bool = True
    samplers: tuple[Sampler, ...] = ("seeded",)
    modes: tuple[Mode, ...] = ("all",)
    inside: bool = False
    all_train: bool = False


PROTOCOLS: dict[Protocol, Rules] = {
    # Wu et al. 2017
    "sysu": Rules(
        hides=lambda query, gallery, same: (query == 3) & (gallery == 2),
        says="cameras 2 and 3 stand in the same place, so a query of camera 3 is not shown camera 2",
        directions=BOTH_WAYS[:1],
        samplers=("seeded", "official"),
        modes=("all", "indoor"),
    ),
    # Nguyen et al. 2017
    "regdb": Rules(
        hides=lambda query, gallery, same: np.zeros_like(same),
        says="no image is hidden from a query",
        counts="images",
        drawn=False,
        all_train=True,
    ),
    # Zhang and Wang 2023
    "llcm": Rules(
        hides=lambda query, gallery, same: same & (query == gallery),
        says="a query is not shown its own person in its own camera",
        inside=True,
        all_train=True,
    ),
}


def rules_of(protocol: str) -> Rules:
    """The rules of a protocol.

    Raises:
        XivlabError: there is no such protocol.
    """
    if protocol not in PROTOCOLS:
        *names, last = map(repr, PROTOCOLS)
        raise XivlabError(f"Unknown protocol {protocol!r}: choose {', '.join(names)} or {last}.")
    return PROTOCOLS[protocol]


@dataclass(frozen=True)
class Sampling:
    """How galleries are drawn; the field's two samplers share few images, so a result names its own.

    Attributes:
        sampler: "seeded" draws with Python's generator, seeded by the number of the trial, as most
            papers' code does; "official" takes the first images of the permutations that SYSU-MM01
            comes with (`rand_perm_cam.mat`).
        mode: "all" searches the gallery of every camera, "indoor" that of cameras 1 and 2 (SYSU-MM01).
        shots: images of each person in each camera, 1 or 10 in the field. Where there are fewer, all
            are taken.
        trials: how many galleries are drawn.

    Raises:
        XivlabError: a value makes no sense.
    """

    sampler: Sampler = "seeded"
    mode: Mode = "all"
    shots: int = 1
    trials: int = TRIALS

    def __post_init__(self) -> None:
        for name, choices in (("sampler", get_args(Sampler)), ("mode", get_args(Mode))):
            if getattr(self, name) not in choices:
                raise XivlabError(f"{name} must be {' or '.join(choices)}, not {getattr(self, name)!r}.")
        if not 1 <= self.shots <= MOST_SHOTS:
            raise XivlabError(f"shots must be between 1 and {MOST_SHOTS}, not {shown(self.shots)}.")
        if not 1 <= self.trials <= TRIALS:
            raise XivlabError(f"trials must be between 1 and {TRIALS}, not {shown(self.trials)}.")

    def name(self, protocol: Protocol) -> str:
        """The protocol in words, such as "sysu indoor 10-shot"; regdb has no choice to name."""
        rules = rules_of(protocol)
        if not rules.drawn:
            return protocol
        shots = "single-shot" if self.shots == 1 else f"{self.shots}-shot"
        return f"{protocol} {self.mode} {shots}" if len(rules.modes) > 1 else f"{protocol} {shots}"

    def how(self, protocol: Protocol) -> str:
        """The sampler in a word: its name, or "every image" for regdb, whose galleries are not drawn."""
        return self.sampler if rules_of(protocol).drawn else "every image"


def galleries(
    person: NDArray[np.integer],
    camera: NDArray[np.integer],
    protocol: Protocol = "sysu",
    sampling: Sampling = Sampling(),
    permutation: NDArray[np.integer] | None = None,
) -> list[NDArray[np.intp]]:
    """The gallery of every trial.

    Args:
        person: (N,), integer, of all images of the gallery's modality, images of one person in one
            camera sorted by file name.
        camera: (N,), integer.
        protocol: whose rules.
        sampling: how it is drawn.
        permutation: (N, 10), integer: the image's place in the official permutation of each trial, -1
            where it has none; only the official sampler needs it.

    Returns:
        rows, (G,) each; `sampling.trials` of them.

    Raises:
        XivlabError: the sampling does not go with the protocol, or the permutations are missing, or
            no image is in a camera that is searched.
    """
    rules = rules_of(protocol)
    if not rules.drawn:
        if sampling != Sampling():
            raise XivlabError(f"{protocol} searches every image: its galleries are not sampled.")
        return [np.arange(len(person))]
    if sampling.sampler not in rules.samplers or sampling.mode not in rules.modes:
        raise XivlabError(f"The official sampler and indoor search are SYSU-MM01's: {protocol} has neither.")
    official = sampling.sampler == "official"
    if official and (permutation is None or (permutation < 0).all()):
        raise XivlabError(
            "The official galleries are not known for these data: put rand_perm_cam.mat of SYSU-MM01 into "
            "exp/ and prepare them again, or take sampler 'seeded'."
        )
    there = np.flatnonzero(np.isin(camera, INDOOR)) if sampling.mode == "indoor" else np.arange(len(camera))
    if len(there) == 0:
        raise XivlabError("There is no gallery image in the cameras that are searched.")
    person, camera = person[there], camera[there]
    if official and permutation is not None:
        places = permutation[there].T[: sampling.trials]
        return [there[official_gallery(person, camera, place, sampling.shots)] for place in places]
    return [there[sample_gallery(person, camera, t, sampling.shots)] for t in range(sampling.trials)]


def sample_gallery(
    person: NDArray[np.integer], camera: NDArray[np.integer], trial: int, shots: int = 1
) -> NDArray[np.intp]:
    """A gallery of the seeded sampler: random images of each person in each camera.

    Python's generator is seeded by the trial and asked person by person, camera by camera, in
    ascending order: the single-shot galleries are then, to the image, those of most papers' code.
    That code draws ten shots with a generator that it does not seed; here it is the same one.

    Args:
        person: (N,), integer, of all images that may be in the gallery.
        camera: (N,), integer.
        trial: seeds the choice; the same trial gives the same gallery.
        shots: images of each person in each camera; all of them where there are fewer.

    Returns:
        rows, (G,), person by person and camera by camera in ascending order.
    """
    generator = random.Random(trial)
    chosen: list[int] = []
    for rows in groups(person, camera):
        if shots == 1:
            chosen.append(generator.choice(rows.tolist()))
        else:
            chosen += generator.sample(rows.tolist(), min(shots, len(rows)))
    return np.array(chosen)


def groups(person: NDArray[np.integer], camera: NDArray[np.integer]) -> list[NDArray[np.intp]]:
    """Rows of each person in each camera, ascending, by person and then by camera."""
    order = np.lexsort((camera, person))  # stable: images of a person in a camera keep their order
    pairs = np.stack([person[order], camera[order]], axis=1)
    begins = np.flatnonzero(np.diff(pairs, axis=0, prepend=-1).any(axis=1))
    return np.split(order, begins[1:])


def official_gallery(
    person: NDArray[np.integer], camera: NDArray[np.integer], place: NDArray[np.integer], shots: int = 1
) -> NDArray[np.intp]:
    """A gallery of SYSU-MM01's own evaluation code: the first images of a permutation.

    Args:
        person: (N,), integer, of all images that may be in the gallery.
        camera: (N,), integer.
        place: (N,), integer, of each image in the permutation of its person's images in its camera.
        shots: images of each person in each camera.

    Returns:
        rows, (G,), camera by camera, then person by person, then in the order of the permutation.
    """
    order = np.lexsort((place, person, camera))
    return order[(place[order] >= 0) & (place[order] < shots)]


def check_splits(data: DataSet, protocol: Protocol, train_on: str) -> None:
    """Refuse data that could not be searched at the end of a training, or on its way.

    Args:
        data, protocol: as of `check_searchable`.
        train_on: "train", if the validation people choose the best model, or "train+val".

    Raises:
        XivlabError: nobody chooses the best model; and as `check_searchable`.
    """
    check_searchable(data, "test", protocol)
    if train_on != "train":
        return
    if not (data.index["split"] == "val").any():
        raise XivlabError(
            f"{data.name} has no validation people to choose the best model: set train_on to "
            "'train+val', which keeps the last model, or give some people the split val."
        )
    check_searchable(data, "val", protocol)


def check_searchable(data: DataSet, split: str, protocol: Protocol) -> None:
    """Refuse a split in which no infrared image may find a visible one of its person.

    Args:
        data: people, cameras and modalities are looked at, no pixels.
        split: "val" or "test".
        protocol: whose rules.

    Raises:
        XivlabError: nobody is in the split, or in one light only, or everybody's matches are hidden.
    """
    people = f"The {'validation' if split == 'val' else split} people of {data.name}"
    index = data.index[data.index["split"] == split]
    lights = [
        index.loc[index["modality"] == code, ["person", "camera"]].drop_duplicates().to_numpy()
        for code in (0, 1)
    ]
    if not all(map(len, lights)):
        raise XivlabError(
            f"{people} have no {'visible' if not len(lights[0]) else 'infrared'} images, so there is nothing to "
            "search: give images of both modalities."
        )
    visible, infrared = lights
    same_person = infrared[:, :1] == visible[:, 0]
    hidden = hidden_images(protocol, same_person, infrared[:, 1], visible[:, 1])
    if not np.any(same_person & ~hidden):
        raise XivlabError(
            f"{people} cannot be searched by the rules of {protocol}: nobody is seen in both modalities, by "
            "cameras that may find each other."
        )


def hidden_images(
    protocol: str, same_person: NDArray, query_camera: NDArray, gallery_camera: NDArray
) -> NDArray[np.bool_]:
    """Gallery images that a query must not see, (Q, G), by the rules of a protocol.

    Args:
        protocol: whose rules.
        same_person: (Q, G) bool.
        query_camera: (Q,) integer.
        gallery_camera: (G,) integer.

    Raises:
        XivlabError: unknown protocol.
    """
    return rules_of(protocol).hides(query_camera[:, None], gallery_camera[None, :], same_person)
