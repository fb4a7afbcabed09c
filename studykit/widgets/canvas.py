"""Canvas: a figure that is drawn again many times a second; what stands still is drawn once, the rest over it."""

import io
from typing import Any, TypeVar

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray
from PIL import Image

from studykit.look import own_look
from studykit.plots.picture import Picture

HALF, WHOLE = 430, 880  # pixels: two beside each other, or one, in a notebook's column
T = TypeVar("T", bound=Artist)


class Canvas:
    """A figure whose moving parts can be drawn again in a few milliseconds.

    Args:
        picture: with axes, labels, and everything that stands still. The limits of its axes must not
            change; if they do, or anything that stands still changes, call `redraw`.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._moving: list[Artist] = []
        self._still: Any = None
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

    def encode(self) -> tuple[str, bytes]:
        """The figure as it is now: ("image/jpeg", bytes) if it has places for photographs, else PNG."""
        with own_look():
            canvas = self.picture.canvas
            if self._still is None:
                canvas.draw()  # leaves out what moves
                self.picture.set_layout_engine("none")  # laid out once: nothing jumps
                self._still = canvas.copy_from_bbox(self.picture.bbox)
            canvas.restore_region(self._still)
            renderer = canvas.get_renderer()
            for artist in self._moving:
                if artist.get_visible():
                    artist.draw(renderer)
            image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
        out = io.BytesIO()
        if self._has_photos:
            image.save(out, "JPEG", quality=88, subsampling=0)
            return "image/jpeg", out.getvalue()
        image.save(out, "PNG", compress_level=1)
        return "image/png", out.getvalue()


class Photo:
    """A place in a canvas that shows one photograph at a time."""

    def __init__(self, canvas: Canvas, left: int, top: int, width: int, height: int) -> None:
        self.size = width, height
        blank = np.full((height, width, 3), 255, np.uint8)
        self._artist = canvas.moving(_Pixels(left, top, blank))

    def show(self, pixels: NDArray[np.uint8] | None) -> None:
        """Show a photograph, enlarged or reduced to the place.

        Args:
            pixels: (H, W, 3) or (H, W) uint8; None leaves the place empty.
        """
        self._artist.set_visible(pixels is not None)
        if pixels is not None:
            image = Image.fromarray(pixels).convert("RGB").resize(self.size, Image.Resampling.BICUBIC)
            self._artist.pixels = np.asarray(image)


class _Pixels(Artist):
    """Pixels copied as they are, which is much faster than an image that matplotlib fits to its grid."""

    def __init__(self, left: int, top: int, pixels: NDArray[np.uint8]) -> None:
        super().__init__()
        self.left, self.top, self.pixels = left, top, pixels

    def draw(self, renderer: Any) -> None:
        page = np.asarray(renderer.buffer_rgba())[max(self.top, 0) :, max(self.left, 0) :, :3]
        pixels = self.pixels[max(-self.top, 0) :, max(-self.left, 0) :]
        tall, wide = min(len(page), len(pixels)), min(page.shape[1], pixels.shape[1])
        page[:tall, :wide] = pixels[:tall, :wide]
