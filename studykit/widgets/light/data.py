"""Garments and light, from their spectra: who wears what, what absorbs, and what a camera makes of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xivlab.world import spectra
from xivlab.world.cameras import MONO, Camera
from xivlab.world.world import EVEN_LIGHT, World

START = 850  # nm: where night cameras look
COLOUR_CAMERA = 4  # by daylight
CARBON, CLEAR = (800, 1000), (400, 700)  # nm: where dyes absorb nothing, and what eyes see
MOST = 6  # materials in a picture
LEAST = 0.008  # share of the image below which a material is not listed
CHANGE, DARK = 0.15, 0.25  # of reflectance: what is called a change, and what is called dark
COTTON = "fabric:cotton-white"  # undyed
FATES = {
    "bright": "turned bright, {before} → {now}: its dye lets this light pass",
    "dark": "turned dark, {before} → {now}: {holds}",
    "stays": "stays dark, {before} → {now}: {holds}",
    "same": "hardly changes, {before} → {now}",
    "dye": "its dye absorbs here",
    "carbon": "carbon absorbs here, too",
}


class Material(NamedTuple):
    """What somebody is seen to wear or be made of.

    Attributes:
        name: of its spectrum, such as "fabric:navy carbon 0 edge 1.2".
        parts: where it is, such as "upper, shoe".
        celsius: temperature of the first of these parts.
    """

    name: str
    parts: str
    celsius: float

    @property
    def warmth(self) -> str:
        """The temperature in words."""
        return f"{self.celsius:.1f} °C"

    @property
    def is_fabric(self) -> bool:
        """Whether it is cloth, which dye and carbon make dark."""
        return self.name.startswith("fabric:")

    @property
    def plain(self) -> str:
        """The material in a word or two, silent about carbon: "navy", "red nylon"."""
        kind, _, name = self.name.partition(":")
        if kind != "fabric":
            return ""
        first, _, second = name.partition(" carbon ")[0].partition("-")
        return f"{second} {first}" if second and not second[1:].isdigit() else first


class Absorbed(NamedTuple):
    """Parts of a fabric's absorption at one wavelength, in units of K/S of an opaque layer (Kubelka and Munk 1931).

    Attributes:
        fibre: of undyed cotton.
        dye: what is there at this wavelength, and not from one end of the near infrared to the other.
        carbon: what is there everywhere, as black pigment is.
    """

    fibre: float
    dye: float
    carbon: float


def materials(world: World, row: int, most: int = MOST) -> list[Material]:
    """What the image of a row shows of its person, parts of one material together, the largest first."""
    someone = world.person(int(world.index["person"].iloc[row]))
    found: dict[str, list[str]] = {}
    share: dict[str, float] = {}
    for part, covers in world.shown(row).items():
        name = someone["materials"][part]
        found.setdefault(name, []).append(part)
        share[name] = share.get(name, 0.0) + covers
    names = sorted((n for n in found if share[n] >= LEAST), key=lambda n: -share[n])[:most]
    return [
        Material(n, ", ".join(found[n][:2]).replace("_", " "), someone["temperatures"][found[n][0]])
        for n in names
    ]


def absorbed(fabric: str, nanometres: float) -> Absorbed:
    """What absorbs light in a fabric at a wavelength, told from its spectrum and that of undyed cotton.

    Dyes are transparent somewhere between 800 and 1000 nm; what absorbs even there more than cotton does
    is taken for carbon, which absorbs alike at all wavelengths.

    Args:
        fabric: name of a spectrum.
        nanometres: 400 to 1000.

    Raises:
        XivlabError: there is no such spectrum.
    """
    table = spectra.load()
    cotton, all_of_it = (_ks(table[name]) for name in (COTTON, fabric))
    beyond = (table.wavelength >= CARBON[0]) & (table.wavelength <= CARBON[1])
    carbon = max(0.0, float((all_of_it - cotton)[beyond].min()))
    fibre, here = (float(np.interp(nanometres, table.wavelength, ks)) for ks in (cotton, all_of_it))
    return Absorbed(fibre, max(0.0, here - fibre - carbon), carbon)


def visible(name: str) -> float:
    """Mean reflectance from 400 to 700 nm, in [0, 1]."""
    table = spectra.load()
    return float(table[name][(table.wavelength >= CLEAR[0]) & (table.wavelength <= CLEAR[1])].mean())


def fate(fabric: str, nanometres: float) -> str:
    """What has become of a fabric at a wavelength, compared with visible light, and why; from its spectrum.

    Args:
        fabric: name of a spectrum.
        nanometres: 400 to 1000.

    Example:
        >>> fate("fabric:black-c0", 850)
        'turned bright, 2% → 64%: its dye lets this light pass'
        >>> fate("fabric:black-c4", 850)
        'stays dark, 1% → 5%: carbon absorbs here, too'
    """
    before, now = visible(fabric), spectra.load().at(fabric, nanometres)
    parts = absorbed(fabric, nanometres)
    if now - before > CHANGE:
        kind = "bright"
    elif before - now > CHANGE:
        kind = "dark"
    else:
        kind = "stays" if now < DARK else "same"
    holds = FATES["dye" if parts.dye > parts.carbon else "carbon"]
    return FATES[kind].format(before=f"{before:.0%}", now=f"{now:.0%}", holds=holds)


def weights(light: str, filter_: str) -> tuple[NDArray[np.float64], float]:
    """Where a camera with one grey sensor takes its light from.

    Args:
        light, filter_: names of spectra.

    Returns:
        light x filter x sensor, (61,), its largest value 1; and the share of the light that the sensor could
        see which the filter leaves, in [0, 1].
    """
    table = spectra.load()
    bare = table[light] * table[MONO[0]]
    curve = bare * table[filter_]
    return curve / curve.max(), float(curve.sum() / bare.sum())


def grey_camera(light: str, filter_: str) -> Camera:
    """A camera with one grey sensor that turns up its gain for what the filter takes away, and the noise with it."""
    plain = Camera(0, 0, MONO, filter_, ((light, *EVEN_LIGHT),), exposure_spread=0.0, vignetting=0.0, jpeg=95)
    _, left = weights(light, filter_)
    return Camera(
        **vars(plain) | {"shot_noise": plain.shot_noise / left, "read_noise": plain.read_noise / left}
    )


def telling(world: World, count: int = 8) -> list[int]:
    """Training people of many colours whose upper and lower garments part most between 850 nm and visible light.

    Returns:
        numbers, the most telling first, no two with uppers of one colour.
    """
    index = world.index
    rows = (
        index[(index["split"] == "train") & (index["camera"] == COLOUR_CAMERA)]
        .groupby("person")
        .head(1)
        .index
    )
    gains: list[tuple[float, str, int]] = []
    for row in rows:
        person, shown = int(index["person"].iloc[row]), world.shown(row)
        if min(shown.get("upper", 0), shown.get("lower", 0)) < 0.08:
            continue
        two = [world.person(person)["materials"][part] for part in ("upper", "lower")]
        at = [spectra.load().at(name, START) for name in two]
        gain = abs(at[0] - at[1]) - abs(visible(two[0]) - visible(two[1]))
        gains.append((gain, Material(two[0], "", 0.0).plain, person))
    best: dict[str, int] = {}
    for _, colour, person in sorted(gains, reverse=True):
        best.setdefault(colour, person)
    return list(best.values())[:count]


def _ks(reflectance: NDArray[np.floating]) -> NDArray[np.floating]:
    """K/S of an opaque layer (Kubelka and Munk 1931)."""
    return (1 - reflectance) ** 2 / (2 * reflectance)
