"""Colours and temperatures of every person: which spectrum each label shows, and how warm it is. Needs no rendering.

Near-infrared brightness is what sets the difficulty. A fabric is dark by dye, which is transparent beyond 750 nm, or by
carbon pigment, which is not; `PIGMENTED` is the share of fabrics whose carbon makes the near-infrared follow the
visible lightness. README.md in this folder tells how it was set.
"""

from __future__ import annotations

import numpy as np

from data_prep.people.look import Look, garments
from data_prep.people.population import Someone
from data_prep.people.spectra import CARBON_OF
from xivlab.world import labels, spectra, thermal

PIGMENTED = 0.55
SAME_FABRIC = 0.35  # chance that a lookalike also shares the other's upper (and, apart, lower) fabric
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
        self.worn: dict[int, dict[str, str]] = {}

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
        other = self.worn.get(someone.like)
        for part in ("upper", "lower"):
            if other and self.rng.random() < SAME_FABRIC:
                materials[part] = other[part]
        materials["upper_print"] = self.contrasting(materials["upper"])
        materials["lower_print"] = self.contrasting(materials["lower"])
        materials["strap"] = (
            materials["bag"] if self.rng.random() < 0.6 else self.fabric({"black": 1, "charcoal": 1})
        )
        self.worn[someone.number] = materials
        gender = "female" if look.phenotype["gender"] > 0.5 else "male"
        return {
            "person": someone.number,
            "split": someone.split,
            "gender": gender,
            "materials": materials,
            "temperatures": self.temperatures(),
        }

    def fabric(self, colours: dict[str, float], measured: tuple[str, ...] = ()) -> str:
        """A colour by its weight, then how much of its darkness is carbon."""
        if measured and self.rng.random() < 0.10:
            return f"fabric:{self.rng.choice(measured)}"
        weight = np.array(list(colours.values()), float)
        colour = str(self.rng.choice(list(colours), p=weight / weight.sum()))
        levels = CARBON_OF[colour]
        if self.rng.random() < PIGMENTED:
            return f"fabric:{colour}-{self._matching_level(colour, levels)}"
        return f"fabric:{colour}-{self.rng.choice(levels[:3])}"

    def _matching_level(self, colour: str, levels: tuple[str, ...]) -> str:
        """The carbon that brings the near-infrared closest to the lightness of the dyed fabric."""
        dyed = self.table[f"fabric:{colour}-c0"]
        visible = (self.table.wavelength >= 450) & (self.table.wavelength <= 680)
        target = 1.15 * dyed[visible].mean()
        infrared = [abs(self.table.at(f"fabric:{colour}-{level}", 850) - target) for level in levels]
        return levels[int(np.argmin(infrared))]

    def contrasting(self, fabric: str) -> str:
        """A second fabric for prints: clearly another colour; in the near-infrared it may vanish or come out."""
        for _ in range(50):
            other = self.fabric(UPPER_COLOURS)
            if np.abs(self.table[other] - self.table[fabric])[5:28].mean() > 0.12:
                break
        return other

    def temperatures(self) -> dict[str, float]:
        """Degrees Celsius by label name: thin and thick clothes, warm and cool people."""
        table = thermal.load()
        names = [name for name in labels.NAMES if name in table.index]
        drawn = {n: float(table["value"][n] + table["spread"][n] * self.rng.standard_normal()) for n in names}
        drawn["upper_print"], drawn["lower_print"] = drawn["upper"], drawn["lower"]
        return {name: round(value, 2) for name, value in drawn.items()}


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
