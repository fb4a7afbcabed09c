"""Row 9: `make test` in an environment that is there: all quick tests, and which files of them take how long."""

import os
import re
import subprocess
import sys
import time
from collections import Counter

from benchmarks.harness import ROOT, Line, seconds

GOAL = 180  # seconds
LONGEST = 8  # files that are named
SMALL = "tests/xivlab/test_paper.py"
TAKEN = re.compile(r"^([\d.]+)s (?:call|setup|teardown) +tests/(\S+?)::", re.MULTILINE)
PASSED = re.compile(r"(\d+) passed")


def lines(small: bool = False) -> list[Line]:
    """All quick tests once, since they take minutes; those of one file if small.

    Raises:
        RuntimeError: a test failed.
    """
    words = [
        sys.executable,
        "-m",
        "pytest",
        "--numprocesses",
        "2",
        "--dist",
        "loadfile",
        "--durations",
        "0",
        "--durations-min",
        "0",
    ]
    # Threads are as make test has them, not as benchmarks do.
    plain = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    start = time.perf_counter()
    done = subprocess.run(
        [*words, *([SMALL] if small else [])],
        cwd=ROOT,
        env=plain,
        check=False,
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError("tests fail: run make test to see which")
    files: Counter[str] = Counter()
    for taken, file in TAKEN.findall(done.stdout):
        files[file] += float(taken)
    both = sum(files.values())
    return [
        Line(
            "make test, the exposed world in the cache",
            f"{PASSED.findall(done.stdout)[-1]} tests",
            "",
            took,
            "s",
            goal=GOAL,
        ),
        *(
            Line(f"– of the time within tests, {name}", seconds(value), "", 100 * value / both, "%")
            for name, value in files.most_common(LONGEST)
        ),
    ]
