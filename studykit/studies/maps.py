"""Stored t-SNE maps: drawn once, kept by the features that they belong to.

A map belongs to features, perplexity and seed, whose hash is its name: with other features it is another map.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.projection import SEED, Points, points_of, tsne
from studykit.studies.embeddings import read_embeddings
from studykit.studies.store import Arrays, results
from xivlab.data.datasets import cache_folder
from xivlab.errors import XivlabError

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
        _cache().write(name, {name: flat})
    return flat.astype(np.float32)


def stored_map(points: Points, perplexity: float, run: str = "") -> NDArray[np.float32] | None:
    """The map if it is shipped or in the user's cache folder; None if it is neither, or damaged.

    Args:
        points: of `points_of`.
        perplexity: of the map.
        run: name of a run whose maps may be shipped.
    """
    name = name_of(points, perplexity)
    for arrays, file in ((Arrays(maps_folder()), run), (_cache(), name)):
        with suppress(XivlabError):  # damaged: it can be drawn again
            flat = (arrays.read(file) or {}).get(name)
            if flat is not None and flat.shape == (len(points), 2):
                return flat.astype(np.float32)
    return None


def maps_folder() -> Path:
    """The folder of the shipped maps."""
    return results("maps")


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
    return Arrays(folder).write(run, maps)


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


def _cache() -> Arrays:
    return Arrays(cache_folder() / "maps")
