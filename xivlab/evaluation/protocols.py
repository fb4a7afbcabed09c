"""Galleries: which images a query is searched among, trial by trial."""

import random
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from xivlab.data.datasets import DataSet
from xivlab.data.images import Modality
from xivlab.errors import XivlabError

Protocol = Literal["sysu", "regdb", "llcm"]
Sampler = Literal["seeded", "official"]
Mode = Literal["all", "indoor"]
TRIALS = 10
INDOOR = (1, 2)  # visible cameras of SYSU-MM01 that stand indoors
SHOTS = 2  # images of each person in each camera that are kept
WORDS = {"val": "validation", "test": "test"}
# SYSU-MM01 is searched by infrared queries only; the others are reported in both directions.
DIRECTIONS: dict[Protocol, tuple[tuple[Modality, Modality], ...]] = {
    "sysu": (("infrared", "visible"),),
    "regdb": (("infrared", "visible"), ("visible", "infrared")),
    "llcm": (("infrared", "visible"), ("visible", "infrared")),
}


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
        if self.shots < 1:
            raise XivlabError(f"shots must be at least 1, not {self.shots}.")
        if not 1 <= self.trials <= TRIALS:
            raise XivlabError(f"trials must be between 1 and {TRIALS}, not {self.trials}.")

    def name(self, protocol: Protocol) -> str:
        """The protocol in words, such as "sysu indoor 10-shot"; regdb has no choice to name."""
        if protocol == "regdb":
            return protocol
        shots = "single-shot" if self.shots == 1 else f"{self.shots}-shot"
        return f"{protocol} {self.mode} {shots}" if protocol == "sysu" else f"{protocol} {shots}"

    def how(self, protocol: Protocol) -> str:
        """The sampler in a word: its name, or "every image" for regdb, whose galleries are not drawn."""
        return "every image" if protocol == "regdb" else self.sampler


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
        protocol: whose rules. With "regdb" the one gallery is every image.
        sampling: how it is drawn.
        permutation: (N, 10), integer: the image's place in the official permutation of each trial, -1
            where it has none; only the official sampler needs it.

    Returns:
        rows, (G,) each; `sampling.trials` of them.

    Raises:
        XivlabError: the sampling does not go with the protocol, or the permutations are missing, or
            no image is in a camera that is searched.
    """
    if protocol == "regdb":
        if sampling != Sampling():
            raise XivlabError("regdb searches every image: its galleries are not sampled.")
        return [np.arange(len(person))]
    if protocol != "sysu" and (sampling.sampler, sampling.mode) != ("seeded", "all"):
        raise XivlabError(f"The official sampler and indoor search are SYSU-MM01's: {protocol} has neither.")
    if sampling.sampler == "official" and (permutation is None or (permutation < 0).all()):
        raise XivlabError(
            "The official galleries are not known for these data: put rand_perm_cam.mat of SYSU-MM01 into "
            "exp/ and prepare them again, or take sampler 'seeded'."
        )
    there = np.flatnonzero(np.isin(camera, INDOOR)) if sampling.mode == "indoor" else np.arange(len(camera))
    if len(there) == 0:
        raise XivlabError("There is no gallery image in the cameras that are searched.")
    person, camera = person[there], camera[there]
    if sampling.sampler == "official":
        places = permutation[there]
        return [
            there[official_gallery(person, camera, p, sampling.shots)] for p in places.T[: sampling.trials]
        ]
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


def first_shots(
    person: NDArray[np.integer], camera: NDArray[np.integer], shots: int = SHOTS
) -> NDArray[np.intp]:
    """Rows of the first images of each person in each camera, ascending."""
    return np.sort(np.concatenate([rows[:shots] for rows in groups(person, camera)]))


def check_searchable(data: DataSet, split: str, protocol: Protocol) -> None:
    """Refuse a split in which no infrared image may find a visible one of its person.

    Args:
        data: people, cameras and modalities are looked at, no pixels.
        split: "val" or "test".
        protocol: whose rules.

    Raises:
        XivlabError: nobody is in the split, or in one light only, or everybody's matches are hidden.
    """
    people = f"The {WORDS[split]} people of {data.name}"
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
    """Which gallery images a query must not see, (Q, G), by the rules that `retrieval_metrics` tells.

    Args:
        protocol: whose rules.
        same_person: (Q, G) bool.
        query_camera: (Q,) integer.
        gallery_camera: (G,) integer.

    Raises:
        XivlabError: unknown protocol.
    """
    query_camera, gallery_camera = query_camera[:, None], gallery_camera[None, :]
    if protocol == "sysu":
        return (query_camera == 3) & (gallery_camera == 2)
    if protocol == "llcm":
        return same_person & (query_camera == gallery_camera)
    if protocol == "regdb":
        return np.zeros_like(same_person)
    raise XivlabError(f"Unknown protocol {protocol!r}: choose 'sysu', 'regdb' or 'llcm'.")
