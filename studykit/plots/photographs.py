"""Where the photographs of a picture are: kept in the JPEG itself, so that a dark page turns over all but them."""

import io
import json
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

KEY = "photographs"
DIGITS = 4  # of a share of the picture: less than a tenth of a pixel


class Place(NamedTuple):
    """A rectangle of a picture, in shares of its width and height from the top left corner, all in [0, 1]."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, left: float, top: float, width: float, height: float) -> "Place":
        """The same rectangle of a larger page, on which the picture has this place; shares of the page, too."""
        across, down = (left + width * x for x in self[::2]), (top + height * y for y in self[1::2])
        (x, right), (y, bottom) = across, down
        return Place(x, y, right, bottom)


def places(figure: Figure) -> list[Place]:
    """Those of all images in the axes of a figure that has been drawn, cut off where their axes end."""
    width, height = figure.bbox.size
    found = []
    for axes in figure.axes:
        for image in axes.images:
            box = Bbox.intersection(image.get_window_extent(), axes.get_window_extent())
            if box is not None and box.width > 0 and box.height > 0:
                inside = [box.x0 / width, 1 - box.y1 / height, box.x1 / width, 1 - box.y0 / height]
                found.append(Place(*(min(max(float(share), 0.0), 1.0) for share in inside)))
    return found


def comment(photographs: Sequence[Place]) -> bytes:
    """What a JPEG says of its photographs, for Pillow's `comment`."""
    return json.dumps(
        {KEY: [[round(share, DIGITS) for share in place] for place in photographs]}, separators=(",", ":")
    ).encode()


def said(jpeg: bytes) -> list[Place]:
    """The places that a JPEG names; none if it says nothing of them."""
    text = Image.open(io.BytesIO(jpeg)).info.get("comment", b"")
    try:
        return [Place(*place) for place in json.loads(text)[KEY]]
    except (ValueError, KeyError, TypeError):
        return []


def outline(photographs: Sequence[Place]) -> str:
    """A CSS shape of them all, for `clip-path`: from one corner to each rectangle and back."""
    corners = ["0 0"]
    for left, top, right, bottom in photographs:
        around = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        corners += [f"{100 * x:.4g}% {100 * y:.4g}%" for x, y in around] + ["0 0"]
    return f"polygon({', '.join(corners)})"
