"""Threads, memory and devices: what a machine gives, and the sentence about what it does not."""

import os

import pytest
import torch
from torch import nn

from xivlab import resources
from xivlab.errors import XivlabError

SMALL = nn.Linear(3, 3)


def large():
    return resources.threads_for(25_000_000)


@pytest.mark.parametrize(
    ("cores", "idle", "threads"), [(8, 8.0, 8), (8, 3.2, 3), (2, 0.1, 1), (2, None, 2), (4, 60.0, 4)]
)
def test_a_large_network_takes_what_others_leave(cores, idle, threads, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(resources, "cores", lambda: cores)
    monkeypatch.setattr(resources, "USUAL", 64)
    monkeypatch.setattr(resources, "idle_cores", lambda: idle)
    assert large()[0] == threads


def test_no_more_threads_than_pytorch_likes(monkeypatch):
    """Two threads of one core are no faster than one."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(resources, "cores", lambda: 16)
    monkeypatch.setattr(resources, "USUAL", 8)
    monkeypatch.setattr(resources, "idle_cores", lambda: 16.0)
    assert large() == (8, "as many as this process may use")


def test_a_small_network_takes_one_thread_whatever_the_machine_has(monkeypatch):
    monkeypatch.setattr(resources, "cores", lambda: 64)
    assert resources.threads_for(700_000) == (1, "the network is small")


def test_whoever_names_a_number_gets_it(monkeypatch):
    monkeypatch.setattr(resources, "cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert large() == (3, "OMP_NUM_THREADS says so")


def test_cores_are_those_of_the_affinity():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("no affinity on this system")
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, [min(before)])
        assert resources.cores() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_idle_cores_are_no_more_than_there_are():
    idle = resources.idle_cores()
    assert idle is None or 0 <= idle <= os.cpu_count() + 1


def test_the_threads_of_before_come_back():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyError), resources.computing(SMALL, "wait"):
            assert torch.get_num_threads() == 1
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


FULL = (
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.\nGPU 0 has"),
    RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)."),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried"),
    MemoryError("Unable to allocate 3. TiB"),
)
BROKEN = (
    RuntimeError("CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors"),
    RuntimeError("The NVIDIA driver on your system is too old (found version 11040). Please update"),
    RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED"),
    RuntimeError("CUDA error: device-side assert triggered"),
    RuntimeError("CUDA unknown error - this may be due to an incorrectly set up environment"),
    RuntimeError("No CUDA GPUs are available"),
    RuntimeError("Unexpected error from cudaGetDeviceCount()"),
    RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
    RuntimeError("NCCL error in: ProcessGroupNCCL.cpp"),
    RuntimeError("GET was unable to find an engine to execute this computation"),
)


@pytest.mark.parametrize("error", FULL)
def test_a_full_memory_is_one_sentence_with_the_remedy(error):
    sentence = r"^The memory is not enough \(.*\): wait\.$"
    with pytest.raises(XivlabError, match=sentence), resources.computing(SMALL, "wait"):
        raise error


@pytest.mark.parametrize("error", BROKEN)
def test_a_gpu_that_does_not_work_is_one_sentence_with_the_remedy(error):
    with (
        pytest.raises(
            XivlabError, match=r"^The GPU does not work \(.*\): set CUDA_VISIBLE_DEVICES= "
        ) as caught,
        resources.computing(SMALL, "wait"),
    ):
        raise error
    assert "\n" not in str(caught.value)


def test_a_mistake_of_ours_stays_what_it_is():
    with pytest.raises(RuntimeError, match="shapes"), resources.computing(SMALL, "wait"):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


def test_what_does_not_fit_is_refused_before_it_is_taken():
    resources.need(1e3, "Ten images", "take fewer")
    with pytest.raises(
        XivlabError, match=r"^Ten images need 1,000.0 TB of memory and .* are free: take fewer"
    ):
        resources.need(1e15, "Ten images", "take fewer")


@pytest.mark.parametrize(
    ("most", "taken", "free"), [("max", "5", None), ("1000", "400", 600), ("10", "40", 0)]
)
def test_a_container_leaves_less(most, taken, free, monkeypatch, tmp_path):
    machine = resources.free_memory()
    (tmp_path / "memory.max").write_text(f"{most}\n")
    (tmp_path / "memory.current").write_text(f"{taken}\n")
    monkeypatch.setattr(resources, "CGROUP", tmp_path)
    if machine is not None:
        assert resources.free_memory() == free if free is not None else resources.free_memory() > 1e6


def test_what_computes_is_written_down():
    assert resources.made(torch.device("cpu")).keys() == {"torch", "threads", "processor", "instructions"}
    assert resources.processor()


def test_waiting_threads_sleep():
    """The package says so before PyTorch is imported."""
    assert os.environ["OMP_WAIT_POLICY"]


def test_a_block_within_another_computes_as_that_one_does(monkeypatch):
    monkeypatch.setattr(resources, "threads_for", lambda weights: (weights, ""))
    two, three = nn.Linear(1, 1), nn.Linear(2, 1)
    before = torch.get_num_threads()
    with resources.computing(two, "wait"):
        with resources.computing(three, "wait"):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 2
    with resources.computing(three, "wait"):
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == before
