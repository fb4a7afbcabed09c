"""Pictures as somebody has them in a folder, and a small run to search them with."""

import datetime

import numpy as np
from PIL import Image
from tiny import tiny
from toy import dataset, split

from xivlab.train import train


def small_run(root, **changes):
    """A run of one step on the toy data: it has learnt nothing, and is a run all the same."""
    return train(tiny(**{"epochs": 1, "steps_per_epoch": 1} | changes), dataset(), root, quiet=True)


def pictures(folder, light="visible", people=6, size=(32, 16)):
    """A folder of PNGs of the toy people, one each: `0.png`, `1.png`, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    seen = split(people, 0, 7, cameras=(1, 3), shots=1, size=size)
    for person, pixels in enumerate(seen.pixels[seen.modality == int(light == "infrared")]):
        Image.fromarray(np.ascontiguousarray(pixels)).save(folder / f"{person}.png")
    return folder


def give(panel, content, name="mine.png"):
    """Put a picture into the upload of a widget, as a browser sends it."""
    now = datetime.datetime.now(datetime.timezone.utc)
    file = {
        "name": name,
        "type": "",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": now,
    }
    panel.upload.value = (file,)
