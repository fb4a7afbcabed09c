"""A tree as large as SYSU-MM01, of 45,863 tiny files: who was seen how often by which camera is known."""

import io
import random
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from scipy.io import savemat

# Images of each person in each camera are the lengths of the published orders. The lists of training and test
# people are published, too; that of validation people is not: of the 121 others these 99, 334 to 433 without 347,
# are the ones in both lights, and have the known 1,974 and 1,980 images. 22 people are in no list.
COUNTS = pd.read_csv(
    Path(__file__).parent / "sysu_mm01_counts.csv", index_col="person", keep_default_na=False
)
CAMERAS = [f"cam{camera}" for camera in range(1, 7)]
PEOPLE = {split: sorted(COUNTS.index[COUNTS["split"] == split]) for split in ("train", "val", "test")}

# The published orders of the first trial, of three people in camera 1; all others are made up.
# fmt: off
PUBLISHED = {
    6: [5, 1, 4, 27, 13, 12, 36, 22, 40, 20, 42, 17, 8, 34, 18, 25, 14, 21, 24, 39, 26, 10, 16, 9, 3, 28, 32, 15,
        23, 38, 29, 33, 37, 31, 11, 41, 30, 2, 19, 35, 6, 7],
    10: [18, 30, 8, 25, 6, 24, 11, 21, 17, 26, 16, 7, 14, 23, 20, 4, 13, 33, 2, 29, 34, 32, 10, 9, 19, 5, 28, 27,
         15, 3, 12, 31, 22, 1],
    27: [5, 1, 9, 12, 11, 3, 13, 10, 6, 7, 8, 4, 2],
}
# fmt: on


def orders(camera: int, person: int) -> np.ndarray:
    """Ten orders of the images of a person in a camera, 10 x n, n may be 0."""
    count = COUNTS.loc[person, f"cam{camera}"] if person in COUNTS.index else 0
    rows = np.random.RandomState((camera, person)).rand(10, count).argsort(1) + 1
    if camera == 1 and person in PUBLISHED:
        rows[0] = PUBLISHED[person]
    # Both types stand in the published file.
    return rows.astype(np.uint16 if person % 7 == 0 else np.uint8)


def write_orders(path: Path) -> None:
    """The published file's form: cameras 1, 2 and 6 know 333 people, the others 533."""
    cameras = np.empty((6, 1), object)
    for camera in range(1, 7):
        cameras[camera - 1, 0] = cell = np.empty((333 if camera in (1, 2, 6) else 533, 1), object)
        for person in range(1, len(cell) + 1):
            cell[person - 1, 0] = orders(camera, person)
    savemat(path, {"rand_perm_cam": cameras})


def build(root: Path) -> None:
    """Write the tree, its files in no order."""
    memory = io.BytesIO()
    Image.new("L", (1, 1)).save(memory, "JPEG")
    jpeg = memory.getvalue()
    files = []
    for person, row in COUNTS.iterrows():
        for camera in CAMERAS:
            folder = root / camera / f"{person:04d}"
            if row[camera]:  # as in the real tree there is no empty folder
                folder.mkdir(parents=True)
                files += [folder / f"{number:04d}.jpg" for number in range(1, row[camera] + 1)]
    random.Random(0).shuffle(files)
    for file in files:
        file.write_bytes(jpeg)
    (root / "exp").mkdir()
    for split, people in PEOPLE.items():
        (root / "exp" / f"{split}_id.txt").write_text(",".join(map(str, people)))
    write_orders(root / "exp" / "rand_perm_cam.mat")
