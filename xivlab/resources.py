"""What the machine gives this process: cores and memory, of which containers, schedulers and others take their part.

One place decides how many threads compute. A small network takes one, everywhere: its parts are too small to be
shared (alone on two cores a second thread gains nothing, and beside other programs it waits for ever), and its
numbers then do not depend on how many cores a machine has. A large one takes the cores that nobody else is using.
"""

import os
import platform
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from xivlab.errors import XivlabError

CGROUP = Path("/sys/fs/cgroup")  # version 2; where there is none, or an older one, nothing is known
SMALL = 5_000_000  # weights: the slim backbones have 0.2 and 0.7 million, ResNet-50 has 24
_here = threading.local()  # whether this thread is within a block of `computing`
SMALLER = (
    "lower people_per_batch or images_per_person, or choose the precision 'bf16'; what was saved is kept"
)
FREE_SOME = "free some, such as of other notebooks on this GPU, or set CUDA_VISIBLE_DEVICES= (to nothing)"
USUAL = torch.get_num_threads()  # PyTorch's own choice, which knows of hyperthreads, or the user's
LOOK = 0.2  # seconds in which idle cores are counted
OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
)  # CUDA and MPS, Linux, Windows
# In lower case: of CUDA, cuDNN, cuBLAS, NCCL and HIP.
BROKEN = (
    *(
        "cuda error",
        "cuda driver",
        "cuda unknown error",
        "no cuda gpus",
        "cudagetdevicecount",
        "cudnn",
        "cublas_status",
    ),
    *("nccl error", "hip error", "no kernel image", "nvidia driver", "device-side assert", "nvrtc"),
    *("unable to find an engine", "invalid device ordinal"),
)


def cores() -> int:
    """Cores that this process may use: those of its affinity, at most the quota of its container."""
    from joblib import cpu_count  # here, since a twentieth of a second is much of an import

    return cpu_count()


def idle_cores() -> float | None:
    """Cores of the machine that nobody uses just now; None where nothing tells. Takes `LOOK` seconds."""

    def idle() -> int:
        with open("/proc/stat", encoding="ascii") as file:
            values = file.readline().split()
        return int(values[4]) + int(values[5])  # idle, and waiting for a disk

    try:
        start, before = time.perf_counter(), idle()
        time.sleep(LOOK)
        return (idle() - before) / os.sysconf("SC_CLK_TCK") / (time.perf_counter() - start)
    except (OSError, ValueError, IndexError):
        return None


def threads_for(weights: int) -> tuple[int, str]:
    """How many threads a network is to compute with, and why, in words.

    Args:
        weights: of the network, how many.
    """
    if weights < SMALL:
        return 1, "the network is small"
    most = min(cores(), USUAL)
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdecimal() and 0 < int(wanted) <= cores():
        return int(wanted), "OMP_NUM_THREADS says so"
    idle = idle_cores()
    if idle is not None and round(idle) < most:
        return max(1, round(idle)), f"others use some of the {most} cores"
    return most, "as many as this process may use"


@contextmanager
def computing(model: nn.Module, remedy: str = SMALLER) -> Iterator[None]:
    """Let a block compute with the threads for a network; what the device then cannot do is one sentence.

    A block within another computes as that one does, for with other threads its last digits would be others.

    Args:
        model: the network.
        remedy: what to do if the memory is not enough; by default that of a training.

    Raises:
        XivlabError: memory is not enough, or the GPU does not work.
    """
    before, outermost = torch.get_num_threads(), not getattr(_here, "computing", False)
    if outermost:
        torch.set_num_threads(threads_for(sum(one.numel() for one in model.parameters()))[0])
    _here.computing = True
    try:
        with device_errors(remedy):
            yield
    finally:
        if outermost:
            _here.computing = False
            torch.set_num_threads(before)


@contextmanager
def device_errors(remedy: str = SMALLER) -> Iterator[None]:
    """Turn what a device cannot do in a block into one sentence.

    Args:
        remedy: as in `computing`.

    Raises:
        XivlabError: memory is not enough, or the GPU does not work.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        said = str(error).lower()
        reason = str(error).partition("\n")[0].strip().rstrip(".")
        if isinstance(error, MemoryError) or any(words in said for words in OUT_OF_MEMORY):
            raise XivlabError(f"The memory is not enough ({reason}): {remedy}.") from error
        if any(words in said for words in BROKEN):
            raise XivlabError(broken_gpu(reason)) from error
        raise


def compute_as_before(made: Mapping[str, Any] | None) -> None:
    """Take as many threads as at the begin of something, as far as there are cores: its last digits depend on it.

    Args:
        made: of `made`, then; None changes nothing.
    """
    if made:
        torch.set_num_threads(min(made["threads"], cores()))


def broken_gpu(reason: str) -> str:
    """The sentence about a GPU that is there and does not work."""
    return (
        f"The GPU does not work ({reason}): set CUDA_VISIBLE_DEVICES= (to nothing) to use the CPU, or install the "
        "PyTorch that is built for its driver (pytorch.org); what was saved is kept."
    )


def free_memory() -> int | None:
    """Bytes that can still be taken, at most what the container leaves; None where nothing tells."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        (available,) = (line for line in lines if line.startswith("MemAvailable:"))
        found.append(int(available.split()[1]) << 10)
        most, taken = (
            (CGROUP / name).read_text(encoding="ascii") for name in ("memory.max", "memory.current")
        )
        if most.strip() != "max":
            found.append(max(0, int(most) - int(taken)))
    except (OSError, ValueError):
        pass  # no Linux, or no limit
    return min(found, default=None)


def need(count: float, what: str, remedy: str) -> None:
    """Refuse what does not fit into the memory, before any of it is taken.

    Args:
        count: bytes.
        what: needs them, in words.
        remedy: what to do about it.

    Raises:
        XivlabError: it does not fit.
    """
    free = free_memory()
    if free is not None and count > free:
        raise XivlabError(f"{what} need {in_words(count)} of memory and {in_words(free)} are free: {remedy}.")


def in_words(count: float) -> str:
    """Bytes in words: "4.2 MB", "900.0 GB"."""
    size, unit = next(
        ((size, unit) for size, unit in ((1e12, "TB"), (1e9, "GB")) if count >= size), (1e6, "MB")
    )
    return f"{count / size:,.1f} {unit}"


def made(device: torch.device) -> dict[str, Any]:
    """What computes here, which the last digits of a result depend on: PyTorch, threads, processor."""
    on_gpu = device.type == "cuda"
    return {
        "torch": str(torch.__version__),
        "threads": torch.get_num_threads(),
        "processor": torch.cuda.get_device_name(device) if on_gpu else processor(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


def processor() -> str:
    """The processor's name as its maker says it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            names = (line.partition(":")[2].strip() for line in file if line.startswith("model name"))
            return next(names)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
