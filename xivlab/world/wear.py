"""What people wear in a world with knobs: fabrics made of what was drawn for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xivlab.world import fabrics
from xivlab.world.knobs import Knobs

Drawn = str | list[Any]  # the name of a measured fabric, or a colour and three draws


def fabric_name(drawn: Drawn, knobs: Knobs) -> str:
    """The spectrum of a fabric.

    Args:
        drawn: the name of a spectrum; or a colour and three numbers, uniform in [0, 1]: whether the fabric has carbon
            (it has where the number is below the share), how much, and how far its dyes reach.
        knobs: of the world.
    """
    if isinstance(drawn, str):
        return drawn
    colour, has_carbon, amount, reach = drawn
    carbon = fabrics.carbon_of(colour, amount) if has_carbon < knobs.carbon else 0.0
    return fabrics.name_of(colour, carbon, fabrics.STEEP + reach * (knobs.edge - fabrics.STEEP))


def dressed(people: Sequence[dict[str, Any]], knobs: Knobs) -> dict[int, dict[str, Any]]:
    """Everybody by number, with the names of spectra as their materials.

    Args:
        people: as `data_prep/people/dress.py` drew them; an original stands before who is dressed like them.
        knobs: of the world.
    """
    out: dict[int, dict[str, Any]] = {}
    for someone in people:
        materials = {label: fabric_name(drawn, knobs) for label, drawn in someone["materials"].items()}
        like = someone.get("like")
        for part in ("upper", "lower"):
            if like is not None and like[part] < knobs.lookalikes:
                theirs = out[like["person"]]["materials"]
                materials |= {name: theirs[name] for name in (part, f"{part}_print")}
        out[someone["person"]] = someone | {"materials": materials}
    return out
