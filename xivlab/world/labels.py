"""Labels of a geometry buffer: what a pixel can show. The numbers are stored in the shipped asset: never renumber."""

SCENE = 0  # not the person: the camera's background plate shows here
SKIN = 1
HAIR = 2
EYE = 3
UPPER = 4
UPPER_PRINT = 5
LOWER = 6
LOWER_PRINT = 7
SHOE = 8
SOCK = 9
BAG = 10
STRAP = 11
HAT = 12
SCARF = 13
INNER = 14  # the shirt under an open jacket

NAMES = [
    "scene",
    "skin",
    "hair",
    "eye",
    "upper",
    "upper_print",
    "lower",
    "lower_print",
    "shoe",
    "sock",
    "bag",
    "strap",
    "hat",
    "scarf",
    "inner",
]
