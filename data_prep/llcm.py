"""LLCM (Zhang and Wang 2023): training images by lists, test images by folders.

- `idx/train_vis.txt` and `idx/train_nir.txt`: lines "vis/IIII/IIII_cCC_sSSSSSS_fFFFF_vis.jpg label";
- `idx/test_id.txt`, one line of numbers, and `test_vis/camC/IIII/`, `test_nir/camC/IIII/`.

There are no validation people.
"""

import re
from pathlib import Path

import pandas as pd

from data_prep.spelling import near, shown, whole_number
from data_prep.tree import Source, absent, images_in, need_folders, people_in, read_numbers, read_paths
from xivlab.errors import XivlabError

LIGHTS = ("vis", "nir")  # modality 0 and 1
CAMERAS = {"vis": range(1, 10), "nir": (1, 2, 4, 5, 6, 7, 8, 9)}
PEOPLE = (713, 351)  # training and test people of the official set
# Training people are moved out of the way by this, where a number stands in both lists.
APART = 10_000


def read_tree(root: Path) -> Source:
    """The index of a tree, sorted by split, person, camera and path.

    A tree with other than 713 training and 351 test people is named "llcm-like".

    A training person is the folder in the path, a test person the number in the list. The common code takes
    training people by their labels instead, as if the two were numbered apart. So if a number is in both
    lists, the training people get numbers of their own, 10,000 higher, and a note says so.

    Raises:
        XivlabError: a folder, list, person or image is missing, or there twice or under another spelling, a list is
            malformed, or one image is listed for training and filed for testing.
    """
    testing = [f"test_{light}/cam{camera}" for light in LIGHTS for camera in CAMERAS[light]]
    need_folders(root, [*LIGHTS, *testing])
    train, test = _training(root), _testing(root)
    note = None
    if common := sorted(set(train["person"]) & set(test["person"])):
        names = set(train["path"].map(_name)) & set(test["path"].map(_name))
        if names:
            raise XivlabError(
                f"{min(names)} in {root} is both a training and a test image: take the lists in {root / 'idx'} "
                "from the archive again."
            )
        train["person"] += APART
        note = (
            f"Person {common[0]} is in the training lists and in the test list of {root}: training people are "
            f"taken for others and numbered from {APART + 1}."
        )
    order = ["person", "camera", "modality", "path"]
    index = pd.concat([part.sort_values(order) for part in (train, test)], ignore_index=True)
    official = (train["person"].nunique(), test["person"].nunique()) == PEOPLE
    return Source("llcm" if official else "llcm-like", index, note)


def _training(root: Path) -> pd.DataFrame:
    rows, there = [], {}
    folder_of: dict[tuple[str, int], Path] = {}
    for modality, light in enumerate(LIGHTS):
        path = root / "idx" / f"train_{light}.txt"
        for image in read_paths(path):
            form = re.fullmatch(rf"{light}/((\d+)/[^/]*_c(\d+)_[^/]*)", image)
            person, camera = map(whole_number, form.groups()[1:]) if form else (None, None)
            if form is None or person is None or camera is None:
                if near(root, image) not in (None, root / image):
                    raise absent(root, image, path)
                raise XivlabError(
                    f"{path} lists {shown(image, 200)}, which is not like {light}/0001/0001_c01_s000001_f1_{light}.jpg: take the "
                    "list from the archive again."
                )
            folder = root / light / form[2]
            if (other := folder_of.setdefault((light, person), folder)) != folder:
                raise XivlabError(
                    f"{other} and {folder.name} are of one person: put what they hold into one of them."
                )
            if folder not in there:
                there[folder] = set(images_in(folder))
            if _name(image) not in there[folder]:
                raise absent(root, image, path)
            rows.append((image, person, camera, modality, "train"))
    return pd.DataFrame(rows, columns=["path", "person", "camera", "modality", "split"])


def _testing(root: Path) -> pd.DataFrame:
    path = root / "idx" / "test_id.txt"
    people = read_numbers(path)
    met = {
        (light, camera): people_in(root / f"test_{light}" / f"cam{camera}", set(people))
        for light in LIGHTS
        for camera in CAMERAS[light]
    }
    rows = [
        (f"test_{light}/cam{camera}/{person:04d}/{name}", person, camera, modality, "test")
        for modality, light in enumerate(LIGHTS)
        for camera in CAMERAS[light]
        for person in people
        if person in met[light, camera]
        for name in images_in(root / f"test_{light}" / f"cam{camera}" / f"{person:04d}")
    ]
    index = pd.DataFrame(rows, columns=["path", "person", "camera", "modality", "split"])
    if lost := sorted(set(people) - set(index["person"])):
        raise XivlabError(
            f"Person {lost[0]} of {path} has no image in any test_*/cam*/{lost[0]:04d}: unpack the archive "
            "again."
        )
    return index


def _name(path: str) -> str:
    """The file's name without its folders."""
    return path.rpartition("/")[2]
