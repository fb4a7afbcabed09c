"""Packing of a rendered set into one asset: `xivlab/assets/synthetic_sysu.safetensors` and its sibling.

python -m data_prep.people.pack synthetic-sysu --work FOLDER --out xivlab/assets/synthetic_sysu.safetensors
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from data_prep.people import asset
from data_prep.people.dress import drawn
from data_prep.people.population import SETS, PeopleSet, Someone


def _unpack(path: Path) -> dict:
    """The arrays of one person's file, labels, planes and warmth as lists of bytes."""
    with np.load(path) as file:
        arrays = dict(file)
    for name in ("labels", "planes", "warmth"):
        if name not in arrays:
            continue
        ends = np.cumsum(arrays.pop(f"{name}_size"))[:-1]
        arrays[name] = [part.tobytes() for part in np.split(arrays[name], ends)]
    return arrays


def plates_of(people_set: PeopleSet) -> list[dict]:
    """The empty view of every camera of a set."""
    from data_prep.people.buffers import Place
    from data_prep.people.scenes import SCENES

    out = []
    for number, post in people_set.posts.items():
        place = Place(SCENES[post.scene]())
        labels, planes = place.plate(post.camera)
        out.append({"camera": number, "materials": place.scene.materials, "labels": labels, "planes": planes})
    return out


def pack(people_set: PeopleSet, people: list[Someone], work: Path, out: Path, plates: list[dict]) -> str:
    """Writes the asset; returns its checksum. Raises FileNotFoundError where a person has not been rendered."""
    files = [_unpack(work / people_set.name / f"{someone.number:04d}.npz") for someone in people]
    records = drawn(people_set, people)
    if people_set.one_walk:
        for record, arrays in zip(records, files):
            record["facing"] = "front" if abs(arrays["away"][0]) < 90 else "back"
    blobs = ("labels", "planes", "warmth") if people_set.one_walk else ("labels", "planes")
    crops: dict = {name: [part for arrays in files for part in arrays[name]] for name in blobs}
    for name in ("shadow", "window", "distance", "camera", "frame", "person"):
        crops[name] = np.concatenate([arrays[name] for arrays in files])
    return asset.write(out, crops, records, plates)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", choices=list(SETS))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="only the first N people")
    arguments = parser.parse_args()
    people_set = SETS[arguments.set]
    people = people_set.people()[: arguments.limit]
    checksum = pack(people_set, people, arguments.work, arguments.out, plates_of(people_set))
    print(
        f"{arguments.out}: {arguments.out.stat().st_size / 2**20:.1f} MiB, {len(people)} people, checksum {checksum}"
    )


if __name__ == "__main__":
    main()
