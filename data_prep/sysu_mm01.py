"""SYSU-MM01 (Wu et al. 2017): `cam1..cam6/IIII/NNNN.jpg` and `exp/{train,val,test}_id.txt`.

`exp/rand_perm_cam.mat`, which is published apart from the images, holds the random orders that the official
galleries are drawn by.
"""

import os
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.io import loadmat

from data_prep.spelling import whole_number
from data_prep.tree import Source, check_spelling, images_in, need_folders, people_in, read_numbers
from xivlab.data.packed import SHOTS, SPLITS, TRIALS
from xivlab.errors import XivlabError
from xivlab.files import check_regular

CAMERAS = range(1, 7)
INFRARED = (3, 6)
# People, and visible and infrared images, of each split.
OFFICIAL = {"train": (296, 20_284, 9_929), "val": (99, 1_974, 1_980), "test": (96, 6_775, 3_803)}
PERMUTATIONS = Path("exp", "rand_perm_cam.mat")


def read_tree(root: Path) -> Source:
    """The index of a tree, sorted by split, person, camera and number of the image.

    A tree whose lists have as many people as the official ones must hold the official number of images.
    Other trees of this form are named "sysu-mm01-like".

    Raises:
        XivlabError: a folder, list, person or image is missing, or there twice or under another spelling, or a
            list or the permutations are malformed.
    """
    need_folders(root, [f"cam{camera}" for camera in CAMERAS])
    people = _people(root)
    everybody = {person for split in SPLITS for person in people[split]}
    met = {camera: people_in(root / f"cam{camera}", everybody) for camera in CAMERAS}
    rows = [
        (f"cam{camera}/{person:04d}/{name}", person, camera, int(camera in INFRARED), split)
        for split in SPLITS
        for person in people[split]
        for camera in CAMERAS
        if person in met[camera]
        for name in images_in(root / f"cam{camera}" / f"{person:04d}")
    ]
    index = pd.DataFrame(rows, columns=["path", "person", "camera", "modality", "split"])
    for split in SPLITS:
        if absent := sorted(set(people[split]) - set(index["person"])):
            raise XivlabError(
                f"Person {absent[0]} of {root / 'exp' / f'{split}_id.txt'} has no image in any "
                f"cam*/{absent[0]:04d}: unpack the archive again."
            )
    number = [_number(root, path) for path in index["path"]]
    note = None
    check_spelling(root / PERMUTATIONS)
    if os.path.lexists(root / PERMUTATIONS):
        places = _places(root, index, np.array(number))
        index = pd.concat([index, pd.DataFrame(places, columns=list(SHOTS))], axis=1)
    else:
        note = (
            f"{root / PERMUTATIONS} is not there: galleries can be drawn by the common seeded sampler, not by "
            "the official one. It is published with the evaluation code; put it there and prepare again for both."
        )
    official = all(len(people[split]) == OFFICIAL[split][0] for split in SPLITS)
    if official:
        _check_counts(root, index, np.array(number))
    return Source("sysu-mm01" if official else "sysu-mm01-like", index, note)


def _people(root: Path) -> dict[str, list[int]]:
    """The people of each split, none in two."""
    people, seen = {}, {}
    for split in SPLITS:
        path = root / "exp" / f"{split}_id.txt"
        people[split] = read_numbers(path)
        for person in people[split]:
            if person in seen:
                raise XivlabError(
                    f"Person {person} is in {seen[person]} and in {path}: take both from the archive again."
                )
            seen[person] = path
    return people


def _number(root: Path, path: str) -> int:
    """The number that an image is named by, from 1."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    number = whole_number(stem)
    if not number:
        raise XivlabError(f"{root / path} is not named by its number, as 0001.jpg: rename or remove it.")
    return number


def _check_counts(root: Path, index: pd.DataFrame, number: np.ndarray) -> None:
    for split, (_, *official) in OFFICIAL.items():
        for modality, (light, expected) in enumerate(zip(("visible", "infrared"), official)):
            found = int(((index["split"] == split) & (index["modality"] == modality)).sum())
            if found != expected:
                raise XivlabError(
                    f"{root} has {found:,} {light} images of {split} people where SYSU-MM01 has "
                    f"{expected:,}{_gap(index, number)}: unpack the archive again."
                )


def _gap(index: pd.DataFrame, number: np.ndarray) -> str:
    """Where an image is missing, if the numbers tell."""
    for (camera, person), rows in index.groupby(["camera", "person"]).indices.items():
        there = set(number[rows])
        missing = next(one for one in count(1) if one not in there)
        if missing < max(there):
            return f" (cam{camera}/{person:04d} has no {missing:04d}.jpg)"
    return ""


def _places(root: Path, index: pd.DataFrame, number: np.ndarray) -> np.ndarray:
    """Place of every visible test image in each official order of its person's images in its camera.

    Every folder of a listed person is compared with the length of its orders.

    Returns:
        (N, 10) int16, from 0; -1 for images of which no gallery is drawn.
    """
    cells = _orders(root / PERMUTATIONS)
    drawn = ((index["split"] == "test") & (index["modality"] == 0)).to_numpy()
    places = np.full((len(index), TRIALS), -1, np.int16)
    rows_of = index.groupby(["camera", "person"]).indices
    for camera in CAMERAS:
        for person in index["person"].unique():
            rows = rows_of.get((camera, person), np.empty(0, int))
            orders = cells.get((camera, person), np.empty((TRIALS, 0), int))
            count = orders.shape[1]
            if not np.array_equal(np.sort(number[rows]), np.arange(1, count + 1)):
                raise XivlabError(
                    f"{root / f'cam{camera}' / f'{person:04d}'} holds {len(rows)} images and "
                    f"{root / PERMUTATIONS} orders the images 1 to {count} of it: unpack the archive again."
                )
            if len(rows) and drawn[rows[0]]:
                places[rows] = np.argsort(orders, axis=1).T[number[rows] - 1]
    return places


def _orders(path: Path) -> dict[tuple[int, int], np.ndarray]:
    """The official orders by (camera, person): int, 10 x n, each row the numbers 1..n.

    The file is a 6 x 1 cell of people x 1 cells, where cameras have different numbers of people and the
    orders different types.
    """
    orders = {}
    try:
        check_regular(path)
        cameras = loadmat(path)["rand_perm_cam"]
        for camera in CAMERAS:
            for person, order in enumerate(cameras[camera - 1, 0][:, 0], start=1):
                if order.size:
                    order = order.astype(int)
                    if not np.array_equal(np.sort(order), [range(1, order.shape[1] + 1)] * TRIALS):
                        raise ValueError(f"camera {camera}, person {person}: not ten orders")
                    orders[camera, person] = order
    except Exception as error:  # scipy raises half a dozen kinds for a damaged file
        raise XivlabError(
            f"{path} is damaged or not the published file ({error}): get it again, or remove it."
        ) from error
    return orders
