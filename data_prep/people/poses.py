"""Walking and standing poses: each limb is aimed at a direction, hands are relaxed. Facing -y, left is +x."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

if TYPE_CHECKING:
    from data_prep.people.body import Body

# limb -> bones that turn with it, bone at its start, bone at its end
LIMBS = {
    "upperarm": (("upperarm01", "upperarm02"), "upperarm01", "lowerarm01"),
    "lowerarm": (("lowerarm01", "lowerarm02", "wrist"), "lowerarm01", "wrist"),
    "upperleg": (("upperleg01", "upperleg02"), "upperleg01", "lowerleg01"),
    "lowerleg": (("lowerleg01", "lowerleg02"), "lowerleg01", "foot"),
    "foot": (("foot",), "foot", "toe3-1"),
}
BVH_LIMBS = {
    "upperarm": ("UpArm", "LoArm"),
    "lowerarm": ("LoArm", "Hand"),
    "upperleg": ("UpLeg", "LoLeg"),
    "lowerleg": ("LoLeg", "Foot"),
    "foot": ("Foot", "Toe"),
}
Directions = dict[tuple[str, str], np.ndarray]  # (limb, "L" or "R") -> unit vector


def unit(vector) -> np.ndarray:
    vector = np.asarray(vector, float)
    return vector / np.linalg.norm(vector)


def about(axis, degrees: float) -> np.ndarray:
    """Rotation matrix by an angle about an axis."""
    return Rotation.from_rotvec(np.radians(degrees) * unit(axis)).as_matrix()


def between(a, b) -> np.ndarray:
    """The smallest rotation that takes direction a to direction b."""
    a, b = unit(a), unit(b)
    axis = np.cross(a, b)
    length = np.linalg.norm(axis)
    return np.eye(3) if length < 1e-9 else about(axis, np.degrees(np.arctan2(length, a @ b)))


def read_walk(path: Path) -> list[Directions]:
    """Limb directions of every frame of a BVH walk cycle (forward kinematics of its joints)."""
    header, motion = path.read_text(encoding="utf-8").split("MOTION")
    joints, stack, channels, current = [], [], 0, None
    for line in header.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] in ("ROOT", "JOINT"):
            joints.append({"name": words[1], "parent": stack[-1] if stack else None})
            current = len(joints) - 1
        elif words[0] == "End":
            current = None  # its offset is not needed: limbs end at joints
        elif words[0] == "{":
            stack.append(current)
        elif words[0] == "}":
            stack.pop()
        elif words[0] == "OFFSET" and stack[-1] is not None:
            joints[stack[-1]]["offset"] = np.array([float(x) for x in words[1:4]])
        elif words[0] == "CHANNELS":
            joints[stack[-1]]["channels"] = (channels, words[2:])
            channels += int(words[1])
    frames = [[float(x) for x in line.split()] for line in motion.strip().splitlines()[2:] if line.strip()]
    return [_frame_directions(joints, frame) for frame in frames]


def _frame_directions(joints: list[dict], frame: list[float]) -> Directions:
    turn, place = [], {}
    for joint in joints:
        first, names = joint["channels"]
        matrix = np.eye(3)
        for k, name in enumerate(names):
            if name.endswith("rotation"):
                matrix = matrix @ about(np.eye(3)["XYZ".index(name[0])], frame[first + k])
        parent = joint["parent"]
        if parent is None:
            turn.append(matrix)
            place[joint["name"]] = joint["offset"]
        else:
            turn.append(turn[parent] @ matrix)
            place[joint["name"]] = place[joints[parent]["name"]] + turn[parent] @ joint["offset"]
    return {
        (limb, side): unit(place[f"{end}_{side}"] - place[f"{start}_{side}"])
        for limb, (start, end) in BVH_LIMBS.items()
        for side in "LR"
    }


def standing() -> Directions:
    """Upright, arms hanging a little away from the body."""
    out = {}
    for side, x in (("L", 1), ("R", -1)):
        out["upperarm", side] = unit([0.13 * x, 0.05, -1.0])
        out["lowerarm", side] = unit([0.04 * x, -0.22, -1.0])
        out["upperleg", side] = unit([0.03 * x, -0.02, -1.0])
        out["lowerleg", side] = unit([0.03 * x, 0.03, -1.0])
        out["foot", side] = unit([0.12 * x, -0.87, -0.48])
    return out


def walking(cycle: list[Directions], phase: float, legs: float, arms: float) -> Directions:
    """The cycle at a phase in [0, 1), its swing scaled by `legs` and `arms`; arms stay clear of the hips."""
    position = phase * len(cycle)
    first, second = cycle[int(position) % len(cycle)], cycle[(int(position) + 1) % len(cycle)]
    share = position - int(position)
    swing = {"upperarm": arms, "lowerarm": arms, "upperleg": legs, "lowerleg": legs, "foot": 1.0}
    out = {}
    for (limb, side), rest in standing().items():
        moving = unit((1 - share) * first[limb, side] + share * second[limb, side])
        direction = unit((1 - swing[limb]) * rest + swing[limb] * moving)
        x = 1 if side == "L" else -1
        clear = {"upperarm": 0.15, "lowerarm": 0.03, "upperleg": 0.0}.get(limb)
        if clear is not None:
            direction[0] = x * max(x * direction[0], clear)
        out[limb, side] = unit(direction)
    return out


def hold_up(directions: Directions, side: str, lift: float) -> Directions:
    """Bends one arm in front of the body: a phone or a cup (lift 1), hands on a strap (lift 0.6)."""
    x = 1 if side == "L" else -1
    return {
        **directions,
        ("upperarm", side): unit([0.16 * x, -0.15, -1.0]),
        ("lowerarm", side): unit([-0.35 * x, -0.9, -0.7 + 1.1 * lift]),
    }


def local_rotations(
    body: Body, heads: np.ndarray, directions: Directions, palm: float, lean: float, nod: np.ndarray
):
    """Local bone rotations (bones, 4, 4) that aim every limb at its direction.

    heads: rest joints (bones, 3); palm: twist of the forearm in degrees; lean: of the trunk in degrees; nod: (3, 3) of
    the head. Shoulders take a quarter of the arm's lowering; fingers curl towards the thigh.
    """
    wanted: dict[str, np.ndarray] = {}
    relative = {name: about([1, 0, 0], lean) for name in ("spine04", "spine03", "spine02")}
    relative |= {"neck01": nod, "head": nod}
    for side in "LR":
        sign = -1 if side == "L" else 1
        for limb, (bones, start, end) in LIMBS.items():
            direction = directions[limb, side]
            turn = between(heads[body.bone[f"{end}.{side}"]] - heads[body.bone[f"{start}.{side}"]], direction)
            if limb == "lowerarm":
                turn = about(direction, sign * palm) @ turn
                wanted |= _relaxed_hand(body, heads, side, turn, direction)
            if limb == "upperarm":
                vector = Rotation.from_matrix(turn).as_rotvec()
                wanted[f"shoulder01.{side}"] = Rotation.from_rotvec(0.25 * vector).as_matrix()
            wanted |= {f"{bone}.{side}": turn for bone in bones}
    out = np.tile(np.eye(4), (len(body.bone_names), 1, 1))
    world: list[np.ndarray] = []
    for i, name in enumerate(body.bone_names):
        parent = np.eye(3) if body.parents[i] < 0 else world[body.parents[i]]
        if name in wanted:
            out[i, :3, :3] = parent.T @ wanted[name]
        elif name in relative:
            out[i, :3, :3] = relative[name]
        world.append(parent @ out[i, :3, :3])
    return out


def _relaxed_hand(
    body: Body, heads: np.ndarray, side: str, hand: np.ndarray, forearm: np.ndarray
) -> dict[str, np.ndarray]:
    """Fingers together, curling more from joint to joint; the thumb along the palm."""
    out = {}
    x = 1 if side == "L" else -1
    inward = unit(np.array([-0.8 * x, -0.6, 0.0]))  # towards the thigh and a little forward
    for finger in range(1, 6):
        for joint, curl in ((1, 0.25), (2, 0.55), (3, 0.9)):
            name, following = f"finger{finger}-{joint}.{side}", f"finger{finger}-{joint + 1}.{side}"
            if joint == 3:
                rest = heads[body.bone[name]] - heads[body.bone[f"finger{finger}-2.{side}"]]
            else:
                rest = heads[body.bone[following]] - heads[body.bone[name]]
            if finger == 1:
                target = unit(forearm + 0.35 * np.array([0, -1, 0]) + 0.1 * inward)
            else:
                target = unit(forearm + (curl + 0.06 * (finger - 2)) * inward)
            out[name] = between(hand @ rest, target) @ hand
    return out
