"""t-SNE explorer: a map to walk over, which image a point is, and whether its neighbours are neighbours at all."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.artist import Artist

from studykit.look import own_look
from studykit.plots.picture import COLOUR, DPI, FONT, INK, Picture
from studykit.studies.maps import PERPLEXITIES
from studykit.widgets import controls
from studykit.widgets.canvas import Canvas
from studykit.widgets.panel import Panel
from studykit.widgets.tsne.data import GROUPINGS, OTHERS, Drawn, Group, at_hand, drawn_now, groups, sources
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.runs.run import Run

MAP, SIDE, TALL = 570, 250, 460  # pixels: widths of map and photographs, and their height
EDGE, LEGEND = 12, 50  # pixels around the map, and for its legend
REACH = 14  # pixels from the pointer to the point that it means
FIRST = 30  # the perplexity to begin with
SAYS = {True: ("✓ same person", COLOUR["right"]), False: ("✗ someone else", COLOUR["wrong"])}


class TsneExplorer(Panel):
    """t-SNE maps of stored and of own runs, with the image of each point and its true neighbour.

    The pointer over the map, a touch or the slider chooses a point: its image is shown, with the nearest
    other image in the map beside the nearest one in the features, where the search looks.

    Maps that are neither shipped nor in the cache are computed in a thread; the first one at once, so that
    it is there for readers without a kernel.

    Args:
        runs: finished ones, by name or as they come, besides the stored ones.
        data: that they were trained on; those of the current scale if not given.

    Raises:
        XivlabError: a run is not finished or was trained on other data.
    """

    def __init__(
        self, runs: Mapping[str, Run] | Sequence[Run] | None = None, data: DataSet | None = None
    ) -> None:
        self._sources, first = sources(runs, data)
        enough = [k for k in PERPLEXITIES if k < len(self._sources[first].points())]
        if not enough:
            raise XivlabError("t-SNE needs more images than these test people have: load more people.")
        start = FIRST if FIRST in enough else enough[-1]
        self._maps: dict[tuple[str, int], Drawn] = {(first, start): drawn_now(self._sources[first], start)}
        self._failed: dict[tuple[str, int], str] = {}
        self._working: dict[tuple[str, int], threading.Thread] = {}
        self._turn = threading.Lock()
        self._shown: tuple[Any, ...] = ()
        self._map = self._maps[first, start]
        self.run = controls.choice("run", list(self._sources), first)
        self.perplexity = controls.steps("perplexity", [(str(k), k) for k in enough], start)
        self.grouping = controls.choice("colour by", GROUPINGS, "modality")
        self.point = controls.whole("point", self._map.differs(), 0, len(self._map.points) - 1)
        canvases = {"map": self._map_canvas(), "images": self._image_canvas()}
        moves = [self.run, self.perplexity, self.grouping, self.point]
        super().__init__(moves, canvases, moves)
        self.add_class("xivlab-long-words")
        self.views["map"].reacts = True
        self.views["map"].observe(self._pointed, "pointer")

    def wait(self) -> None:
        """Wait for the maps that are being computed."""
        for thread in list(self._working.values()):
            thread.join()

    # What stands still.

    @own_look()
    def _map_canvas(self) -> Canvas:
        picture = Picture(TALL / DPI, "", MAP / DPI, layout=None)
        canvas = Canvas(picture)
        place = (EDGE / MAP, LEGEND / TALL, 1 - 2 * EDGE / MAP, 1 - (LEGEND + EDGE) / TALL)
        self._axes = picture.add_axes(place, xticks=[], yticks=[])
        for spine in self._axes.spines.values():
            spine.set_color("#BBBBBB")
        self._signs: list[Artist] = []
        line = {"ls": "", "mfc": "none", "mec": INK, "clip_on": False}
        self._same = canvas.moving(self._axes.plot([], [], marker="o", ms=10, mew=0.9, **line)[0])
        self._chosen = canvas.moving(self._axes.plot([], [], marker="o", ms=18, mew=2.8, **line)[0])
        return canvas

    @own_look()
    def _image_canvas(self) -> Canvas:
        picture = Picture(TALL / DPI, "", SIDE / DPI, layout=None)
        canvas = Canvas(picture)
        self._photos = [
            canvas.photo(*place) for place in ((72, 26, 106, 212), (12, 286, 74, 148), (155, 286, 74, 148))
        ]
        where = {"fontsize": FONT, "color": INK, "ha": "center", "va": "center"}

        def write(left: float, top: float, text: str, **how: Any) -> Any:
            return picture.text(left / SIDE, 1 - top / TALL, text, **where | how)

        self._title = canvas.moving(write(125, 12, "", weight="bold"))
        write(125, 256, "nearest other image", weight="bold")
        write(49, 275, "in the map", fontsize=FONT - 1), write(192, 275, "in the features", fontsize=FONT - 1)
        self._verdicts = [canvas.moving(write(x, 446, "", fontsize=FONT - 1.5)) for x in (58, 190)]
        return canvas

    @own_look()
    def _sign(self, grouping: str) -> None:
        """The points of the map that is shown, with a legend."""
        for artist in self._signs:
            artist.remove()
        # Nothing is stretched: as many units in a pixel upwards as sideways.
        half = np.array([MAP - 2 * EDGE, TALL - LEGEND - EDGE]) / 2
        low, high = self._map.flat.min(0), self._map.flat.max(0)
        unit = 1.07 * ((high - low) / 2 / half).max()
        for limit, middle, side in zip((self._axes.set_xlim, self._axes.set_ylim), (low + high) / 2, half):
            limit(middle - unit * side, middle + unit * side)
        found = groups(grouping, self._map.points)
        self._signs = [self._points(one) for one in found]
        self._axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.005), ncols=4, frameon=False, fontsize=FONT - 1.5,
            columnspacing=1.2, handletextpad=0.1, borderaxespad=0, labelspacing=0.2,
        )  # fmt: skip
        self.canvases["map"].redraw()

    def _points(self, one: Group) -> Artist:
        look: dict[str, Any] = {"s": 26, "color": one.colour, "alpha": 0.7, "linewidths": 0}
        if one.name == OTHERS:
            look |= {"s": 16, "alpha": 0.5}
        if one.around:
            look = {"s": 52, "facecolors": "none", "edgecolors": one.colour, "linewidths": 1.1}
        return self._axes.scatter(*self._map.flat[one.mine].T, marker=one.marker, label=one.name, **look)

    # What moves.

    @property
    def main(self) -> list[ipywidgets.Widget]:
        return [self.perplexity]

    def draw(self) -> dict[str, str]:
        asked = self.run.value, self.perplexity.value
        ready = self._find(asked)
        if ready is not None:
            self._map = ready
        self._fit(len(self._map.points))
        shown = (id(self._map), self.grouping.value)
        if shown != self._shown:
            self._sign(self.grouping.value)
            self._shown = shown
        self._choose(self.point.value)
        words = {"map": self._in_words(), "images": self._neighbours(self.point.value)}
        if ready is None:
            words["map"] = (
                f"t-SNE of {asked[0]} at perplexity {asked[1]} is being computed, which takes some seconds; "
                "until then you see the map before."
            )
        return words

    def _find(self, asked: tuple[str, int]) -> Drawn | None:
        """The map if it is there; else None, and a thread is at work on it."""
        if asked in self._failed:
            raise XivlabError(self._failed[asked])
        if asked not in self._maps and (ready := at_hand(self._sources[asked[0]], asked[1])):
            self._maps[asked] = ready
        if asked not in self._maps and asked not in self._working:
            thread = threading.Thread(target=self._work, args=(asked,), daemon=True)
            self._working[asked] = thread
            thread.start()
        return self._maps.get(asked)

    def _work(self, asked: tuple[str, int]) -> None:
        try:
            with self._turn:  # one after the other: together they would take as long, and all end late
                self._maps[asked] = drawn_now(self._sources[asked[0]], asked[1])
        except XivlabError as error:
            self._failed[asked] = str(error)
        self.refresh()
        del self._working[asked]  # last: who waits for the thread finds the map shown

    def _fit(self, count: int) -> None:
        """The slider over the points ends with them."""
        if self.point.max != count - 1:
            with self.point.hold_trait_notifications():
                self.point.value = min(self.point.value, count - 1)
                self.point.max = count - 1

    def _choose(self, number: int) -> None:
        m = self._map
        self._title.set_text("its visible image" if m.points.modality[number] == "x" else "this point")
        mine = m.points.person == m.points.person[number]
        self._same.set_data(*m.flat[mine].T)
        self._chosen.set_data(*m.flat[[number]].T)
        near = (m.near_map[number], m.near_features[number])
        for place, one in zip(self._photos, (number, *near)):
            place.show(m.photo(one))
        for verdict, one in zip(self._verdicts, near):
            text, colour = SAYS[bool(mine[one])]
            verdict.set_text(text), verdict.set_color(colour)

    def _in_words(self) -> str:
        kept, modality = self._map.kept, self._map.points.modality
        x = f" and {np.sum(modality == 'x')} X" if "x" in modality else ""
        return (
            f"{len(np.unique(self._map.points.person))} people, {np.sum(modality != 'x')} images{x}. Of the {kept.k} nearest neighbours of infrared images {kept.shown:.0%} are infrared in this map, "
            f"{kept.true:.0%} in the features, {kept.chance:.0%} by chance. How large islands are and how far apart "
            "says nothing."
        )

    def _neighbours(self, number: int) -> str:
        p, m = self._map.points, self._map
        what = p.modality[number].replace("x", "X")
        return (
            f"Person {p.person[number]}, camera {p.camera[number]}, {what}. Nearest in the map: person "
            f"{p.person[m.near_map[number]]}; in the features: person {p.person[m.near_features[number]]}."
        )

    def _pointed(self, change: dict[str, Any]) -> None:
        """Choose the point under the pointer, if there is one."""
        at = change["new"].get("at")
        if at is None:
            return
        near = np.hypot(*(self.places() - at).T)
        if near.min() < REACH and int(near.argmin()) != self.point.value:
            self.point.value = int(near.argmin())

    def places(self) -> np.ndarray:
        """Where the points are in the picture of the map, (N, 2) pixels from its top left corner."""
        x, y = self._axes.transData.transform(self._map.flat).T
        return np.column_stack([x, TALL - y])
