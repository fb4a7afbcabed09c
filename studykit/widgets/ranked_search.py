"""Search widget: one query, three ranked lists, and the rules that stand behind the scores."""

import html
from collections.abc import Sequence

import ipywidgets
import numpy as np

from studykit.plots.picture import FONT
from studykit.studies.questions import NEAR_INFRARED
from studykit.widgets import controls
from studykit.widgets.canvas import Canvas
from studykit.widgets.panel import Panel
from studykit.widgets.ranked_photos import RankedPhotos, blank, write
from studykit.widgets.run_view import KINDS, RunView, find, newest_run, view_run, view_shipped, world
from xivlab.data.datasets import DataSet
from xivlab.evaluation.protocols import PROTOCOLS
from xivlab.evaluation.retrieval import RankedList
from xivlab.model import TestDistance
from xivlab.runs.run import Run
from xivlab.scale import current

SHOWN = 10  # images of a list
TALL, LINE, TOP = 398, 123, 30  # pixels: of the lists, from list to list, above the first
QUERY, PHOTO, SMALL = (88, 176), (44, 88), (42, 84)  # pixels: width and height of photographs
ASIDE, LEFT_OUT = 180, 96  # pixels: width of the query's picture, where what is left out begins in it
OWN, MEAN, LIST, GAP = 118, 174, 188, 7  # pixels: scores (right ends), where lists begin, between photographs
BASE = 16  # pixels from the top: titles
FEWEST = 5  # images of a list on a narrow page
LONGEST = 300  # letters of `in_words`: the longest rules, and ranks of four digits
TITLES: dict[TestDistance, str] = {"v": "D(I, V)", "x": "D(I, X)", "v+x": "D(I, V) + D(I, X)"}


class Search(Panel):
    """Pick a query and see what it finds by each test distance, with its scores beside those of the run.

    Args:
        run: finished. If not given: on the shipped world the stored run of Baseline+X+CMG at seed 0, of
            which the first two images of each person and camera are kept; on other data the run that was
            finished last.
        data: that the run was trained on; those of the current scale if not given.

    Raises:
        XivlabError: the run is not finished or was trained on other data, or there is none.
    """

    def __init__(self, run: Run | None = None, data: DataSet | None = None) -> None:
        self.run_view, says = view_of(run, data)
        count = len(self.run_view.embeddings.infrared)
        self.query = controls.whole("query", 1, 1, count)
        self.previous = controls.button("previous", "one query back")
        self.next = controls.button("next", "one query on")
        for button, step in ((self.previous, -1), (self.next, 1)):
            button.on_click(lambda _, step=step: self._step(step))
        about = ipywidgets.HTML(
            f'<div class="xivlab-note">{html.escape(says)}</div>', layout={"width": "100%"}
        )
        self._query, self._lists = QueryCanvas(self.run_view), ListsCanvas(self.run_view)
        canvases = {"query": self._query, "lists": self._lists}
        super().__init__([self.query, self.previous, self.next, about], canvases, [self.query])
        self.views["lists"].letters = LONGEST
        self.add_class("xivlab-above")
        self.add_class("xivlab-long-words")

    def draw(self) -> dict[str, str]:
        query = self.query.value - 1
        found = {kind: find(self.run_view, query, kind) for kind in self.run_view.kinds}
        self._query.show(query, found["v"])
        self._lists.show(found)
        return {
            "query": "Large, the query; small, images that are left out.",
            "lists": in_words(self.run_view, query, found),
        }

    def _step(self, step: int) -> None:
        self.query.value = min(max(self.query.value + step, self.query.min), self.query.max)


def view_of(run: Run | None, data: DataSet | None) -> tuple[RunView, str]:
    """The run to search, and a sentence that says what is searched.

    Args:
        run, data: as of `Search`.

    Raises:
        XivlabError: as `Search`.
    """
    scale = current()
    whole = (
        "Beside the scores of one query in one gallery stand the means of the run over all queries and galleries. "
        "A rank counts as the data set's rules say, a place counts images."
    )
    if run is None and data is None and scale.data_name == NEAR_INFRARED:
        run_view = view_shipped("ablation", "Baseline+X+CMG", world())
        lists = "the lists are drawn from the first two images of each person and camera"
        says = f"Stored run of Baseline+X+CMG at demo scale on {NEAR_INFRARED}, seed 0: {lists}."
        return run_view, f"{says} {whole}"
    data = scale.load() if data is None else data
    run_view = view_run(newest_run(scale, data) if run is None else run, data)
    return run_view, f"Run {run_view.run} on {data.name}. {whole}"


class QueryCanvas(Canvas):
    """The query, and images of the same person that the rules leave out.

    Args:
        run_view: whose images.
    """

    def __init__(self, run_view: RunView) -> None:
        self.run_view = run_view
        super().__init__(blank(ASIDE, TOP + QUERY[1] + 50).picture)
        write(self, 0, BASE, "query", weight="bold", va="baseline")
        write(self, LEFT_OUT, BASE, "left out", weight="bold", va="baseline")
        self.query = self.photo(0, TOP, *QUERY)
        self.about = write(self, 0, TOP + QUERY[1] + 5, "", moving=True)
        self.nothing = write(self, LEFT_OUT, TOP - 2, "nothing of\nthis person", moving=True)
        self.left_out = [self.photo(LEFT_OUT + i * (SMALL[0] + 4), TOP, *SMALL) for i in range(2)]
        self.cameras = write(self, LEFT_OUT, TOP + SMALL[1] + 4, "", moving=True, fontsize=FONT - 1.5)

    def show(self, query: int, found: RankedList) -> None:
        """Show another query.

        Args:
            query: row of the query.
            found: what it finds, by any distance: all leave out the same.
        """
        run_view = self.run_view
        self.query.show(run_view.photo("infrared", query))
        self.about.set_text(
            f"person {run_view.embeddings.infrared_person[query]}\ncamera {run_view.embeddings.infrared_camera[query]}"
        )
        left_out = found.left_out
        self.nothing.set_visible(len(left_out) == 0)
        for i, photo in enumerate(self.left_out):
            photo.show(run_view.photo("visible", left_out[i]) if i < len(left_out) else None)
        cameras = np.unique(run_view.embeddings.visible_camera[left_out])
        self.cameras.set_text("camera " + ", ".join(map(str, cameras)) if len(cameras) else "")


class ListsCanvas(Canvas):
    """A ranked list by each distance, with its scores; a narrow page shows fewer images of each.

    Args:
        run_view: whose images.
    """

    def __init__(self, run_view: RunView) -> None:
        self.run_view = run_view
        ends = [LIST + shown * (PHOTO[0] + GAP) - GAP + 3 for shown in range(FEWEST, SHOWN + 1)]
        *self.widths, whole = ends
        super().__init__(blank(whole, TALL).picture)
        write(self, OWN, BASE, "this query", ha="right", va="baseline", fontsize=FONT - 1.5)
        write(self, MEAN, BASE, "mean", ha="right", va="baseline", fontsize=FONT - 1.5)
        write(self, LIST, BASE, "found first (✓ right, ✗ wrong)", weight="bold", va="baseline")
        self.scores, self.places, self.lists = {}, {}, {}
        for row, kind in enumerate(KINDS):
            y, small = TOP + row * LINE, {"fontsize": FONT - 1.5}
            write(self, 0, y - 3, TITLES[kind], weight="bold")
            if kind not in run_view.kinds:
                write(self, 0, y + 18, "the Baseline has no X", **small)
                continue
            write(self, 0, y + 18, "first hit\nrank-1\nAP\nINP\nhits at", **small)
            means = [f"{100 * run_view.score(metric, kind):.1f} %" for metric in ("rank1", "mAP", "mINP")]
            write(self, MEAN, y + 18, "\n" + "\n".join(means), ha="right", **small)
            self.scores[kind] = write(self, OWN, y + 18, "", moving=True, ha="right", **small)
            self.places[kind] = write(self, MEAN, y + 18, "", moving=True, ha="right", **small)
            self.lists[kind] = RankedPhotos(self, LIST, y, PHOTO, SHOWN, gap=GAP)

    def show(self, found: dict[TestDistance, RankedList]) -> None:
        """Show what another query finds by each distance that the run has."""
        for kind, one in found.items():
            self.lists[kind].show(self.run_view, one)
            self.scores[kind].set_text(scores(one))
            self.places[kind].set_text("\n\n\n\n" + listed(one.hits))


def scores(found: RankedList) -> str:
    """The scores of one query, a line each: rank of the first hit, rank-1, AP and INP."""
    if found.rank is None:
        return "–\n–\n–\n–"
    first = 100 if found.rank == 1 else 0
    return f"rank {found.rank}\n{first} %\n{100 * found.ap:.1f} %\n{100 * found.inp:.1f} %"


def listed(numbers: Sequence[int], room: int = 16) -> str:
    """Numbers with commas; of too many, the first ones and the last.

    Args:
        numbers: ascending.
        room: most letters.

    Example:
        >>> listed([2, 13, 15]), listed([7, 16, 27, 31, 40, 80])
        ('2, 13, 15', '7, 16, 27 … 80')
    """
    words = [str(number) for number in numbers]
    text = ", ".join(words)
    kept = len(words) - 1
    while len(text) > room and kept > 1:
        kept -= 1
        text = f"{', '.join(words[:kept])} … {words[-1]}"
    return text


def in_words(run_view: RunView, query: int, found: dict[TestDistance, RankedList]) -> str:
    """What the picture shows, in two or three sentences."""
    embeddings, first = run_view.embeddings, found["v"]
    rules = PROTOCOLS[run_view.protocol].says
    person, camera = embeddings.infrared_person[query], embeddings.infrared_camera[query]
    said = f"Query {query + 1} of {len(embeddings.infrared)}, person {person} in camera {camera}"
    if first.rank is None:
        said += ": nobody is left to find, and it counts nowhere."
    else:
        ranks = ", ".join(f"{one.rank} by {kind}" for kind, one in found.items())
        means = ", ".join(
            f"{100 * one.ap:.1f} ({100 * run_view.score('mAP', k):.1f})" for k, one in found.items()
        )
        said += f": found at rank {ranks}; AP in %, and the mean of the run, {means}."
    if first.hidden:
        one = len(first.left_out)
        said += f" {first.hidden} images are left out, {one} of this person: {rules}."
    else:
        said += f" Nothing is left out: {rules}."
    return said
