"""One person from blue to infrared and on to heat: the picture, the spectra of what they wear, and why it changes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from xivlab import spectra, thermal
from xivlab.cameras import MONO, REGDB, Camera
from xivlab.errors import XivlabError
from xivlab.figures import BANDS, CURVES, DASHES, DPI, FONT, INK, Picture, plot_axes
from xivlab.widgets import controls
from xivlab.widgets.panel import Panel
from xivlab.widgets.stage import HALF, WHOLE, Stage
from xivlab.world import World

HEAT = "heat"  # the last step of the slider
STEPS = tuple(range(400, 1001, 10))  # nm, those of the table of spectra
START = 850
COLOUR_CAMERA = 4  # by daylight
CARBON, CLEAR = (800, 1000), (400, 700)  # nm: where dyes absorb nothing, and what eyes see
MOST = 6  # materials in a picture
UPPER, LOWER = 262, 252  # pixels: heights of the pictures above and of the spectra below them
LEAST = 0.008  # share of the image below which a material is not listed
CHANGE, DARK = 0.15, 0.25  # of reflectance: what is called a change, and what is called dark
MARKS = ("o", "^", "s", "D", "v", "P")
LIGHTS = {
    "daylight": "light:daylight",
    "fluorescent lamp": "light:fluorescent",
    "incandescent lamp": "light:tungsten",
    "850 nm LED": "light:led-850",
    "940 nm LED": "light:led-940",
}
FILTERS = {
    "none": "filter:none",
    "cuts infrared": "filter:ir-cut",
    "passes infrared only": "filter:ir-pass",
}


class Material(NamedTuple):
    """What somebody is seen to wear or be made of.

    Attributes:
        name: of its spectrum, such as "fabric:navy-c0".
        parts: where it is, such as "upper, shoe".
        celsius: temperature of the first of these parts.
    """

    name: str
    parts: str
    celsius: float

    @property
    def plain(self) -> str:
        """The material in a word or two, silent about carbon: "navy", "red nylon"."""
        kind, _, name = self.name.partition(":")
        if kind != "fabric":
            return ""
        first, _, second = name.partition("-")
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
    cotton, all_of_it = (_ks(table[name]) for name in ("fabric:cotton-white", fabric))
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
    numbers = f"{before:.0%} → {now:.0%}"
    parts = absorbed(fabric, nanometres)
    holds = "its dye absorbs here" if parts.dye > parts.carbon else "carbon absorbs here, too"
    if now - before > CHANGE:
        return f"turned bright, {numbers}: its dye lets this light pass"
    if before - now > CHANGE:
        return f"turned dark, {numbers}: {holds}"
    if now < DARK:
        return f"stays dark, {numbers}: {holds}"
    return f"hardly changes, {numbers}"


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
    plain = Camera(0, 0, MONO, filter_, ((light, 0.85, 0.15),), exposure_spread=0.0, vignetting=0.0, jpeg=95)
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


class Wavelength(Panel):
    """A person at one wavelength, the spectra of what they wear, and where the modality gap comes from.

    Three pictures of one moment: in colour, in a band of 20 nm at the wavelength of the slider (its last
    step is heat), and by a grey camera whose light and filter are to choose. Beside them how bright each
    material is there, below its spectrum.

    Args:
        people: numbers in `synthetic-sysu` to choose among; `telling` ones if not given.

    Raises:
        XivlabError: there is no such person.
    """

    def __init__(self, people: Sequence[int] | None = None) -> None:
        self.world = World("synthetic-sysu")
        chosen = telling(self.world) if people is None else [int(number) for number in people]
        self._rows = {number: self._row(number) for number in chosen}
        self.person = controls.choice("person", [(self._dress(n), n) for n in chosen], chosen[0])
        marks = [(f"{nm} nm", nm) for nm in STEPS] + [("heat, about 10 µm", HEAT)]
        self.slider = controls.steps("wavelength", marks, START)
        self.light = controls.choice("light of the grey camera", list(LIGHTS), "daylight")
        self.filter = controls.choice("its filter", list(FILTERS), "none")
        self._band = lru_cache(maxsize=1024)(self._band)  # an exposure takes 1 ms, the picture of it 8 kB
        self._still: tuple[Any, ...] = ()
        self._shade: Artist | None = None
        stages = {"photos": self._photos(), "bars": self._bars(), "spectra": self._spectra()}
        moves = [self.person, self.slider, self.light, self.filter]
        super().__init__([self.slider, self.person, self.light, self.filter], stages, moves)

    def _row(self, person: int) -> int:
        index = self.world.index
        rows = index.index[(index["person"] == person) & (index["camera"] == COLOUR_CAMERA)]
        if not len(rows):
            raise XivlabError(
                f"There is no person {person} in synthetic-sysu: see World('synthetic-sysu').index."
            )
        return int(rows[0])

    def _dress(self, person: int) -> str:
        of = self.world.person(person)["materials"]
        over, under = (Material(of[part], part, 0.0).plain for part in ("upper", "lower"))
        return f"{person}: {over} over {under}"

    # What stands still, drawn once.

    def _photos(self) -> Stage:
        picture = Picture(UPPER / DPI, "", HALF / DPI, layout=None)
        stage = Stage(picture)
        self._places = [stage.photo(left, 30, 116, 232) for left in (0, 157, 314)]
        for left, title in ((58, "in colour"), (372, "grey camera")):
            picture.text(
                left / HALF, 1 - 14 / UPPER, title, fontsize=FONT, color=INK, ha="center", va="center"
            )
        where = {"fontsize": FONT, "color": INK, "ha": "center", "va": "center", "weight": "bold"}
        self._title = stage.moving(picture.text(215 / HALF, 1 - 14 / UPPER, "", **where))
        return stage

    def _bars(self) -> Stage:
        picture = Picture(UPPER / DPI, "", HALF / DPI, layout=None)
        stage, axes = Stage(picture), plot_axes(picture, "", "")
        axes.set_position((138 / HALF, 46 / UPPER, 190 / HALF, 212 / UPPER))
        axes.set_ylim(MOST - 0.5, -0.5)
        axes.set_yticks([])
        axes.grid(False, axis="y")
        axes.spines["left"].set_visible(False)
        self._bar_axes = axes
        self._labels, self._starts, self._ways, self._ends, self._values = [], [], [], [], []
        where = {"transform": axes.get_yaxis_transform(), "va": "center", "color": INK}
        for row in range(MOST):
            look = {"color": CURVES[row], "marker": MARKS[row]}
            self._labels += [axes.text(-0.06, row, "", ha="right", fontsize=FONT - 1, **where)]
            self._starts += axes.plot([0], [row], ms=8, mfc="white", mew=1.8, ls="", **look)
            self._ways += [stage.moving(axes.plot([0, 0], [row, row], color=CURVES[row], lw=2, zorder=1)[0])]
            self._ends += [stage.moving(axes.plot([0], [row], ms=9, ls="", **look)[0])]
            self._values += [stage.moving(axes.text(1.04, row, "", ha="left", fontsize=FONT - 1, **where))]
        return stage

    def _spectra(self) -> Stage:
        picture = Picture(LOWER / DPI, "", WHOLE / DPI, layout=None)
        stage, axes = Stage(picture), plot_axes(picture, "wavelength (nm)", "reflectance")
        axes.set_position((58 / WHOLE, 50 / LOWER, 570 / WHOLE, 176 / LOWER))
        axes.set(xlim=(STEPS[0], STEPS[-1]), ylim=(0, 1))
        for name, (first, last) in BANDS.items():
            axes.axvspan(first, last, color="#EAF3FA" if first < 700 else "#FBEEE6", lw=0, zorder=0)
            middle = (first + last) / 2
            axes.text(
                middle, 1.03, name, transform=axes.get_xaxis_transform(), ha="center", fontsize=FONT - 1
            )
        self._axes, nm = axes, spectra.load().wavelength
        self._curves, self._points = [], []
        for row in range(MOST):
            look = {"color": CURVES[row], "linestyle": DASHES[row % len(DASHES)]}
            self._curves += axes.plot(nm, np.zeros_like(nm), lw=2.2, **look)
        self._line = stage.moving(axes.axvline(START, color=INK, lw=1.5))
        for row in range(MOST):
            dot = axes.plot(
                [START], [0], color=CURVES[row], marker=MARKS[row], ms=8, mec="white", ls="", zorder=5
            )
            self._points += [stage.moving(dot[0])]
        return stage

    def _dress_up(self, worn: list[Material], heat: bool) -> None:
        """Labels, curves and scales for another person, or for the step to heat."""
        table = spectra.load()
        for row in range(MOST):
            there = row < len(worn)
            for artists in (self._labels, self._starts, self._ways, self._ends, self._values, self._curves):
                artists[row].set_visible(there)
            self._starts[row].set_visible(there and not heat)
            self._points[row].set_visible(there and not heat)
            if there:
                one = worn[row]
                self._labels[row].set_text(one.parts)
                self._starts[row].set_xdata([100 * visible(one.name)])
                self._curves[row].set_ydata(table[one.name])
        axes: Axes = self._bar_axes
        axes.set_xlim(*((thermal.COLDEST, thermal.WARMEST) if heat else (0, 100)))
        axes.set_xlabel(
            "temperature (°C)" if heat else "reflectance (%), open: mean of 400 to 700 nm", fontsize=FONT - 1
        )
        axes.xaxis.set_label_coords(0.5 if heat else 0.36, -0.145)
        self._line.set_visible(not heat)
        self.stages["bars"].redraw()

    def _light_up(self, worn: list[Material], light: str, filter_: str) -> float:
        """The curve of the grey camera and the legend; the share of light that the filter leaves."""
        curve, left = weights(light, filter_)
        if self._shade is not None:
            self._shade.remove()
        label = "light × filter × sensor\n(the largest is 1)"
        nm = spectra.load().wavelength
        self._shade = self._axes.fill_between(
            nm, curve, color="#777777", alpha=0.28, lw=0, zorder=1, label=label
        )
        for line, one in zip(self._curves, worn):
            line.set_label(": ".join(filter(None, (one.parts, one.plain))))
        self._axes.legend(
            handles=[*self._curves[: len(worn)], self._shade], loc="center left", bbox_to_anchor=(1.02, 0.5),
            frameon=False, fontsize=FONT - 1.5, handlelength=2.6, borderaxespad=0,
        )  # fmt: skip
        self.stages["spectra"].redraw()
        return left

    # What moves.

    def _band(self, row: int, step: int | str) -> NDArray[np.uint8]:
        if step == HEAT:
            return self.world.expose_as(row, REGDB[1])
        return self.world.expose_band(row, float(step))

    def draw(self) -> dict[str, str]:
        step, person = self.slider.value, self.person.value
        light, filter_ = LIGHTS[self.light.value], FILTERS[self.filter.value]
        row, heat = self._rows[person], step == HEAT
        still = (person, heat, light, filter_)
        if still != self._still:
            worn = materials(self.world, row)
            self._dress_up(worn, heat)
            self._left = self._light_up(worn, light, filter_)
            self._places[0].show(self.world.expose(np.array([row]))[0])
            self._places[2].show(self.world.expose_as(row, grey_camera(light, filter_)))
            self._still, self._worn = still, worn
        self._places[1].show(self._band(row, step))
        self._title.set_text("heat" if heat else f"{step} nm")
        return self._at_heat() if heat else self._at(step)

    def _at_heat(self) -> dict[str, str]:
        for end, way, value, one in zip(self._ends, self._ways, self._values, self._worn):
            end.set_xdata([one.celsius]), way.set_xdata([thermal.COLDEST, one.celsius])
            value.set_text(f"{one.celsius:.1f} °C")
        warm, cold = (pick(self._worn, key=lambda one: one.celsius) for pick in (max, min))
        return {
            "photos": self._pictures("as heat (about 10 µm)"),
            "bars": f"From {cold.celsius:.1f} °C ({cold.parts}) to {warm.celsius:.1f} °C ({warm.parts}).",
            "spectra": "A thermal camera sees what bodies emit, not what they reflect: neither dye nor carbon counts, and a "
            "print has the temperature of its garment and is gone. No light is needed.",
        }

    def _at(self, nm: int) -> dict[str, str]:
        table, said = spectra.load(), []
        self._line.set_xdata([nm, nm])
        for row, one in enumerate(self._worn):
            before, now = 100 * visible(one.name), 100 * table.at(one.name, nm)
            self._ways[row].set_xdata([before, now]), self._ends[row].set_xdata([now])
            self._values[row].set_text(f"{before:.0f} → {now:.0f}%")
            self._points[row].set_data([nm], [now / 100])
            if one.name.startswith("fabric:") and len(said) < 2:
                said.append(f"{one.parts} ({one.plain}) {fate(one.name, nm)}")
        seen = [table.at(one.name, nm) for one in self._worn]
        band = next(name for name, (first, last) in BANDS.items() if first <= nm <= last)
        return {
            "photos": self._pictures(f"at {nm} nm ({band})"),
            "bars": f"At {nm} nm the darkest of these {len(seen)} materials reflects {min(seen):.0%}, the "
            f"brightest {max(seen):.0%}.",
            "spectra": "; ".join(said)[:1].upper() + "; ".join(said)[1:] + ".",
        }

    def _pictures(self, where: str) -> str:
        sees = "without a filter"
        if self.filter.value != "none":
            left = f"{self._left:.0%}" if self._left >= 0.01 else f"{self._left:.2%}"
            sees = f"whose filter leaves {left} of its light"
        return f"In colour, {where}, and by the grey camera, {sees}."
