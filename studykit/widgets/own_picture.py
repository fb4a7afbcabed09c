"""Search with a picture of the reader's own: the nearest of the test people, as `xivlab find` would rank them."""

import html
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from data_prep.spelling import shown
from studykit.find.gallery import Embedder
from studykit.find.nearest import Nearest, nearest
from studykit.find.photos import decoded
from studykit.plots.picture import FONT
from studykit.widgets import controls
from studykit.widgets.canvas import WHOLE, Canvas
from studykit.widgets.panel import Panel
from studykit.widgets.ranked_photos import blank, write
from studykit.widgets.run_view import newest_run, view_run
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.model import Face
from xivlab.runs.run import Run
from xivlab.scale import current

SHOWN, FEWEST = 10, 5  # pictures of the list, and on a narrow page
TOP, TALL = 30, 210  # pixels: above the photographs, and of the whole
QUERY, PHOTO, LIST, GAP = (76, 152), (70, 140), 104, 7  # pixels: sizes, where the list begins, between two
MOST_BYTES = 8_000_000  # Jupyter's server hangs up on messages of more than 10 MiB
MAY = (
    "For study, with pictures of people who have agreed to it: it stays in this notebook's kernel. Somebody comes first "
    "whoever is asked for, and no distance says that it is the same person; decide nothing about anybody by it."
)


class OwnSearch(Panel):
    """Drop an infrared picture and see whom a run finds nearest among the visible images of the test people.

    Args:
        run: finished; the run that was finished last if not given.
        data: that the run was trained on; those of the current scale if not given.

    Raises:
        XivlabError: the run is not finished or was trained on other data, or there is none.
    """

    def __init__(self, run: Run | None = None, data: DataSet | None = None) -> None:
        scale = current()
        data = scale.load() if data is None else data
        run = newest_run(scale, data) if run is None else run
        self.run_view = view_run(run, data)
        embeddings = self.run_view.embeddings
        self._faces: dict[Face, NDArray[np.float32]] = {"visible": embeddings.visible}
        if embeddings.x is not None:
            self._faces["x"] = embeddings.x
        self._embedder: Embedder | None = None  # the network is read when there is something to embed
        self._run = run
        self._example()
        kinds = self.run_view.kinds
        self.kind = controls.steps("distance", kinds, kinds[-1])
        self.upload = ipywidgets.FileUpload(
            accept=".jpg,.jpeg,.png,.webp,.bmp,.tif,.tiff",
            description="An infrared picture of your own",
            tooltip="One person who fills the picture; it goes no farther than this notebook's kernel",
            layout=ipywidgets.Layout(width="max-content"),
        )
        self.remove = controls.button("Remove it", "Forget the picture of your own")
        self.remove.disabled = True
        may = ipywidgets.HTML(f'<div class="xivlab-note">{html.escape(MAY)}</div>', layout={"width": "100%"})
        self._list = ListCanvas()
        super().__init__([self.kind, self.upload, self.remove, may], {"list": self._list}, [self.kind])
        self.add_class("xivlab-long-words")
        self.add_class("xivlab-above")
        self.upload.observe(self._open, "value")
        self.remove.on_click(lambda _: self._drop())

    def draw(self) -> dict[str, str]:
        kind = self.kind.value
        found = nearest(self._features, self._faces, kind, min(SHOWN, len(self._faces["visible"])))
        self._list.show(self._pixels, found, [self.run_view.photo("visible", row) for row in found.rows[0]])
        people = self.run_view.embeddings.visible_person[found.rows[0]]
        listed = ", ".join(f"{person} ({far:.2f})" for person, far in zip(people, found.distance[0]))
        return {
            "list": f"{self._name}: nearest of {len(self._faces['visible']):,} visible images by {kind}, person and "
            f"distance: {listed}."
        }

    def _example(self) -> None:
        """The first infrared test image, until there is another picture."""
        self._features = self.run_view.embeddings.infrared[:1]
        self._pixels = self.run_view.photo("infrared", 0)
        self._name = "An infrared test image, until yours is here"

    def _open(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        file = change["new"][0]
        content, name = bytes(file["content"]), shown(file["name"]) or "The picture"
        try:
            if len(content) > MOST_BYTES:
                most = f"{MOST_BYTES / 1e6:.0f} MB"
                raise XivlabError(
                    f"{name} has {len(content) / 1e6:.1f} MB: choose a picture of at most {most}."
                )
            self._embedder = self._embedder or Embedder(self._run)
            pixels, _ = decoded(content, Path(name), self._embedder.size)
            features = self._embedder.features([pixels], "infrared")
        except XivlabError as error:
            self.upload.value = ()  # so that the same file, mended, can be chosen again
            self.say(str(error))
            return
        with self._busy:
            self._features, self._pixels, self._name = features, pixels, f"Your {name}"
            self.remove.disabled = False
            self.refresh()

    def _drop(self) -> None:
        with self._busy:
            self._example()
            self.upload.value = ()
            self.remove.disabled = True
            self.refresh()


class ListCanvas(Canvas):
    """The query and the nearest images, each with its place and distance; whether one is right, nobody knows."""

    def __init__(self) -> None:
        self.widths = [LIST + shown * (PHOTO[0] + GAP) for shown in range(FEWEST, SHOWN)]
        super().__init__(blank(WHOLE, TALL).picture)
        write(self, 0, 16, "query", weight="bold", va="baseline")
        write(self, LIST, 16, "nearest first, with the distance", weight="bold", va="baseline")
        self.query = self.photo(0, TOP, *QUERY)
        lefts = [LIST + place * (PHOTO[0] + GAP) for place in range(SHOWN)]
        self.places = [self.photo(left, TOP, *PHOTO) for left in lefts]
        under = {"moving": True, "ha": "center", "fontsize": FONT - 1.5}
        self.distances = [write(self, left + PHOTO[0] / 2, TOP + PHOTO[1] + 4, "", **under) for left in lefts]

    def show(self, query: NDArray[np.uint8], found: Nearest, images: list[NDArray[np.uint8]]) -> None:
        """Show another list.

        Args:
            query: (H, W, 3) uint8.
            found: of one query.
            images: those of its rows.
        """
        self.query.show(query)
        for place, (photo, under) in enumerate(zip(self.places, self.distances)):
            there = place < len(images)
            photo.show(images[place] if there else None)
            under.set_text(f"{place + 1} · {found.distance[0, place]:.2f}" if there else "")
