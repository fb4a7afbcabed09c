"""Table of spectra, `xivlab/assets/spectra.csv`, from the published libraries: a column per material, light, filter or sensor.

    python -m data_prep.people.spectra SPECTRA_FOLDER xivlab/assets/spectra.csv

SPECTRA_FOLDER holds `usgs/` (USGS splib07a, public domain) and `isetcam/` (ISETCam, MIT). Every column says
where it comes from and whether it is *measured*, *mixed* (Kubelka-Munk, from measured parts) or *assumed*.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.io import loadmat

from xivlab.world import fabrics
from xivlab.world.fabrics import kubelka_munk, reflectance_of

WAVELENGTHS = np.arange(400, 1001, 10)  # nm

# Carbon pigment absorbs evenly from 400 to 1000 nm: K/S added to the dyed fibre. It is what keeps a fabric dark in
# the near-infrared, and, on light fabrics, what turns them grey.
CARBON = {"c0": 0.0, "c1": 0.16, "c2": 0.6, "c3": 2.2, "c4": 9.0}
CARBON_OF = {name: ("c0", "c1") if fabrics.is_light(name) else tuple(CARBON) for name in fabrics.dyes()}

USGS_FABRICS = {
    "cotton-white": "Cotton_Fabric_GDS437_White",
    "polyester-black": "Polyester_Pile_GDS434_Blk",
    "polyester-green": "Polyester_Pile_GDS435_DkGrn",
    "webbing-black": "Polyester_Webbing_GDS429_Blk",
    "webbing-olive": "Nylon_Webbing_GDS428_OlvDrab",
    "webbing-yellow": "Nylon_Webbing_GDS438_Flr_Yel",
    "nylon-red": "Nylon_Fabric_GDS431_Red_RpSt",
    "nylon-green": "Nylon_Fabric_GDS432_Grn_RpSt",
    "nylon-blue": "Nylon_Fabric_GDS433_Blu_RpSt",
    "nylon-coated": "Nylon_Fabric_GDS436_BlkCoatd",
    "burlap": "Burlap_Fabric_GDS430_Brown",
    "terry-yellow": "Terrycloth_Fabric_GDS537_Yel",
}
USGS_SCENE = {
    "brick-red": "Brick_GDS353_Building_MedRed",
    "brick-grey": "Brick_GDS354_Building_Lt_Gry",
    "paving-red": "Brick_GDS349_Paving_Red",
    "paving-dark": "Brick_GDS355_Paving_Dk_Gry",
    "concrete": "Concrete_GDS375_Lt_Gry_Road",
    "asphalt": "Asphalt_GDS376_Blck_Road_old",
    "roof-tar": "Asphalt_Tar_GDS346_Blck_Roof",
    "roofing-felt": "Roofing_Felt_GDS377_Black",
    "steel": "GalvanizedSheetMetal_GDS334",
    "aluminium": "Painted_Aluminum_GDS333_LgGr",
    "pine": "Wood_Beam_GDS363_Nw_Pine_2X4",
    "plywood": "Plywood_GDS365_Fresh_Pine",
    "vinyl-white": "Plastic_Vinyl_GDS372_White",
    "pvc-white": "Plastic_PVC_GDS338_White",
    "plastic-black": "Plastic_HDPE_GDS351_BlkSheet",
    "plastic-yellow": "Plastic_HDPE_GDS386_Yelopaqu",
    "plastic-blue": "Plastic_Pipe_GDS344_Blue",
    "plastic-red": "Plastic_Vinyl_GDS398_Red_Toy",
    "tarp-green": "Plastic_Tarp_GDS339_Green",
    "carpet-grey": "Nylon_Carpet_GDS536_Gry_Pile",
    "carpet-brown": "Nylon_Carpet_GDS535_LtBrown",
    "grass-dry": "Grass_Golden_Dry_GDS480",
    "leaf-aspen": "Aspen_Aspen-1_green-top",
    "leaf-oak": "Oak_Oak-Leaf-1_fresh",
    "bush": "Oak_QUDU_CA01-QUDU-1_bush_1",
}
LIGHTS = {"daylight": "ill_DAY", "tungsten": "ill_A", "fluorescent": "ill_CWF", "fluorescent-warm": "ill_U30"}
LEDS = {"led-850": (850, 42), "led-940": (940, 50)}  # centre and full width at half maximum, nm
HAIR_COLOURS = ("black", "dark", "auburn", "brown", "chestnut", "red", "blond")
SKINS = 16


def resample(wavelength: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Values at the 10 nm grid: the mean within 5 nm where the source is finer, else linear; ends are held."""
    valid = np.isfinite(value) & (value > -1)
    wavelength, value = wavelength[valid], value[valid]
    out = np.interp(WAVELENGTHS, wavelength, value)
    for i, centre in enumerate(WAVELENGTHS):
        near = np.abs(wavelength - centre) <= 5
        if near.sum() > 2:
            out[i] = value[near].mean()
    return out


class Library:
    """Reads the two published libraries from a folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        grid = next((folder / "usgs").glob("*Wavelengths_ASD*"))
        self.usgs_wavelength = np.loadtxt(grid, skiprows=1) * 1000

    def usgs(self, key: str) -> np.ndarray:
        path = next((self.folder / "usgs").glob(f"*_{key}_*AREF.txt"))
        return np.clip(resample(self.usgs_wavelength, np.loadtxt(path, skiprows=1)), 0.003, 0.97)

    def isetcam(self, key: str) -> np.ndarray:
        data = loadmat(self.folder / "isetcam" / f"{key}.mat", squeeze_me=True)
        wavelength = data["wavelength"].astype(float)
        values = data["data"].reshape(len(wavelength), -1).astype(float)
        return np.stack([resample(wavelength, values[:, i]) for i in range(values.shape[1])], 1)


def fabric_columns(library: Library):
    """Measured fabrics, and dyes and carbon mixed on the measured white cotton."""
    for name, key in USGS_FABRICS.items():
        yield f"fabric:{name}", "fabric", "measured", f"USGS splib07a {key}", library.usgs(key)
    fibre = kubelka_munk(library.usgs(USGS_FABRICS["cotton-white"]))
    for colour, bands in fabrics.dyes().items():
        dye = fabrics.absorption(colour, WAVELENGTHS)
        for level in CARBON_OF[colour]:
            source = f"white cotton (USGS GDS437) + dye bands {bands} + carbon K/S {CARBON[level]}"
            yield (
                f"fabric:{colour}-{level}",
                "fabric",
                "mixed",
                source,
                reflectance_of(fibre + dye + CARBON[level]),
            )


def skins(library: Library):
    """Sixteen of the 71 measured faces, evenly spread over lightness, and four darker ones by more melanin."""
    faces = library.isetcam("HyspexSkinReflectance")
    order = np.argsort(faces[WAVELENGTHS.tolist().index(550)])
    for i, k in enumerate(np.linspace(0, len(order) - 1, SKINS).round().astype(int)):
        source = f"ISETCam HyspexSkinReflectance, face {order[k] + 1} of 71; held below 415 and above 950 nm"
        yield f"skin:{i:02d}", "skin", "measured", source, faces[:, order[k]]
    darkest = kubelka_munk(np.clip(faces[:, order[0]], 0.01, 0.99))
    medium = kubelka_munk(np.clip(faces[:, order[12]], 0.01, 0.99))
    for i, share in enumerate((0.25, 0.45, 0.65, 0.85)):
        source = f"ISETCam faces {order[0] + 1} and {order[12] + 1}: K/S mixed {share:.2f} to {1 - share:.2f}"
        yield (
            f"skin:{SKINS + i:02d}",
            "skin",
            "mixed",
            source,
            reflectance_of(darkest * share + medium * (1 - share)),
        )


def hairs(library: Library):
    """Measured to 700 nm; beyond, melanin's absorption is assumed to go on falling as a power of the wavelength."""
    measured = library.isetcam("Hair_Vhrel")
    visible = WAVELENGTHS <= 700
    for i, name in enumerate(HAIR_COLOURS):
        ks = kubelka_munk(np.clip(measured[:, i], 0.005, 0.95))
        slope = np.polyfit(
            np.log(WAVELENGTHS[visible & (WAVELENGTHS > 560)]), np.log(ks[visible & (WAVELENGTHS > 560)]), 1
        )[0]
        tail = ks[WAVELENGTHS == 700] * (WAVELENGTHS / 700) ** np.clip(slope, -9, -5)
        source = f"ISETCam Hair_Vhrel column {i + 1} to 700 nm; power law of melanin assumed beyond"
        yield (
            f"hair:{name}",
            "hair",
            "assumed",
            source,
            np.where(visible, measured[:, i], reflectance_of(tail)),
        )
    cotton = library.usgs(USGS_FABRICS["cotton-white"])
    for name, level in (("grey", 0.45), ("white", 0.8)):
        yield (
            f"hair:{name}",
            "hair",
            "assumed",
            f"{level} x white cotton (USGS GDS437): no pigment",
            level * cotton,
        )


def scene_materials(library: Library):
    for name, key in USGS_SCENE.items():
        yield f"scene:{name}", "scene", "measured", f"USGS splib07a {key}", library.usgs(key)
    for name, value in (("eye", 0.28), ("glass", 0.10), ("black-leather", 0.045), ("sky", 0.9)):
        yield f"scene:{name}", "scene", "assumed", "flat", np.full(len(WAVELENGTHS), value)


def optics(library: Library):
    """Lights (largest value 1), filters (transmittance), sensors (quantum efficiency)."""
    for name, key in LIGHTS.items():
        power = library.isetcam(key)[:, 0]
        yield f"light:{name}", "light", "measured", f"ISETCam {key}", power / power.max()
    for name, (centre, width) in LEDS.items():
        power = np.exp(-4 * np.log(2) * ((WAVELENGTHS - centre) / width) ** 2)
        yield f"light:{name}", "light", "assumed", f"Gaussian, {width} nm wide at half maximum", power
    yield "filter:none", "filter", "assumed", "clear", np.ones(len(WAVELENGTHS))
    yield (
        "filter:ir-cut",
        "filter",
        "measured",
        "ISETCam ircf_public (Largan K098)",
        library.isetcam("ircf_public")[:, 0],
    )
    yield (
        "filter:ir-pass",
        "filter",
        "measured",
        "ISETCam irPassFilter",
        library.isetcam("irPassFilter")[:, 0],
    )
    rgb = library.isetcam("MT9V024_RGB")
    for i, name in enumerate("rgb"):
        yield f"sensor:{name}", "sensor", "measured", "ISETCam MT9V024_RGB (onsemi data sheet)", rgb[:, i]
    yield (
        "sensor:mono",
        "sensor",
        "measured",
        "ISETCam MT9V024_Mono (onsemi data sheet)",
        library.isetcam("MT9V024_Mono")[:, 0],
    )


def build(folder: Path) -> pd.DataFrame:
    """All columns; the header rows are name, kind, origin and source, the index is the wavelength in nm."""
    library = Library(folder)
    parts = (fabric_columns, skins, hairs, scene_materials, optics)
    rows = [row for part in parts for row in part(library)]
    header = pd.MultiIndex.from_tuples([row[:4] for row in rows], names=["name", "kind", "origin", "source"])
    table = pd.DataFrame(np.stack([row[4] for row in rows], 1), index=WAVELENGTHS, columns=header)
    table.index.name = "nm"
    return table.round(4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds usgs/ and isetcam/")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    table = build(arguments.folder)
    table.to_csv(arguments.out)
    counts = table.columns.get_level_values("origin").value_counts().to_dict()
    print(f"{arguments.out}: {table.shape[1]} columns, {counts}")


if __name__ == "__main__":
    main()
