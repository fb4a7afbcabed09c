"""What the machine gives this process: cores and memory, which containers and schedulers cut."""

from pathlib import Path

import joblib

CGROUP = Path("/sys/fs/cgroup")  # version 2; where there is none, or an older one, nothing is known


def cores() -> int:
    """Cores that this process may use: those of its affinity, at most the quota of its container."""
    return joblib.cpu_count()


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


def in_words(count: float) -> str:
    """Bytes in words: "4.2 MB", "900 GB"."""
    for size, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1e3:,.1f} KB"
