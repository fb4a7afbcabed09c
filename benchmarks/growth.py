"""Row 5: how time and memory grow when people, images and gallery do, and a plot of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.harness import Line, in_process, quantity, seconds
from studykit.plots import picture

STEPS = (1, 10, 100)
# n log n over the largest decade here (3,000 to 30,000) has the slope 1.11; beyond this line it is worse.
WORST = 1.2
COMMON = """
import json, time, tempfile, sys
import numpy as np
from benchmarks.harness import peak
def timed(call, least=0.2):
    call()
    took = []
    while sum(took) < least or len(took) < 3:
        start = time.perf_counter(); call(); took.append(time.perf_counter() - start)
    print(json.dumps([float(np.median(took)), peak()]))
n = {n}
"""
SEARCH = """
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.retrieval import search
rng = np.random.default_rng(0)
queries, gallery = {sizes}
def side(count, camera):
    return rng.standard_normal((count, 64), np.float32), np.arange(count) % max(2, count // 10), np.full(count, camera)
(i, ip, ic), (v, vp, vc) = side(queries, 6), side(gallery, 1)
ip = ip % len(np.unique(vp))
embeddings = Embeddings(i, v, v[::-1].copy(), ip, ic, vp, vc)
timed(lambda: search(embeddings, "regdb", "v+x"))
"""
BATCHES = """
from xivlab.data.batches import IdentityBatches
person, modality = np.arange(20 * n) // 20, np.arange(20 * n) % 2
{what}
"""
STUDY = """
import pandas as pd
from studykit.studies.answers import judged
from xivlab.evaluation.scores import mean_of
row = dict(study="lambda", variant="0.1", query="infrared", protocol="sysu all single-shot", sampler="seeded",
           trials=10, mAP=0.5, mINP=0.4, queries=800, **{{f"rank{{k}}": 0.5 for k in (1, 5, 10, 20)}})
table = pd.DataFrame([row | dict(run=f"run-{{i}}", seed=i, test_distance=d)
                      for i in range(n) for d in ("v", "x", "v+x")])
def summary():
    kept = judged(table)
    assert len(kept) == n
    return kept.groupby("variant")[["rank1", "mAP"]].agg(["mean", "std"])
timed(summary)
"""


@dataclass(frozen=True)
class Curve:
    """What grows.

    Attributes:
        name: in a few words.
        size: what n counts.
        start: the smallest n.
        code: measures at n, in a process of its own.
    """

    name: str
    size: str
    start: int
    code: Callable[[int], str]


CURVES = (
    Curve(
        "search, a longer gallery",
        "gallery images, 300 queries",
        300,
        lambda n: SEARCH.format(sizes="300, n"),
    ),
    Curve(
        "search, more queries", "queries, 300 gallery images", 300, lambda n: SEARCH.format(sizes="n, 300")
    ),
    Curve(
        "batches, set up",
        "people of 20 images each",
        40,
        lambda n: BATCHES.format(what="timed(lambda: IdentityBatches(person, modality, 8, 4, 0))"),
    ),
    Curve(
        "batches, one drawn",
        "people of 20 images each",
        40,
        lambda n: BATCHES.format(what="b = IdentityBatches(person, modality, 8, 4, 0); timed(lambda: b[7])"),
    ),
    Curve("study table, judged and averaged", "runs", 30, lambda n: STUDY.format()),
)


@dataclass(frozen=True)
class Grown:
    """A measured curve: n, seconds and MB of the whole process at each, (len(STEPS),)."""

    curve: Curve
    n: np.ndarray
    seconds: np.ndarray
    megabytes: np.ndarray

    @property
    def exponent(self) -> float:
        """k of the fit seconds = c n^k."""
        return exponent(self.n, self.seconds)

    @property
    def last(self) -> float:
        """k over the last tenfold growth, where what does not grow weighs least."""
        return exponent(self.n[-2:], self.seconds[-2:])


def exponent(n: np.ndarray, values: np.ndarray) -> float:
    """k of the least-squares fit values = c n^k, in logarithms."""
    return float(np.polyfit(np.log(n), np.log(values), 1)[0])


def measure(small: bool = False) -> list[Grown]:
    """Every size in a process of its own, so that memory counts from nothing."""
    grown = []
    for curve in CURVES[-1:] if small else CURVES:
        n = np.array([curve.start * step for step in (STEPS[:2] if small else STEPS)])
        found = [in_process(COMMON.format(n=one) + curve.code(one)) for one in n]
        grown.append(Grown(curve, n, *np.array(found).T))
    return grown


def lines(small: bool = False, plot: Path | None = None) -> list[Line]:
    """A line per curve.

    Args:
        small: only one curve, two sizes.
        plot: file to draw them into.
    """
    grown = measure(small)
    if plot is not None:
        draw(grown, plot)
    return [
        Line(
            f"Growth, {one.curve.name}: exponent over the last tenfold (n = {one.curve.size})",
            f"{seconds(one.seconds[0])} → {seconds(one.seconds[-1])}, n {one.n[0]:,} → {one.n[-1]:,}",
            f"memory {quantity(one.megabytes[0], 'MB')} → {quantity(one.megabytes[-1], 'MB')}",
            one.last,
            "",
            WORST,
        )
        for one in grown
    ]


def draw(grown: list[Grown], path: Path) -> None:
    """Time, and memory over that at the smallest n, against n; both scales logarithmic."""
    figure = picture.Picture(4.6, "Time and memory against n, with the fitted exponents.", 8.8)
    time, memory = figure.subplots(1, 2)
    for one, mark, colour in zip(grown, "osD^v", picture.CURVES):
        label = f"{one.curve.name}: n^{one.exponent:.2f}"
        time.loglog(one.n / one.n[0], one.seconds, marker=mark, color=colour, label=label)
        memory.semilogx(one.n / one.n[0], one.megabytes - one.megabytes[0], marker=mark, color=colour)
    reach = np.array(STEPS[: len(grown[0].n)], float)
    time.loglog(reach, reach * min(one.seconds[0] for one in grown), "k:", label="proportional to n")
    time.set(xlabel="n, times the smallest", ylabel="seconds", title="Time, with the fitted exponent")
    memory.set(
        xlabel="n, times the smallest", ylabel="MB more than at the smallest n", title="Memory of the process"
    )
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    for axes in (time, memory):
        axes.set_xticks(reach, [f"{n:g}" for n in reach], minor=False)
        axes.set_xticks([], minor=True)
        axes.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
