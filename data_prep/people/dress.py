"""Colours and temperatures of every person: which spectrum each label shows, and how warm it is. Needs no rendering.

Near-infrared brightness is what sets the difficulty. A fabric is dark by dye, whose bands end somewhere between 750 nm
and the near-infrared, or by carbon, which absorbs everywhere. What is drawn here of a dyed fabric is its colour and three
numbers from 0 to 1: whether it has carbon, how much, and how far its dyes reach. The world's knobs make a fabric of
them (`xivlab.world.wear`), so that the same people can be dressed in another world. README.md tells how they were set.
"""

from __future__ import annotations

import numpy as np

from data_prep.people.look import Look, garments
from data_prep.people.population import PeopleSet, Someone
from xivlab.world import labels, spectra, thermal, wear
from xivlab.world.knobs import Knobs

UPPER_COLOURS = {
    "black": 14, "charcoal": 8, "grey": 10, "white": 10, "cream": 3, "beige": 5, "navy": 10, "blue": 6, "sky": 5,
    "jeans": 3, "red": 6, "burgundy": 4, "pink": 4, "green": 5, "olive": 5, "teal": 3, "yellow": 3, "orange": 3,
    "brown": 4, "purple": 3,
}  # fmt: skip
LOWER_COLOURS = {
    "black": 22, "charcoal": 13, "grey": 9, "navy": 13, "jeans": 20, "beige": 7, "olive": 6, "brown": 5, "white": 3,
    "blue": 3, "burgundy": 2, "green": 2,
}  # fmt: skip
SHOE_COLOURS = {
    "black": 35,
    "white": 18,
    "brown": 16,
    "grey": 12,
    "navy": 8,
    "red": 4,
    "beige": 5,
    "charcoal": 10,
}
BAG_COLOURS = {
    "black": 30,
    "navy": 10,
    "grey": 10,
    "brown": 12,
    "olive": 8,
    "red": 8,
    "blue": 7,
    "beige": 6,
    "green": 5,
}
SOCK_COLOURS = {"white": 35, "black": 30, "grey": 20, "navy": 15}
HAT_COLOURS = {
    "black": 30,
    "navy": 15,
    "grey": 15,
    "beige": 8,
    "red": 8,
    "white": 8,
    "olive": 8,
    "green": 5,
    "brown": 8,
}
MEASURED = {  # everyday uses of the fabrics that were measured as they are
    "upper": ("polyester-black", "polyester-green", "nylon-red", "nylon-green", "nylon-blue", "nylon-coated", "cotton-white",
              "terry-yellow"),
    "bag": ("webbing-black", "webbing-olive", "burlap", "nylon-red", "nylon-blue", "nylon-green", "nylon-coated"),
}  # fmt: skip


class Tailor:
    """Draws fabrics for people, one after another."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng([seed, 4])
        self.table = spectra.load()
        self.hair = self.table.names("hair")
        self.skin = self.table.names("skin")

    def dress(self, someone: Someone) -> dict:
        """The record of a person for the asset: person, split, gender, materials and temperatures by label name."""
        look = someone.look
        materials = {
            "skin": str(self.rng.choice(self.skin)),
            "hair": str(self.rng.choice(self.hair)),
            "eye": "scene:eye",
            "upper": self.fabric(UPPER_COLOURS, MEASURED["upper"]),
            "lower": self.fabric(LOWER_COLOURS),
            "shoe": self.fabric(SHOE_COLOURS),
            "sock": self.fabric(SOCK_COLOURS),
            "bag": self.fabric(BAG_COLOURS, MEASURED["bag"]),
            "hat": self.fabric(HAT_COLOURS),
            "scarf": self.fabric(UPPER_COLOURS),
            "inner": self.fabric({"white": 40, "grey": 20, "black": 15, "sky": 10, "pink": 5, "navy": 10}),
        }
        materials["upper_print"] = self.contrasting(materials["upper"])
        materials["lower_print"] = self.contrasting(materials["lower"])
        materials["strap"] = (
            materials["bag"] if self.rng.random() < 0.6 else self.fabric({"black": 1, "charcoal": 1})
        )
        # Whether the upper, and the lower, are of the same fabric as those of whom they are dressed like.
        same = {part: round(self.rng.random(), 3) for part in ("upper", "lower")}
        gender = "female" if look.phenotype["gender"] > 0.5 else "male"
        return {
            "person": someone.number,
            "split": someone.split,
            "gender": gender,
            "materials": materials,
            "like": None if someone.like is None else {"person": someone.like} | same,
            "temperatures": self.temperatures(),
        }

    def fabric(self, colours: dict[str, float], measured: tuple[str, ...] = ()) -> str | list:
        """A measured fabric by its name, or a colour by its weight with three draws: [colour, has carbon, how much, edge]."""
        if measured and self.rng.random() < 0.10:
            return f"fabric:{self.rng.choice(measured)}"
        weight = np.array(list(colours.values()), float)
        colour = str(self.rng.choice(list(colours), p=weight / weight.sum()))
        return [colour, *(round(draw, 3) for draw in self.rng.random(3))]

    def contrasting(self, fabric: str | list) -> str | list:
        """A second fabric for prints: clearly another colour; in the near-infrared it may vanish or come out."""
        for _ in range(50):
            other = self.fabric(UPPER_COLOURS)
            one, two = (self.table[wear.fabric_name(drawn, Knobs())] for drawn in (other, fabric))
            if np.abs(one - two)[5:28].mean() > 0.12:
                break
        return other

    def temperatures(self) -> dict[str, float]:
        """Degrees Celsius by label name: thin and thick clothes, warm and cool people."""
        table = thermal.load()
        names = [name for name in labels.NAMES if name in table.index]
        drawn = {n: float(table["value"][n] + table["spread"][n] * self.rng.standard_normal()) for n in names}
        drawn["upper_print"], drawn["lower_print"] = drawn["upper"], drawn["lower"]
        return {name: round(value, 2) for name, value in drawn.items()}


def drawn(people_set: PeopleSet, people: list[Someone]) -> list[dict]:
    """The records of the first people of a set, in their order."""
    tailor = Tailor(people_set.seed)
    records = [tailor.dress(someone) for someone in people]
    if people_set.one_walk:  # seen by a thermal camera: what is worn decides how warm it is
        for record, someone in zip(records, people):
            rng = np.random.default_rng([people_set.seed, 5, someone.number])
            record["temperatures"] = warm(someone.look, rng)
    return records


def warm(look: Look, rng: np.random.Generator) -> dict[str, float]:
    """Degrees Celsius in the shade by label name: what is worn decides, and people differ a little in each.

    Clothes follow from what they are (`garments`) and from the skin beneath them, see `xivlab.world.thermal`.
    """
    table = thermal.load()

    def drawn(name: str) -> float:
        value, spread = table.loc[name, ["value", "spread"]]
        noise = spread * rng.standard_normal()
        return float(value * np.exp(noise) if table["unit"][name] == "m2K/W" else value + noise)

    out = {name: drawn(name) for name in labels.NAMES if name in table.index}
    for label, garment in zip(("upper", "lower", "inner"), (*garments(look), "t-shirt")):
        insulation = drawn(garment)
        out[label] = thermal.through(insulation, out["skin"])
        if label != "inner":
            out[f"{label}_print"] = thermal.through(insulation + drawn("print"), out["skin"])
    return {name: round(value, 2) for name, value in out.items()}
