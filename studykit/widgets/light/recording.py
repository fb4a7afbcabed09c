"""What a page needs to work out the wavelength widget itself: layers of images, spectra and temperatures."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studykit.plots.curves import BANDS
from studykit.plots.picture import CURVES
from studykit.widgets.light.data import (
    CARBON,
    CHANGE,
    CLEAR,
    COTTON,
    DARK,
    FATES,
    grey_camera,
    materials,
)
from studykit.widgets.recording import address, lossless, webp
from xivlab.world import spectra, thermal
from xivlab.world.cameras import REGDB
from xivlab.world.geometry import PLANE_MAX, REFERENCE_DISTANCE
from xivlab.world.world import BAND_GAMMA, EVEN_LIGHT, PERSON_LABELS, World

DIGITS = 9  # of reflectances


def record(
    world: World, rows: Mapping[str, int], start: tuple[int, int], camera: tuple[str, str]
) -> dict[str, Any]:
    """All states of wavelength and person, as numbers.

    Args:
        world: whose images these are.
        rows: of its index, by what the menu says.
        start: place of the person and wavelength (nm) to begin with.
        camera: names of the spectra of light and filter of the grey camera.

    Returns:
        for JSON. Spectra are held once each, by number; images are addresses of lossless pictures where the page
        reckons with them, and of photographs where it shows them only.
    """
    table, numbers = spectra.load(), _Numbers()
    cotton = numbers.of(COTTON)
    people = [_person(world, name, row, numbers, camera) for name, row in rows.items()]
    return {
        "script": "light",
        "people": people,
        "start": list(start),
        "nanometres": table.wavelength.astype(int).tolist(),
        "spectra": [np.round(table[name], DIGITS).tolist() for name in numbers.names],
        "cotton": cotton,
        "bands": {name: list(ends) for name, ends in BANDS.items()},
        "clear": list(CLEAR),
        "carbon": list(CARBON),
        "change": CHANGE,
        "dark": DARK,
        "fates": FATES,
        "light": list(EVEN_LIGHT),
        "gamma": BAND_GAMMA,
        "planes": PLANE_MAX.tolist(),
        "own": PERSON_LABELS,
        "celsius": [thermal.value("gain-black"), thermal.value("gain-white")],
        "colours": list(CURVES),
    }  # fmt: skip


class _Numbers:
    """Spectra in the order in which they are asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def of(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)


def _person(world: World, name: str, row: int, numbers: _Numbers, camera: tuple[str, str]) -> dict[str, Any]:
    layers = world.layers(row)
    photos = {
        "colour": world.expose(np.array([row]))[0],
        "grey": world.expose_as(row, grey_camera(*camera)),
        "thermal": world.expose_as(row, REGDB[1]),  # of heat
    }
    return {
        "name": name,
        "labels": lossless(layers.labels),
        "planes": lossless(layers.planes),
        "shadow": layers.shadow.tolist(),
        "back": lossless(layers.back_planes),
        "falloff": (REFERENCE_DISTANCE / layers.distance) ** 2,
        "materials": [numbers.of(material) for material in layers.materials],
        "worn": [
            {
                "parts": one.parts,
                "plain": one.plain,
                "celsius": one.celsius,
                "spectrum": numbers.of(one.name),
                "fabric": one.is_fabric,
            }
            for one in materials(world, row)
        ],
        **{kind: _photo(image) for kind, image in photos.items()},
    }


def _photo(image: NDArray[np.uint8]) -> str:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG")
    return address(webp(out.getvalue()))
