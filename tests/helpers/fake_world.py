"""A world of a few tiny people, in the place of `xivlab.world.world.World`: data, export and cli on it in no time."""

import numpy as np
import pandas as pd

SPLIT_OF = {1: "train", 2: "train", 4: "train", 5: "train", 3: "val", 6: "test", 7: "test", 8: "test"}
UNSEEN = (7, 3)  # person 7 never meets camera 3, as some people of SYSU-MM01


def sysu_index(shots: int = 2) -> pd.DataFrame:
    """Eight people, six cameras, `shots` images each, sorted by split."""
    rows = [
        (f"cam{camera}/{person:04d}/{shot:04d}.jpg", person, camera, int(camera in (3, 6)), split)
        for person, split in SPLIT_OF.items()
        for camera in range(1, 7)
        for shot in range(1, shots + 1)
        if (person, camera) != UNSEEN
    ]
    return pd.DataFrame(rows, columns=["path", "person", "camera", "modality", "split"])


def regdb_index(pairs: int = 3) -> pd.DataFrame:
    """The same eight people, `pairs` visible and thermal images each."""
    rows = [
        (f"{light}/{person}/male_back_{kind}_{frame:05d}_{person}.bmp", person, modality + 1, modality, split)
        for person, split in SPLIT_OF.items()
        for modality, (light, kind) in enumerate((("Visible", "v"), ("Thermal", "t")))
        for frame in range(pairs)
    ]
    return pd.DataFrame(rows, columns=["path", "person", "camera", "modality", "split"])


def with_shots(index: pd.DataFrame) -> pd.DataFrame:
    """An index with published orders: shot s of trial t is at place s + t, modulo the number of shots."""
    drawn = (index["split"] == "test") & (index["modality"] == 0)
    shot = index.groupby(["person", "camera"]).cumcount()
    count = index.groupby(["person", "camera"])["path"].transform("size")
    shots = {f"shot_{trial}": ((shot + trial) % count).where(drawn, -1) for trial in range(10)}
    return index.assign(**shots)


def with_trials(index: pd.DataFrame) -> pd.DataFrame:
    """An index in the order of paths, in ten halves: those of trial t train whose number is odd, or is t."""
    index = index.drop(columns="split").sort_values("path", ignore_index=True)
    for trial in range(1, 11):
        odd = (index["person"] % 2 == 1) | (index["person"] == trial)
        index[f"split_{trial}"] = np.where(odd, "train", "test")
    return index


class FakeWorld:
    """Says what `World` says: the image of row r is grey, its brightness r modulo 256."""

    size = (8, 4)
    fingerprint = "f00d" * 16
    exposed = 0  # images exposed by all fake worlds: tells a cached load from a built one

    def __init__(self, name: str):
        self.name = self.kind = name
        self.index = {"synthetic-sysu": sysu_index, "synthetic-regdb": regdb_index}[name]()

    def expose(self, rows: np.ndarray) -> np.ndarray:
        FakeWorld.exposed += len(rows)
        return np.broadcast_to(rows[:, None, None, None], (len(rows), *self.size, 3)).astype(np.uint8)


def grey(rows) -> np.ndarray:
    """What the fake world exposes for these rows."""
    return np.asarray(rows, np.uint8)[:, None, None, None] * np.ones((1, *FakeWorld.size, 3), np.uint8)


def install(monkeypatch, cache) -> None:
    """Make `xivlab.data.datasets.load` expose fake worlds, and keep them in the folder `cache`."""
    monkeypatch.setattr("xivlab.data.datasets.World", FakeWorld)
    monkeypatch.setattr(
        "xivlab.data.datasets.BACKEND", "threading"
    )  # another process would open the real world
    monkeypatch.setattr("xivlab.data.datasets._world", FakeWorld)
    monkeypatch.setattr("xivlab.data.datasets.CHUNK", 10)
    monkeypatch.setattr(FakeWorld, "exposed", 0)
    monkeypatch.setenv("XIVLAB_CACHE", str(cache))
