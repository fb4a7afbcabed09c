"""Panel that all widgets share: controls, pictures beside or under them that follow, words under each picture."""

import base64
import html
import io
import itertools
import math
import textwrap
from collections.abc import Sequence
from threading import RLock
from typing import Any

import ipywidgets
from matplotlib.font_manager import FontProperties, findfont
from PIL import Image, ImageDraw, ImageFont

from studykit.look import own_look
from studykit.plots import photographs
from studykit.plots.picture import COLOUR, INK, PHOTO_QUALITY, shown_as
from studykit.server import MARK
from studykit.widgets import recording
from studykit.widgets.canvas import WHOLE, Canvas
from studykit.widgets.view import View
from xivlab.errors import XivlabError

CONTROLS = ipywidgets.Layout(
    flex_flow="row wrap", align_items="center", align_content="flex-start", width="100%"
)
VIEWS = ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="0 12px", width="100%")
LINE = 20  # pixels from line to line in the still picture
EDGE = 14  # pixels of its paper around it: on a dark page no letter stands at the edge
RUN = "▶ Run this cell (Shift+Enter) to move it."
STILL = 38_000  # bytes of a still picture with photographs: coarser, then narrower, before it is larger


class Panel(ipywidgets.VBox):
    """Controls, pictures and words that move together.

    A subclass makes its canvases and controls, calls this constructor last, and says in `draw` how the
    pictures follow the controls. Callbacks come from JupyterLab's main thread or from another; `refresh`
    lets one draw at a time, always from the controls as they are then, and leaves out what a newer move
    has overtaken.

    Args:
        controls: in a column at the left of the pictures, on a narrow page in rows above them.
        canvases: by name, from left to right; they wrap on a narrow page.
        follows: those of the controls, or others, whose `value` moves the pictures.
    """

    def __init__(
        self,
        controls: Sequence[ipywidgets.Widget],
        canvases: dict[str, Canvas],
        follows: Sequence[ipywidgets.Widget],
    ) -> None:
        self.canvases = canvases
        self.views = {name: _view(*canvas.size, canvas.widths) for name, canvas in canvases.items()}
        self.notice = ipywidgets.HTML()
        self.notice.add_class("xivlab-notice")
        self._busy = RLock()
        self._tickets = itertools.count(1)
        self._newest = self._drawn = 0
        self._follows = tuple(follows)
        beside = ipywidgets.Box([*controls, self.notice], layout=CONTROLS)
        body = ipywidgets.Box([beside, ipywidgets.Box(list(self.views.values()), layout=VIEWS)])
        body.add_class("xivlab-body")
        super().__init__([body])
        self.add_class("xivlab-panel")
        for control in follows:
            control.observe(self.refresh, "value")
        self.refresh()

    def draw(self) -> dict[str, str]:
        """Move what moves in the canvases to where the controls say.

        Returns:
            words by canvas: what each picture shows now. A canvas that is left out has not changed.

        Raises:
            XivlabError: what the controls ask for makes no sense; the reader sees the sentence.
        """
        raise NotImplementedError

    def refresh(self, *_: Any) -> None:
        """Draw anew; a callback for any control."""
        ticket = self._newest = next(self._tickets)
        with self._busy:
            if self._drawn >= ticket:  # drawn since, from the same controls or newer ones
                return
            covers = self._newest
            try:
                said = self.draw()
                self.say("")
            except XivlabError as error:
                self.say(str(error))
                said = {}
            for name, words in said.items():
                self.views[name].show(self.canvases[name], words)
            self._drawn = covers

    def set(self, values: dict[ipywidgets.Widget, Any]) -> None:
        """Set several controls and draw once."""
        with self._busy:
            for control in self._follows:
                control.unobserve(self.refresh, "value")
            try:
                for control, value in values.items():
                    control.value = value
            finally:
                for control in self._follows:
                    control.observe(self.refresh, "value")
            self.refresh()

    @property
    def main(self) -> Sequence[ipywidgets.Widget]:
        """The control that matters most, or the few: those that move in a page without a kernel."""
        return self._follows[:1]

    def recording(self) -> dict[str, Any] | None:
        """All that a page without a kernel needs to move the main controls; None if nothing moves there.

        What it holds is said in `studykit.widgets.recording`. A widget whose pictures are little arithmetic gives numbers
        instead, under the name of the script that draws from them.
        """
        more = len(self._follows) > len(self.main)
        return {"script": "frames", "more": more} | recording.record(self, self.main)

    def say(self, sentence: str) -> None:
        """Show a sentence under the controls, such as what was wrong; nothing if it is empty."""
        shown = f"⚠ {html.escape(sentence)}" if sentence else ""
        if self.notice.value != shown:
            self.notice.value = shown

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        views = [view for view in self.views.values() if view.still]  # one may wait for its picture
        mime, picture, wide = still(views)
        words = " ".join(view.words for view in views)
        shown: dict[str, Any] = {mime: base64.b64encode(picture).decode(), "text/plain": words}
        if recording.wanted() and (recorded := self.recording()):
            shown[recording.MIME] = recorded
        return {**(data or {}), **shown}, {**shown_as(mime, words, wide), MARK: True}


def _view(width: int, height: int, widths: Sequence[int]) -> View:
    """A view of this size in pixels; to stand beside others it becomes a quarter narrower at most, or is cut off."""
    least = widths[0] if widths else round(0.75 * width)
    layout = {"flex": f"{width} 1 {least}px", "max_width": f"{width}px", "min_width": "0"}
    return View(width=width, height=height, widths=list(widths), layout=layout)


@own_look()
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(findfont(FontProperties(family="DejaVu Sans")), 14)


def still(views: Sequence[View]) -> tuple[str, bytes, int]:
    """Views side by side, their words written under them: what a reader without a kernel sees.

    Returns:
        "image/jpeg" or "image/png", the encoded picture, and at which width in pixels its words are as large as a page's.
    """
    font = _font()
    rows: list[list[View]] = []
    for view in views:
        if rows and sum(v.width for v in rows[-1]) + view.width <= WHOLE:
            rows[-1].append(view)
        else:
            rows.append([view])
    texts = {id(view): textwrap.wrap(view.words, view.width // 8) for view in views}
    heights = [max(v.height + LINE * (len(texts[id(v)]) + 1) for v in row) for row in rows]
    wide = max(math.ceil(font.getlength(RUN)), *(sum(v.width + 20 for v in row) - 20 for row in rows))
    page = Image.new("RGB", (wide + 2 * EDGE, sum(heights) + LINE + 2 * EDGE), "white")
    pen, top = ImageDraw.Draw(page), EDGE
    places = []
    for row, height in zip(rows, heights):
        left = EDGE
        for view in row:
            page.paste(Image.open(io.BytesIO(view.data)), (left, top))
            part = left / page.width, top / page.height, view.width / page.width, view.height / page.height
            places += [place.within(*part) for place in photographs.said(view.data)]
            for number, line in enumerate(texts[id(view)]):
                pen.text((left, top + view.height + 4 + number * LINE), line, INK, font)
            left += view.width + 20
        top += height
    pen.text((EDGE, top - 6), RUN, COLOUR["visible"], font)
    out = io.BytesIO()
    if any(view.mime == "image/jpeg" for view in views):
        for scale, quality in itertools.product((1, 0.85, 0.7), range(PHOTO_QUALITY, 50, -6)):
            out, size = io.BytesIO(), (round(scale * page.width), round(scale * page.height))
            smaller = page.resize(size, Image.Resampling.LANCZOS) if scale < 1 else page
            how: dict[str, Any] = {"subsampling": 2, "optimize": True, "progressive": True}
            smaller.save(out, "JPEG", quality=quality, comment=photographs.comment(places), **how)
            if out.tell() <= STILL:
                break
        return "image/jpeg", out.getvalue(), page.width
    page.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return "image/png", out.getvalue(), page.width
