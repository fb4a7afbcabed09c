"""Camera positions, and where people walk in front of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FRAME_HEIGHT, FRAME_WIDTH = 720, 960


@dataclass(frozen=True)
class Camera:
    """A fixed pinhole camera. Frame coordinates are pixels of a frame of FRAME_HEIGHT rows, y down."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    focal: float  # in frame heights

    def axes(self) -> np.ndarray:
        """Rows: right, up, forward."""
        forward = np.subtract(self.target, self.eye)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(right, forward), forward])

    def project(self, points: np.ndarray) -> np.ndarray:
        """Frame coordinates (n, 2) of points (n, 3)."""
        right, up, forward = ((np.asarray(points) - self.eye) @ self.axes().T).T
        scale = self.focal * FRAME_HEIGHT
        return np.stack(
            [FRAME_WIDTH / 2 + scale * right / forward, FRAME_HEIGHT / 2 - scale * up / forward], 1
        )

    def rays(self, window: tuple[float, float, float, float], height: int, width: int) -> np.ndarray:
        """Unit directions (height * width, 3) through the pixel centres of a window (left, top, right, bottom)."""
        left, top, right, bottom = window
        x = left + (np.arange(width) + 0.5) / width * (right - left)
        y = top + (np.arange(height) + 0.5) / height * (bottom - top)
        x, y = np.meshgrid(x, y)
        scale = self.focal * FRAME_HEIGHT
        local = np.stack([(x - FRAME_WIDTH / 2) / scale, (FRAME_HEIGHT / 2 - y) / scale, np.ones_like(x)], -1)
        directions = local.reshape(-1, 3) @ self.axes()
        return directions / np.linalg.norm(directions, axis=1, keepdims=True)


@dataclass(frozen=True)
class Post:
    """A camera in a scene; people stand in the rectangle `walk` (x0, y0, x1, y1) in metres."""

    scene: str
    camera: Camera
    walk: tuple[float, float, float, float]


SYSU_POSTS = {
    1: Post("lobby", Camera((0.4, -3.6, 2.9), (0.1, 2.4, 0.75), 1.05), (-2.6, 0.2, 2.8, 4.2)),
    2: Post("corridor", Camera((0.7, -2.6, 2.55), (-0.1, 3.4, 0.75), 1.10), (-1.4, 1.2, 1.4, 5.4)),
    3: Post("corridor", Camera((0.5, -2.6, 2.65), (-0.1, 3.4, 0.75), 1.05), (-1.4, 1.2, 1.4, 5.0)),
    4: Post("courtyard", Camera((-0.5, -4.0, 3.5), (0.0, 3.6, 0.7), 1.25), (-3.6, 0.6, 3.8, 5.6)),
    5: Post("street", Camera((0.8, -3.6, 3.9), (0.2, 3.6, 0.7), 1.20), (-3.4, 0.6, 3.8, 4.2)),
    6: Post("car_park", Camera((0.2, -3.4, 3.6), (0.0, 3.0, 0.75), 1.10), (-3.4, 0.4, 3.6, 4.6)),
}
REGDB_POSTS = {1: Post("plaza", Camera((0.0, -5.0, 4.0), (0.0, 2.4, 0.7), 1.15), (-3.0, 0.0, 3.0, 3.8))}
