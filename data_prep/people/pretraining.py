"""Packed data set of other people, for the pre-training of the slim networks.

python -m data_prep.people.pretraining ASSET FOLDER
python -m data_prep.people.pretrain FOLDER xivlab/assets/slim_visible.safetensors
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from xivlab.data.packed import write_packed
from xivlab.world.world import World

CHUNK = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("asset", type=Path, help="made by data_prep.people.pack pretraining")
    parser.add_argument("folder", type=Path, help="packed data set to write")
    arguments = parser.parse_args()
    world = World("synthetic-sysu", arguments.asset)
    rows = np.arange(len(world.index))
    images = (world.expose(rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK))
    write_packed(arguments.folder, "pretraining", world.fingerprint, world.size, world.index, images)


if __name__ == "__main__":
    main()
