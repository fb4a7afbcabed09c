"""How fast the world is exposed: `python -m pytest tests/helpers/bench_world.py`, on an idle machine.

Wanted on two cores: 500 images a second, and a person at a new wavelength in under 20 ms.
"""

from itertools import count

import numpy as np
import pytest
from joblib import Parallel, delayed

from xivlab.data.datasets import CHUNK, _exposed
from xivlab.world.world import SYNTHETIC, World

IMAGES = 2048


@pytest.mark.parametrize("name", SYNTHETIC)
def test_exposing_many_images_on_all_cores(benchmark, name):
    rows = np.random.default_rng(0).permutation(len(World(name).index))[:IMAGES]
    chunks = np.array_split(rows, IMAGES // CHUNK)
    with Parallel(n_jobs=-1) as pool:  # as `load` does it
        benchmark.pedantic(
            lambda: pool(delayed(_exposed)(name, c) for c in chunks), rounds=5, warmup_rounds=1
        )
    benchmark.extra_info["images per second"] = round(IMAGES / benchmark.stats["median"])


def test_one_person_at_a_new_wavelength(benchmark):
    world, step = World("synthetic-sysu"), count()
    benchmark(lambda: world.expose_band(0, 450 + next(step) % 500))


def test_opening_the_world(benchmark):
    benchmark(lambda: World("synthetic-sysu").index)
