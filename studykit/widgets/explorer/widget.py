"""Lambda explorer: scores, map, distances and a ranked list that follow one slider over lambda."""

import html

import ipywidgets

from studykit.widgets import controls
from studykit.widgets.explorer.data import (
    NEAR_INFRARED,
    Position,
    added_position,
    stored_curve,
    stored_positions,
)
from studykit.widgets.explorer.pictures import CurveCanvas, DistanceCanvas, ListCanvas, MapCanvas
from studykit.widgets.panel import Panel
from studykit.widgets.run_view import KINDS, LIKE, find
from xivlab.data.datasets import DataSet
from xivlab.runs.run import Run
from xivlab.scale import current

NOTE = ipywidgets.Layout(width="100%")


class LambdaExplorer(Panel):
    """What λ does to the scores, the embeddings, their distances and a ranked list, all at once.

    It shows the stored runs of the demo, whatever scale and data the notebook runs at; `add` puts a run
    of the reader's own beside them.

    Raises:
        XivlabError: something stored is missing or damaged.
    """

    def __init__(self) -> None:
        self._positions = {f"{position.lam:g}": position for position in stored_positions()}
        self._curves: dict[str, CurveCanvas] = {}
        start = f"{LIKE:g}"
        queries = len(self._positions[start].queries)
        self.lam = controls.steps("λ", list(self._positions), start)
        self.query = controls.whole("query", 1, 1, queries)
        self.kind = controls.choice("distance", KINDS, "v+x")
        self.about = ipywidgets.HTML(layout=NOTE)
        self._describe()
        canvases = {"curve": self._curve(), **self._spaces(), "list": ListCanvas()}
        follows = [self.lam, self.query, self.kind]
        super().__init__([*follows, self.about], canvases, follows)
        self.add_class("xivlab-long-words")

    def draw(self) -> dict[str, str]:
        position, kind = self._positions[self.lam.value], self.kind.value
        query = min(self.query.value, len(position.queries)) - 1
        curve = self.canvases["curve"] = self._curve()
        row, where = int(position.queries[query]), f"at λ = {position.lam:g}"
        found, embeddings = find(position.run_view, row, kind), position.run_view.embeddings
        who = int(embeddings.infrared_person[row]), int(embeddings.infrared_camera[row])
        said, of = f"Query {query + 1} by distance {kind} {where}", (len(found.hits), len(found.found))
        turn = ", and is turned to match other λ" if position.matched else ""
        return {
            "curve": curve.show(position, stored_curve(kind), kind),
            "map": self.canvases["map"].show(position, query, where, turn),
            "distances": self.canvases["distances"].show(position.distances, where),
            "list": self.canvases["list"].show(position.run_view, row, who, found, said, of),
        }

    def add(self, run: Run, data: DataSet | None = None) -> None:
        """Put a finished run onto the curve, and its λ onto the slider; from any thread.

        Args:
            run: finished, of a method that has an X.
            data: that it was trained on; those of the current scale if not given.

        Raises:
            XivlabError: the run has no lambda, is not finished, or was trained on other data.
        """
        position = added_position(run, current().load() if data is None else data)
        with self._busy:
            if any(one.own and one.run_view.run == position.run_view.run for one in self._positions.values()):
                return
            same = sum(one.lam == position.lam for one in self._own())
            label = f"{position.lam:g} yours" + (f" ({same + 1})" if same else "")
            every = self._positions | {label: position}
            self._positions = dict(sorted(every.items(), key=lambda item: item[1].lam))
            self._curves.clear()
            self.canvases |= self._spaces()
            self._describe()
            chosen = self.lam.value
            self.lam.unobserve(self.refresh, "value")
            try:
                self.lam.options = list(self._positions)
                self.lam.value = chosen
            finally:
                self.lam.observe(self.refresh, "value")
            self.refresh()

    def _curve(self) -> CurveCanvas:
        """The curve by the chosen distance, drawn once for each."""
        kind = self.kind.value
        if kind not in self._curves:
            self._curves[kind] = CurveCanvas(stored_curve(kind), kind, self._own())
        return self._curves[kind]

    def _spaces(self) -> dict[str, MapCanvas | DistanceCanvas]:
        """The pictures whose axes must hold all positions."""
        positions = list(self._positions.values())
        return {
            "map": MapCanvas(positions),
            "distances": DistanceCanvas([one.distances for one in positions]),
        }

    def _own(self) -> list[Position]:
        return [position for position in self._positions.values() if position.own]

    def _describe(self) -> None:
        """Where everything comes from, in words above the pictures."""
        seeds, first = stored_curve("v").seeds, self._positions[f"{LIKE:g}"].run_view
        shown = len(first.embeddings.infrared) + len(first.embeddings.visible)
        where = (
            f"Stored runs of the demo scale on {NEAR_INFRARED}. Curve: {seeds} seeds, all test images. Map, distances and "
            f"list: seed 0, the first two images of each person and camera ({shown} images)."
        )
        said = [where]
        if current().name != "demo":
            said.append(
                f"This notebook runs at {current().name} scale; the stored runs are shown all the same."
            )
        if not all(one.compares for one in self._own()):
            said.append(
                "A hollow star was scored on other people than the curve: its height does not compare."
            )
        self.about.value = f'<div class="xivlab-note">{html.escape(" ".join(said))}</div>'
