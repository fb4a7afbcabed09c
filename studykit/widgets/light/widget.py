"""Wavelength widget: one person from blue to infrared and on to heat, the spectra of what they wear, and why it changes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from studykit.look import own_look
from studykit.plots.curves import BANDS
from studykit.plots.picture import CURVES, DASHES, DPI, FONT, INK, Picture, plot_axes
from studykit.widgets import controls
from studykit.widgets.canvas import Canvas
from studykit.widgets.light import recording
from studykit.widgets.light.data import (
    COLOUR_CAMERA,
    MOST,
    START,
    Material,
    fate,
    grey_camera,
    materials,
    telling,
    visible,
    weights,
)
from studykit.widgets.panel import Panel
from xivlab.errors import XivlabError
from xivlab.world import spectra, thermal
from xivlab.world.cameras import REGDB
from xivlab.world.world import World

HEAT = "heat"  # the last step of the slider
AS_HEAT = "as heat (about 10 µm)"
WHY_HEAT = (
    "A thermal camera sees what bodies emit, not what they reflect: dye and carbon, and so a print, count only by the sun "
    "that they take up."
)
STEPS = tuple(range(400, 1001, 10))  # nm, those of the table of spectra
LEFT, RIGHT, WIDE = 400, 410, 640  # pixels: widths that share a row beside JupyterLab's open side bar
NAMES = 152  # pixels at the right of the spectra, for what they are of
UPPER, LOWER = 262, 252  # heights of the pictures above and of the spectra below them
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


def _empty(width: int, height: int) -> tuple[Picture, Canvas]:
    """A figure of a size in pixels, and its canvas."""
    picture = Picture(height / DPI, "", width / DPI, layout=None)
    return picture, Canvas(picture)


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
        marks = [(f"{nm} nm", nm) for nm in STEPS] + [(HEAT, HEAT)]
        self.slider = controls.steps("wavelength", marks, START)
        self.light = controls.choice("light of the grey camera", list(LIGHTS), "daylight")
        self.filter = controls.choice("its filter", list(FILTERS), "none")
        self._band = lru_cache(maxsize=1024)(self._band)  # an exposure takes 1 ms, the picture of it 8 kB
        self._still: tuple[Any, ...] = ()
        self._shade: Artist | None = None
        self._names: Artist | None = None
        canvases = {"photos": self._photos(), "bars": self._bars(), "spectra": self._spectra()}
        moves = [self.person, self.slider, self.light, self.filter]
        super().__init__([self.slider, self.person, self.light, self.filter], canvases, moves)

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

    @own_look()
    def _photos(self) -> Canvas:
        picture, canvas = _empty(LEFT, UPPER)
        self._places = [canvas.photo(left, 30, 116, 232) for left in (0, 142, 284)]
        where = {"fontsize": FONT, "color": INK, "ha": "center", "va": "center"}
        titles = [picture.text((58 + 142 * i) / LEFT, 1 - 14 / UPPER, "", **where) for i in range(3)]
        titles[0].set_text("in colour"), titles[2].set_text("grey camera")
        self._title = canvas.moving(titles[1])
        self._title.set_weight("bold")
        return canvas

    @own_look()
    def _bars(self) -> Canvas:
        picture, canvas = _empty(RIGHT, UPPER)
        self._scale = axes = plot_axes(picture, "", "")
        axes.set_position((134 / RIGHT, 46 / UPPER, 188 / RIGHT, 212 / UPPER))
        axes.set(ylim=(MOST - 0.5, -0.5), yticks=[])
        axes.grid(False, axis="y")
        axes.spines["left"].set_visible(False)
        self._rowwise: list[dict[str, Any]] = []
        at = {"transform": axes.get_yaxis_transform(), "va": "center", "color": INK}
        for row in range(MOST):
            look = {"color": CURVES[row], "clip_on": False, "zorder": 5}
            self._rowwise.append(
                {
                    "part": axes.text(-0.06, row, "", ha="right", fontsize=FONT - 1, **at),
                    "material": axes.text(
                        -0.06, row + 0.24, "", ha="right", fontsize=FONT - 1.5, **at | {"color": "#555555"}
                    ),
                    "way": axes.plot([0, 0], [row, row], lw=2.2, ls=DASHES[row % len(DASHES)], **look)[0],
                    "start": axes.plot(
                        [0], [row], marker=MARKS[row], ms=8, mfc="white", mew=1.8, ls="", **look
                    )[0],
                    "end": axes.plot([0], [row], marker=MARKS[row], ms=9, ls="", **look)[0],
                    "value": axes.text(1.06, row, "", ha="left", fontsize=FONT - 1, **at),
                }
            )
            for name in ("way", "start", "end", "value"):
                canvas.moving(self._rowwise[row][name])
        return canvas

    @own_look()
    def _spectra(self) -> Canvas:
        picture, canvas = _empty(WIDE, LOWER)
        self._axes = axes = plot_axes(picture, "wavelength (nm)", "reflectance")
        axes.set_position((70 / WIDE, 54 / LOWER, (WIDE - 90 - NAMES) / WIDE, 176 / LOWER))
        axes.xaxis.set_label_coords(0.12, -0.16)
        axes.set(xlim=(STEPS[0], STEPS[-1]), ylim=(0, 1))
        for name, (first, last) in BANDS.items():
            axes.axvspan(first, last, color="#EAF3FA" if first < 700 else "#FBEEE6", lw=0, zorder=0)
            where = {"transform": axes.get_xaxis_transform(), "ha": "center", "fontsize": FONT - 1}
            axes.text((first + last) / 2, 1.03, name, **where)
        nm = spectra.load().wavelength
        self._line = canvas.moving(axes.axvline(START, color=INK, lw=1.5))
        for row, artists in enumerate(self._rowwise):
            look = {"color": CURVES[row], "linestyle": DASHES[row % len(DASHES)]}
            artists["curve"] = axes.plot(nm, np.zeros_like(nm), lw=2.2, **look)[0]
            look = {
                "color": CURVES[row],
                "marker": MARKS[row],
                "ls": "",
                "ms": 9,
                "mec": "white",
                "zorder": 5,
            }
            artists["point"] = canvas.moving(axes.plot([START], [0], clip_on=False, **look)[0])
        return canvas

    @own_look()
    def _dress_up(self, worn: list[Material], heat: bool) -> None:
        """Labels, curves and scales for another person, or for the step to heat."""
        for row, artists in enumerate(self._rowwise):
            for artist in artists.values():
                artist.set_visible(row < len(worn))
            if row >= len(worn):
                continue
            one = worn[row]
            artists["part"].set_text(one.parts)
            artists["part"].set_y(row - 0.16 if one.plain else row)
            artists["material"].set_text(one.plain)
            artists["start"].set_xdata([100 * visible(one.name)])
            artists["curve"].set_ydata(spectra.load()[one.name])
            artists["start"].set_visible(not heat), artists["point"].set_visible(not heat)
        if self._names is not None:
            self._names.remove()
        curves = [artists["curve"] for artists in self._rowwise[: len(worn)]]
        self._names = self._axes.legend(
            curves, [one.parts for one in worn], loc="upper left", bbox_to_anchor=(1.01, 1.04), frameon=False,
            fontsize=FONT - 1.5, handlelength=2.2, handletextpad=0.5, borderaxespad=0,
        )  # fmt: skip
        self._axes.add_artist(self._names)
        axes: Axes = self._scale
        axes.set_xlim(*((thermal.value("gain-black"), thermal.value("gain-white")) if heat else (0, 100)))
        label = "temperature (°C)" if heat else "reflectance (%), open: mean of 400 to 700 nm"
        axes.set_xlabel(label, fontsize=FONT - 1)
        axes.xaxis.set_label_coords(0.5 if heat else 0.38, -0.145)
        self._line.set_visible(not heat)
        self.canvases["bars"].redraw()

    @own_look()
    def _light_up(self, light: str, filter_: str) -> float:
        """The curve of the grey camera; the share of light that the filter leaves."""
        curve, left = weights(light, filter_)
        if self._shade is not None:
            self._shade.remove()
        look = {"color": "#777777", "alpha": 0.28, "lw": 0, "zorder": 1}
        label = "light × filter × sensor (largest 1)"
        self._shade = self._axes.fill_between(spectra.load().wavelength, curve, label=label, **look)
        self._axes.legend(
            handles=[self._shade], loc="upper right", bbox_to_anchor=(1.01, -0.16), frameon=False,
            fontsize=FONT - 1, borderaxespad=0, handlelength=1.2, handletextpad=0.5,
        )  # fmt: skip
        self.canvases["spectra"].redraw()
        return left

    # What moves.

    def _band(self, row: int, step: int | str) -> NDArray[np.uint8]:
        if step == HEAT:
            return self.world.expose_as(row, REGDB[1])
        return self.world.expose_band(row, float(step))

    def recording(self) -> dict[str, Any]:
        """Layers of the images and spectra; a page works out the rest itself, for every person and wavelength."""
        rows = {name: self._rows[number] for name, number in self.person.options}
        start = [number for _, number in self.person.options].index(self.person.value), self.slider.value
        camera = LIGHTS[self.light.value], FILTERS[self.filter.value]
        said = {"sees": self._sees, "heat": {"where": AS_HEAT, "why": WHY_HEAT}}
        return recording.record(self.world, rows, start, camera, said)

    def draw(self) -> dict[str, str]:
        step, person = self.slider.value, self.person.value
        light, filter_ = LIGHTS[self.light.value], FILTERS[self.filter.value]
        row, heat = self._rows[person], step == HEAT
        still = (person, heat, light, filter_)
        if still != self._still:
            worn = materials(self.world, row)
            self._dress_up(worn, heat)
            self._left = self._light_up(light, filter_)
            self._places[0].show(self.world.expose(np.array([row]))[0])
            self._places[2].show(self.world.expose_as(row, grey_camera(light, filter_)))
            self._still, self._worn = still, worn
        self._places[1].show(self._band(row, step))
        self._title.set_text("heat" if heat else f"{step} nm")
        return self._at_heat() if heat else self._at(step)

    def _at_heat(self) -> dict[str, str]:
        for artists, one in zip(self._rowwise, self._worn):
            artists["way"].set_xdata([thermal.value("gain-black"), one.celsius])
            artists["end"].set_xdata([one.celsius])
            artists["value"].set_text(one.warmth)
        warm, cold = (pick(self._worn, key=lambda one: one.celsius) for pick in (max, min))
        return {
            "photos": self._pictures(AS_HEAT),
            "bars": f"From {cold.warmth} ({cold.parts}) to {warm.warmth} ({warm.parts}).",
            "spectra": WHY_HEAT,
        }

    def _at(self, nm: int) -> dict[str, str]:
        table, said = spectra.load(), []
        self._line.set_xdata([nm, nm])
        for artists, one in zip(self._rowwise, self._worn):
            before, now = 100 * visible(one.name), 100 * table.at(one.name, nm)
            artists["way"].set_xdata([before, now]), artists["end"].set_xdata([now])
            artists["value"].set_text(f"{before:.0f} → {now:.0f}%")
            artists["point"].set_data([nm], [now / 100])
            if one.is_fabric and len(said) < 2:
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
        return f"In colour, {where}, and by the grey camera, {self._sees}."

    @property
    def _sees(self) -> str:
        if self.filter.value == "none":
            return "without a filter"
        left = f"{self._left:.0%}" if self._left >= 0.01 else f"{self._left:.2%}"
        return f"whose filter leaves {left} of its light"
