"""Folder trees of SYSU-MM01, RegDB and LLCM, written from the synthetic sets; the real loaders are tested on them.

What each tree holds was read off the official files and loaders:

- SYSU-MM01: `cam1..cam6/IIII/NNNN.jpg` and `exp/`;
- RegDB: `Visible/I/<gender>_<front|back>_v_<frame>_I.bmp`, `Thermal/`, and `idx/` with ten random halves;
- LLCM: `vis/IIII/IIII_cCC_sSSSSSS_fF_vis.jpg` and `nir/` for training, `test_vis/camC/IIII/` and
  `test_nir/` for testing, and `idx/`.

The same data set gives the same bytes in every tree, file by file.
"""

import io
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from scipy.io import savemat
from tqdm.auto import tqdm

from data_prep.places import is_free
from data_prep.tree import Layout
from xivlab.data.datasets import DataSet, load
from xivlab.data.packed import SPLITS
from xivlab.errors import XivlabError
from xivlab.files import new_folder

SOURCE = {"sysu-mm01": "synthetic-sysu", "regdb": "synthetic-regdb", "llcm": "synthetic-sysu"}
TRIALS = 10
MODALITY = ("vis", "nir")  # as LLCM calls 0 and 1

# LLCM numbers places, each seen in both lights. Synthetic cameras 2 (visible) and 3 (near-infrared) stand in
# one place, which makes them its camera 2; nobody stands in its near-infrared camera 3, as in the real set.
LLCM_CAMERAS = range(1, 10)
LLCM_PLACE = {1: 1, 2: 2, 3: 2, 4: 4, 5: 5, 6: 6}


def export(name: str, layout: Layout, folder: str | Path, cache: str | Path | None = None) -> None:
    """Write a synthetic data set as the folder tree of a real one, with a progress bar.

    Args:
        name: "synthetic-sysu" for the layouts "sysu-mm01" and "llcm", "synthetic-regdb" for "regdb".
        layout: the real data set whose tree it is.
        folder: the folder to make; it may be there already if it is empty.
        cache: as in `xivlab.data.load`.

    Raises:
        XivlabError: the layout is not for this data set, or `folder` is not empty or cannot be written.
    """
    folder = Path(folder)
    if name != SOURCE[layout]:
        raise XivlabError(f"Layout {layout} takes {SOURCE[layout]}, not {name}: change one of the two.")
    if not is_free(folder):
        raise XivlabError(f"{folder} is there already and not an empty folder: name a new one.")
    data = load(name, cache=cache)
    index = _index(data)
    tree = {"sysu-mm01": _sysu_mm01, "regdb": _regdb, "llcm": _llcm}[layout]
    try:
        with new_folder(folder) as new:
            _write_images(new, tree(index, new), data)
    except OSError as error:
        raise XivlabError(f"{folder} cannot be written ({error}): name another folder.") from error


def _index(data: DataSet) -> pd.DataFrame:
    """One row per image of all splits, in the order train, val, test."""
    splits = []
    for name in SPLITS:
        split = getattr(data, name)
        columns = {column: getattr(split, column) for column in ("path", "person", "camera", "modality")}
        splits.append(pd.DataFrame(columns).assign(split=name))
    return pd.concat(splits, ignore_index=True)


def _write_images(folder: Path, paths: pd.Series, data: DataSet) -> None:
    pixels = chain(data.train.pixels, data.val.pixels, data.test.pixels)
    for path, image in zip(tqdm(paths, desc=f"Writing {data.name}", unit=" images", leave=False), pixels):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        # Nearly what was exposed: a coarser JPEG would add a difficulty of its own.
        options = {"quality": 95, "subsampling": 0} if target.suffix == ".jpg" else {}
        Image.fromarray(image).save(target, **options)


def _sysu_mm01(index: pd.DataFrame, folder: Path) -> pd.Series:
    """Write exp/ and return the path of every image."""
    exp = folder / "exp"
    exp.mkdir()
    _write_numbers(exp / "available_id.txt", index["person"].unique())
    for split in SPLITS:
        people = np.sort(index["person"][index["split"] == split].unique())
        _write_numbers(exp / f"{split}_id.txt", people)
        _write_mat(exp / f"{split}_id.mat", id=people.astype(np.uint16)[None])
    counts = index.groupby(["camera", "person"]).size()
    permutations = np.empty((6, 1), object)
    for camera in range(1, 7):
        permutations[camera - 1, 0] = cell = np.empty((index["person"].max(), 1), object)
        for person in range(1, len(cell) + 1):
            cell[person - 1, 0] = _permutations(camera, person, counts.get((camera, person), 0))
    _write_mat(exp / "rand_perm_cam.mat", rand_perm_cam=permutations)
    return index["path"]


def _permutations(camera: int, person: int, count: int) -> np.ndarray:
    """Ten orders of the images 1..count: uint8, 10 x count (10 x 0 where there are none)."""
    # RandomState and not default_rng: NumPy promises never to change its numbers.
    random = np.random.RandomState((camera, person))
    rows = [random.permutation(count) + 1 for _ in range(TRIALS)]
    return np.stack(rows).astype(np.uint8 if count < 256 else np.uint16)


def _regdb(index: pd.DataFrame, folder: Path) -> pd.Series:
    """Write idx/ and return the path of every image."""
    (folder / "idx").mkdir()
    people = np.sort(index["person"].unique())
    for trial in range(1, TRIALS + 1):
        order = np.random.RandomState(trial).permutation(people)
        halves = {"train": order[: len(order) // 2], "test": order[len(order) // 2 :]}
        for part, half in halves.items():
            # A label is the person's place in the half; the lines go in that order.
            label = index["person"].map({person: label for label, person in enumerate(half)})
            rows = index.assign(label=label).dropna().sort_values(["label", "path"]).astype({"label": int})
            for modality, light in enumerate(("visible", "thermal")):
                path = folder / "idx" / f"{part}_{light}_{trial}.txt"
                _write_labels(path, rows[rows["modality"] == modality])
    return index["path"]


def _llcm(index: pd.DataFrame, folder: Path) -> pd.Series:
    """Write idx/ and return the path of every image. LLCM has no validation people: they train."""
    (folder / "idx").mkdir()
    index = index.assign(path=[_llcm_path(image) for image in index.itertuples()])
    testing = index["split"] == "test"
    training = index[~testing].sort_values("path")
    training = training.assign(label=np.unique(training["person"], return_inverse=True)[1])
    for modality, light in enumerate(MODALITY):
        _write_labels(folder / "idx" / f"train_{light}.txt", training[training["modality"] == modality])
        for camera in LLCM_CAMERAS:  # all nine are there, some empty, as in the real tree
            (folder / f"test_{light}" / f"cam{camera}").mkdir(parents=True)
    _write_numbers(folder / "idx" / "test_id.txt", index["person"][testing].unique())
    return index["path"]


def _llcm_path(image: tuple) -> str:
    """For example nir/0007/0007_c02_s000003_f2_nir.jpg for cam3/0007/0002.jpg of a training person.

    Args:
        image: a row of the index, as `itertuples` gives it.
    """
    light, place = MODALITY[image.modality], LLCM_PLACE[image.camera]
    folder = f"test_{light}/cam{place}" if image.split == "test" else light
    # In the real names s is a time of day. Here it is the synthetic camera, so that no two names are equal.
    name = f"{image.person:04d}_c{place:02d}_s{image.camera:06d}_f{int(Path(image.path).stem)}_{light}.jpg"
    return f"{folder}/{image.person:04d}/{name}"


def _write_numbers(path: Path, numbers: np.ndarray) -> None:
    """One line: the numbers in order, with commas between them."""
    path.write_bytes((",".join(map(str, np.sort(numbers))) + "\n").encode())


def _write_labels(path: Path, rows: pd.DataFrame) -> None:
    """A line "path label" for each row."""
    lines = [f"{image} {label}\n" for image, label in zip(rows["path"], rows["label"])]
    path.write_bytes("".join(lines).encode())


def _write_mat(path: Path, **variables: np.ndarray) -> None:
    """A MATLAB 5 file without the date that SciPy writes into its first 116 bytes."""
    buffer = io.BytesIO()
    savemat(buffer, variables)
    path.write_bytes(b"MATLAB 5.0 MAT-file, written by xivlab".ljust(116) + buffer.getvalue()[116:])
