"""Table of spectra: reflectances of materials, lights, filters and sensors from 400 to 1000 nm.

`assets/spectra.csv` has one column each, at steps of 10 nm; its four header rows are name, kind, origin (measured,
mixed or assumed) and source. `data_prep/people/spectra.py` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from xivlab.errors import XivlabError
from xivlab.files import ASSETS, NEW_ASSETS, read_csv, reading
from xivlab.world import fabrics

PATH = ASSETS / "spectra.csv"
LAMP_WIDTH = 42  # nm at half maximum, of an infrared lamp


@dataclass(frozen=True, eq=False)
class Spectra:
    """wavelength (61,) float, nm; value: name -> (61,) float; about: a row per name with kind, origin, source."""

    wavelength: np.ndarray
    value: dict[str, np.ndarray]
    about: pd.DataFrame

    def __getitem__(self, name: str) -> np.ndarray:
        """The spectrum of a name such as "fabric:navy-c0", "light:daylight" or "sensor:mono", (61,).

        Fabrics that are no column are mixed: "fabric:navy carbon 0.25 edge 0.8", see `xivlab.world.fabrics`; and
        "lamp:900" is an infrared lamp of that many nm.
        """
        if name not in self.value:
            mixed = fabrics.mixed(name, self.value[fabrics.FIBRE], self.wavelength)
            if mixed is not None:
                return mixed
            kind, _, nanometres = name.partition(":")
            if kind == "lamp" and nanometres.isdecimal():
                return self.band(float(nanometres), LAMP_WIDTH)
            raise XivlabError(
                f"There is no spectrum {name!r}: see xivlab.world.spectra.load().about for the names."
            )
        return self.value[name]

    def names(self, kind: str) -> list[str]:
        """All names of a kind: fabric, skin, hair, scene, light, filter or sensor."""
        return self.about.index[self.about["kind"] == kind].tolist()

    def at(self, name: str, nanometres: float) -> float:
        """The value of a spectrum at one wavelength, interpolated."""
        return float(np.interp(nanometres, self.wavelength, self[name]))

    def band(self, centre: float, width: float = 20.0) -> np.ndarray:
        """A narrow sensor, (61,): Gaussian, `width` nm wide at half maximum, its values adding to 1.

        Raises XivlabError outside 400-1000 nm.
        """
        if not self.wavelength[0] <= centre <= self.wavelength[-1]:
            raise XivlabError(f"{centre} nm is outside the table: choose a wavelength from 400 to 1000 nm.")
        weight = np.exp(-4 * np.log(2) * ((self.wavelength - centre) / width) ** 2)
        return weight / weight.sum()


@cache
def load() -> Spectra:
    """The shipped table. Raises XivlabError if it is missing or damaged."""
    with reading(PATH, NEW_ASSETS):
        table = read_csv(PATH, header=[0, 1, 2, 3], index_col=0)
    about = table.columns.to_frame(index=False)
    about.columns = ["name", "kind", "origin", "source"]
    values = {name: table.iloc[:, i].to_numpy(float) for i, name in enumerate(about["name"])}
    return Spectra(table.index.to_numpy(float), values, about.set_index("name"))
