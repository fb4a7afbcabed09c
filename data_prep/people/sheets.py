"""Contact sheets of the synthetic people, for the README and for looking at.

python -m data_prep.people.sheets FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from xivlab.world.cameras import REGDB
from xivlab.world.world import World

SCALE = 2
GAP = 6
HEADER, MARGIN = 40, 130
INK, PAPER = (40, 40, 40), (255, 255, 255)
BANDS = (450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 950)  # nm


def _sheet(rows: list[list[np.ndarray]], columns: list[str], lines: list[str]) -> Image.Image:
    """Images (h, w, 3) in a grid, with titles above the columns and beside the lines (both may be empty)."""
    height, width = rows[0][0].shape[0] * SCALE, rows[0][0].shape[1] * SCALE
    left, top = MARGIN if lines else GAP, HEADER if columns else GAP
    size = (left + len(rows[0]) * (width + GAP), top + len(rows) * (height + GAP))
    sheet = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(22)
    for c, title in enumerate(columns):
        draw.text((left + c * (width + GAP) + width / 2, top / 2), title, INK, font, anchor="mm")
    for r, row in enumerate(rows):
        for line, title in zip((-14, 14), (lines[r].split("\n") if lines else ())):
            draw.text((left / 2, top + r * (height + GAP) + height / 2 + line), title, INK, font, anchor="mm")
        for c, image in enumerate(row):
            tile = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
            sheet.paste(tile, (left + c * (width + GAP), top + r * (height + GAP)))
    return sheet


def by_camera(world: World, people: list[int]) -> Image.Image:
    """A line per camera, a column per person."""
    index, rows, lines = world.index, [], []
    for number, camera in sorted(world.cameras.items()):
        first = [index.index[(index["person"] == p) & (index["camera"] == number)][0] for p in people]
        rows.append(list(world.expose(np.array(first))))
        kind = "visible" if not camera.infrared else "infrared" if camera.sensors else "thermal"
        lines.append(f"camera {number}\n{kind}")
    return _sheet(rows, [], lines)


def by_wavelength(world: World, rows: list[int]) -> Image.Image:
    """A row per image: in colour, in narrow bands from 450 to 950 nm, and in thermal."""
    thermal = next(camera for camera in REGDB if not camera.sensors)
    out = []
    for row in rows:
        bands = [np.repeat(world.expose_band(row, nm)[..., None], 3, 2) for nm in BANDS]
        out.append([world.expose(np.array([row]))[0], *bands, world.expose_as(row, thermal)])
    return _sheet(out, ["colour", *(f"{nm} nm" for nm in BANDS), "thermal"], [])


def pairs(world: World, people: list[int]) -> Image.Image:
    """A column per person of a set of one walk: the first and the last moment, each visible and thermal."""
    index, rows, lines = world.index, [], []
    for moment, name in ((0, "first"), (-1, "last")):
        for number, kind in ((1, "visible"), (2, "thermal")):
            of = [index.index[(index["person"] == p) & (index["camera"] == number)][moment] for p in people]
            rows.append(list(world.expose(np.array(of))))
            lines.append(f"{name}\n{kind}")
    return _sheet(rows, [], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, help="where to start among the training people")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    world = World("synthetic-sysu")
    train = world.index[world.index["split"] == "train"]
    people = train["person"].unique()[arguments.first :][: arguments.people].tolist()
    by_camera(world, people).save(arguments.folder / "people_by_camera.jpg", quality=88)
    rows = [train.index[(train["person"] == p) & (train["camera"].isin([1, 4]))][0] for p in people[:6]]
    by_wavelength(world, rows).save(arguments.folder / "people_by_wavelength.jpg", quality=88)
    walks = World("synthetic-regdb")
    walkers = walks.index[walks.index["split"] == "train"]["person"].unique()[arguments.first :]
    pairs(walks, walkers[: arguments.people].tolist()).save(
        arguments.folder / "thermal_pairs.jpg", quality=88
    )


if __name__ == "__main__":
    main()
