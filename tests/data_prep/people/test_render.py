"""The whole way for two people: render, interrupt, go on, pack, expose. Needs the extra [render] and its inputs."""

from dataclasses import replace

import numpy as np
import pytest

from data_prep.people.population import SETS
from xivlab.world import labels
from xivlab.world.world import World

pytestmark = pytest.mark.render


@pytest.fixture
def small_set():
    """Two people of the shipped set, seen by cameras 4 and 6, two images each."""
    whole = SETS["synthetic-sysu"]
    return replace(whole, splits={"train": 2}, posts={n: whole.posts[n] for n in (4, 6)}, images=2)


def test_two_people_from_bodies_to_pixels(makehuman, small_set, tmp_path):
    from data_prep.people.pack import pack, plates_of
    from data_prep.people.render import render

    first = render(small_set, makehuman, tmp_path / "a", processes=2)
    again = render(small_set, makehuman, tmp_path / "b", processes=1)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]

    first[0].unlink()  # as if interrupted: only what is missing is rendered
    kept = first[1].stat().st_mtime_ns
    render(small_set, makehuman, tmp_path / "a", processes=1)
    assert first[0].read_bytes() == again[0].read_bytes() and first[1].stat().st_mtime_ns == kept

    people = small_set.people()
    plates = plates_of(small_set)
    pack(small_set, people, tmp_path / "a", tmp_path / "two.safetensors", plates)
    world = World("synthetic-sysu", tmp_path / "two.safetensors")
    assert len(world.index) == 2 * 2 * 2
    images = world.expose(np.arange(8))
    assert images.std(axis=(1, 2, 3)).min() > 10  # something is to be seen on each
    for row in range(len(world._buffers)):
        shown = world._buffers.labels(row)
        person = shown > 0
        assert 0.1 < person.mean() < 0.7
        assert not person[0].any() and not person[:, 0].all()  # the head is inside
        assert {labels.UPPER, labels.LOWER} <= set(np.unique(shown))


def test_two_people_of_one_walk_each_with_warmth(makehuman, tmp_path):
    from data_prep.people.pack import pack, plates_of
    from data_prep.people.render import render

    walks = replace(SETS["synthetic-regdb"], splits={"train": 2}, images=3)
    files = render(walks, makehuman, tmp_path, processes=1)
    for path in files:
        with np.load(path) as file:
            assert np.ptp(file["away"]) < 30  # near one heading
            assert (np.abs(file["away"]) < 45).all() or (np.abs(file["away"]) > 135).all()
    pack(walks, walks.people(), tmp_path, tmp_path / "two.safetensors", plates_of(walks))
    world = World("synthetic-regdb", tmp_path / "two.safetensors")
    assert {world.person(p)["facing"] for p in world.index["person"]} <= {"front", "back"}
    for row in range(6):
        upper = world._layers(row).labels[::2, ::2] == labels.UPPER
        assert world._buffers.warmth(row)[upper].std() > 0.01
