"""Canvas: a figure that is drawn again many times a second; what stands still is drawn once, the rest over it."""

import io
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray
from PIL import Image

from studykit.look import own_look
from studykit.plots import photographs
from studykit.plots.picture import Picture
from studykit.widgets.drawing import Drawing

HALF, WHOLE = 430, 880  # pixels: two beside each other, or one, in a notebook's column
T = TypeVar("T", bound=Artist)


class Canvas:
    """A figure whose moving parts can be drawn again in a few milliseconds.

    Args:
        picture: with axes, labels, and everything that stands still. The limits of its axes must not
            change; if they do, or anything that stands still changes, call `redraw`.
    """

    widths: Sequence[int] = ()  # narrower ones at which a page may cut it off at the right

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._moving: list[Artist] = []
        self._still: str | None = None
        self._has_photos = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.canvas.get_width_height()

    def moving(self, artist: T) -> T:
        """Mark an artist as one that changes; they are drawn in the order in which they are marked."""
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    def photo(self, left: float, top: float, width: int, height: int) -> "Photo":
        """A place for photographs that change, in pixels from the top left corner of the figure."""
        self._has_photos = True
        return Photo(self, round(left), round(top), width, height)

    def redraw(self) -> None:
        """Have what stands still drawn again, too, the next time: about 50 ms."""
        self._still = None

    def layers(self) -> tuple[str, str]:
        """The figure as it is now, as SVG: what stands still, the same text until `redraw`, and what moves."""
        with own_look():
            if self._still is None:
                self.picture.draw_without_rendering()
                self.picture.set_layout_engine("none")  # laid out once: nothing jumps
                self._still = self._drawn(self.picture)  # leaves out what moves
            moving = [artist for artist in self._moving if artist.get_visible()]
            return self._still, self._drawn(*moving)

    def _drawn(self, *artists: Artist) -> str:
        drawing = Drawing(*self.size)
        for artist in artists:
            artist.draw(drawing)
        return drawing.text()

    def encode(self) -> tuple[str, bytes]:
        """The figure as it is now as pixels: ("image/jpeg", bytes) if it has places for photographs, and says which show
        one, else PNG."""
        with own_look():
            canvas = self.picture.canvas
            canvas.draw()  # leaves out what moves
            self.picture.set_layout_engine("none")
            renderer = canvas.get_renderer()
            for artist in self._moving:
                if artist.get_visible():
                    artist.draw(renderer)
            image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
        out = io.BytesIO()
        if self._has_photos:
            places = [*photographs.places(self.picture), *self._photographs()]
            image.save(out, "JPEG", quality=88, subsampling=0, comment=photographs.comment(places))
            return "image/jpeg", out.getvalue()
        image.save(out, "PNG", compress_level=1)
        return "image/png", out.getvalue()

    def _photographs(self) -> list[photographs.Place]:
        whole, (wide, tall) = photographs.Place(0, 0, 1, 1), self.size
        shown = (one for one in self._moving if isinstance(one, _Pixels) and one.get_visible())
        return [
            whole.within(one.left / wide, one.top / tall, one.size[0] / wide, one.size[1] / tall)
            for one in shown
        ]


class Photo:
    """A place in a canvas that shows one photograph at a time."""

    def __init__(self, canvas: Canvas, left: int, top: int, width: int, height: int) -> None:
        self._artist = canvas.moving(_Pixels(left, top, (width, height)))

    def show(self, pixels: NDArray[np.uint8] | None) -> None:
        """Show a photograph, enlarged or reduced to the place.

        Args:
            pixels: (H, W, 3) or (H, W) uint8; None leaves the place empty.
        """
        self._artist.set_visible(pixels is not None)
        if pixels is not None:
            self._artist.pixels = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, 2)


class _Pixels(Artist):
    """A photograph: in a page as it is, in a picture copied to its place, which is faster than matplotlib's images."""

    def __init__(self, left: int, top: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.left, self.top, self.size = left, top, size
        self.pixels: NDArray[np.uint8] = np.zeros((1, 1, 3), np.uint8)
        self.set_visible(False)

    def draw(self, renderer: Any) -> None:
        if isinstance(renderer, Drawing):
            renderer.photo(self.left, self.top, *self.size, self.pixels)
            return
        page = np.asarray(renderer.buffer_rgba())[max(self.top, 0) :, max(self.left, 0) :, :3]
        fitted = np.asarray(Image.fromarray(self.pixels).resize(self.size, Image.Resampling.BICUBIC))
        pixels = fitted[max(-self.top, 0) :, max(-self.left, 0) :]
        tall, wide = min(len(page), len(pixels)), min(page.shape[1], pixels.shape[1])
        page[:tall, :wide] = pixels[:tall, :wide]
