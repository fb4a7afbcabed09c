"""A book in which four notebooks move, recorded on the spot and not by running them: quick, and in need of no data but the world that the kit has."""

import base64
import json
import zlib

import nbformat
import numpy as np
from toy import dataset

from notebooks.tools import book, build, recordings
from studykit import widgets
from studykit.plots import image_strip

LEVELS = (0, 120, 240)
FRAMES, STUDIO, GEOMETRY = "06_ablation", "02_x_modality", "03_losses_by_hand"
LIGHT = "01_data_and_modality_gap"


def unpacked(text):
    """What a page makes of a value that is packed."""
    return json.loads(zlib.decompress(base64.b85decode(text)))


def cell(stem, call):
    """Id of the first cell of a notebook that calls a widget."""
    cells = nbformat.read(build.FOLDER / f"{stem}.ipynb", as_version=4).cells
    return next(one.id for one in cells if one.cell_type == "code" and f"widgets.{call}(" in one.source)


def write(folder, patch):
    """Write the book.

    Args:
        folder: of the book.
        patch: a pytest.MonkeyPatch, while the recordings of the notebooks are these.

    Returns:
        the recordings: of a frame slider over LEVELS, of the X studio, of the loss geometry, of the wavelengths.
    """
    patch.setattr(recordings, "FOLDER", folder.parent / "recorded")
    grey = [
        image_strip([np.full((64, 32, 3), v, np.uint8)] * 3, alt=f"Three fields of grey level {v}.")
        for v in LEVELS
    ]
    panels = {
        (FRAMES, "frame_slider"): widgets.frame_slider(LEVELS, grey, "level"),
        (STUDIO, "x_studio"): widgets.x_studio(data=dataset((128, 64))),
        (GEOMETRY, "loss_geometry"): widgets.loss_geometry(),
        (LIGHT, "wavelength"): widgets.wavelength(),
    }
    made = [panel.recording() for panel in panels.values()]
    for (stem, call), one in zip(panels, made):
        recordings.write(stem, {cell(stem, call): one})
    assert book.main(["--folder", str(folder)]) == 0
    return made
