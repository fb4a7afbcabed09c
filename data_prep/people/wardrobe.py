"""Garment pieces that mix freely: the CC0 suits cut into uppers and lowers, shoes into shoes and socks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from data_prep.people.body import Body, garment_skin_weights
from data_prep.people.look import HATS, JACKET, LEGGINGS, ONE_PIECE, OVERALLS, SHOES, SUITS
from data_prep.people.meshes import Garment, components, read_mhclo
from xivlab.world import labels

SOCK_VERTICES = 144  # in all six shoe assets the two socks are the components of 144 vertices


@dataclass
class Piece:
    """Some faces of a garment, with a label each and its skin weights."""

    garment: Garment
    faces: np.ndarray  # (m,) bool
    face_label: np.ndarray  # (all faces,) uint8
    skin_weights: sp.csr_matrix


class Wardrobe:
    """All garments of the CC0 folder (`clothes/`, `hair/`), as pieces by name."""

    def __init__(self, folder: Path, body: Body):
        self.upper: dict[str, Piece] = {}
        self.lower: dict[str, Piece] = {}
        self.shoes: dict[str, Piece] = {}
        self.socks: dict[str, Piece] = {}
        self.hair: dict[str, Piece] = {}
        self.hats: dict[str, Piece] = {}
        self.body = body
        for name in (*SUITS, LEGGINGS):
            self._add_suit(read_mhclo(folder / "clothes" / name))
        for name in SHOES:
            garment = read_mhclo(folder / "clothes" / name)
            part = components(garment.mesh.faces, len(garment.mesh.vertices))
            sock = np.bincount(part)[part[garment.mesh.faces[:, 0]]] == SOCK_VERTICES
            self.shoes[name] = self._piece(garment, ~sock, labels.SHOE)
            self.socks[name] = self._piece(garment, sock, labels.SOCK)
        for name in HATS:
            garment = read_mhclo(folder / "clothes" / name)
            self.hats[name] = self._piece(garment, np.ones(len(garment.mesh.faces), bool), labels.HAT)
        for path in sorted((folder / "hair").iterdir()):
            garment = read_mhclo(path)
            self.hair[path.name] = self._piece(garment, np.ones(len(garment.mesh.faces), bool), labels.HAIR)

    def _piece(self, garment: Garment, faces: np.ndarray, label: int | np.ndarray) -> Piece:
        face_label = np.broadcast_to(np.uint8(label), len(faces)).copy()
        return Piece(garment, faces, face_label, garment_skin_weights(garment, self.body.skin_weights))

    def _add_suit(self, garment: Garment) -> None:
        lower = _lower_faces(garment)
        self.lower[garment.name] = self._piece(garment, lower, labels.LOWER)
        if garment.name == LEGGINGS:
            return
        label = np.full(len(lower), labels.UPPER)
        if garment.name == JACKET:  # the two small upper components are the shirt under it
            part = components(garment.mesh.faces, len(garment.mesh.vertices))[garment.mesh.faces[:, 0]]
            sizes = np.bincount(components(garment.mesh.faces, len(garment.mesh.vertices)))
            label[sizes[part] < 500] = labels.INNER
        self.upper[garment.name] = self._piece(garment, ~lower, label)


def _lower_faces(garment: Garment) -> np.ndarray:
    """Which faces (m,) belong to trousers, shorts or skirt."""
    mesh = garment.mesh
    if garment.name == ONE_PIECE:
        island = components(mesh.face_uv, len(mesh.uv))[mesh.face_uv[:, 0]]
        lowest = {i: mesh.vertices[np.unique(mesh.faces[island == i]), 1].min() for i in np.unique(island)}
        return np.isin(island, [i for i, y in lowest.items() if y < -5])
    part = components(mesh.faces, len(mesh.vertices))
    if garment.name == OVERALLS:
        lower = [np.bincount(part).argmax()]
    else:
        bottom = mesh.vertices[:, 1].min()
        lower = [k for k in np.unique(part) if mesh.vertices[part == k, 1].min() < bottom + 0.3]
        # a belt buckle floats on the trousers it belongs to
        lower += [
            k for k in np.unique(part) if (part == k).sum() < 260 and mesh.vertices[part == k, 1].max() < 0.9
        ]
    return np.isin(part[mesh.faces[:, 0]], lower)
