"""One clothed person in the rest pose, ready to be posed: body, garments, hair, hat, scarf, bags in one mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from data_prep.people.body import BODY_VERTICES, Body, Rest, fit, skin
from data_prep.people.look import BARE_ANKLES, Look
from data_prep.people.meshes import superellipsoid, vertex_normals
from data_prep.people.wardrobe import Piece, Wardrobe
from data_prep.people.warmth import gaps, skin_kelvin
from xivlab.world import labels


@dataclass
class Part:
    """A piece of the person. Hits where the interpolated `trim` is negative pass through (cut hems and sleeves)."""

    vertices: np.ndarray  # (n, 3) rest pose, metres
    faces: np.ndarray  # (m, 3)
    skin_weights: sp.csr_matrix  # (n, bones)
    corner_label: np.ndarray  # (m, 3) uint8
    trim: np.ndarray  # (n,)
    uv: np.ndarray | None = None  # (m, 3, 2)
    luminance: np.ndarray | None = None  # (h, w)
    alpha: np.ndarray | None = None  # (h, w)


class Person:
    """Built once per person; `posed` gives its vertices in any pose.

    Attributes: parts; rest (all vertices, (n, 3)); faces; part_of_face; corner_label; trim; uv; arm (n,) share of arm
    bones in each vertex; kelvin and gap (n,) of the skin beneath each vertex; hip (height of the hip joints, m).
    """

    def __init__(self, body: Body, wardrobe: Wardrobe, look: Look):
        self.body, self.look = body, look
        self.body_rest: Rest = body.rest(look.phenotype)
        self.points, self.heads = self.body_rest.vertices, self.body_rest.heads
        self.hip = self._head("upperleg01.L")[2]
        self.normals = vertex_normals(self.points, body.faces)
        self.body_arm = body.bones_matching("arm", "wrist", "finger", "metacarpal")
        self.parts: list[Part] = []
        self._add_body(wardrobe)
        self._add_lower(wardrobe)
        self._add_upper(wardrobe)
        self._add_coat()
        self._add_feet(wardrobe)
        hairline = self._add_hat(wardrobe)
        self._add_hair(wardrobe, hairline)
        self._add_scarf()
        self._add_bag()
        self._join()

    def posed(self, transforms: np.ndarray) -> np.ndarray:
        """Vertices (n, 3) under bone transforms (bones, 3, 4), standing on z = 0."""
        vertices = skin(self.rest, self.skin_weights, transforms)
        if self.look.bag == "hand":  # hangs straight down from the knuckles, whatever the arm does
            bone = self.body.bone[f"finger3-1.{self.side}"]
            knuckles = transforms[bone, :, :3] @ self.heads[bone] + transforms[bone, :, 3]
            vertices[self.hand_bag] = self.rest[self.hand_bag] + knuckles
        return vertices - [0, 0, vertices[:, 2].min()]

    @property
    def side(self) -> str:
        return "L" if self.look.bag_side > 0 else "R"

    def _head(self, bone: str) -> np.ndarray:
        return self.heads[self.body.bone[bone]]

    def _leg_trim(self, z: np.ndarray) -> np.ndarray:
        """Positive where trousers of this look still are."""
        knee, ankle = self._head("lowerleg01.L")[2], self._head("foot.L")[2]
        if self.look.leg_cut == 0:
            return np.ones(len(z))
        return z - (ankle + self.look.leg_cut * (knee - ankle))

    def _sleeve_trim(self, points: np.ndarray, arm: np.ndarray) -> np.ndarray:
        """Positive where the sleeves of this look still are."""
        if self.look.sleeve_cut == 0:
            return np.ones(len(points))
        along = np.maximum(self.along_arm(points, "L"), self.along_arm(points, "R"))
        return np.where(arm > 0.3, (1 - self.look.sleeve_cut) - along, 1.0)

    def along_arm(self, points: np.ndarray, side: str) -> np.ndarray:
        """0 at the shoulder, 1 at the wrist, along the arm in the rest pose."""
        start, end = self._head(f"upperarm01.{side}"), self._head(f"wrist.{side}")
        axis = end - start
        return (points - start) @ axis / (axis @ axis)

    def _hidden(self, *pieces: Piece) -> np.ndarray:
        mask = np.zeros(len(self.points), bool)
        for piece in pieces:
            vertices = piece.garment.hidden
            mask[vertices[vertices < len(mask)]] = True
        return mask

    def _add_body(self, wardrobe: Wardrobe) -> None:
        """The skin; where clothes cover it, it is drawn in and takes their label, so that no seam is naked."""
        look, z = self.look, self.points[:, 2]
        label = np.full(len(self.points), labels.SKIN, np.uint8)
        upper = self._hidden(wardrobe.upper[look.upper]) & (
            self._sleeve_trim(self.points, self.body_arm) > 0.04
        )
        waist = self.hip + 0.10
        lower = np.zeros(len(z), bool)
        if look.lower != "skirt":
            lower = self._hidden(wardrobe.lower[look.lower]) & (self._leg_trim(z) > 0.02)
        label[lower & ((z < waist) | (look.upper == look.lower))] = labels.LOWER
        label[upper & (z > waist)] = labels.UPPER
        belly = (
            (z > self.hip - 0.03) & (z < self.hip + 0.22) & (self.body_arm < 0.05) & (label == labels.SKIN)
        )
        label[belly] = np.where(z[belly] > waist - 0.02, labels.UPPER, labels.LOWER)
        if look.hair:
            eye = self._head("eye.L")
            above = (z > eye[2] + 0.02) & ((self.points[:, 1] > eye[1] + 0.055) | (z > eye[2] + 0.075))
            label[above] = labels.HAIR
        feet = self._hidden(wardrobe.shoes[look.shoes])  # the shoe assets hide what their socks cover, too
        label[feet] = np.where(z[feet] < self._head("foot.L")[2], labels.SHOE, labels.SOCK)
        covered = np.isin(label, (labels.UPPER, labels.LOWER, labels.SHOE, labels.SOCK))
        inset = np.where(covered, 0.014, 0.004) * (z < self._head("neck01")[2])
        self._add(self.points - self.normals * inset[:, None], self.body.faces, self.body.skin_weights, label)
        eyes = np.concatenate([self.body.groups["helper-l-eye"], self.body.groups["helper-r-eye"]])
        self._add(self.points, eyes, self.body.skin_weights, labels.EYE)

    def _add_lower(self, wardrobe: Wardrobe) -> None:
        if self.look.lower == "skirt":
            self._add_helper_skirt(0.004, self.look.skirt_cut, labels.LOWER)
            return
        piece = wardrobe.lower[self.look.lower]
        points = fit(piece.garment, self.points)
        self._add_piece(piece, points, self._leg_trim(points[:, 2]))

    def _add_upper(self, wardrobe: Wardrobe) -> None:
        look, piece = self.look, wardrobe.upper[self.look.upper]
        points = fit(piece.garment, self.points)
        normals = vertex_normals(points, piece.garment.mesh.faces)
        loose = 0.0 if look.upper == look.lower else 0.026 if look.lower == "skirt" else 0.012
        chest = self._head("spine01")[2] + 0.05
        below_chest = np.clip((chest - points[:, 2]) / 0.15, 0, 1)[:, None]  # let it fall over the waistband
        points = points + normals * loose * below_chest
        arm = np.asarray(piece.skin_weights @ self._arm_bones()).ravel()
        self._add_piece(piece, points, self._sleeve_trim(points, arm))

    def _arm_bones(self) -> np.ndarray:
        names = ("arm", "wrist", "finger", "metacarpal")
        return np.array([float(any(word in bone for word in names)) for bone in self.body.bone_names])

    def _add_coat(self) -> None:
        if self.look.coat_cut > 0:
            flare = np.clip((self.hip + 0.12 - self.points[:, 2]) / 0.25, 0, 1)
            self._add_helper_skirt(0.012 + 0.03 * flare, self.look.coat_cut, labels.UPPER)

    def _add_helper_skirt(self, inflate, cut: float, label: int) -> None:
        """The skirt among the body's helper faces, shortened from the hem by a share of its length."""
        faces = self.body.groups["helper-skirt"]
        z = self.points[:, 2]
        low, high = z[np.unique(faces)].min(), z[np.unique(faces)].max()
        normals = vertex_normals(self.points, faces)
        points = self.points + normals * np.broadcast_to(inflate, len(z))[:, None]
        self._add(points, faces, self.body.skin_weights, label, trim=z - (low + cut * (high - low)) + 1e-4)

    def _add_feet(self, wardrobe: Wardrobe) -> None:
        look = self.look
        shoes = wardrobe.shoes[look.shoes]
        points = fit(shoes.garment, self.points)
        self._add_piece(shoes, points)
        if look.lower in BARE_ANKLES or look.lower == "skirt" or look.leg_cut > 0.3:
            self._add_piece(wardrobe.socks[look.shoes], points)

    def _add_hat(self, wardrobe: Wardrobe) -> float:
        """Adds the hat; returns the height above which hair would push through it."""
        look, z = self.look, self.points[:, 2]
        if look.hat in wardrobe.hats:
            piece = wardrobe.hats[look.hat]
            points = fit(piece.garment, self.points)
            self._add_piece(piece, points)
            return points[:, 2].min() + 0.03
        if look.hat not in ("beanie", "cap"):
            return np.inf
        beanie = look.hat == "beanie"
        edge = self._head("eye.L")[2] + (0.022 if beanie else 0.040)
        on = (z > edge) & (np.arange(len(z)) < BODY_VERTICES)
        faces = self.body.faces[on[self.body.faces].all(1)]
        lift = np.clip((z - edge) / 0.10, 0, 1) * (0.020 if beanie else 0.004)
        points = self.points + self.normals * (0.020 if beanie else 0.015)
        points = points + np.stack([0 * z, 0.3 * lift, lift], 1)
        self._add(points, faces, self.body.skin_weights, labels.HAT)
        if not beanie:  # a short brim, bent down at its sides
            brim, brim_faces = superellipsoid(squareness=0.9)
            brim = brim * [0.066, 0.055, 0.004] + [0, self.points[on, 1].min() - 0.018, edge + 0.012]
            brim[:, 2] -= 3.0 * brim[:, 0] ** 2 - 0.25 * (brim[:, 1] - brim[:, 1].max())
            self._add_rigid(brim, brim_faces, "head", labels.HAT)
        return edge + 0.012

    def _add_hair(self, wardrobe: Wardrobe, hairline: float) -> None:
        piece = wardrobe.hair[self.look.hair]
        points = fit(piece.garment, self.points)
        low_enough = points[piece.garment.mesh.faces][:, :, 2].max(1) < hairline
        self._add_piece(Piece(piece.garment, low_enough, piece.face_label, piece.skin_weights), points)

    def _add_scarf(self) -> None:
        if not self.look.scarf:
            return
        z, middle = self.points[:, 2], self._head("neck02")
        neck = self.body.bones_matching("neck", "clavicle", "spine01") > 0.35
        band = neck & (np.abs(z - middle[2] + 0.015) < 0.055) & (np.arange(len(z)) < BODY_VERTICES)
        faces = self.body.faces[band[self.body.faces].all(1)]
        if len(faces):
            puff = 0.030 + 0.012 * np.cos((z - middle[2]) * 110)
            self._add(self.points + self.normals * puff[:, None], faces, self.body.skin_weights, labels.SCARF)

    def _add_bag(self) -> None:
        look = self.look
        if look.bag == "backpack":
            bottom, top = self._head("spine04")[2] - 0.05, self._head("clavicle.L")[2] + 0.01
            torso = self.parts[self._upper_part].vertices
            back = (torso[:, 2] > bottom) & (torso[:, 2] < top) & (np.abs(torso[:, 0]) < 0.1)
            y, height = torso[back, 1].max(), (top - bottom) / 2
            depth = 0.075 * look.bag_size
            shell, faces = superellipsoid(squareness=0.5)
            taper = 1 - 0.14 * (shell[:, 2:] + 1) / 2  # narrower and flatter at the top
            shell = (
                shell * [0.145 * look.bag_size, depth, height] * np.hstack([taper, taper**2, 0 * taper + 1])
            )
            centre = np.array([0, y + depth - 0.025, (top + bottom) / 2])
            self._add_rigid(shell + centre, faces, "spine02", labels.BAG)
            pocket, faces = superellipsoid(squareness=0.5)
            pocket = pocket * [0.105 * look.bag_size, 0.032, 0.36 * height]
            self._add_rigid(
                pocket + centre + [0, depth - 0.008, -0.42 * height], faces, "spine02", labels.BAG
            )
        elif look.bag == "shoulder":
            hips = (np.abs(self.points[:, 2] - self.hip - 0.03) < 0.06) & (self.body_arm < 0.01)
            hips &= np.arange(len(hips)) < BODY_VERTICES
            out = np.abs(self.points[hips, 0]).max() + 0.045
            shell, faces = superellipsoid(squareness=0.45)
            shell = shell * [0.05, 0.14 * look.bag_size, 0.11 * look.bag_size]
            self._add_rigid(shell + [look.bag_side * out, 0.02, self.hip - 0.03], faces, "root", labels.BAG)
        elif look.bag == "hand":
            shell, faces = superellipsoid(squareness=0.4)
            shell = shell * [0.04, 0.15 * look.bag_size, 0.13 * look.bag_size]
            shell[:, 1] *= 1 - 0.18 * (shell[:, 2] / (0.13 * look.bag_size) + 1) / 2
            self._hand_bag_part = len(self.parts)
            self._add_rigid(shell - [0, 0, 0.13 * look.bag_size + 0.07], faces, "root", labels.BAG)

    def _add_piece(self, piece: Piece, points: np.ndarray, trim: np.ndarray | None = None) -> None:
        mesh, garment = piece.garment.mesh, piece.garment
        label = np.repeat(piece.face_label[piece.faces][:, None], 3, 1)
        if label.size and label[0, 0] in (labels.UPPER, labels.INNER):
            self._upper_part = len(self.parts)
        luminance = garment.luminance
        if luminance is not None and label.size and label[0, 0] == labels.UPPER and not self.look.logo:
            luminance = np.minimum(luminance, 1.08 * np.median(luminance))
        uv = mesh.uv[mesh.face_uv[piece.faces]]
        self._add(
            points, mesh.faces[piece.faces], piece.skin_weights, label, trim, uv, luminance, garment.alpha
        )

    def _add_rigid(self, points: np.ndarray, faces: np.ndarray, bone: str, label: int) -> None:
        columns = np.full(len(points), self.body.bone[bone])
        shape = (len(points), len(self.body.bone))
        self._add(
            points,
            faces,
            sp.csr_matrix((np.ones(len(points)), (np.arange(len(points)), columns)), shape),
            label,
        )

    def _add(self, points, faces, weights, label, trim=None, uv=None, luminance=None, alpha=None) -> None:
        """Keeps only the vertices in use; `label` is one number, one per vertex, or one per corner."""
        trim = np.ones(len(points)) if trim is None else trim
        label = np.asarray(label, np.uint8)
        corner = label[faces] if label.ndim == 1 else np.broadcast_to(label, faces.shape)
        kept = (trim[faces] >= 0).any(1)  # what is cut away altogether must not cast shadows either
        faces, corner, uv = faces[kept], corner[kept], None if uv is None else uv[kept]
        if not len(faces):
            return
        used = np.unique(faces)
        renumber = np.full(len(points), -1)
        renumber[used] = np.arange(len(used))
        part = Part(points[used], renumber[faces], weights[used], corner, trim[used], uv, luminance, alpha)
        self.parts.append(part)

    def _join(self) -> None:
        start = np.cumsum([0] + [len(part.vertices) for part in self.parts])
        self.rest = np.concatenate([part.vertices for part in self.parts])
        self.skin_weights = sp.vstack([part.skin_weights for part in self.parts]).tocsr()
        self.faces = np.concatenate([part.faces + first for part, first in zip(self.parts, start)])
        self.part_of_face = np.repeat(np.arange(len(self.parts)), [len(part.faces) for part in self.parts])
        self.part_start = start
        self.corner_label = np.concatenate([part.corner_label for part in self.parts])
        self.trim = np.concatenate([part.trim for part in self.parts])
        no_uv = [np.zeros((len(part.faces), 3, 2)) if part.uv is None else part.uv for part in self.parts]
        self.uv = np.concatenate(no_uv)
        self.arm = np.asarray(self.skin_weights @ self._arm_bones()).ravel()
        if self.look.bag == "hand":
            first = self._hand_bag_part
            self.hand_bag = slice(start[first], start[first + 1])
        self.kelvin, self.gap = skin_kelvin(self), gaps(self)
