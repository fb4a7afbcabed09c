"""Embeddings of a finished run as they are kept: both sides of the BNNeck in one `.npz` file."""

import io
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from xivlab.evaluation.embeddings import FEATURES, Embeddings, TestFeature

OPTIONAL = ("x", "permutation", "infrared_x")


def to_bytes(embeddings: Mapping[TestFeature, Embeddings]) -> bytes:
    """The content of the file: features by name and side, all else once."""
    arrays = {}
    for side, one in embeddings.items():
        for name, array in vars(one).items():
            if array is not None:
                arrays[f"{name}_{side}" if name in FEATURES else name] = array
    whole = io.BytesIO()
    np.savez(whole, **arrays)
    return whole.getvalue()


def from_bytes(content: bytes, side: TestFeature) -> Embeddings:
    """One side of what such a file holds.

    Raises:
        ValueError: it holds something else, or arrays that do not fit each other.
    """
    with np.load(io.BytesIO(content)) as file:
        arrays = dict(file)
    names = [field.name for field in fields(Embeddings)]
    found: dict[str, Any] = {name: arrays.get(f"{name}_{side}", arrays.get(name)) for name in names}
    if any(found[name] is None for name in names if name not in OPTIONAL):
        raise ValueError("it holds something else")
    embeddings = Embeddings(**found)
    _check(embeddings)
    return embeddings


def _check(embeddings: Embeddings) -> None:
    """Raises ValueError if the arrays of embeddings do not fit each other, or a feature is not a number."""
    for light in ("infrared", "visible"):
        count = len(getattr(embeddings, light))
        if not len(embeddings.people(light)) == len(embeddings.cameras(light)) == count > 0:
            raise ValueError("its arrays are of different lengths")
    for name in FEATURES:
        features = getattr(embeddings, name)
        if features is not None and (features.ndim != 2 or not np.isfinite(features).all()):
            raise ValueError(f"{name} holds what is no number")
    made = (embeddings.x, embeddings.visible), (embeddings.infrared_x, embeddings.infrared)
    if any(one is not None and one.shape != plain.shape for one, plain in made):
        raise ValueError("its arrays are of different lengths")
