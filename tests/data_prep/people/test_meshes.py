"""Reading meshes and clothes files, on files small enough to read along."""

import numpy as np

from data_prep.people.meshes import components, read_mhclo, read_obj, superellipsoid, vertex_normals

SQUARE = """
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
g front
f 1/1 2/2 3/3 4/4
"""
CLOTHES = """
# made by hand
name square
obj_file square.obj
x_scale 3 4 0.5
verts 0
7
1 2 3 0.2 0.3 0.5 0.01 0.02 0.03
1 2 3 0.2 0.3 0.5 0.01 0.02 0.03
9
delete_verts
2 - 4 8
"""


def test_polygons_become_triangle_fans(tmp_path):
    (tmp_path / "square.obj").write_text(SQUARE)
    mesh = read_obj(tmp_path / "square.obj")
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3]] == mesh.face_uv.tolist()
    assert mesh.uv[mesh.face_uv[1]].tolist() == [[0, 0], [1, 1], [0, 1]]
    assert mesh.groups["front"].tolist() == mesh.faces.tolist()


def test_a_clothes_file_ties_vertices_to_the_body_and_hides_ranges(tmp_path):
    (tmp_path / "square.obj").write_text(SQUARE)
    (tmp_path / "square.mhclo").write_text(CLOTHES)
    garment = read_mhclo(tmp_path)
    assert garment.body_index.tolist() == [[7, 7, 7], [1, 2, 3], [1, 2, 3], [9, 9, 9]]
    assert garment.weights[0].tolist() == [1, 0, 0]  # one body vertex, exactly
    assert garment.offset[1].tolist() == [0.01, 0.02, 0.03]
    assert garment.scales == {0: (3, 4, 0.5)}
    assert garment.hidden.tolist() == [2, 3, 4, 8]
    assert garment.luminance is None  # no texture beside it


def test_components_are_what_triangles_connect():
    parts = components(np.array([[0, 1, 2], [2, 3, 0], [4, 5, 6]]), 8)
    assert len(set(parts[:4])) == 1 and len(set(parts[4:7])) == 1
    assert len({parts[0], parts[4], parts[7]}) == 3


def test_normals_of_a_flat_square_point_up():
    vertices = np.array([[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0.0]])
    np.testing.assert_allclose(
        vertex_normals(vertices, np.array([[0, 1, 2], [0, 2, 3]])), [[0, 0, 1]] * 4, atol=1e-6
    )


def test_a_superellipsoid_of_squareness_one_is_a_sphere():
    points, faces = superellipsoid(squareness=1.0)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-9)
    assert faces.max() < len(points)
