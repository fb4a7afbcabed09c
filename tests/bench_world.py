"""How fast the world is exposed: `python -m pytest tests/bench_world.py`, on an idle machine.

Wanted on two cores: 500 images a second, and a person at a new wavelength in under 20 ms.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import numpy as np
import pytest

from xivlab.world import SYNTHETIC, World

IMAGES = 512


@pytest.mark.parametrize("name", SYNTHETIC)
def test_exposing_many_images_on_all_cores(benchmark, name):
    world = World(name)
    rows = np.random.default_rng(0).permutation(len(world.index))[:IMAGES]
    chunks = np.array_split(rows, IMAGES // 32)
    with ThreadPoolExecutor() as pool:
        benchmark.pedantic(lambda: list(pool.map(world.expose, chunks)), rounds=5, warmup_rounds=1)
    benchmark.extra_info["images per second"] = round(IMAGES / benchmark.stats["median"])


def test_one_person_at_a_new_wavelength(benchmark):
    world, step = World("synthetic-sysu"), count()
    benchmark(lambda: world.expose_band(0, 450 + next(step) % 500))


def test_opening_the_world(benchmark):
    benchmark(lambda: World("synthetic-sysu").index)
