"""The ladder: the methods of Table 1 and those that came next, one rung each: anatomy, score, map, distances, a list."""
