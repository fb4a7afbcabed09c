"""Rotations and the walk cycle."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data_prep.people.poses import about, between, hold_up, read_walk, standing, unit, walking

DIRECTIONS = st.tuples(*[st.floats(-1, 1)] * 3)

# one leg that swings 90 degrees about x in the second frame
LEG = """HIERARCHY
ROOT Root
{
 OFFSET 0 0 0
 CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
%s
}
MOTION
Frames: 2
Frame Time: 0.04
%s
%s
"""
LIMBS = (("UpArm", "LoArm", "Hand"), ("UpLeg", "LoLeg", "Foot", "Toe"))


def chain(names, side):
    """Joints below each other, each 1 down the z axis."""
    if not names:
        return "End Site\n{\n OFFSET 0 0 -1\n}"
    rotations = "CHANNELS 3 Xrotation Yrotation Zrotation"
    return f"JOINT {names[0]}_{side}\n{{\n OFFSET 0 0 -1\n {rotations}\n{chain(names[1:], side)}\n}}"


@pytest.fixture
def walk(tmp_path):
    limbs = [chain(names, side) for names in LIMBS for side in "LR"]
    still = [0.0] * (6 + 3 * 14)
    swung = still.copy()
    swung[6 + 3 * 6] = 90.0  # Xrotation of the seventh joint, the left thigh
    lines = [" ".join(map(str, row)) for row in (still, swung)]
    path = tmp_path / "walk.bvh"
    path.write_text(LEG % ("\n".join(limbs), *lines))
    return read_walk(path)


def test_forward_kinematics_of_a_straight_body(walk):
    assert all(np.allclose(direction, [0, 0, -1]) for direction in walk[0].values())


def test_a_swung_thigh_takes_the_leg_with_it(walk):
    for limb in ("upperleg", "lowerleg", "foot"):
        np.testing.assert_allclose(walk[1][limb, "L"], [0, 1, 0], atol=1e-9)
        np.testing.assert_allclose(walk[1][limb, "R"], [0, 0, -1], atol=1e-9)


@given(a=DIRECTIONS, b=DIRECTIONS)
def test_between_takes_one_direction_to_the_other(a, b):
    assume(np.linalg.norm(a) > 0.1 and np.linalg.norm(b) > 0.1)
    assume(unit(a) @ unit(b) > -0.999)  # opposite directions have no smallest rotation
    turn = between(a, b)
    np.testing.assert_allclose(turn @ unit(a), unit(b), atol=1e-6)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)


def test_about_turns_counter_clockwise():
    np.testing.assert_allclose(about([0, 0, 1], 90) @ [1, 0, 0], [0, 1, 0], atol=1e-12)


@given(phase=st.floats(0, 1, exclude_max=True), swing=st.floats(0, 1))
def test_arms_of_a_walker_stay_outside_the_hips(phase, swing):
    frames = [standing(), {**standing(), ("upperarm", "L"): unit([-0.9, 0.1, -0.5])}]
    directions = walking(frames, phase, swing, swing)
    assert directions["upperarm", "L"][0] > 0 > directions["upperarm", "R"][0]
    assert all(np.linalg.norm(d) == pytest.approx(1) for d in directions.values())


def test_a_held_up_hand_is_in_front_and_the_other_arm_is_not_moved():
    directions = hold_up(standing(), "L", 1.0)
    assert directions["lowerarm", "L"][1] < -0.5  # forward is -y
    assert directions["lowerarm", "R"] is not None and np.allclose(
        directions["lowerarm", "R"], standing()["lowerarm", "R"]
    )
