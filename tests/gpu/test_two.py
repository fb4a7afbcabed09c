"""Two processes, a GPU each, that talk by NCCL: the same as one. (On the CPU they talk by gloo.)"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from shared_steps import CASES, in_double_precision

pytestmark = pytest.mark.gpu

ROOT = Path(__file__).parents[2]


def test_two_processes_compute_what_one_does(device, tmp_path):
    """Loss and every term, every gradient, and after three steps all weights, in double precision.

    GPUs add up in no fixed order, so the tolerance is wider than that of tests/xivlab/runs/test_devices.py.
    """
    if device.type == "cuda" and torch.cuda.device_count() < 2:
        pytest.skip("This machine has one GPU: two processes need two.")
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "helpers")])
    subprocess.run(
        [sys.executable, "tests/helpers/shared_steps.py", tmp_path],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        check=True,
        timeout=500,
    )
    two = [torch.load(tmp_path / f"{rank}.pt", map_location="cpu") for rank in (0, 1)]
    one = in_double_precision(1)
    for case in CASES:
        for shared in (process[case] for process in two):
            for row, other in zip(one[case]["log"], shared["log"], strict=True):
                assert row == pytest.approx(other, abs=1e-6)
            for part in ("gradients", "state"):
                for name, tensor in one[case][part].items():
                    torch.testing.assert_close(
                        shared[part][name].double(), tensor.cpu().double(), rtol=1e-6, atol=1e-6
                    )
        for name, tensor in two[0][case]["state"].items():
            assert torch.equal(tensor, two[1][case]["state"][name])
