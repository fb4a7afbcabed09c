"""Rendering of the geometry buffers of one set of people.

    python -m data_prep.people.render synthetic-sysu --makehuman FOLDER --work FOLDER [--processes 2]

One file per person in the work folder, written when whole: interrupt it and start it again as you like. The same seed
gives the same bytes, in whatever order and on however many processes people are rendered.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import Queue
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from data_prep.people.asset import encode_labels, encode_planes
from data_prep.people.population import SETS, PeopleSet

PLANE_QUALITY = 75  # WebP
LEAST_VISIBLE = 0.62  # share of a person that things in front may leave
# Of one walk (assumed): degrees by which its line misses the camera, degrees from moment to moment, metres between two
# moments, metres that one walk cycle covers.
OFF_LINE, SWAY, STEP, CYCLE = 10.0, 3.0, (0.13, 0.20), 1.35
_worker: dict = {}


def start_worker(makehuman: Path, people_set: PeopleSet, cores: Queue | None = None) -> None:
    """Loads body, wardrobe, walk cycle and places once per process, which takes a core from `cores` for itself."""
    if cores is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(
            0, {cores.get()}
        )  # Embree starts a thread per core it sees: two processes would fight
    from data_prep.people.body import Body
    from data_prep.people.buffers import Place
    from data_prep.people.poses import read_walk
    from data_prep.people.scenes import SCENES
    from data_prep.people.wardrobe import Wardrobe

    body = Body()
    scenes = sorted({post.scene for post in people_set.posts.values()})
    _worker.update(
        people_set=people_set,
        body=body,
        wardrobe=Wardrobe(makehuman, body),
        walk=read_walk(makehuman / "animations" / "walk1.bvh"),
        places={name: Place(SCENES[name]()) for name in scenes},
    )


def render_person(number: int, look) -> dict[str, np.ndarray]:
    """All crops of one person, as arrays for one file."""
    from data_prep.people.person import Person

    people_set = _worker["people_set"]
    person = Person(_worker["body"], _worker["wardrobe"], look)
    rows = []
    for camera, post in people_set.posts.items():
        rng = np.random.default_rng([people_set.seed, 3, number, camera])
        views = (_one_walk if people_set.one_walk else _glimpses)(person, post, people_set.images, rng)
        rows += [(camera, frame, crop, away) for frame, (crop, away) in enumerate(views, 1)]
    warmth = {
        "warmth": np.array([encode_planes(crop.warmth, PLANE_QUALITY) for _, _, crop, _ in rows], object)
    }
    return (warmth if people_set.one_walk else {}) | {
        "labels": np.array([encode_labels(crop.labels) for _, _, crop, _ in rows], object),
        "planes": np.array([encode_planes(crop.planes, PLANE_QUALITY) for _, _, crop, _ in rows], object),
        "shadow": np.stack([crop.shadow for _, _, crop, _ in rows]),
        "window": np.array([crop.window for _, _, crop, _ in rows], np.float32),
        "distance": np.array([crop.distance for _, _, crop, _ in rows], np.float32),
        "visible": np.array([crop.visible for _, _, crop, _ in rows], np.float32),
        "camera": np.array([camera for camera, *_ in rows], np.int16),
        "frame": np.array([frame for _, frame, *_ in rows], np.int16),
        "away": np.array([away for *_, away in rows], np.float32),
        "person": np.full(len(rows), number, np.int16),
    }


def _glimpses(person, post, count: int, rng: np.random.Generator) -> list:
    """Crops anywhere in front of a camera, in any direction, two by two on one track; degrees turned from the camera."""
    out, heading = [], 0.0
    for frame in range(count):
        if frame % 2 == 0:
            heading = rng.uniform(0, 360)
        out.append(_one_crop(person, post, heading + rng.normal(0, 18), rng))
    return out


def _one_walk(person, post, count: int, rng: np.random.Generator) -> list:
    """Crops of successive moments of one walk, towards the camera or away from it; degrees turned from the camera."""
    from data_prep.people.buffers import render_crop

    turned = rng.choice([0.0, 180.0]) + OFF_LINE * np.clip(rng.normal(), -2, 2)
    gait, step = _gait(person, rng, stands=0.0), rng.uniform(*STEP)
    x0, y0, x1, y1 = post.walk
    for _ in range(200):
        middle = rng.uniform([x0, y0], [x1, y1])
        heading = _towards(post.camera, middle) + turned
        ahead = step * np.array([np.sin(np.radians(heading)), -np.cos(np.radians(heading))])
        out: list = []
        for moment in range(count):
            place = middle + (moment - (count - 1) / 2) * ahead
            turn = heading + rng.normal(0, SWAY)
            now = replace(gait, phase=(gait.phase + moment * step / CYCLE) % 1)
            vertices = _placed(_pose(person, now), turn, place)
            crop = render_crop(_worker["places"][post.scene], post.camera, person, vertices, rng)
            if crop is None or crop.visible < LEAST_VISIBLE:
                break
            out.append((crop, _away(post.camera, place, turn)))
        if len(out) == count:
            return out
    raise RuntimeError(
        f"No track for this person in front of the camera in {post.scene}: enlarge its walk rectangle."
    )


def _one_crop(person, post, heading: float, rng: np.random.Generator):
    """Tries places until the whole person is in the frame and not too hidden: the crop, degrees turned from the camera."""
    from data_prep.people.buffers import render_crop

    for _ in range(200):
        posed = _pose(person, _gait(person, rng))
        x0, y0, x1, y1 = post.walk
        # uniform over depth as the camera sees it, so that far people are not the most
        place = [rng.uniform(x0, x1), y0 + (y1 - y0) * rng.uniform() ** 1.3]
        vertices = _placed(posed, heading, place)
        crop = render_crop(_worker["places"][post.scene], post.camera, person, vertices, rng)
        if crop is not None and crop.visible >= LEAST_VISIBLE:
            return crop, _away(post.camera, place, heading)
    raise RuntimeError(
        f"No place for this person in front of the camera in {post.scene}: enlarge its walk rectangle."
    )


def _placed(vertices: np.ndarray, heading: float, place: np.ndarray) -> np.ndarray:
    """Vertices turned by a heading in degrees (0 faces -y) and moved to a place (2,) on the ground."""
    from data_prep.people.poses import about

    vertices = vertices @ about([0, 0, 1], heading).T
    middle = (vertices.min(0) + vertices.max(0))[:2] / 2
    return vertices + [*(place - middle), 0.0]


def _towards(camera, place: np.ndarray) -> float:
    """Heading in degrees of somebody at a place who faces the camera."""
    return float(np.degrees(np.arctan2(*(np.array(camera.eye[:2]) - place) * [1, -1])))


def _away(camera, place: np.ndarray, heading: float) -> float:
    """Degrees, in [-180, 180), by which a heading at a place turns from the camera."""
    return (heading - _towards(camera, place) + 180) % 360 - 180


@dataclass(frozen=True)
class Gait:
    """How somebody walks, holds an arm and the head, and where in the walk cycle: in [0, 1), or None if they stand."""

    stride: float
    phase: float | None
    arms: float
    held: tuple[str, float] | None  # side, lift
    nod: np.ndarray  # (3, 3)
    palm: float
    lean: float


def _gait(person, rng: np.random.Generator, stands: float = 0.18) -> Gait:
    """A random way to walk, or with a chance to stand."""
    from data_prep.people.poses import about

    stride = (0.5 if person.look.hem_is_loose else 1.0) * rng.uniform(0.5, 0.95)
    phase, arms = (None, 0.0) if rng.random() < stands else (rng.random(), rng.uniform(0.2, 0.6))
    held = ("LR"[rng.integers(2)], float(rng.choice([0.6, 1.0]))) if rng.random() < 0.14 else None
    nod = about([0.5 * rng.normal(), 0, 1], rng.uniform(-14, 14))
    return Gait(stride, phase, arms, held, nod, rng.uniform(20, 60), rng.uniform(0, 3))


def _pose(person, gait: Gait) -> np.ndarray:
    """Vertices of the person at this moment."""
    from data_prep.people import poses

    if gait.phase is None:
        directions = poses.standing()
    else:
        directions = poses.walking(_worker["walk"], gait.phase, gait.stride, gait.arms)
    if gait.held:
        directions = poses.hold_up(directions, *gait.held)
    body = _worker["body"]
    deltas = poses.local_rotations(body, person.heads, directions, gait.palm, gait.lean, gait.nod)
    return person.posed(body.bone_transforms(person.body_rest, deltas[None])[0])


def _render_to(path: Path, number: int, look) -> None:
    arrays = render_person(number, look)
    blobs = {name: arrays.pop(name) for name in ("labels", "planes", "warmth") if name in arrays}
    for name, parts in blobs.items():
        arrays[name] = np.frombuffer(b"".join(parts), np.uint8)
        arrays[f"{name}_size"] = np.array([len(part) for part in parts])
    temporary = path.with_suffix(".part")
    with open(temporary, "wb") as file:
        np.savez(file, **arrays)
    temporary.replace(path)


def render(
    people_set: PeopleSet, makehuman: Path, work: Path, processes: int = 2, limit: int | None = None
) -> list[Path]:
    """Renders who is not there yet; returns everybody's files in the order of the population."""
    folder = work / people_set.name
    folder.mkdir(parents=True, exist_ok=True)
    people = people_set.people()[:limit]
    paths = [folder / f"{someone.number:04d}.npz" for someone in people]
    missing = [(path, p.number, p.look) for path, p in zip(paths, people) if not path.exists()]
    cores: Queue = Queue()
    for core in range(processes):
        cores.put(core % (os.cpu_count() or 1))
    with ProcessPoolExecutor(
        processes, initializer=start_worker, initargs=(makehuman, people_set, cores)
    ) as pool:
        futures = [pool.submit(_render_to, *job) for job in missing]
        try:
            for future in tqdm(
                as_completed(futures), total=len(futures), desc=people_set.name, unit="person"
            ):
                future.result()
        except BaseException:  # also Ctrl-C: what is done stays, the rest is not waited for
            pool.shutdown(cancel_futures=True)
            raise
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", choices=list(SETS))
    parser.add_argument("--makehuman", type=Path, required=True, help="folder of the CC0 MakeHuman assets")
    parser.add_argument("--work", type=Path, required=True, help="folder for the files, one per person")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=int, help="only the first N people, to have a look")
    arguments = parser.parse_args()
    render(SETS[arguments.set], arguments.makehuman, arguments.work, arguments.processes, arguments.limit)


if __name__ == "__main__":
    main()
