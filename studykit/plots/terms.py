"""Loss terms of a log: what each is called, how it is drawn, and which stand together."""

from collections.abc import Iterable
from typing import NamedTuple

from studykit.plots.picture import COLOUR, CURVES, DASHES, INK

# Those of XIV-ReID and what its Table 4 takes away, as the paper calls them. Colour by modality, and a dash of its own.
PAPER = {
    "loss": ("L, Eq. 11", INK, DASHES[0]),
    "loss_infrared": ("L_I", COLOUR["infrared"], DASHES[1]),
    "loss_x": ("L_X", COLOUR["x"], DASHES[2]),
    "loss_visible": ("L_V", COLOUR["visible"], DASHES[3]),
    "loss_infrared_x": ("L_cross(I, X)", COLOUR["x"], DASHES[2]),
    "loss_infrared_visible": ("L_cross(I, V)", COLOUR["visible"], DASHES[3]),
}
ACROSS = {"loss_infrared_x", "loss_infrared_visible"}
# Of other methods: whose name these are bears on single images, whatever else the method compares.
IDENTITY = {"loss", "loss_infrared", "loss_x", "loss_visible", "loss_gray", "loss_channel", "loss_infrared_x",
            "loss_identity", "loss_own", "loss_translated", "loss_pixel_identity"}  # fmt: skip
# For those that are not the paper's, beside those that are.
FREE = tuple(one for one in CURVES if one not in COLOUR.values())


class Term(NamedTuple):
    """A curve of a training.

    Attributes:
        name: column of the log.
        label: in a legend.
        colour, dash: of its line.
    """

    name: str
    label: str
    colour: str
    dash: object


class Group(NamedTuple):
    """Terms that are drawn in one pair of axes.

    Attributes:
        title: what they are.
        terms: in the order of the log, the whole loss first.
        none: said where there are none.
    """

    title: str
    terms: list[Term]
    none: str


def terms_in(columns: Iterable[str]) -> list[str]:
    """The loss terms among the columns of a log, the whole loss with them."""
    return [name for name in columns if name == "loss" or name.startswith("loss_")]


def groups(columns: Iterable[str]) -> tuple[Group, Group]:
    """The loss terms among the columns of a log, in two groups: those of single images with the whole loss, and the rest.

    Args:
        columns: of the log; those that are no loss are left out.

    Example:
        >>> above, below = groups(["step", "loss", "loss_infrared", "loss_visible", "loss_triplet", "learning_rate"])
        >>> [term.label for term in above.terms], [term.label for term in below.terms]
        (['L', 'L_I', 'L_V'], ['L_triplet'])
    """
    names = terms_in(columns)
    across = ACROSS & set(names)
    if set(names) <= set(PAPER) and len(across) != 1:  # MMN calls another thing "infrared x"
        known = [Term(name, *PAPER[name]) for name in names]
        return (
            Group("loss of each modality", [one for one in known if one.name not in across], ""),
            Group(
                "loss between modalities",
                [one for one in known if one.name in across],
                "no L_C in this method",
            ),
        )
    above: list[Term] = []
    below: list[Term] = []
    for name in names:
        place, colours = (above, FREE) if name in IDENTITY else (below, CURVES)
        if name in PAPER and name not in ACROSS and name != "loss":
            place.append(Term(name, *PAPER[name]))
        else:
            k = len(place)
            look = (
                (INK, DASHES[0]) if name == "loss" else (colours[k % len(colours)], DASHES[k % len(DASHES)])
            )
            place.append(Term(name, _label(name), *look))
    return (
        Group("the whole loss, identity losses", above, ""),
        Group("other losses of this method", below, "no other loss in this method"),
    )


def _label(name: str) -> str:
    """ "loss_pixel_identity" becomes "L_pixel identity"."""
    return name.replace("loss", "L", 1).replace("_", " ").replace(" ", "_", 1)
