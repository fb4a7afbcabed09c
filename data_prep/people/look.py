"""Clothes and shape of one synthetic person: a plain record, drawn at random from the wardrobe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SUITS = [
    "female_casualsuit01",
    "female_casualsuit02",
    "female_elegantsuit01",
    "male_casualsuit01",
    "male_casualsuit02",
    "male_casualsuit03",
    "male_casualsuit04",
    "male_casualsuit05",
    "male_casualsuit06",
    "male_elegantsuit01",
    "male_worksuit01",
]
LEGGINGS = "female_sportsuit01"  # its top is left out: no surveillance crop needs it
OVERALLS = "male_worksuit01"  # its trousers reach over the shoulders: worn with their own shirt only
ONE_PIECE = "male_casualsuit01"  # one connected mesh: cut along its texture islands
JACKET = "male_casualsuit05"  # open, over a shirt
SHOES = tuple(f"shoes0{i}" for i in range(1, 7))
HATS = ("fedora01", "fedora_cocked")

PRINTS = ("plain", "stripes", "vertical", "checks", "block", "logo", "hem")
WOMEN_UPPER = (
    "female_casualsuit01",
    "female_casualsuit02",
    "female_elegantsuit01",
    "male_casualsuit05",
    "male_casualsuit02",
)
MEN_UPPER = tuple(f"male_casualsuit0{i}" for i in range(2, 7)) + ("male_elegantsuit01",)
WOMEN_LOWER = (
    "female_casualsuit01",
    "female_elegantsuit01",
    "female_sportsuit01",
    "male_casualsuit02",
    "female_casualsuit02",
)
MEN_LOWER = (
    "male_casualsuit02",
    "male_casualsuit03",
    "male_elegantsuit01",
    "male_casualsuit01",
    "male_casualsuit06",
)
WOMEN_HAIR = ("bob01", "bob02", "braid01", "long01", "ponytail01", "afro01")
MEN_HAIR = ("short01", "short02", "short03", "short04", "short02", "afro01")
LONG_SLEEVED = {
    "male_casualsuit01",
    "male_casualsuit02",
    "male_casualsuit03",
    "male_elegantsuit01",
    "female_elegantsuit01",
}
WITH_JACKET_HEM = {JACKET, "male_elegantsuit01"}
BARE_ANKLES = {"female_casualsuit02", "female_elegantsuit01"}


@dataclass(frozen=True)
class Look:
    """Everything about a person that does not change between images. Lengths in metres unless said otherwise."""

    phenotype: dict[str, float]
    upper: str
    lower: str  # a garment's name or "skirt"
    skirt_cut: float  # share of the long skirt cut off at the hem
    leg_cut: float  # share of the lower leg left bare by trousers: 0 long, 1.1 above the knee
    sleeve_cut: float  # share of the arm left bare: 0 long sleeve, 0.75 T-shirt
    coat_cut: float  # 0 no coat, else share of the long coat cut off
    shoes: str
    hair: str
    hat: str  # "", "beanie", "cap" or a garment's name
    bag: str  # "", "backpack", "shoulder" or "hand"
    bag_side: int  # 1 left, -1 right
    bag_size: float  # 0.8 to 1.25
    scarf: bool
    print: str
    print_width: float
    print_height: float  # of a block's edge above the hip
    lower_stripe: bool  # a stripe down the outside of each trouser leg
    logo: bool  # keep the logo of the garment's own texture
    texture: float  # contrast of the garment's own texture: 0 none, 1 as drawn
    folds: float  # strength of the drawn folds

    @property
    def hem_is_loose(self) -> bool:
        """Long steps would push the legs through a skirt or coat."""
        return self.lower in ("skirt", "female_elegantsuit01") or self.coat_cut > 0


def draw_look(rng: np.random.Generator) -> Look:
    """A random person; women and men alike often."""
    woman = rng.random() < 0.5
    upper = str(rng.choice(WOMEN_UPPER if woman else MEN_UPPER))
    skirt = woman and rng.random() < 0.28
    lower = "skirt" if skirt else str(rng.choice(WOMEN_LOWER if woman else MEN_LOWER))
    if not woman and rng.random() < 0.06:
        upper = lower = OVERALLS
    coat = upper in WITH_JACKET_HEM and rng.random() < 0.45
    summer = rng.random() < 0.4  # bare arms and bare legs go together
    trousers = lower not in ("skirt", OVERALLS, "female_casualsuit02", "female_elegantsuit01")
    return Look(
        phenotype={
            "gender": float(rng.uniform(0.85, 1) if woman else rng.uniform(0, 0.15)),
            "age": float(rng.uniform(0.48, 0.9)),
            "muscle": float(rng.uniform(0.25, 0.8)),
            "weight": float(rng.uniform(0.2, 0.95)),
            "height": float(rng.uniform(0.25, 0.8)),
            "proportions": float(rng.uniform(0.25, 0.8)),
        },
        upper=upper,
        lower=lower,
        skirt_cut=float(rng.choice([0.0, 0.2, 0.4])),
        leg_cut=float(rng.choice([0.85, 1.1, 0.35])) if trousers and summer and rng.random() < 0.55 else 0.0,
        sleeve_cut=float(rng.choice([0.72, 0.68, 0.4]))
        if upper in LONG_SLEEVED and summer and not coat
        else 0.0,
        coat_cut=float(rng.choice([0.3, 0.42, 0.55])) if coat else 0.0,
        shoes=str(rng.choice(SHOES)),
        hair=str(rng.choice(WOMEN_HAIR if woman else MEN_HAIR)),
        hat=str(
            rng.choice(["", "beanie", "cap", "fedora01", "fedora_cocked"], p=[0.7, 0.13, 0.11, 0.03, 0.03])
        ),
        bag=str(rng.choice(["", "backpack", "shoulder", "hand"], p=[0.5, 0.22, 0.16, 0.12])),
        bag_side=int(rng.choice([-1, 1])),
        bag_size=float(rng.uniform(0.8, 1.25)),
        scarf=bool(rng.random() < (0.03 if summer else 0.16)),
        print=str(rng.choice(PRINTS, p=[0.4, 0.12, 0.06, 0.09, 0.13, 0.13, 0.07])),
        print_width=float(rng.uniform(0.03, 0.075)),
        print_height=float(rng.uniform(0.20, 0.38)),
        lower_stripe=bool(trousers and rng.random() < 0.12),
        logo=bool(rng.random() < 0.15),
        texture=float(rng.uniform(0.1, 0.9)),
        folds=float(rng.uniform(0.6, 1.3)),
    )


def garments(look: Look) -> tuple[str, str]:
    """What upper and lower are, as rows of thermal.csv: from "t-shirt" to "coat", from "leggings" to "trousers"."""
    if look.upper == OVERALLS:
        return "overalls", "overalls"
    if look.coat_cut > 0 or look.upper in WITH_JACKET_HEM:
        upper = "coat" if look.coat_cut > 0 else "jacket"
    else:
        upper = "shirt" if look.upper in LONG_SLEEVED and look.sleeve_cut == 0 else "t-shirt"
    if look.lower in ("skirt", LEGGINGS):
        return upper, "skirt" if look.lower == "skirt" else "leggings"
    return upper, "shorts" if look.leg_cut > 0.5 else "trousers"
