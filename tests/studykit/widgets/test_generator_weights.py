"""g by ten numbers: the X of the package to the digit, the special cases exactly, and trained ones found."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from tiny import tiny
from toy import dataset

from studykit.analysis.x_images import WEIGHTS, from_numbers, generator_of
from studykit.studies.generators import COLUMNS, write_generators
from studykit.widgets.generator import weights
from studykit.widgets.generator.weights import (
    AS_CODE,
    DEAD,
    PRESETS,
    TRAINED,
    Generator,
    dead,
    hidden,
    initial,
    nearest_to_v,
    of_run,
    off_v,
    preset,
    spread,
    trained,
    weighted_sum,
)
from xivlab.errors import XivlabError
from xivlab.methods import build_model
from xivlab.model import SPECIAL_CASES, XGenerator
from xivlab.runs.run import Run
from xivlab.runs.weights import save_weights
from xivlab.scale import Scale

RNG = np.random.default_rng(0)
V = RNG.random((3, 16, 8, 3)).astype(np.float32)
DIGITS = 1e-5  # of X in [0, 1]: single precision, and normalising there and back


def x_of(g, visible=V):
    return spread(g, hidden(g, visible))


def packages_x(g, visible=V):
    """X by the networks of the package."""
    model = build_model(tiny(method="baseline+x", x_input=g.x_input), 3).eval()
    numbers = torch.tensor(g.numbers, dtype=torch.float32)
    torch.nn.utils.vector_to_parameters(numbers, model.generator.parameters())
    batch = torch.from_numpy(visible).permute(0, 3, 1, 2)
    with torch.no_grad():
        return generator_of(model)(batch).permute(0, 2, 3, 1).numpy()


@pytest.mark.parametrize("x_input", ["unit", "normalized"])
@pytest.mark.parametrize("seed", range(5))
def test_x_is_that_of_the_package(x_input, seed):
    g = Generator(tuple(np.random.default_rng(seed).uniform(-1, 1, 10)), x_input)
    np.testing.assert_allclose(x_of(g), packages_x(g), atol=DIGITS)


@pytest.mark.parametrize("name", [name for name in PRESETS if name != TRAINED])
def test_x_of_the_named_numbers_is_that_of_the_package(name):
    g, sentence = preset(name, V)
    np.testing.assert_allclose(x_of(g), packages_x(g), atol=DIGITS)
    assert sentence.endswith(".")


@pytest.mark.parametrize("name", ["Mean", "Gray", "Y"])
def test_weighted_sums_are_exactly_the_special_cases(name):
    g, sentence = preset(name, V)
    wanted = SPECIAL_CASES[name.lower()](torch.from_numpy(V).permute(0, 3, 1, 2))[:, 0].numpy()
    np.testing.assert_allclose(x_of(g), wanted[..., None].repeat(3, -1), atol=DIGITS)
    assert "exactly" in sentence


def test_no_weighted_sum_is_nearer_to_v_and_the_sentence_says_that_none_is_v():
    g, sentence = preset("V", V)
    best = off_squared(g)
    for _ in range(300):
        change = RNG.normal(0, 0.05, 4)
        w = np.maximum(np.array(g.numbers[:3]) + change[:3], 0)
        assert off_squared(Generator((*w, 0, 1, 1, 1, *[g.numbers[7] + change[3]] * 3))) >= best
    assert 0 < off_v(g, V) < off_v(weighted_sum(SPECIAL_CASES["gray"]), V)
    assert (
        sentence.startswith("No ten numbers make V")
        and sentence
        and f"off by {off_v(g, V):.1f} levels" in sentence
    )


def off_squared(g):
    return float(((x_of(g) - V.max(-1, keepdims=True)) ** 2).mean())


def test_where_v_is_grey_the_nearest_is_v_itself():
    grey = RNG.random((50, 1)).astype(np.float32).repeat(3, 1)
    g = nearest_to_v(grey)
    np.testing.assert_allclose(x_of(g, grey), grey, atol=DIGITS)


def test_the_dead_one_is_the_first_start_that_lets_nothing_through():
    g, seed = dead(V)
    assert not hidden(g, V).any()
    np.testing.assert_allclose(x_of(g), np.broadcast_to(g.numbers[7:], V.shape), atol=1e-6)  # flat
    with torch.no_grad():
        batch = torch.from_numpy(V).permute(0, 3, 1, 2)
        sums = [XGenerator(one).reduce(batch).max() for one in range(seed + 1)]
    assert all(most > 0 for most in sums[:-1]) and sums[-1] <= 0
    assert f"seed {seed}" in preset(DEAD, V)[1]


def test_the_same_start_sees_less_if_v_is_normalised():
    assert preset(AS_CODE, V)[0] == initial()._replace(x_input="normalized")
    assert (hidden(initial(), V) == 0).mean() == 0 < (hidden(initial("normalized"), V) == 0).mean()


class ToyScale(Scale):
    def load(self, name=None, trial=None):
        return dataset()


@pytest.fixture
def scale(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "table_path", lambda: tmp_path / "generators.csv")
    return ToyScale("toy", "demo", "no time", "synthetic-sysu", tmp_path / "runs")


def pretend(scale, name, finished=True, data=None, config=None, **changes):
    """A run folder as far as these functions read it."""
    config = config or tiny(**{"method": "baseline+x"} | changes)
    run = Run(scale.runs / name)
    run.begin(config, data or dataset())
    model = build_model(config, 3)
    run.write("model.safetensors", lambda path: save_weights(model, path))
    if finished:
        run.write("embeddings.npz", lambda path: path.write_bytes(b""))
    return run


def test_of_a_run_come_its_numbers_and_what_its_g_sees(scale):
    run = pretend(scale, "one", x_init_seed=3, x_input="normalized")
    wanted = torch.cat([p.flatten() for p in XGenerator(3).parameters()]).tolist()
    assert of_run(run) == Generator(tuple(wanted), "normalized")


@pytest.mark.parametrize("changes", [{"method": "baseline"}, {"x": "gray"}])
def test_a_run_without_ten_numbers_is_refused(scale, changes):
    with pytest.raises(XivlabError, match="^one has no ten weights to show: take a run of baseline"):
        of_run(pretend(scale, "one", **changes))


def stored(scale, *rows):
    table = pd.DataFrame([dict.fromkeys(COLUMNS, 0.5) | row for row in rows], columns=COLUMNS)
    write_generators(table, scale.runs.parent / "generators.csv")


def test_trained_ones_come_from_finished_runs_and_the_table_those_of_the_same_data_first(scale):
    pretend(scale, "x-run", x_init_seed=1)
    pretend(scale, "cmg-run", method="baseline+x+cmg", x_init_seed=2)
    pretend(scale, "unfinished", finished=False)
    pretend(scale, "baseline", method="baseline")
    pretend(scale, "gray", x="gray")
    pretend(scale, "of-other-data", data=replace(dataset(), fingerprint="1" * 64))
    (scale.runs / "no-run").mkdir()
    (scale.runs / "no-run" / "embeddings.npz").touch()
    rows = [
        {"run": "else", "variant": "Baseline+X+CMG", "seed": 0, "data": "other", "w_r": 0.25},
        {"run": "same", "variant": "Baseline+X", "seed": 4, "data": "toy", "w_r": 0.75},
        {"run": "x-run", "variant": "Baseline+X", "seed": 0, "data": "toy"},
    ]
    stored(scale, *rows)
    found = trained(scale, dataset())
    assert list(found) == [
        "Baseline+X+CMG, λ = 0.1, seed 0 (yours)",
        "Baseline+X, seed 0 (yours)",
        "Baseline+X, seed 4, toy (stored)",
        "Baseline+X+CMG, seed 0, other (stored)",
    ]
    first, second, third, fourth = (read() for read in found.values())
    assert first == of_run(Run(scale.runs / "cmg-run")) != second
    assert third.numbers == (0.75, *[0.5] * 9) and fourth.numbers[0] == 0.25
    row = dict(zip(WEIGHTS, third.numbers))
    with torch.no_grad():
        x = from_numbers(row)(torch.from_numpy(V).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).numpy()
    np.testing.assert_allclose(x_of(third), x, atol=DIGITS)


def test_the_run_of_the_scales_own_settings_is_the_first(scale):
    pretend(scale, "a-run", method="baseline+x+cmg")
    pretend(scale, "own-run", config=scale.config(weights=None, seed=0))
    own = ToyScale("toy", "demo", "no time", "synthetic-sysu", scale.runs, {"weights": None})
    first = next(iter(trained(own, dataset()).values()))
    assert first() == of_run(Run(scale.runs / "own-run"))


def test_without_runs_and_table_there_are_none(scale):
    assert trained(scale, dataset()) == {}
