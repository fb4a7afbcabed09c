"""Colours and temperatures drawn anew for the people of an asset; nobody is rendered again.

    python -m data_prep.people.redress synthetic-sysu xivlab/assets/synthetic_sysu.safetensors

The draws are those of `pack`: dressing the people of a fresh asset changes nothing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from safetensors import safe_open
from safetensors.numpy import save_file

from data_prep.people.dress import drawn
from data_prep.people.population import SETS, PeopleSet
from xivlab.world.geometry import checksum_of


def redress(people_set: PeopleSet, path: Path) -> str:
    """Writes the asset anew, whole; returns its checksum."""
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        header = json.loads(file.metadata()["xivlab"])
    records = {record["person"]: record for record in drawn(people_set, people_set.people())}
    people = [old | records[old["person"]] for old in json.loads(header["people"])]
    header["people"] = json.dumps(people)
    header["checksum"] = checksum_of(tensors, header["people"], header["plates"])
    temporary = path.with_suffix(".part")
    save_file(tensors, temporary, metadata={"xivlab": json.dumps(header)})
    temporary.chmod(0o644)
    temporary.replace(path)
    return header["checksum"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", choices=list(SETS))
    parser.add_argument("asset", type=Path)
    arguments = parser.parse_args()
    print(redress(SETS[arguments.set], arguments.asset))


if __name__ == "__main__":
    main()
