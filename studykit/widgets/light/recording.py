"""What a page needs to work out the wavelength widget itself: layers of images, spectra and temperatures."""

from collections.abc import Mapping
from typing import Any

import numpy as np

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
from studykit.widgets.recording import lossless, photo
from xivlab.world import spectra, thermal
from xivlab.world.cameras import REGDB
from xivlab.world.geometry import PLANE_MAX
from xivlab.world.world import BAND_GAMMA, EVEN_LIGHT, PERSON_LABELS, World

DIGITS = 9  # of reflectances


def record(
    world: World,
    rows: Mapping[str, int],
    start: tuple[int, int | str],
    camera: tuple[str, str],
    said: Mapping[str, Any],
) -> dict[str, Any]:
    """All that `light.js` works wavelength and person out from.

    Args:
        world: whose images these are.
        rows: of its index, by what the menu says.
        start: place of the person, and wavelength (nm) or "heat", to begin with.
        camera: names of the spectra of light and filter of the grey camera.
        said: words: "sees", what the grey camera sees; "heat", with "where" and "why" of the last step.

    Returns:
        for JSON. `people` with their layers (`xivlab.world.geometry.Layers`), photographs and what is worn; `spectra`,
        once each, which people name by number, at `nanometres`; the others are what the arithmetic needs: light,
        gamma, units of the planes, the number below which labels are a person's, bands of wavelengths, the sentences of
        `fate` and their bounds. Images are addresses: lossless where the page reckons with them, photographs where it
        only shows them.
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
        "person_labels": PERSON_LABELS,
        "celsius": [thermal.value("gain-black"), thermal.value("gain-white")],
        "colours": list(CURVES),
        **said,
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
        "falloff": layers.falloff,
        "materials": [numbers.of(material) for material in layers.materials],
        "worn": [
            {
                "parts": one.parts,
                "plain": one.plain,
                "celsius": one.celsius,
                "warmth": one.warmth,
                "spectrum": numbers.of(one.name),
                "fabric": one.is_fabric,
            }
            for one in materials(world, row)
        ],
        **{kind: photo(image) for kind, image in photos.items()},
    }
