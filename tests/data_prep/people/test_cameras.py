"""Where the cameras stand, and their projection."""

import numpy as np
import pytest

from data_prep.people.cameras import FRAME_HEIGHT, FRAME_WIDTH, REGDB_POSTS, SYSU_POSTS, Camera

POSTS = {**{f"sysu {n}": post for n, post in SYSU_POSTS.items()}, "regdb": REGDB_POSTS[1]}


def test_the_target_is_in_the_middle_of_the_frame():
    camera = Camera((1.0, -4.0, 3.0), (0.5, 2.0, 1.0), 1.1)
    np.testing.assert_allclose(
        camera.project(np.array([[0.5, 2.0, 1.0]])), [[FRAME_WIDTH / 2, FRAME_HEIGHT / 2]]
    )


def test_a_ray_through_a_pixel_meets_the_point_projected_there():
    camera = Camera((1.0, -4.0, 3.0), (0.5, 2.0, 1.0), 1.1)
    point = np.array([[-0.7, 3.0, 1.6]])
    x, y = camera.project(point)[0]
    ray = camera.rays((x - 0.5, y - 0.5, x + 0.5, y + 0.5), 1, 1)[0]
    towards = (point[0] - camera.eye) / np.linalg.norm(point[0] - camera.eye)
    np.testing.assert_allclose(ray, towards, atol=1e-9)


@pytest.mark.parametrize("name", POSTS)
def test_cameras_hang_as_surveillance_cameras_do(name):
    assert 2.5 <= POSTS[name].camera.eye[2] <= 4.0


@pytest.mark.parametrize("name", POSTS)
def test_somebody_in_the_middle_of_the_walk_is_whole_in_the_frame(name):
    post = POSTS[name]
    x0, y0, x1, y1 = post.walk
    middle = [(x0 + x1) / 2, (y0 + y1) / 2]
    feet, head = post.camera.project(np.array([[*middle, 0.0], [*middle, 1.9]]))
    assert 0 < head[1] < feet[1] < FRAME_HEIGHT and 0 < feet[0] < FRAME_WIDTH
    assert feet[1] - head[1] > 100  # enough sensor rows for an image of 128
