"""RegDB (Nguyen et al. 2017): `Visible/I/*.bmp`, `Thermal/I/*.bmp` and ten random halves of the people in `idx/`.

`idx/{train,test}_{visible,thermal}_{1..10}.txt` hold lines "path label". The person is the folder in the path: a
label counts the people of one half of one trial.
"""

from pathlib import Path

import pandas as pd

from data_prep.spelling import whole_number
from data_prep.tree import Source, absent, images_in, need_folders, read_paths
from xivlab.data.packed import TRIAL_SPLITS
from xivlab.errors import XivlabError

FOLDERS = ("Visible", "Thermal")  # of modality 0 and 1
PEOPLE, LINES = 412, 2_060  # of the official set: people, and images in each list


def read_tree(root: Path) -> Source:
    """The index of a tree, sorted by path, with a column for each of ten trials.

    A tree of 412 people must have 2,060 images in each list. Other trees are named "regdb-like".

    Raises:
        XivlabError: a folder, list or image is missing, or there twice or under another spelling, a list is
            malformed, or the halves of a trial are not halves.
    """
    need_folders(root, FOLDERS)
    index = _images(root)
    official = index["person"].nunique() == PEOPLE
    for trial, column in enumerate(TRIAL_SPLITS, start=1):
        index[column] = _trial(root, index, trial, official)
    return Source("regdb" if official else "regdb-like", index)


def _images(root: Path) -> pd.DataFrame:
    rows = []
    for modality, light in enumerate(FOLDERS):
        folder_of: dict[int, Path] = {}
        for folder in sorted((root / light).iterdir()):
            if folder.is_dir() and not folder.name.startswith("."):
                person = whole_number(folder.name)
                if person is None:
                    raise XivlabError(f"{folder} is not named by a person's number: rename or remove it.")
                if (other := folder_of.setdefault(person, folder)) != folder:
                    raise XivlabError(
                        f"{other} and {folder.name} are of one person: put what they hold into one of them."
                    )
                # One visible and one thermal camera: their numbers are those of synthetic-regdb.
                rows += [
                    (f"{light}/{folder.name}/{name}", person, modality + 1, modality)
                    for name in images_in(folder)
                ]
    index = pd.DataFrame(sorted(rows), columns=["path", "person", "camera", "modality"])
    if index.empty:
        raise XivlabError(f"{root} has no images in {' and '.join(FOLDERS)}: unpack the archive again.")
    return index


def _trial(root: Path, index: pd.DataFrame, trial: int, official: bool) -> pd.Series:
    """In which half of a trial each image is: every image in one, every person in one."""
    half_of, light_of = {}, dict(zip(index["path"], index["modality"]))
    for half in ("train", "test"):
        for modality, light in enumerate(("visible", "thermal")):
            path = root / "idx" / f"{half}_{light}_{trial}.txt"
            images = read_paths(path)
            if official and len(images) != LINES:
                raise XivlabError(
                    f"{path} has {len(images):,} lines where RegDB has {LINES:,}: take it from the archive again."
                )
            for image in images:
                if light_of.get(image) != modality:
                    if image not in light_of:
                        raise absent(root, image, path)
                    raise XivlabError(
                        f"{root / image}, listed in {path}, is not {light}: unpack the archive again."
                    )
                if half_of.setdefault(image, half) != half:
                    raise XivlabError(f"{image} of {path} is in the other half, too: take both lists anew.")
    halves = index["path"].map(half_of)
    if halves.isna().any():
        raise XivlabError(
            f"{root / index['path'][halves.isna()].iloc[0]} is in no list of trial {trial} in {root / 'idx'}: "
            "take the lists from the archive again."
        )
    torn = halves.groupby(index["person"]).nunique() > 1
    if torn.any():
        raise XivlabError(
            f"Person {torn[torn].index[0]} is in both halves of trial {trial} in {root / 'idx'}: take the lists "
            "from the archive again."
        )
    return halves
