"""How many cases of each class of faults have ended as they should."""

from collections import Counter

CASES: Counter[str] = Counter()
