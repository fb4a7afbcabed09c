"""A small random data set whose people can be told apart: enough to train on for some steps."""

import numpy as np
import pandas as pd

from xivlab.data.datasets import DataSet, Split
from xivlab.data.packed import COLUMNS, SHOTS, SPLITS


def split(people, first, seed, cameras=(1, 2, 4, 5, 3, 6), shots=2, size=(16, 8)):
    """Each person is a coarse random picture; infrared shows its brightness only."""
    rng = np.random.default_rng(seed)
    rows = [(p, c, s) for p in range(people) for c in cameras for s in range(shots)]
    person, camera, _ = np.array(rows).T
    looks = rng.integers(0, 256, (people, 4, 2, 3))
    pixels = looks[person].astype(float)
    infrared = np.isin(camera, (3, 6))
    pixels[infrared] = pixels[infrared].mean(3, keepdims=True)
    pixels = (pixels + rng.normal(0, 10, pixels.shape)).clip(0, 255).astype(np.uint8)
    pixels = pixels.repeat(size[0] // 4, axis=1).repeat(size[1] // 2, axis=2)
    path = [f"cam{c}/{p + first:04d}/{s + 1:04d}.jpg" for p, c, s in rows]
    return Split(pixels, person + first, camera, infrared.astype(np.int64), np.array(path))


def data_set_of(name: str, fingerprint: str, train: Split, val: Split, test: Split) -> DataSet:
    """A data set of splits held in memory; its pixels are a copy."""
    tables = []
    for split_name, split in zip(SPLITS, (train, val, test)):
        columns = {column: getattr(split, column) for column in COLUMNS[:-1]} | {"split": split_name}
        if split.permutation is not None:
            columns |= dict(zip(SHOTS, split.permutation.T))
        tables.append(pd.DataFrame(columns))
    pixels = np.concatenate([train.pixels, val.pixels, test.pixels])
    return DataSet(name, fingerprint, pixels, pd.concat(tables, ignore_index=True))


def dataset(size=(16, 8)):
    """Three splits without a common person, person numbers neither contiguous nor from 0."""
    train, val, test = (split(10, 100 * k, k, size=size) for k in (1, 2, 3))
    return data_set_of("toy", "0" * 64, train, val, test)
