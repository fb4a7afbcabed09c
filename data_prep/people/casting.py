"""Ray casting into meshes (Embree): the triangle that each pixel sees, and the share of the light dome that a point sees."""

from __future__ import annotations

import numpy as np
from embreex import rtcore, rtcore_scene
from embreex.mesh_construction import TriangleMesh

_DEVICE = rtcore.EmbreeDevice()
DOME_DIRECTIONS = 14


class Caster:
    """An Embree scene of one triangle mesh."""

    def __init__(self, vertices: np.ndarray, faces: np.ndarray):
        self._scene = rtcore_scene.EmbreeScene(_DEVICE)
        self._mesh = TriangleMesh(self._scene, vertices.astype(np.float32), faces.astype(np.int32))

    def first_hit(self, origin: np.ndarray, direction: np.ndarray):
        """triangle (-1: none), u, v, distance of the first hit of each ray; origin and direction (n, 3)."""
        out = self._scene.run(
            np.ascontiguousarray(origin, np.float32),
            np.ascontiguousarray(direction, np.float32),
            query="INTERSECT",
            output=True,
        )
        return out["primID"], out["u"], out["v"], out["tfar"]

    def blocked(self, origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """(n,) bool: does anything stand in the way of parallel rays in one direction (3,)?"""
        directions = np.ascontiguousarray(np.broadcast_to(direction, origin.shape), np.float32)
        return self._scene.run(np.ascontiguousarray(origin, np.float32), directions) >= 0


def dome(key: tuple[float, float, float], key_share: float, count: int = DOME_DIRECTIONS):
    """Directions (count, 3) spread over the upper half space and their weights: an even sky with a brighter side.

    Weights are scaled so that an open horizontal surface receives 1.
    """
    i = np.arange(count) + 0.5
    z = 1 - 0.94 * i / count
    angle = i * 2.399963  # the golden angle
    radius = np.sqrt(1 - z * z)
    directions = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], 1)
    weights = 1 + key_share * np.clip(directions @ (np.array(key) / np.linalg.norm(key)), 0, 1) ** 3 * 2
    return directions, weights / (weights * z).sum()


def dome_light(
    points: np.ndarray,
    normals: np.ndarray,
    casters: list[Caster],
    key,
    key_share: float,
    count: int = DOME_DIRECTIONS,
):
    """Light (n,) from the dome on points with normals, shadowed by the casters, plus a little bounced off the ground."""
    light = np.zeros(len(points))
    lifted = points + normals * 0.005
    for direction, weight in zip(*dome(key, key_share, count)):
        cosine = np.clip(normals @ direction, 0, 1)
        facing = np.flatnonzero(cosine > 0)
        free = np.ones(len(facing), bool)
        for caster in casters:
            free &= ~caster.blocked(lifted[facing], direction)
        light[facing] += weight * cosine[facing] * free
    return light + 0.16 * (1 - normals[:, 2]) / 2
