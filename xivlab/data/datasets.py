"""Data sets and their splits: who is seen in every image, where, in what light, and whether to train or to test.

Where the images are kept says `xivlab.data.packed`.

    >>> data = load("synthetic-sysu")       # doctest: +SKIP
    >>> data.train.pixels.shape             # doctest: +SKIP
    (4800, 128, 64, 3)
"""

import hashlib
import os
import tempfile
import warnings
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import cache as cached
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import platformdirs

from xivlab.data.packed import SHOTS, TRIAL_SPLITS, TRIALS, Packed, read_packed, write_packed
from xivlab.errors import XivlabError, shown
from xivlab.world.knobs import SYNTHETIC, is_synthetic
from xivlab.world.world import World

BACKEND = "loky"  # of joblib
CHUNK = 64  # images exposed at a time: enough to keep a core busy, few enough for a smooth progress bar


@dataclass(frozen=True, eq=False)
class Split:
    """The images of one split; row i of every array is image i.

    Attributes:
        pixels: uint8, N x H x W x 3, RGB in [0, 255]; see `DataSet.split` for where they are held.
        person: int64, N. Numbers are the source's own: not contiguous, unique over all splits.
        camera: int64, N, from 1.
        modality: int64, N: 0 visible, 1 infrared.
        path: str, N: the image's path in the source's folder tree, with forward slashes.
        permutation: int16, N x 10, for SYSU-MM01's official gallery sampler: the place, from 0, of the
            image in the published random order of its person's images in its camera, for each of ten
            trials; -1 where there is none. None if the data set has no published orders.
    """

    pixels: np.ndarray
    person: np.ndarray
    camera: np.ndarray
    modality: np.ndarray
    path: np.ndarray
    permutation: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.person)

    def select(self, mask: np.ndarray) -> "Split":
        """The images where `mask` (bool, N) holds, or whose rows `mask` (int, any length) lists.

        Their pixels are copied into memory: select as little as is needed.
        """
        return replace(self, **{name: array[mask] for name, array in vars(self).items() if array is not None})


@dataclass(frozen=True, eq=False)
class DataSet:
    """Splits that share no person, and the fingerprint of the source they were made from.

    Attributes:
        name: of the data set.
        fingerprint: another one for other images, and for another trial.
        pixels: uint8, N x H x W x 3, RGB in [0, 255], of all splits; read-only and memory-mapped if
            they come from a folder.
        index: one row per image: path, person, camera, modality, split; shot_0 ... shot_9 if the
            source publishes random orders.
        trial: which of ten random halves (RegDB), from 1; None for a set with one split.
    """

    name: str
    fingerprint: str
    pixels: np.ndarray
    index: pd.DataFrame
    trial: int | None = None

    def split(self, *names: str) -> Split:
        """The images of one or more splits ("train", "val", "test"), in the order of the index.

        Their pixels are a view of the memory map where the rows are contiguous, else a copy in memory.
        A split may be empty: RegDB and LLCM have no validation people.
        """
        rows = np.flatnonzero(self.index["split"].isin(names))
        contiguous = len(rows) == 0 or rows[-1] - rows[0] + 1 == len(rows)
        where = slice(rows[0], rows[-1] + 1) if contiguous and len(rows) else rows
        index = self.index.iloc[rows]
        return Split(
            self.pixels[where],
            index["person"].to_numpy(np.int64),
            index["camera"].to_numpy(np.int64),
            index["modality"].to_numpy(np.int64),
            index["path"].to_numpy(str),
            index[list(SHOTS)].to_numpy(np.int16) if SHOTS[0] in index else None,
        )

    @cached_property
    def train(self) -> Split:
        """The images to train on."""
        return self.split("train")

    @cached_property
    def val(self) -> Split:
        """The images to choose the best model by."""
        return self.split("val")

    @cached_property
    def test(self) -> Split:
        """The images to report on."""
        return self.split("test")


def load(name: str | Path, trial: int | None = None, cache: str | Path | None = None) -> DataSet:
    """Open a data set.

    The synthetic sets are exposed from the shipped asset the first time, on all cores, and kept in the
    cache; a cached copy that is cut short, corrupt or of another version is made again. Pixels are read
    from it as they are needed: a file that is cut meanwhile ends the process (SIGBUS), so delete no cache
    in use.

    Args:
        name: "synthetic-sysu" or "synthetic-regdb", with knobs of the world behind an "@" as in
            "synthetic-sysu@carbon=0.8,wavelength=940" (`xivlab.world.knobs`); or the folder of a packed data set.
        trial: which of ten random halves trains, 1 to 10, in a set that has them (RegDB); the first if
            not given.
        cache: folder for the exposed synthetic sets; `cache_folder()` if not given.

    Raises:
        XivlabError: there is no such data set or no such trial, or the folder's files are not whole, or
            the cache cannot be written.
    """
    if is_synthetic(name):
        packed = _read_synthetic(str(name), Path(cache) if cache else cache_folder())
    elif Path(name).is_dir():
        packed = read_packed(name)
    else:
        raise XivlabError(
            f"There is no data set {str(name)!r}: give {' or '.join(SYNTHETIC)}, or the folder of a packed one."
        )
    return _data_set(packed, trial)


def _data_set(packed: Packed, trial: int | None) -> DataSet:
    name, fingerprint, index = packed.meta["name"], packed.meta["fingerprint"], packed.index
    if "split" in index:
        if trial is not None:
            raise XivlabError(f"{name} has one split and no trials: leave trial {shown(trial)} out.")
        return DataSet(name, fingerprint, packed.pixels, index)
    trial = 1 if trial is None else trial
    if trial not in range(1, TRIALS + 1):
        raise XivlabError(f"{name} has no trial {shown(trial)}: choose one from 1 to {TRIALS}.")
    index = index.assign(split=index[f"split_{trial}"]).drop(columns=list(TRIAL_SPLITS))
    fingerprint = hashlib.sha256(f"{fingerprint}, trial {trial}".encode()).hexdigest()
    return DataSet(name, fingerprint, packed.pixels, index, trial)


def cache_folder() -> Path:
    """The folder named by the environment variable XIVLAB_CACHE, else the user's cache folder."""
    return Path(
        os.path.expanduser(os.environ.get("XIVLAB_CACHE", ""))
        or platformdirs.user_cache_dir("xivlab", appauthor=False)
    )


def _read_synthetic(name: str, cache: Path) -> Packed:
    world = World(name)
    name = world.name  # however its knobs were spelt
    # The fingerprint is in the folder's name, so that two versions of the world never fight over one folder.
    folder = cache / f"{world.kind}-{world.fingerprint[:16]}"
    with suppress(XivlabError):  # missing or damaged: both are mended below
        packed = read_packed(folder)
        if packed.meta["fingerprint"] == world.fingerprint:
            return packed
    try:
        _expose(world, name, folder)
    except OSError as error:
        another_was_quicker = isinstance(error, FileExistsError) and folder.is_dir()
        if not another_was_quicker:  # if it was, its images are the same
            raise XivlabError(
                f"The images of {name} cannot be kept in {cache} ({error.strerror}): free some space there, "
                "or name another folder in the environment variable XIVLAB_CACHE."
            ) from error
    return read_packed(folder)


def _expose(world: World, name: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder.parent).close()  # whether it can be written, before processes start
    rows = np.arange(len(world.index))
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    from joblib import Parallel, delayed  # here: only who makes the images of a world needs it

    # Processes, since threads would wait for each other; joblib's need no guard in the user's script.
    images = Parallel(n_jobs=-1, backend=BACKEND, return_as="generator")(
        delayed(_exposed)(name, chunk) for chunk in chunks
    )
    # An interrupted build leaves the generator, which stops the chunks under way; joblib's word about it is no news.
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message=".*(successfully executed|have been cancelled)", category=UserWarning
        )
        with closing(images):
            write_packed(folder, name, world.fingerprint, world.size, world.index, images, folder.exists())


def _exposed(name: str, rows: np.ndarray) -> np.ndarray:
    return _world(name).expose(rows)


@cached
def _world(name: str) -> World:
    """Opened once per process, not once per chunk."""
    return World(name)
