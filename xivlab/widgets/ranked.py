"""A ranked list in a stage: photographs that change, right ones told from wrong by colour, line and sign."""

from matplotlib.patches import Rectangle
from matplotlib.text import Text

from xivlab.album import Album, Found
from xivlab.figures import COLOUR, DPI, FONT, INK, Picture
from xivlab.widgets.stage import Stage

SIGNS = {True: ("right", "✓", "-"), False: ("wrong", "✗", (0, (3, 1.5)))}
UNDER = 19  # pixels under a photograph, for sign and rank


class RankedPhotos:
    """Places for the first images of a ranked list, in one or more lines.

    Args:
        stage: that holds them.
        left, top: of the first photograph, in pixels from the top left corner.
        size: of a photograph, in pixels.
        columns, lines: how many places.
        gap: pixels between two photographs.
    """

    def __init__(
        self,
        stage: Stage,
        left: int,
        top: int,
        size: tuple[int, int],
        columns: int,
        lines: int = 1,
        gap: int = 7,
    ) -> None:
        (wide, high), (_, tall) = size, stage.size
        self.photos, self.frames, self.signs = [], [], []
        for place in range(columns * lines):
            x = left + place % columns * (wide + gap)
            y = top + place // columns * (high + UNDER + 4)
            self.photos.append(stage.photo(x, y, wide, high))
            frame = Rectangle((x - 1, tall - y - high - 1), wide + 2, high + 2, fill=False, linewidth=2)
            self.frames.append(stage.moving(stage.picture.add_artist(frame)))
            self.signs.append(write(stage, x + wide / 2, y + high + 3, "", ha="center", moving=True))

    def show(self, album: Album, found: Found | None) -> None:
        """Show the head of a list; places beyond its end stay empty, all of them if there is none."""
        shown = 0 if found is None else min(len(found.ranked), len(self.photos))
        for place, (photo, frame, sign) in enumerate(zip(self.photos, self.frames, self.signs)):
            frame.set_visible(place < shown)
            sign.set_visible(place < shown)
            if place >= shown:
                photo.show(None)
                continue
            name, mark, dash = SIGNS[bool(found.right[place])]
            photo.show(album.photo("visible", found.ranked[place]))
            frame.set(edgecolor=COLOUR[name], linestyle=dash)
            sign.set(text=f"{mark} {place + 1}", color=COLOUR[name])


def write(stage: Stage, x: float, y: float, text: str, moving: bool = False, **how: object) -> Text:
    """A text whose top is at (x, y), in pixels from the top left corner."""
    picture: Picture = stage.picture
    wide, tall = stage.size
    style = {"fontsize": FONT - 1, "color": INK, "va": "top", "linespacing": 1.35} | how
    artist = picture.text(x / wide, 1 - y / tall, text, **style)
    return stage.moving(artist) if moving else artist


def blank(width: int, height: int) -> Stage:
    """A stage without axes, of a size in pixels."""
    return Stage(Picture(height / DPI, "", width / DPI, layout=None))
