"""Parametric human body (anny, makehuman-full topology): rest shape, bones, skin weights. z up, metres, facing -y."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import anny
import numpy as np
import scipy.sparse as sp
import torch

from data_prep.people.meshes import Garment, read_obj

BODY_VERTICES = 13380  # the vertices of the skin; later ones are helpers (skirt, tights, eyes, joints)
Z_UP_TO_Y_UP = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float)


@dataclass
class Rest:
    """One person's body before posing."""

    vertices: np.ndarray  # (n, 3) metres
    heads: np.ndarray  # (bones, 3) joint positions
    bone_poses: torch.Tensor  # what anny needs to pose it


class Body:
    """Loads anny once; everything else is a question to it."""

    def __init__(self):
        logging.getLogger("anny").setLevel(logging.ERROR)
        torch.set_num_threads(1)
        self.model = anny.Anny(topology="makehuman-full", rig="makehuman", skinning_method=None).to(
            dtype=torch.float32
        )
        self.bone = {name: i for i, name in enumerate(self.model.bone_labels)}
        self.bone_names = list(self.model.bone_labels)
        self.parents = list(self.model.bone_parents)
        weights, index = self.model.vertex_bone_weights.numpy(), self.model.vertex_bone_indices.numpy()
        rows = np.repeat(np.arange(len(weights)), weights.shape[1])
        self.skin_weights = sp.csr_matrix(
            (weights.ravel(), (rows, index.ravel())), (len(weights), len(self.bone))
        )
        mesh = read_obj(Path(anny.__file__).parent / "data/mpfb2/3dobjs/base.obj")
        keep = (mesh.faces < BODY_VERTICES).all(1)
        self.faces = mesh.faces[keep]
        self.groups = mesh.groups

    def bones_matching(self, *words: str) -> np.ndarray:
        """Total skin weight (n,) of the bones whose name contains one of the words."""
        columns = [i for i, name in enumerate(self.bone_names) if any(word in name for word in words)]
        return np.asarray(self.skin_weights[:, columns].sum(1)).ravel()

    @torch.no_grad()
    def rest(self, phenotype: dict[str, float]) -> Rest:
        """The body of a phenotype (gender, age, muscle, weight, height, proportions; each in [0, 1]) in its rest pose."""
        model = self.model
        parameters = model._parse_parameter_kwargs(phenotype, model.phenotype_labels, 0.5, "phenotype")
        coefficients = model._get_phenotype_blendshape_coefficients(
            parameters, torch.zeros(1, len(model.local_change_labels)), torch.zeros(1, 0)
        )
        rest = model.get_rest_model(coefficients)
        vertices = rest["rest_vertices"][0].numpy().astype(float)
        return Rest(vertices, rest["rest_bone_heads"][0].numpy().astype(float), rest["rest_bone_poses"])

    @torch.no_grad()
    def bone_transforms(self, rest: Rest, deltas: np.ndarray) -> np.ndarray:
        """Rest-to-posed transforms (poses, bones, 3, 4) of local rotations `deltas` (poses, bones, 4, 4)."""
        transforms, _ = self.model.get_bone_transforms(
            torch.tensor(deltas, dtype=torch.float32), rest.bone_poses
        )
        return transforms.numpy()[:, :, :3, :]


def fit(garment: Garment, body_vertices: np.ndarray) -> np.ndarray:
    """Garment vertices (n, 3) on a body in its rest pose, z up, metres (fitting to a posed body goes wrong)."""
    body = (body_vertices @ Z_UP_TO_Y_UP.T) * 10
    scale = np.ones(3)
    for axis, (i, j, reference) in garment.scales.items():
        scale[axis] = abs(body[i, axis] - body[j, axis]) / reference
    points = np.einsum("nkc,nk->nc", body[garment.body_index], garment.weights) + garment.offset * scale
    return (points @ Z_UP_TO_Y_UP) / 10


def garment_skin_weights(garment: Garment, skin_weights: sp.csr_matrix) -> sp.csr_matrix:
    """Skin weights (n, bones) of a garment, interpolated from the three body vertices each of its vertices hangs on."""
    weights = np.clip(garment.weights, 0, None)
    weights = weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)
    rows = np.repeat(np.arange(len(weights)), 3)
    spread = sp.csr_matrix(
        (weights.ravel(), (rows, garment.body_index.ravel())), (len(weights), skin_weights.shape[0])
    )
    return (spread @ skin_weights).tocsr()


def skin(vertices: np.ndarray, weights: sp.csr_matrix, transforms: np.ndarray) -> np.ndarray:
    """Linear blend skinning: vertices (n, 3) moved by bone transforms (bones, 3, 4)."""
    blended = (weights @ transforms.reshape(len(transforms), 12)).reshape(-1, 3, 4)
    return np.einsum("nij,nj->ni", blended[:, :, :3], vertices) + blended[:, :, 3]
