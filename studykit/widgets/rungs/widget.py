"""Ladder: anatomy, score, map, distances and a ranked list that follow one slider over the methods of Table 1."""

import html

import ipywidgets
import numpy as np

from studykit.plots.anatomy import anatomy_picture
from studykit.studies.questions import NEAR_INFRARED
from studykit.widgets import controls
from studykit.widgets.explorer.pictures import DistanceCanvas, ListCanvas, MapCanvas
from studykit.widgets.frames import Drawn
from studykit.widgets.panel import Panel
from studykit.widgets.rungs.data import FIRST, SEED, Photos, Step, guessing, made_of, steps
from studykit.widgets.rungs.pictures import ScoresCanvas

NOTE = ipywidgets.Layout(width="100%")


class Ladder(Panel):
    """The methods of Table 1 and those that came next, one rung each, on the same people.

    It shows the stored runs of the demo, whatever scale and data the notebook runs at.

    Raises:
        XivlabError: something stored is missing or damaged.
    """

    def __init__(self) -> None:
        self._steps = {one.title: one for one in steps()}
        start = next(title for title, one in self._steps.items() if one.name == FIRST)
        self._pictures: dict[str, Drawn] = {}
        self._photos = Photos()
        self.method = controls.steps("method", list(self._steps), start)
        self.query = controls.whole("query", 1, 1, len(self._steps[start].rung.queries))
        self.about = ipywidgets.HTML(layout=NOTE)
        every = list(self._steps.values())
        canvases = {  # the answer first: it is seen together with the slider
            "scores": ScoresCanvas(every),
            "list": ListCanvas(),
            "anatomy": self._anatomy(self._steps[start]),
            "map": MapCanvas([one.rung for one in every]),
            "distances": DistanceCanvas([{"v": one.rung.distances} for one in every]),
        }
        follows = [self.method, self.query]
        super().__init__([*follows, self.about], canvases, follows)
        self.add_class("xivlab-long-words")
        self.add_class("xivlab-rungs")

    def draw(self) -> dict[str, str]:
        step = self._steps[self.method.value]
        drawn = self.canvases["anatomy"] = self._anatomy(step)
        self._describe(step)
        queries = step.rung.queries
        number = min(self.query.value, len(queries))
        found, where = queries[number - 1], f"of {step.title}"
        said = f"Query {number} by the distance {step.kind} {where}"
        turn = "" if step.name == FIRST else ", and is turned to match that of One-stream"
        return {
            "anatomy": drawn.alt,
            "scores": self.canvases["scores"].show(step),
            "list": self.canvases["list"].show(
                self._photos, found.row, (found.person, found.camera), found, said, (found.hits, found.of)
            ),
            "map": self.canvases["map"].show(step.rung, found.point, where, turn),
            "distances": self.canvases["distances"].show({"v": step.rung.distances}, where),
        }

    def _anatomy(self, step: Step) -> Drawn:
        """The anatomy of a method, drawn when it is first looked at."""
        if step.name not in self._pictures:
            self._pictures[step.name] = Drawn(anatomy_picture(made_of(step.name)))
        return self._pictures[step.name]

    def _describe(self, step: Step) -> None:
        """What the method is, in the room that the longest of all takes, so that nothing jumps."""
        every = [
            f"<div{'' if one is step else ' aria-hidden=true'}>{html.escape(_about(one))}</div>"
            for one in self._steps.values()
        ]
        self.about.value = f'<div class="xivlab-note xivlab-one-of">{"".join(every)}</div>'


def _about(step: Step) -> str:
    words = (
        f"{step.title}{f' ({step.source})' if step.source else ''}: {step.idea}. Stored runs on {NEAR_INFRARED}, all with "
        f"one backbone, pre-training, head and schedule. Scores: all test images; map, distances and list: seed {SEED}."
    )
    if np.isfinite(step.rung.identity):
        words += f" Identity loss when its training ended: {step.rung.identity:.1f}; whoever guesses has {guessing():.1f}."
    return words
