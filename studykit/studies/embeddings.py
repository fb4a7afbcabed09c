"""Stored embeddings, small enough to ship: what sliders and maps need of a run that nobody has to train."""

from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.first_images import LIGHTS, shortened
from studykit.studies.store import REMEDY, SAYS, Arrays, results
from xivlab.data.images import Modality
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import FEATURES, Embeddings
from xivlab.files import reading


def embeddings_folder() -> Path:
    """The folder of the shipped embeddings."""
    return results("embeddings")


def write_embeddings(run: str, embeddings: Embeddings, folder: Path) -> Path:
    """Write the first images of every person and camera, features in half precision.

    Args:
        run: name of the run, which becomes the file's.
        embeddings: of the test people.
        folder: where to.

    Returns:
        the file.
    """
    short, rows = shortened(embeddings)
    arrays: dict[str, NDArray] = {f"{light}_rows": kept.astype(np.int32) for light, kept in rows.items()}
    for name, array in vars(short).items():
        if array is not None:
            arrays[name] = array.astype(np.float16 if name in FEATURES else np.int16)

    return Arrays(folder).write(run, arrays)


def read_embeddings(
    run: str, folder: Path | None = None
) -> tuple[Embeddings, dict[Modality, NDArray[np.integer]]]:
    """Shipped embeddings of a run.

    Args:
        run: its name.
        folder: where from; `embeddings_folder()` if not given.

    Returns:
        the embeddings in single precision, and the rows of their images among the infrared and among
        the visible images of the test split, by modality.

    Raises:
        XivlabError: none are shipped of this run, or the file is damaged.
    """
    folder = folder or embeddings_folder()
    arrays = Arrays(folder).read(run)
    if arrays is None:
        raise XivlabError(f"No embeddings of {run} are shipped: train it.")
    with reading(folder / f"{run}.npz", REMEDY, SAYS):
        arrays = {
            name: one.astype(np.float32 if name in FEATURES else np.int64) for name, one in arrays.items()
        }
        rows: dict[Modality, NDArray[np.integer]] = {light: arrays.pop(f"{light}_rows") for light in LIGHTS}
        names = {field.name for field in fields(Embeddings)}
        return Embeddings(**{"x": None} | {name: arrays[name] for name in names & arrays.keys()}), rows
