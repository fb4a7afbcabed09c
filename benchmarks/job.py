"""Row 8: `make study` in an environment that is there: train, test, all notebooks, the report; with what takes how long, and
how much of a converged Baseline a minute is worth."""

import tempfile

from benchmarks.harness import ROOT, Line, in_process, seconds

GOAL = 150  # seconds
SHARE = 90  # % of the converged Baseline's rank-1 that the demo's shall reach
LONGEST = 5  # notebooks that are named
# As `xivlab study`, with folders of its own: nothing is found finished but the exposed world.
CODE = """
import json, os, time
start = time.perf_counter()
from dataclasses import replace
from pathlib import Path
from studykit.report.main_job import by_own_distance, main_job
from studykit.report.report import write_report
from xivlab.scale import current
results = Path({folder!r}, "results")
done = main_job(replace(current(), runs=Path({folder!r}, "runs")), results, Path({root!r}, "notebooks"))
write_report(done, results / "report.html")
took = time.perf_counter() - start
first = done.trained[0]
share = done.converged and [first.seconds, done.converged.share(by_own_distance(first)["rank1"])]
print()
print(json.dumps([took, done.seconds, {{one.name: one.seconds for one in done.notebooks}}, share, len(done.failures)]))
"""


def lines(small: bool = False) -> list[Line]:
    """The whole job once, since it takes minutes; at smoke scale if small."""
    with tempfile.TemporaryDirectory() as folder:
        code = CODE.format(folder=folder, root=str(ROOT))
        took, stages, notebooks, share, failures = in_process(
            code, {"XIVLAB_SCALE": "smoke" if small else "demo"}
        )
    if failures:
        raise RuntimeError(f"{failures} notebooks failed: run xivlab study to see why")
    longest = sorted(notebooks.items(), key=lambda item: -item[1])[:LONGEST]
    return [
        Line("make study, the exposed world in the cache", "", "", took, "s", goal=GOAL),
        *(
            Line(f"– of it {name}", seconds(value), "", 100 * value / took, "%")
            for name, value in stages.items()
        ),
        *(Line(f"– notebook {name}", seconds(value), "", 100 * value / took, "%") for name, value in longest),
        *([_worth(*share)] if share else []),
    ]


def _worth(took: float, share: float) -> Line:
    """How much of a converged Baseline the demo's is, and what it took."""
    says = "Baseline of the demo: rank-1 over that of the study, trained to the end"
    return Line(says, f"{seconds(took)} of training", "", 100 * share, "%", goal=SHARE, at_least=True)
