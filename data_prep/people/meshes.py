"""Wavefront meshes, MakeHuman clothes files (.mhclo) and small mesh geometry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from PIL import Image
from scipy.sparse.csgraph import connected_components


@dataclass
class Mesh:
    """Triangles: vertices (n, 3) float, faces (m, 3) int, uv (k, 2) in [0, 1], face_uv (m, 3) rows of uv."""

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    face_uv: np.ndarray
    groups: dict[str, np.ndarray]  # name of an OBJ group -> its triangles, (q, 3) int


def read_obj(path: Path) -> Mesh:
    """Reads vertices, texture coordinates and polygons (cut into triangle fans) of an OBJ file."""
    vertices, uv, faces, face_uv, groups, group = [], [], [], [], {}, ""
    for line in path.read_text(encoding="utf-8", errors="ignore").splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "v":
            vertices.append([float(x) for x in words[1:4]])
        elif words[0] == "vt":
            uv.append([float(x) for x in words[1:3]])
        elif words[0] == "g":
            group = words[1]
        elif words[0] == "f":
            corners = [word.split("/") for word in words[1:]]
            v = [int(corner[0]) - 1 for corner in corners]
            t = [int(corner[1]) - 1 if len(corner) > 1 and corner[1] else 0 for corner in corners]
            for k in range(1, len(v) - 1):
                faces.append([v[0], v[k], v[k + 1]])
                face_uv.append([t[0], t[k], t[k + 1]])
                groups.setdefault(group, []).append(faces[-1])
    return Mesh(
        np.array(vertices),
        np.array(faces),
        np.array(uv) if uv else np.zeros((1, 2)),
        np.array(face_uv),
        {name: np.array(rows) for name, rows in groups.items()},
    )


@dataclass
class Garment:
    """A mesh tied to the body: vertex i = weights[i] . body[body_index[i]] + offset[i] * local scale."""

    name: str
    mesh: Mesh
    body_index: np.ndarray  # (n, 3) body vertices
    weights: np.ndarray  # (n, 3)
    offset: np.ndarray  # (n, 3) decimetres, y up
    scales: dict[int, tuple[int, int, float]]  # axis -> (body vertex, body vertex, reference distance)
    hidden: np.ndarray  # body vertices that the garment covers
    luminance: np.ndarray | None  # (h, w) texture brightness in [0, 1]
    alpha: np.ndarray | None  # (h, w) opacity in [0, 1]


def read_mhclo(folder: Path) -> Garment:
    """Reads the one .mhclo of a folder with its mesh and, where there is one, its diffuse texture."""
    path = next(folder.glob("*.mhclo"))
    index, weights, offset, scales, hidden, mode, obj = [], [], [], {}, [], "", ""
    for line in path.read_text(encoding="utf-8", errors="ignore").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "obj_file":
            obj = words[1]
        elif words[0] in ("x_scale", "y_scale", "z_scale"):
            scales["xyz".index(words[0][0])] = (int(words[1]), int(words[2]), float(words[3]))
        elif words[0] == "verts":
            mode = "verts"
        elif words[0] == "delete_verts":
            mode = "delete"
        elif mode == "verts" and words[0].isdigit():
            exact = len(words) < 9  # one body vertex instead of three with weights and an offset
            index.append([int(words[0])] * 3 if exact else [int(x) for x in words[:3]])
            weights.append([1.0, 0.0, 0.0] if exact else [float(x) for x in words[3:6]])
            offset.append([0.0, 0.0, 0.0] if exact else [float(x) for x in words[6:9]])
        elif mode == "delete":
            hidden += _ranges(words)
    texture = next(iter(sorted(folder.glob("*diffuse*"))), None)
    rgba = None if texture is None else np.asarray(Image.open(texture).convert("RGBA"), np.float32) / 255
    return Garment(
        folder.name,
        read_obj(folder / obj),
        np.array(index),
        np.array(weights),
        np.array(offset),
        scales,
        np.array(hidden, int),
        None if rgba is None else rgba[..., :3] @ np.float32([0.3, 0.6, 0.1]),
        None if rgba is None else rgba[..., 3],
    )


def _ranges(words: list[str]) -> list[int]:
    """The vertices of a line such as `12 - 15 20`."""
    out, i = [], 0
    while i < len(words):
        if i + 2 < len(words) and words[i + 1] == "-":
            out += range(int(words[i]), int(words[i + 2]) + 1)
            i += 3
        else:
            out += [int(words[i])] if words[i].isdigit() else []
            i += 1
    return out


def components(faces: np.ndarray, count: int) -> np.ndarray:
    """Connected component of each of `count` vertices, (count,) int."""
    i, j = np.r_[faces[:, 0], faces[:, 1]], np.r_[faces[:, 1], faces[:, 2]]
    graph = sp.coo_matrix((np.ones(len(i)), (i, j)), (count, count))
    return connected_components(graph, directed=False)[1]


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals, (n, 3)."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    flat = np.repeat(np.cross(b - a, c - a), 3, axis=0)
    normals = np.stack([np.bincount(faces.ravel(), flat[:, k], minlength=len(vertices)) for k in range(3)], 1)
    return normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9)


def superellipsoid(
    around: int = 32, along: int = 16, squareness: float = 0.55
) -> tuple[np.ndarray, np.ndarray]:
    """A rounded box in [-1, 1]^3 (vertices, faces); squareness 1 is a sphere, towards 0 a box."""
    u = np.linspace(-np.pi, np.pi, around, endpoint=False)
    v = np.linspace(-np.pi / 2, np.pi / 2, along)
    u, v = np.meshgrid(u, v)

    def power(t):
        return np.sign(t) * np.abs(t) ** squareness

    points = np.stack(
        [power(np.cos(v)) * power(np.cos(u)), power(np.cos(v)) * power(np.sin(u)), power(np.sin(v))], -1
    )
    faces = []
    for i in range(along - 1):
        for j in range(around):
            a, b = i * around + j, i * around + (j + 1) % around
            faces += [[a, b, a + around], [b, b + around, a + around]]
    return points.reshape(-1, 3), np.array(faces)
