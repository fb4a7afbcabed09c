"""Geometry buffers of a crop: what each pixel shows, how it is turned and lit, without any colour.

A *plate* is the empty view of a camera, stored once. A *crop* is one person in it: labels at twice the image size,
three planes at image size (facing the camera, light from the dome, texture brightness), a fourth of warmth, and a coarse
contact shadow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_prep.people.asset import quantise, quantise_warmth
from data_prep.people.cameras import FRAME_HEIGHT, FRAME_WIDTH, Camera
from data_prep.people.casting import Caster, dome_light
from data_prep.people.meshes import vertex_normals
from data_prep.people.patterns import PATTERNS, print_mask, surface_coordinates
from data_prep.people.person import Person
from data_prep.people.scenes import Scene
from data_prep.people.warmth import warmth
from xivlab.world import labels
from xivlab.world.geometry import HEIGHT, REFERENCE_DISTANCE, SHADOW_SHAPE, WIDTH

ALPHA_THRESHOLD = 0.5
CLOTH = (labels.UPPER, labels.UPPER_PRINT, labels.LOWER, labels.LOWER_PRINT, labels.SCARF, labels.INNER)


class Place:
    """A scene prepared for ray casting."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.vertices, self.faces, self.material, self.pattern = scene.arrays()
        edges = self.vertices[self.faces]
        normals = np.cross(edges[:, 1] - edges[:, 0], edges[:, 2] - edges[:, 0])
        self.normals = normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12)
        self.caster = Caster(self.vertices, self.faces)

    def plate(self, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
        """Labels (720, 960) uint8, materials counted from 0, and planes (720, 960, 3) uint8 of the empty view."""
        direction = camera.rays((0, 0, FRAME_WIDTH, FRAME_HEIGHT), FRAME_HEIGHT, FRAME_WIDTH)
        origin = np.broadcast_to(np.array(camera.eye, np.float32), direction.shape)
        triangle, _, _, distance = self.caster.first_hit(origin, direction)
        if (triangle < 0).any():
            raise ValueError(
                f"{self.scene.name}: {(triangle < 0).mean():.1%} of the frame shows nothing; close the scene."
            )
        points = origin + direction * distance[:, None]
        facing = -(self.normals[triangle] * direction).sum(1)
        normals = np.where(facing[:, None] < 0, -self.normals[triangle], self.normals[triangle])
        texture = np.ones(len(triangle))
        coordinates = surface_coordinates(points, normals)
        for number, paint in enumerate(PATTERNS.values()):
            shown = self.pattern[triangle] == number
            texture[shown] = paint(coordinates[shown])
        light = dome_light(points, normals, [self.caster], self.scene.key_light, self.scene.key_share, 48)
        lamp = np.abs(facing) * (REFERENCE_DISTANCE / distance) ** 2
        shape = (FRAME_HEIGHT, FRAME_WIDTH)
        planes = quantise(np.stack([lamp, light, texture], -1)).reshape(*shape, 3)
        return self.material[triangle].reshape(shape).astype(np.uint8), planes


@dataclass
class Crop:
    """One person in one image. `window`: left, top, right, bottom in frame coordinates."""

    labels: np.ndarray  # (256, 128) uint8, see labels.py
    planes: np.ndarray  # (128, 64, 3) uint8
    warmth: np.ndarray  # (128, 64) uint8, see warmth.py
    shadow: np.ndarray  # (24, 12) uint8: share of the dome's light left on the ground, 255 all
    window: tuple[float, float, float, float]
    distance: float  # metres from camera to person
    visible: float  # share of the person's pixels that nothing hides


def crop_window(box: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """A detector's box around the person: a little too large, a little off, the whole person inside."""
    left, top, right, bottom = box
    height = (bottom - top) * rng.uniform(1.04, 1.16)
    width = np.clip((right - left) * rng.uniform(1.04, 1.25), 0.40 * height, None)
    x = (left + right) / 2 + rng.uniform(-0.42, 0.42) * (width - (right - left))
    y = (top + bottom) / 2 + rng.uniform(-0.42, 0.42) * (height - (bottom - top))
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def render_crop(
    place: Place, camera: Camera, person: Person, vertices: np.ndarray, rng: np.random.Generator
) -> Crop | None:
    """Casts one crop; None if the person would not be whole inside the camera's frame."""
    projected = camera.project(vertices)
    window = crop_window(np.r_[projected.min(0), projected.max(0)], rng)
    if min(window[:2]) < 1 or window[2] > FRAME_WIDTH - 1 or window[3] > FRAME_HEIGHT - 1:
        return None
    direction = camera.rays(window, 2 * HEIGHT, 2 * WIDTH)
    origin = np.broadcast_to(np.array(camera.eye, np.float32), direction.shape)
    caster = Caster(vertices, person.faces)
    ray, triangle, weights, distance = _first_opaque(caster, person, origin, direction)
    if not len(ray):
        return None
    before = place.caster.first_hit(origin, direction)
    wall = np.where(before[0] >= 0, before[3], np.inf)
    seen = distance < wall[ray]
    shown, shown_planes = _shade(
        place, person, vertices, caster, origin[ray], direction[ray], triangle, weights, distance
    )
    label = np.zeros(len(direction), np.uint8)
    label[ray[seen]] = shown[seen]
    planes = np.zeros((len(direction), 4))
    planes[ray[seen]] = shown_planes[seen]
    label = label.reshape(2 * HEIGHT, 2 * WIDTH)
    means = _block_mean(planes.reshape(2 * HEIGHT, 2 * WIDTH, 4), label > 0)
    return Crop(
        label,
        quantise(means[..., :3]),
        quantise_warmth(means[..., 3]),
        _contact_shadow(place, camera, window, caster, vertices),
        window,
        float(np.median(distance)),
        float(seen.mean()),
    )


def _first_opaque(caster: Caster, person: Person, origin: np.ndarray, direction: np.ndarray):
    """First hit of each ray that is neither cut away nor a transparent hair texel: ray, triangle, weights, distance."""
    active = np.arange(len(direction))
    start, travelled = origin.astype(np.float32).copy(), np.zeros(len(direction))
    found: list[tuple[np.ndarray, ...]] = []
    for _ in range(8):
        triangle, u, v, distance = caster.first_hit(start[active], direction[active])
        hit = triangle >= 0
        active, triangle, distance = active[hit], triangle[hit], distance[hit]
        weights = np.stack([1 - u - v, u, v], 1)[hit]
        if not len(active):
            break
        through = (person.trim[person.faces[triangle]] * weights).sum(1) < 0
        for number, part in enumerate(person.parts):
            on = person.part_of_face[triangle] == number
            if part.alpha is not None and part.corner_label[0, 0] == labels.HAIR and on.any():
                through[on] |= _texel(part.alpha, person.uv[triangle[on]], weights[on]) < ALPHA_THRESHOLD
        solid = ~through
        found.append(
            (active[solid], triangle[solid], weights[solid], travelled[active[solid]] + distance[solid])
        )
        active, step = active[through], distance[through] + 1e-4
        travelled[active] += step
        start[active] += direction[active] * step[:, None]
        if not len(active):
            break
    if not found:
        return np.zeros(0, int), np.zeros(0, int), np.zeros((0, 3)), np.zeros(0)
    return tuple(np.concatenate(column) for column in zip(*found))


def _texel(image: np.ndarray, uv: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Nearest texel (n,) of an image (h, w) at interpolated texture coordinates; uv (n, 3, 2)."""
    height, width = image.shape
    x, y = (uv * weights[:, :, None]).sum(1).T
    row = np.clip(((1 - y % 1) * height).astype(int), 0, height - 1)
    return image[row, np.clip((x % 1 * width).astype(int), 0, width - 1)]


def _shade(place, person, vertices, caster, origin, direction, triangle, weights, distance):
    """Labels (n,) and planes (n, 4) of the hits: facing, light, texture, warmth."""
    corners = person.faces[triangle]
    normals = (vertex_normals(vertices, person.faces)[corners] * weights[:, :, None]).sum(1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    normals = np.where(((normals * direction).sum(1) > 0)[:, None], -normals, normals)
    rest = (person.rest[corners] * weights[:, :, None]).sum(1)
    arm = (person.arm[corners] * weights).sum(1)
    label = person.corner_label[triangle, weights.argmax(1)]
    label = _paint(person, label, rest, arm)
    texture = np.ones(len(label))
    for number, part in enumerate(person.parts):
        on = person.part_of_face[triangle] == number
        if part.luminance is not None and on.any():
            tone = _texel(part.luminance, person.uv[triangle[on]], weights[on])
            power = 1.0 if part.corner_label[0, 0] == labels.HAIR else person.look.texture
            texture[on] = np.clip(tone / max(float(part.luminance.mean()), 0.04), 0.25, 1.9) ** power
    texture[label == labels.STRAP] = 1.0
    cloth = np.isin(label, CLOTH)
    slope, valley, lift = _folds(rest[cloth], person.look.folds, seed=abs(int(1e6 * person.hip)))
    normals[cloth] -= slope - (slope * normals[cloth]).sum(1, keepdims=True) * normals[cloth]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    texture[cloth] *= valley
    points = origin + direction * distance[:, None]
    light = dome_light(points, normals, [caster], place.scene.key_light, place.scene.key_share)
    facing = np.clip(-(normals * direction).sum(1), 0.02, 1)
    gap = (person.gap[corners] * weights).sum(1)
    gap[cloth] += lift
    warm = warmth(person.look, label, (person.kelvin[corners] * weights).sum(1), gap)
    return label, np.stack([facing, light, texture, warm], 1)


def _folds(rest: np.ndarray, strength: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope (n, 3), darkening of valleys (n,) and height in metres (n,) of drawn folds: warped waves in the rest pose."""
    rng = np.random.default_rng(seed)
    slope, height, lift = np.zeros_like(rest), np.zeros(len(rest)), np.zeros(len(rest))
    warp = 0.05 * np.sin(rest @ rng.normal(size=(3, 3)) * 9 + rng.uniform(0, 6, 3))
    for length in (0.34, 0.25, 0.19, 0.14, 0.10, 0.07):
        axis = rng.normal(size=3) * [1.0, 1.0, 0.75]
        wave = 2 * np.pi / length * axis / np.linalg.norm(axis)
        phase = (rest + warp) @ wave + rng.uniform(0, 6)
        amplitude = 0.019 * length * strength
        slope += amplitude * np.cos(phase)[:, None] * wave
        height += np.sin(phase) / 6
        lift += amplitude * np.sin(phase)
    return slope, np.clip(1 + 0.07 * strength * height, 0.6, 1.3), lift


def _paint(person: Person, label: np.ndarray, rest: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """Prints, trouser stripes and the straps of bags, drawn on the clothes in the rest pose."""
    label, look = label.copy(), person.look
    x, y, z = rest.T
    sleeve = arm > 0.5
    across, height = np.arctan2(x, -y) * 0.16, z - person.hip
    for side, sign in (("L", 1), ("R", -1)):  # on sleeves: along the arm, from the shoulder's height down
        on = sleeve & (sign * x > 0)
        start, end = person._head(f"upperarm01.{side}"), person._head(f"wrist.{side}")
        length = np.linalg.norm(end - start)
        height[on] = start[2] - person.hip - person.along_arm(rest[on], side) * length
        away = rest[on] - start - person.along_arm(rest[on], side)[:, None] * (end - start)
        across[on] = np.arctan2(away[:, 1], away[:, 2]) * 0.06
    second = print_mask(look.print, across, height, sleeve, y < 0, look.print_width, look.print_height)
    label[(label == labels.UPPER) & second] = labels.UPPER_PRINT
    if look.lower_stripe:
        top, bottom = person._head("upperleg01.L"), person._head("foot.L")
        share = np.clip((top[2] - z) / (top[2] - bottom[2]), 0, 1)
        outside = np.abs(x) > top[0] + share * (bottom[0] - top[0])
        middle = np.abs(y - (top[1] + share * (bottom[1] - top[1]))) < 0.022
        label[(label == labels.LOWER) & outside & middle] = labels.LOWER_PRINT
    trunk = np.isin(label, (labels.UPPER, labels.UPPER_PRINT, labels.INNER)) & ~sleeve
    if look.bag == "backpack":
        straps = (np.abs(np.abs(x) - 0.095) < 0.023) & (y < 0.05) & (z > person._head("spine04")[2] + 0.02)
        label[trunk & straps] = labels.STRAP
    elif look.bag == "shoulder":
        collar = person._head("clavicle.L")[2] + 0.03
        line = look.bag_side * (-0.10 + 0.28 * (collar - z) / (collar - person.hip))
        on = (np.abs(x - line) < 0.022) & (z > person.hip - 0.02)
        label[(trunk | ((label == labels.LOWER) & (z > person.hip))) & on] = labels.STRAP
    return label


def _block_mean(planes: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """2 x 2 means over the person's samples only; blocks without any keep the mean of the person (compresses well)."""
    height, width = inside.shape
    blocks = (planes * inside[..., None]).reshape(height // 2, 2, width // 2, 2, -1).sum((1, 3))
    count = inside.reshape(height // 2, 2, width // 2, 2).sum((1, 3))[..., None]
    mean = blocks.sum((0, 1)) / max(count.sum(), 1)
    return np.where(count > 0, blocks / np.maximum(count, 1), mean)


def _contact_shadow(place: Place, camera: Camera, window, caster: Caster, vertices: np.ndarray) -> np.ndarray:
    """How much of the dome's light the person leaves on the ground around the feet, (24, 12) uint8."""
    direction = camera.rays(window, *SHADOW_SHAPE)
    origin = np.broadcast_to(np.array(camera.eye, np.float32), direction.shape)
    triangle, _, _, distance = place.caster.first_hit(origin, direction)
    points = origin + direction * distance[:, None]
    feet = vertices[vertices[:, 2] < 0.25].mean(0)
    near = (triangle >= 0) & (points[:, 2] < 0.05) & (np.linalg.norm(points[:, :2] - feet[:2], axis=1) < 1.6)
    out = np.ones(len(direction))
    if near.any():
        up = np.tile([0.0, 0.0, 1.0], (near.sum(), 1))
        key, share = place.scene.key_light, place.scene.key_share
        out[near] = dome_light(points[near], up, [caster], key, share, 40)
    return np.clip(out * 255, 0, 255).astype(np.uint8).reshape(SHADOW_SHAPE)
