"""Numbers: half precision, vectors that coincide, seeds and threads."""

import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from stress.harm import drawn, refused
from tiny import assert_same, result, rows, tiny
from toy import dataset

from xivlab.loss import batch_hard_triplet, pairwise_distance
from xivlab.methods import build_model, losses
from xivlab.runs.devices import processes
from xivlab.train import train

METHODS = ["baseline", "baseline+x", "baseline+x+cmg"]
# The smoke scale's own size; half precision refuses smaller ones on the CPU.
LARGE = {"height": 64, "width": 32}
long = pytest.mark.stress


@pytest.mark.stress
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1])
def test_training_in_bfloat16_stays_finite(method, seed, tmp_path, counted):
    run = train(tiny(method=method, seed=seed, precision="bf16", **LARGE), dataset(), tmp_path, quiet=True)
    assert run.finished
    assert all(np.isfinite(float(value)) for row in rows(run, "log.csv") for value in row.values())
    assert all(tensor.isfinite().all() for tensor in run.weights().values())
    counted("numerics: half precision")


def test_half_precision_on_the_cpu_is_refused(counted):
    """PyTorch can, but slower than single precision; the arithmetic is tested below all the same."""
    refused(lambda: processes(tiny(precision="16")), "precision '16' needs a GPU")
    counted("numerics: half precision")


@pytest.mark.stress
@pytest.mark.parametrize("method", METHODS[2:])
def test_steps_in_half_precision_stay_finite(method, counted):
    """As on a GPU, by autocast and a scaled loss, on the CPU, which takes seconds for a step."""
    config = tiny(method=method, **LARGE)
    model = build_model(config, 4).train()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    scaler = torch.amp.GradScaler("cpu")
    random = torch.Generator().manual_seed(0)
    labels = torch.arange(4).repeat_interleave(2)
    taken = 0
    for _ in range(4):
        infrared, visible = (torch.rand(8, 3, 64, 32, generator=random) for _ in range(2))
        with torch.autocast("cpu", torch.float16):
            outputs = model(infrared, visible)
        assert outputs["visible"].logits.dtype == torch.float16
        loss = losses(outputs, labels, config)["loss"]
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scale = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        taken += scaler.get_scale() >= scale  # a smaller scale says that the step was left out
        assert loss.isfinite()
    assert taken
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    counted("numerics: half precision")


@pytest.mark.parametrize("draws", [20, pytest.param(300, marks=long)])
def test_vectors_that_coincide_or_nearly_do_have_finite_gradients(draws, counted):
    """At every scale at which the squares of single precision still are numbers."""

    @drawn(st.tuples(st.integers(0, 2**32), st.floats(-15, 15), st.floats(-9, 0), st.integers(1, 600)), draws)
    def _(case):
        seed, scale, apart, width = case
        random = torch.Generator().manual_seed(seed)
        one = torch.randn(1, width, generator=random).repeat(6, 1)
        noise = 10**apart * torch.randn(6, width, generator=random)
        noise[::2] = 0  # three coincide exactly
        features = (10**scale * (one + noise)).requires_grad_()
        distance = pairwise_distance(features, features)
        distance.sum().backward()
        assert distance.isfinite().all() and (distance >= 0).all() and not distance.diagonal().any()
        assert features.grad.isfinite().all()
        features.grad = None
        batch_hard_triplet(features, features, torch.tensor([0, 0, 1, 1, 2, 2]), 0.3).backward()
        assert features.grad.isfinite().all()
        counted("numerics: equal vectors")


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_equal_vectors_in_every_precision(kind, counted):
    features = torch.ones(4, 16, dtype=kind).requires_grad_()
    loss = batch_hard_triplet(features, features, torch.tensor([0, 0, 1, 1]), 0.3)
    loss.backward()
    assert loss.item() == pytest.approx(4 * 0.3) and not features.grad.any()
    counted("numerics: equal vectors")


def trained(folder, threads=1, **changes):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        return train(tiny(**changes), dataset(), folder, quiet=True)
    finally:
        torch.set_num_threads(before)


def test_the_same_seed_gives_the_same_run(tmp_path, counted):
    one, again, other = (
        trained(tmp_path / name, seed=seed) for name, seed in (("one", 0), ("again", 0), ("other", 1))
    )
    assert_same(result(one), result(again))
    assert result(one)[0] != result(other)[0]
    counted("numerics: seeds and threads", 2)


@pytest.mark.stress
@pytest.mark.parametrize("method", METHODS)
def test_one_thread_and_two_agree(method, tmp_path, counted):
    """Two threads add up in another order: single precision rounds each sum at 6e-8 of it.

    In the first step that is all. Then Adam divides each gradient by its own size: where a gradient is nearly
    nothing, rounding decides its sign, and the weight moves by a whole learning rate, up or down. So the losses
    drift apart, ten steps on by some thousandths; a wrong sum would differ in the first step.
    """
    one, two = (trained(tmp_path / str(threads), threads, method=method) for threads in (1, 2))
    ones, twos = (np.array([float(row["loss"]) for row in rows(run, "log.csv")]) for run in (one, two))
    np.testing.assert_allclose(ones[0], twos[0], rtol=1e-5)
    np.testing.assert_allclose(ones, twos, rtol=0.05)
    counted("numerics: seeds and threads")
