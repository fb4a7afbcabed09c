"""The five places where the cameras stand: static meshes with a material and a brightness pattern per face.

z up, metres; people walk on z = 0 inside a camera's `walk` rectangle. Materials are columns of the spectra table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from data_prep.people.meshes import superellipsoid
from data_prep.people.patterns import PATTERNS


@dataclass
class Scene:
    """Built by adding things; `materials` lists the spectra that its labels point to."""

    name: str
    key_light: tuple[float, float, float]  # direction towards the brighter side of the light dome
    key_share: float  # 0: even dome, 3: strongly one-sided
    materials: list[str] = field(default_factory=list)
    vertices: list[np.ndarray] = field(default_factory=list)
    faces: list[np.ndarray] = field(default_factory=list)
    face_material: list[np.ndarray] = field(default_factory=list)
    face_pattern: list[np.ndarray] = field(default_factory=list)
    count: int = 0

    def add(self, vertices, faces, material: str, pattern: str = "plain") -> None:
        if material not in self.materials:
            self.materials.append(material)
        vertices, faces = np.asarray(vertices, float), np.asarray(faces)
        self.vertices.append(vertices)
        self.faces.append(faces + self.count)
        self.face_material.append(np.full(len(faces), self.materials.index(material)))
        self.face_pattern.append(np.full(len(faces), list(PATTERNS).index(pattern)))
        self.count += len(vertices)

    def quad(self, corner, first, second, material: str, pattern: str = "plain") -> None:
        """A parallelogram; its front is where first x second points."""
        corner, first, second = (np.asarray(v, float) for v in (corner, first, second))
        self.add(
            [corner, corner + first, corner + first + second, corner + second],
            [[0, 1, 2], [0, 2, 3]],
            material,
            pattern,
        )

    def box(self, low, high, material: str, pattern: str = "plain", squareness: float = 0.0) -> None:
        """An axis-aligned box, its edges rounded where squareness is above 0."""
        low, high = np.asarray(low, float), np.asarray(high, float)
        if squareness:
            shell, faces = superellipsoid(squareness=squareness)
            self.add((low + high) / 2 + shell * (high - low) / 2, faces, material, pattern)
            return
        corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
        sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        faces = [triangle for a, b, c, d in sides for triangle in ((a, b, c), (a, c, d))]
        self.add(low + corners * (high - low), faces, material, pattern)

    def post(
        self, x: float, y: float, radius: float, height: float, material: str, pattern: str = "plain"
    ) -> None:
        angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        ring = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)
        points = np.concatenate(
            [np.c_[ring, np.zeros(16)], np.c_[ring, np.full(16, height)], [[x, y, height]]]
        )
        faces = []
        for i in range(16):
            j = (i + 1) % 16
            faces += [[i, j, 16 + i], [j, 16 + j, 16 + i], [16 + i, 16 + j, 32]]
        self.add(points, faces, material, pattern)

    def leaves(self, low, high, count: int, size: float, material: str, seed: int) -> None:
        """A bush: small tilted leaves, dense near the surface of a rounded, bumpy box, over a dark core."""
        rng = np.random.default_rng(seed)
        low, high = np.asarray(low, float), np.asarray(high, float)
        middle, half = (low + high) / 2, (high - low) / 2
        self.box(low + 0.12 * half, high - 0.12 * half, material, "core", squareness=0.5)
        direction = rng.normal(size=(count, 3))
        direction /= (
            np.abs(direction).max(1, keepdims=True) ** 0.75
            * np.linalg.norm(direction, axis=1, keepdims=True) ** 0.25
        )
        centre = middle + direction * half * rng.uniform(0.84, 1.06, (count, 1))
        tilt = direction + rng.normal(size=(count, 3)) * 0.7
        tilt /= np.linalg.norm(tilt, axis=1, keepdims=True)
        first = np.cross(tilt, rng.normal(size=(count, 3)))
        first /= np.linalg.norm(first, axis=1, keepdims=True)
        second = np.cross(tilt, first)
        length = size * rng.uniform(0.6, 1.4, (count, 1))
        ends = [
            centre - first * length,
            centre - second * length * 0.45,
            centre + first * length,
            centre + second * length * 0.45,
        ]
        points = np.stack(ends, 1).reshape(-1, 3)
        points[:, 2] = np.maximum(points[:, 2], 0.01)
        quads = np.arange(count)[:, None] * 4
        faces = np.concatenate([quads + [0, 1, 2], quads + [0, 2, 3]])
        self.add(points, faces, material, "leaf")

    def arrays(self):
        """vertices (n, 3), faces (m, 3), material of each face, pattern of each face."""
        return tuple(
            np.concatenate(part)
            for part in (self.vertices, self.faces, self.face_material, self.face_pattern)
        )


def lobby() -> Scene:
    """Cameras 1: a tiled hall with a wooden door, a bench, plants and a counter."""
    scene = Scene("lobby", (0.3, -0.4, 0.86), 0.8)
    scene.quad([-7, -6, 0], [14, 0, 0], [0, 14, 0], "scene:concrete", "tiles")
    scene.quad([-7, 6.2, 0], [14, 0, 0], [0, 0, 5], "scene:brick-grey", "plaster")
    scene.quad([-4.6, 6.2, 0], [0, -12, 0], [0, 0, 5], "scene:vinyl-white", "plaster")
    scene.box([-4.62, -6, 0], [-4.57, 6.2, 0.12], "scene:plastic-black")
    scene.quad([5.2, -6, 0], [0, 12.2, 0], [0, 0, 5], "scene:brick-grey", "plaster")
    scene.box([-7, 6.15, 0], [7, 6.2, 0.12], "scene:plastic-black")
    scene.box([-1.0, 6.10, 0], [1.1, 6.21, 2.2], "scene:steel")
    scene.box([-0.9, 6.06, 0], [0.02, 6.2, 2.1], "scene:pine", "planks")
    scene.box([0.08, 6.06, 0], [1.0, 6.2, 2.1], "scene:pine", "planks")
    scene.box([-3.6, 6.14, 1.1], [-1.9, 6.2, 2.1], "scene:plastic-blue", "notices")
    scene.box([2.2, 6.1, 0.9], [4.4, 6.2, 2.4], "scene:aluminium")
    scene.box([2.3, 6.08, 1.0], [4.3, 6.2, 2.3], "scene:glass", "window")
    scene.box([-4.3, 4.2, 0.38], [-3.7, 6.0, 0.45], "scene:plywood", "planks")
    scene.box([-4.2, 4.4, 0], [-3.8, 4.5, 0.38], "scene:steel")
    scene.box([-4.2, 5.6, 0], [-3.8, 5.7, 0.38], "scene:steel")
    scene.box([3.2, 4.6, 0], [4.2, 5.6, 0.5], "scene:roofing-felt", squareness=0.35)
    scene.leaves([2.9, 4.2, 0.45], [4.5, 6.0, 1.7], 1500, 0.10, "scene:leaf-aspen", 11)
    scene.box([1.9, 0.9, 0], [2.9, 1.25, 0.95], "scene:plywood", "planks")
    scene.box([1.85, 0.85, 0.95], [2.95, 1.3, 0.99], "scene:plastic-black")
    scene.box([-2.9, 1.2, 0], [-2.4, 1.7, 0.42], "scene:steel", squareness=0.3)
    scene.leaves([-3.0, 1.1, 0.4], [-2.3, 1.8, 0.95], 600, 0.07, "scene:leaf-oak", 12)
    return scene


def corridor() -> Scene:
    """Cameras 2 (visible) and 3 (near-infrared), one place."""
    scene = Scene("corridor", (0.0, 0.2, 0.98), 0.4)
    scene.quad([-2.1, -6, 0], [4.2, 0, 0], [0, 20, 0], "scene:carpet-grey", "carpet")
    for x, sign in ((-2.1, 1), (2.1, -1)):
        scene.quad(
            [x, 14 if sign > 0 else -6, 0], [0, -20 * sign, 0], [0, 0, 1.05], "fabric:terry-yellow", "plaster"
        )
        scene.quad(
            [x, 14 if sign > 0 else -6, 1.05], [0, -20 * sign, 0], [0, 0, 4], "scene:pvc-white", "plaster"
        )
        scene.box([x - 0.02, -6, 1.0], [x + 0.02, 14, 1.1], "scene:pine")
        scene.box([x - 0.02, -6, 0], [x + 0.02, 14, 0.1], "scene:plastic-black")
        for y in (1.5, 5.5, 9.5):
            y = y + (0.9 if sign > 0 else 0)
            scene.box([x - 0.04, y - 0.08, 0], [x + 0.04, y + 1.0, 2.15], "scene:aluminium")
            scene.box([x - 0.06, y, 0], [x + 0.06, y + 0.92, 2.07], "scene:plywood", "planks")
            scene.box([x - 0.1, y + 0.80, 0.98], [x + 0.1, y + 0.88, 1.02], "scene:steel")
    scene.quad([-2.1, 13, 0], [4.2, 0, 0], [0, 0, 5], "scene:brick-grey", "plaster")
    scene.box([-1.0, 12.94, 0.9], [1.0, 13.0, 2.3], "scene:glass", "window")
    scene.box([1.98, 3.7, 1.25], [2.1, 4.0, 1.85], "scene:plastic-red", squareness=0.3)
    scene.box([-2.08, 3.95, 0.15], [-1.96, 5.3, 0.75], "scene:aluminium", "slats")
    scene.box([0.95, 0.35, 0.0], [1.6, 0.95, 0.72], "scene:plastic-blue", "planks")
    scene.box([0.9, 0.3, 0.72], [1.65, 1.0, 0.80], "scene:plastic-black", squareness=0.25)
    scene.box([-2.0, 7.4, 0], [-1.55, 7.9, 0.55], "scene:roofing-felt", squareness=0.3)
    scene.leaves([-2.05, 7.2, 0.5], [-1.35, 8.1, 1.5], 700, 0.09, "scene:leaf-oak", 13)
    return scene


def courtyard() -> Scene:
    """Camera 4: red brick, windows, hedges and bollards by day."""
    scene = Scene("courtyard", (-0.6, -0.35, 0.72), 2.0)
    scene.quad([-12, -8, 0], [24, 0, 0], [0, 20, 0], "scene:concrete", "paving")
    scene.quad([-12, 8.5, 0], [24, 0, 0], [0, 0, 8], "scene:brick-red", "bricks")
    for x in (-5.2, -1.4, 3.4):
        scene.box([x, 8.38, 0.95], [x + 1.7, 8.52, 2.5], "scene:vinyl-white")
        scene.box([x + 0.08, 8.34, 1.03], [x + 0.82, 8.5, 2.42], "scene:glass", "window")
        scene.box([x + 0.88, 8.34, 1.03], [x + 1.62, 8.5, 2.42], "scene:glass", "window")
    scene.box([1.0, 8.35, 0], [2.2, 8.5, 2.25], "scene:tarp-green", "planks")
    scene.leaves([-6.0, 7.1, 0], [-0.6, 8.2, 0.85], 5200, 0.065, "scene:bush", 21)
    scene.leaves([3.0, 7.2, 0], [7.0, 8.2, 1.05], 4200, 0.065, "scene:bush", 22)
    scene.leaves([-4.2, 1.6, 0], [-1.9, 2.4, 0.62], 3000, 0.05, "scene:leaf-oak", 23)
    for x, y in ((1.9, 2.1), (3.3, 2.1), (4.7, 2.1)):
        scene.post(x, y, 0.07, 0.95, "scene:steel")
        scene.post(x, y, 0.085, 0.12, "scene:plastic-black")
    scene.post(-4.6, 5.4, 0.14, 4.5, "scene:pine", "bark")
    scene.leaves([-6.2, 4.0, 3.1], [-3.1, 6.8, 5.2], 3800, 0.10, "scene:leaf-aspen", 24)
    return scene


def street() -> Scene:
    """Camera 5: a concrete wall, a parked van, a tree and a low fence by day."""
    scene = Scene("street", (0.7, -0.2, 0.68), 2.6)
    scene.quad([-14, -8, 0], [28, 0, 0], [0, 12.5, 0], "scene:asphalt", "asphalt")
    scene.quad([-14, 4.5, 0.001], [28, 0, 0], [0, 8, 0], "scene:paving-red", "paving")
    scene.box([-14, 4.4, 0], [14, 4.55, 0.10], "scene:concrete")
    scene.quad([-14, 9.2, 0], [28, 0, 0], [0, 0, 8], "scene:concrete", "panels")
    scene.box([-6.5, 5.9, 0.28], [-2.3, 7.7, 2.1], "scene:plastic-blue", squareness=0.22)
    scene.box([-6.3, 5.86, 1.25], [-3.6, 7.74, 1.95], "scene:glass", "window", squareness=0.12)
    for x in (-5.7, -3.1):
        scene.box([x - 0.33, 5.84, 0.0], [x + 0.33, 6.1, 0.66], "scene:roof-tar", squareness=0.9)
        scene.box([x - 0.18, 5.82, 0.16], [x + 0.18, 6.0, 0.50], "scene:aluminium", squareness=0.9)
    scene.post(3.6, 6.8, 0.17, 5.0, "scene:pine", "bark")
    scene.leaves([1.6, 5.0, 3.2], [5.8, 8.6, 5.6], 4200, 0.11, "scene:leaf-aspen", 31)
    scene.leaves([4.4, 8.2, 0], [9.0, 9.1, 1.3], 4200, 0.07, "scene:leaf-oak", 32)
    scene.box([-0.8, 9.1, 0], [0.5, 9.25, 2.2], "scene:steel", "slats")
    for x in (-3.6, -2.5, -1.4):  # a low rail in front
        scene.post(x, 1.5, 0.035, 0.8, "scene:plastic-yellow")
    for z in (0.38, 0.76):
        scene.box([-3.6, 1.48, z], [-1.4, 1.52, z + 0.05], "scene:plastic-yellow")
    scene.box([2.6, 1.6, 0], [3.15, 2.15, 0.95], "scene:tarp-green", "slats", squareness=0.3)
    return scene


def car_park() -> Scene:
    """Camera 6 (near-infrared) at night: garage doors, a hedge, pallets and a lamp post."""
    scene = Scene("car_park", (0.1, -0.5, 0.86), 0.6)
    scene.quad([-12, -8, 0], [24, 0, 0], [0, 20, 0], "scene:asphalt", "asphalt")
    for x in (-4.5, -1.5, 1.5, 4.5):
        scene.quad([x, 1.0, 0.002], [0.1, 0, 0], [0, 5.0, 0], "scene:vinyl-white", "worn")
    scene.quad([-12, 7.8, 0], [24, 0, 0], [0, 0, 7], "scene:brick-grey", "bricks")
    for x in (-3.6, -0.4):
        scene.box([x, 7.7, 0], [x + 2.6, 7.85, 2.35], "scene:aluminium", "slats")
    scene.leaves([3.0, 6.6, 0], [8.5, 7.6, 1.2], 5200, 0.07, "scene:bush", 41)
    for i in range(6):
        scene.box([-5.8, 5.6, 0.15 * i], [-4.6, 6.6, 0.15 * i + 0.10], "scene:pine", "planks")
    scene.post(2.75, 2.3, 0.06, 5.0, "scene:steel")
    scene.box([-3.2, 1.7, 0], [-2.2, 2.05, 0.62], "scene:concrete", squareness=0.2)
    scene.leaves([3.6, 1.4, 0], [5.2, 2.2, 0.7], 2400, 0.05, "scene:leaf-oak", 42)
    return scene


def plaza() -> Scene:
    """The aligned visible and thermal pair of synthetic-regdb: a plaza seen from a roof."""
    scene = Scene("plaza", (-0.4, -0.5, 0.77), 1.5)
    scene.quad([-14, -10, 0], [28, 0, 0], [0, 14.5, 0], "scene:paving-red", "paving")
    scene.quad([-14, 4.5, 0], [28, 0, 0], [0, 5, 0], "scene:grass-dry", "grass")
    scene.quad([-14, 9.0, 0.0], [28, 0, 0], [0, 0, 8], "scene:brick-red", "bricks")
    scene.box([-14, 4.4, 0], [14, 4.55, 0.08], "scene:concrete")
    scene.leaves([-8.0, 6.5, 0], [-1.5, 7.8, 1.0], 5200, 0.07, "scene:leaf-oak", 51)
    scene.box([0.6, 5.1, 0.40], [2.6, 5.55, 0.46], "scene:plywood", "planks")
    scene.box([0.7, 5.2, 0], [0.8, 5.5, 0.40], "scene:steel")
    scene.box([2.4, 5.2, 0], [2.5, 5.5, 0.40], "scene:steel")
    scene.post(4.4, 6.2, 0.15, 4.5, "scene:pine", "bark")
    return scene


SCENES = {build.__name__: build for build in (lobby, corridor, courtyard, street, car_park, plaza)}
