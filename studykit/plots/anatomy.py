"""Anatomy as a picture: streams, entrance, head, losses and search, drawn the same way for every method."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from studykit.analysis.anatomy import Anatomy
from studykit.look import own_look
from studykit.plots.boxes import arrow, box
from studykit.plots.picture import CHANNELS, COLOUR, FAINT, FONT, INK, MARKER, Picture

WIDE, TALL = 9.4, 3.45  # inches, of the whole
TOP, BOTTOM = 0.6, 2.5  # middles of the first and the last row
ENTER, STREAMS, HEAD, LOSSES, SEARCH = 1.6, 2.28, 5.13, 5.85, 7.8  # left edges of the columns
STAGE = 0.52  # width of a stage, with its gap
GRAY = "#767676"
SHORT = {"infrared": "I", "visible": "V", "x": "X", "infrared_x": "Iₓ"}


@own_look()
def anatomy_picture(method: Anatomy) -> Picture:
    """Draw a method: what enters, what is private and what is shared, what is asked, how it searches.

    What the head is takes a sentence, and so do the sizes of networks beside it: they are in the words alone, for in a
    picture that a page makes half as wide no sentence can be read.

    Args:
        method: its parts.
    """
    picture = Picture(TALL, words(method), WIDE, layout=None)
    page = picture.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, WIDE), ylim=(TALL, 0))
    page.set_axis_off()
    rows = _rows(method.blocks)
    for name, left in (
        ("shown", 0.55), ("channels", ENTER + 0.2), ("stages", (STREAMS + HEAD) / 2 - 0.1),
        ("head", HEAD + 0.25), ("losses", LOSSES + 0.7), ("search", SEARCH + 0.4),
    ):  # fmt: skip
        page.text(left, 0.2, name, ha="center", va="center", fontsize=FONT - 1, color=GRAY)
    for block, row in rows.items():
        colour = colour_of(block)
        page.plot(0.2, row, MARKER.get(block, "D"), color=colour, markersize=9)
        page.text(0.36, row, block, va="center", fontsize=FONT, color=colour, weight="bold")
        _entrance(page, ENTER, row, block, method.channels)
        arrow(page, ENTER + 0.42, STREAMS, row, colour)
        for place, stage in enumerate(method.private):
            door = (
                "infrared" if block.endswith("infrared") else "visible"
            )  # a copy of a visible image uses its door
            box(
                page,
                STREAMS + place * STAGE,
                row - 0.19,
                STAGE - 0.08,
                0.38,
                COLOUR[door],
                stage,
                size=FONT - 1.5,
            )
        arrow(page, STREAMS + 5 * STAGE, HEAD, row, colour)
    for place, stage in enumerate(method.shared, len(method.private)):
        box(
            page,
            STREAMS + place * STAGE,
            TOP - 0.25,
            STAGE - 0.08,
            BOTTOM - TOP + 0.5,
            INK,
            stage,
            FAINT,
            FONT - 1.5,
        )
    _made(page, method, rows)
    box(
        page,
        HEAD,
        TOP - 0.25,
        0.5,
        BOTTOM - TOP + 0.5,
        INK,
        "",
        FAINT,
    )
    _losses(page, method)
    _search(page, method)
    return picture


def words(method: Anatomy) -> str:
    """What the picture shows, in sentences."""
    streams = (
        f"{_stages(method.private)} private to each modality, {_stages(method.shared) or 'no stage'} shared"
        if method.private
        else "all stages shared"
    )
    beside = "".join(f"; beside it {_named(name, count)}" for name, count in method.beside.items())
    return (
        f"{method.title}: {', '.join(method.blocks)} with {method.channels} channels; {streams}; then: {method.head}{beside}. "
        f"Losses: {', '.join(term.replace('_', '-') for term in method.terms)}. Searched by {search_words(method)}."
    )


def search_words(method: Anatomy) -> str:
    """The test distance: a sum over pairs of faces."""
    pairs = [(one, other) for one in method.faces["infrared"] for other in method.faces["visible"]]
    return " + ".join(f"D({SHORT.get(one, one)}, {SHORT.get(other, other)})" for one, other in pairs)


def colour_of(name: str) -> str:
    """Colour of a modality, of what is made of one, or of a loss: that of what it is about, ink if of several."""
    if name in COLOUR:
        return COLOUR[name]
    return COLOUR["x"] if name in ("gray", "channel") or name.startswith(("x_", "middle")) else INK


def _rows(blocks: tuple[str, ...]) -> dict[str, float]:
    if len(blocks) == 1:
        return {blocks[0]: (TOP + BOTTOM) / 2}
    step = (BOTTOM - TOP) / (len(blocks) - 1)
    return {block: TOP + place * step for place, block in enumerate(blocks)}


def _stages(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return "".join("stem" if name == "stem" else f"stage {name}" for name in names)
    if names[0] == "stem":
        return f"stem to stage {names[-1]}"
    return f"stages {names[0]} to {names[-1]}"


def _named(name: str, count: int) -> str:
    return f"{_short(name)} ({count:,} weights)"


def _short(name: str) -> str:
    return "g" if name == "generator" else name.replace("_", " ")


@own_look()
def _entrance(page: Axes, left: float, row: float, block: str, channels: int) -> None:
    """A square for each channel of the images that the first convolution takes; the silent one of two is hollow."""
    lights = (COLOUR["visible"], COLOUR["infrared"])
    rgb = tuple(colour for colour, _ in CHANNELS.values())
    for place, colour in enumerate({2: lights, 4: (*rgb, lights[1])}.get(channels, rgb)):
        silent = channels == 2 and colour != COLOUR.get(block)
        look = FancyBboxPatch(
            (left + 0.11 * place, row - 0.13 + 0.03 * place), 0.16, 0.22, boxstyle="square,pad=0", edgecolor=colour,
            facecolor="white" if silent or channels != 2 else colour, linestyle=(0, (2, 1.5)) if silent else "-",
            linewidth=1.5, zorder=2 + place,
        )  # fmt: skip
        page.add_patch(look)


@own_look()
def _made(page: Axes, method: Anatomy, rows: dict[str, float]) -> None:
    """What is made of an image before it enters, and networks beside the learner."""
    visible = rows.get("visible")
    copies = [block for block in rows if block not in ("infrared", "visible")]
    for block in copies:
        start = rows["infrared"] if block.endswith("infrared") else visible
        if start is None:
            continue
        page.add_patch(
            FancyArrowPatch((0.2, start - 0.14), (0.2, rows[block] + 0.14), arrowstyle="-|>", mutation_scale=11,
                            color=colour_of(block), linewidth=1.4)
        )  # fmt: skip
    if method.beside:
        text = "beside it: " + ", ".join(_short(name) for name in method.beside)
        page.text(0.1, BOTTOM + 0.77, text, va="center", fontsize=FONT - 1, color=COLOUR["x"])
    about = f"{method.weights:,} weights" + (f", {method.alone:,} of them private" if method.alone else "")
    page.text(0.1, BOTTOM + 0.52, about, va="center", fontsize=FONT - 1, color=GRAY)


def _losses(page: Axes, method: Anatomy) -> None:
    step = min(0.36, (BOTTOM - TOP + 0.5) / len(method.terms))
    middle = (TOP + BOTTOM) / 2
    for place, term in enumerate(method.terms):
        row = middle + (place - (len(method.terms) - 1) / 2) * step
        one, _, other = term.partition("_")
        left, right = colour_of(one), colour_of(other) if other in COLOUR else colour_of(one)
        page.plot([LOSSES, LOSSES + 0.12], [row, row], color=left, linewidth=5, solid_capstyle="butt")
        page.plot([LOSSES + 0.12, LOSSES + 0.24], [row, row], color=right, linewidth=5, solid_capstyle="butt")
        page.text(LOSSES + 0.33, row, term.replace("_", " – "), va="center", fontsize=FONT - 0.5, color=INK)


def _search(page: Axes, method: Anatomy) -> None:
    text = search_words(method).replace(" + ", "\n+ ")
    look = {"va": "center", "fontsize": FONT, "color": INK, "linespacing": 1.6}
    page.text(SEARCH, (TOP + BOTTOM) / 2, text, **look)
