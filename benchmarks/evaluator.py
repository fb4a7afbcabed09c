"""Row 1: scores of a search against the loop, against sorting alone, and the memory of a large search."""

import functools
from dataclasses import dataclass

import numpy as np

from benchmarks.harness import Line, in_process, in_turns, quantity, ratio, seconds
from benchmarks.loop import loop_metrics
from xivlab.evaluation.retrieval import retrieval_metrics

TRIALS = 10
LIMIT_GB = 4.0
LARGE, FEATURES = 40_000, 128  # images on either side of the large search, numbers in an embedding
MEMORY = """
import json, time
import numpy as np
from benchmarks.harness import peak
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.retrieval import search
rng = np.random.default_rng(0)
features = [rng.standard_normal(({count}, {features}), np.float32) for _ in range(3)]
person = np.arange({count}) % max(2, {count} // 10)
camera = np.ones({count}, int)
embeddings = Embeddings(*features, person, camera * 6, person, camera)
start = time.perf_counter()
search(embeddings, "regdb", "v+x")
took = time.perf_counter() - start
print(json.dumps([took, peak() / 2**10]))
"""


@dataclass(frozen=True)
class Search:
    """The size of a data set's search: queries, gallery images, people, and whose rules."""

    name: str
    protocol: str
    queries: int
    gallery: int
    people: int

    def trial(self, number: int) -> tuple:
        """Arguments of `retrieval_metrics`: noise around one direction per person, as a fair model leaves it."""
        rng = np.random.default_rng([number, self.queries])
        centres = rng.normal(size=(self.people, 16))
        sides = []
        for count, cameras in ((self.queries, [3, 6]), (self.gallery, [1, 2, 4, 5])):
            person = np.sort(np.arange(count) % self.people)
            features = centres[person] + rng.normal(size=(count, 16))
            sides.append((features, person, rng.choice(cameras, count)))
        (asked, *query), (shown, *gallery) = sides
        squared = (asked**2).sum(1)[:, None] + (shown**2).sum(1) - 2 * asked @ shown.T
        distance = np.sqrt(squared.clip(0))
        return distance, query[0], gallery[0], query[1], gallery[1], self.protocol


SEARCHES = (
    Search("SYSU-MM01, 3,803 x 301", "sysu", 3803, 301, 96),
    Search("RegDB, 2,060 x 2,060", "regdb", 2060, 2060, 206),
)
SMALL = (Search("SYSU-MM01, small", "sysu", 60, 40, 8), Search("RegDB, small", "regdb", 50, 50, 10))


def lines(small: bool = False) -> list[Line]:
    """Every trial is one round, so ten trials are ten rounds."""
    found = []
    for one in SMALL if small else SEARCHES:
        found += _against(one, 2 if small else TRIALS)
    return [*found, memory(200 if small else LARGE)]


def _against(one: Search, trials: int) -> list[Line]:
    times: dict[str, list[np.ndarray]] = {"ours": [], "loop": [], "sort": []}
    retrieval_metrics(*one.trial(0))  # warm
    for number in range(trials):
        arguments = one.trial(number)
        calls = {
            "ours": functools.partial(retrieval_metrics, *arguments),
            "loop": functools.partial(loop_metrics, *arguments),
            "sort": functools.partial(np.argsort, arguments[0], axis=1),
        }
        for name, took in in_turns(calls, rounds=1, warm_up=0).items():
            times[name].append(took[0])
    ours, loop, sort = (np.array(times[name]) for name in ("ours", "loop", "sort"))
    words = f"{seconds(ours.sum())} for {trials} trials"
    return [
        Line(
            f"Scores, {one.name}: speed over the loop",
            words,
            f"loop: {seconds(loop.sum())}",
            ratio(loop, ours),
            goal=20,
            at_least=True,
        ),
        Line(
            f"Scores, {one.name}: time over sorting",
            words,
            f"np.argsort: {seconds(sort.sum())}",
            ratio(ours, sort),
            goal=2,
        ),
    ]


def memory(count: int) -> Line:
    """The peak of a whole process, imports and features included, that searches `count` among `count`."""
    took, most = in_process(MEMORY.format(count=count, features=FEATURES))
    return Line(
        f"Search by V + X, {count:,} x {count:,}, {FEATURES} features: memory",
        f"{quantity(most, 'GiB')}, {seconds(took)}",
        f"one matrix whole: {quantity(count**2 * 8 / 2**30, 'GiB')}",
        most,
        "GiB",
        LIMIT_GB,
    )
