"""Brightness patterns of surfaces and prints of clothes, as functions of a place in metres."""

from __future__ import annotations

import numpy as np


def _hash(i: np.ndarray, j: np.ndarray, seed: int) -> np.ndarray:
    """A number in [0, 1) for each pair of whole numbers: integer arithmetic, so that it is the same everywhere."""
    h = (i.astype(np.int64) * 374761393 + j.astype(np.int64) * 668265263 + seed * 2147483647) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFFFF) / 0x1000000


def value_noise(points: np.ndarray, scale: float, seed: int) -> np.ndarray:
    """Smooth noise in [0, 1] of 2-D points (n, 2); `scale` is the size of a bump in the units of the points."""
    cell = points / scale
    corner = np.floor(cell)
    share = cell - corner
    share = share * share * (3 - 2 * share)
    i, j = corner.T
    low = _hash(i, j, seed) * (1 - share[:, 0]) + _hash(i + 1, j, seed) * share[:, 0]
    high = _hash(i, j + 1, seed) * (1 - share[:, 0]) + _hash(i + 1, j + 1, seed) * share[:, 0]
    return low * (1 - share[:, 1]) + high * share[:, 1]


def surface_coordinates(points: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(n, 2) metres along the surface: (x, y) on the ground, (along the wall, z) on walls."""
    flat = np.abs(normals[:, 2]) > 0.7
    along = np.where(np.abs(normals[:, 1]) > np.abs(normals[:, 0]), points[:, 0], points[:, 1])
    return np.where(flat[:, None], points[:, :2], np.stack([along, points[:, 2]], 1))


def _dirt(q: np.ndarray, seed: int, strength: float) -> np.ndarray:
    fine, coarse = value_noise(q, 0.04, seed), value_noise(q, 0.8, seed + 1)
    return 1 + strength * (0.5 * fine + 0.5 * coarse - 0.5) * 2


def _grid_lines(q: np.ndarray, width: float, height: float, line: float, stagger: float = 0.0):
    row = np.floor(q[:, 1] / height)
    x = (q[:, 0] + (row % 2) * stagger * width) / width
    in_line = ((x % 1) < line / width) | (((q[:, 1] / height) % 1) < line / height)
    return in_line, _hash(np.floor(x), row, 1)


def _bricks(q):
    line, tone = _grid_lines(q, 0.24, 0.08, 0.012, 0.5)
    return np.where(line, 1.35, 0.82 + 0.36 * tone) * _dirt(q, 3, 0.10)


def _tiles(q):
    line, tone = _grid_lines(q, 0.6, 0.6, 0.012)
    return np.where(line, 0.62, 1.0 + 0.12 * (tone - 0.5)) * _dirt(q, 5, 0.06)


def _paving(q):
    line, tone = _grid_lines(q, 0.42, 0.28, 0.012, 0.5)
    return np.where(line, 0.7, 1.0 + 0.35 * (tone - 0.5)) * _dirt(q, 7, 0.16)


def _panels(q):
    line, tone = _grid_lines(q, 2.4, 1.2, 0.02)
    return np.where(line, 0.7, 1.0 + 0.14 * (tone - 0.5)) * _dirt(q, 9, 0.12)


def _planks(q):
    line, tone = _grid_lines(q, 0.14, 9.0, 0.006)
    return np.where(line, 0.6, 0.9 + 0.2 * tone) * (1 + 0.08 * (value_noise(q * [1, 0.1], 0.015, 11) - 0.5))


def _slats(q):
    return 0.72 + 0.4 * ((q[:, 1] / 0.11) % 1)


def _notices(q):
    line, tone = _grid_lines(q, 0.30, 0.36, 0.05)
    return np.where(line, 0.8, 0.6 + 1.1 * tone)


def _window(q):
    return 0.7 + 1.3 * value_noise(q, 0.7, 15) ** 2


PATTERNS = {
    "plain": lambda q: np.ones(len(q)),
    "plaster": lambda q: _dirt(q, 17, 0.05),
    "bricks": _bricks,
    "tiles": _tiles,
    "paving": _paving,
    "panels": _panels,
    "planks": _planks,
    "slats": _slats,
    "notices": _notices,
    "window": _window,
    "carpet": lambda q: 1 + 0.3 * (value_noise(q, 0.02, 19) - 0.5) + 0.12 * (value_noise(q, 0.5, 20) - 0.5),
    "asphalt": lambda q: 1 + 0.5 * (value_noise(q, 0.03, 21) - 0.5) + 0.3 * (value_noise(q, 0.9, 22) - 0.5),
    "worn": lambda q: 0.35 + 0.6 * value_noise(q, 0.05, 23),
    "grass": lambda q: 0.6 + 0.5 * value_noise(q, 0.03, 25) + 0.4 * value_noise(q, 0.4, 26),
    "bark": lambda q: 0.35 + 0.4 * value_noise(q * [1, 0.25], 0.04, 27),
    "leaf": lambda q: 0.75 + 0.5 * value_noise(q, 0.09, 29),
    "core": lambda q: np.full(len(q), 0.18),
}


def print_mask(
    kind: str,
    across: np.ndarray,
    height: np.ndarray,
    on_sleeve: np.ndarray,
    front: np.ndarray,
    width: float,
    edge: float,
):
    """Which hits (n,) bool of an upper show the second colour.

    across: metres around the trunk or the arm; height: metres above the hip, on sleeves continued along the arm, so
    that stripes run around sleeves; front: on the front of the trunk; width: of a stripe; edge: of a colour block.
    """
    if kind == "stripes":
        return np.floor(height / width) % 2 == 1
    if kind == "vertical":
        return np.floor((across + 0.5 * width) / width) % 2 == 1
    if kind == "checks":
        return (np.floor(height / width) + np.floor(across / width)) % 2 == 1
    if kind == "block":
        return height > edge
    if kind == "hem":
        return (height < edge - 0.12) & ~on_sleeve
    if kind == "logo":
        return (np.abs(across) < 1.6 * width) & (np.abs(height - edge) < 1.3 * width) & front & ~on_sleeve
    return np.zeros(len(across), bool)
