"""t-SNE maps that are drawn once: of which images, kept where, and what they keep of the features.

    python -m xivlab.maps       # the shipped maps anew, of the shipped embeddings; `make results` does it, too

A map belongs to features, perplexity and seed, whose hash is its name: with other features it is another map.
"""

import hashlib
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xivlab.data import cache_folder
from xivlab.embed import Embeddings
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.flat import MOST, tsne
from xivlab.gallery import first_shots
from xivlab.gap import NEIGHBOURS, same_modality
from xivlab.scale import project
from xivlab.shipped import embeddings_folder, read_embeddings

PERPLEXITIES = (5, 15, 30, 60)
IMAGES = MOST // 2  # with an X for each of them there are MOST points at most
SEED = 0
VERSION = 1  # of the choice of images and of the scale of a map


@dataclass(frozen=True, eq=False)
class Points:
    """Features of all kept images of a few people, person by person.

    Attributes:
        features: (N, D) float32.
        modality: (N,) str: visible, infrared or x.
        person, camera: (N,) integer; of an X those of its visible image.
        row: (N,) integer, the image's place among the visible or infrared embeddings; an X has that of
            its visible image.
    """

    features: NDArray[np.float32]
    modality: NDArray[np.str_]
    person: NDArray[np.integer]
    camera: NDArray[np.integer]
    row: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.features)


class Kept(NamedTuple):
    """Share of infrared images among the nearest neighbours of infrared ones, as `gap.same_modality`, X left out.

    Attributes:
        shown: in the map.
        true: in the features.
        chance: if the modality did not matter.
        k: how many neighbours.
    """

    shown: float
    true: float
    chance: float
    k: int


def few(
    person: Mapping[str, NDArray[np.integer]], camera: Mapping[str, NDArray[np.integer]], most: int = IMAGES
) -> dict[str, NDArray[np.intp]]:
    """Rows of the first images of each camera, of people drawn by seed.

    Args:
        person, camera: of all images, by modality ("infrared" and "visible").
        most: images at most; one person is kept in any case.

    Returns:
        rows by modality, ascending.
    """
    first = {light: first_shots(person[light], camera[light]) for light in person}
    both = np.intersect1d(person["infrared"], person["visible"])
    drawn = np.random.default_rng(SEED).permutation(both)
    seen = np.concatenate([person[light][rows] for light, rows in first.items()])
    counts = np.cumsum([np.sum(seen == one) for one in drawn])
    kept = drawn[: max(1, int((counts <= most).sum()))]
    return {light: rows[np.isin(person[light][rows], kept)] for light, rows in first.items()}


def points_of(embeddings: Embeddings) -> Points:
    """The points of a map: those of `few`, with the X of every visible image if there are any.

    Args:
        embeddings: of a split, or of a part of it.
    """
    lights = ("visible", "infrared")
    rows = few(*({light: of(light) for light in lights} for of in (embeddings.people, embeddings.cameras)))
    parts = []
    for name, light in (("visible", "visible"), ("infrared", "infrared"), ("x", "visible")):
        features = getattr(embeddings, name)
        if features is None:
            continue
        kept = rows[light]
        parts.append(
            (
                features[kept],
                np.full(len(kept), name),
                embeddings.people(light)[kept],
                embeddings.cameras(light)[kept],
                kept,
            )
        )
    features, modality, person, camera, row = map(np.concatenate, zip(*parts))
    # An X comes after its visible image, and people one after the other.
    order = np.lexsort((modality == "x", row, modality == "infrared", person))
    return Points(*(part[order] for part in (features.astype(np.float32), modality, person, camera, row)))


def name_of(points: Points, perplexity: float) -> str:
    """What a map is kept under: a hash of all that it depends on."""
    about = f"{VERSION}, {SEED}, {perplexity:g}, {points.features.shape}".encode()
    return hashlib.sha256(about + np.ascontiguousarray(points.features).tobytes()).hexdigest()[:16]


def draw_map(points: Points, perplexity: float) -> NDArray[np.float32]:
    """The map of t-SNE, computed now: some seconds. Kept in the user's cache folder, if that can be written.

    Returns:
        (N, 2) from -1 to 1, in steps of half precision; neither direction nor scale means anything.

    Raises:
        XivlabError: there are too few points for this perplexity, or too many for t-SNE.
    """
    flat = tsne(points.features, perplexity, SEED)
    flat = flat - (flat.max(0) + flat.min(0)) / 2
    flat = (flat / np.abs(flat).max()).astype(np.float16)
    name = name_of(points, perplexity)
    with suppress(XivlabError, OSError):  # without a cache it is drawn again the next time, nothing worse
        _cache().mkdir(parents=True, exist_ok=True)
        _write(_cache() / f"{name}.npz", {name: flat})
    return flat.astype(np.float32)


def stored_map(points: Points, perplexity: float, run: str = "") -> NDArray[np.float32] | None:
    """The map if it is shipped or in the user's cache folder; None if it is neither, or damaged.

    Args:
        points: of `points_of`.
        perplexity: of the map.
        run: name of a run whose maps may be shipped.
    """
    name = name_of(points, perplexity)
    for path in (maps_folder() / f"{run}.npz", _cache() / f"{name}.npz"):
        with suppress(
            Exception
        ):  # numpy raises half a dozen kinds; whatever it is, the map can be drawn again
            with np.load(path) as file:
                flat = file[name].astype(np.float32)
            if flat.shape == (len(points), 2):
                return flat
    return None


def kept_by(points: Points, flat: NDArray[np.floating]) -> Kept:
    """What a map shows of the gap between the modalities beside what is there, in the features.

    Args:
        points: of `points_of`.
        flat: (N, 2), their map.

    Raises:
        XivlabError: there are images of one person only.
    """
    infrared, visible = (np.flatnonzero(points.modality == light) for light in ("infrared", "visible"))
    people = points.person[infrared], points.person[visible]
    others = min(np.sum(points.person[np.r_[infrared, visible]] != one) for one in np.unique(people[0]))
    if not others:
        raise XivlabError("It takes images of two people to speak of neighbours: load more people.")
    k = min(NEIGHBOURS, int(others))
    shown, true = (
        same_modality(where[infrared], where[visible], *people, k) for where in (flat, points.features)
    )
    return Kept(shown.share, true.share, true.chance, k)


def maps_folder() -> Path:
    """The folder of the shipped maps."""
    return project() / "results" / "maps"


def write_maps(run: str, points: Points, folder: Path) -> Path:
    """Ship the maps of a run at all PERPLEXITIES that it has enough points for.

    Args:
        run: its name, which becomes the file's.
        points: of `points_of`.
        folder: where to.

    Returns:
        the file.
    """
    maps = {
        name_of(points, k): draw_map(points, k).astype(np.float16) for k in PERPLEXITIES if k < len(points)
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{run}.npz", maps)
    return folder / f"{run}.npz"


def ship_maps(embeddings: Path, folder: Path) -> None:
    """The maps of all shipped embeddings.

    Args:
        embeddings: folder of the embeddings.
        folder: where to.

    Raises:
        XivlabError: embeddings are damaged, or a file cannot be written.
    """
    for path in sorted(embeddings.glob("*.npz")):
        print(write_maps(path.stem, points_of(read_embeddings(path.stem, embeddings)[0]), folder), flush=True)


def _cache() -> Path:
    return cache_folder() / "maps"


def _write(path: Path, maps: Mapping[str, NDArray]) -> None:
    def save(target: Path) -> None:
        with open(target, "wb") as file:
            np.savez_compressed(file, **maps)

    write_atomically(path, save)


if __name__ == "__main__":
    try:
        ship_maps(embeddings_folder(), maps_folder())
    except XivlabError as error:
        sys.exit(f"xivlab: {error}")
