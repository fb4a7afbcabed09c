"""t-SNE maps that are drawn once: of which images, kept where, and what they keep of the features.

    python -m studykit.studies.maps       # the shipped maps anew, of the shipped embeddings; `make results` does it, too

A map belongs to features, perplexity and seed, whose hash is its name: with other features it is another map.
"""

import hashlib
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.projection import SEED, Points, points_of, tsne
from studykit.studies.embeddings import embeddings_folder, read_embeddings
from xivlab.data.datasets import cache_folder
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.scale import project

PERPLEXITIES = (5, 15, 30, 60)
VERSION = 1  # of the choice of images and of the scale of a map


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
