"""`python -m benchmarks.large [--to N] [--write]`: recall against time of the search in large galleries (extra [large]).

Galleries of 10,000 embeddings and ten times as many, up to N, are drawn: people are clusters, their X lie near their V,
and queries are further pictures of some of the people. Each way to search is asked for the ten nearest by Eq. 2 of the
same queries, one at a time. Recall is the share of the true ten, which the exact search knows, that a way finds.
Speed is in queries a second, over the exact search in the same process. `--write` keeps the table in benchmarks/LARGE.md.
"""

import argparse
import datetime
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import machine, peak, seconds, text_table
from studykit.find.large import LargeGallery, Way
from studykit.find.nearest import nearest
from xivlab.files import write_atomically

WIDTH = 128  # of an embedding, as slim's
PICTURES = 10  # of each person
WANTED = 10
# Of pictures around their person, as parts of the distance between people: wide enough that strangers come between, as in a
# real search, where a graph that gives up early misses some.
GALLERY_SPREAD, QUERY_SPREAD = 1.0, 1.2
BREADTHS = (32, 128, 512)
HEAD = ["gallery", "way", "build", "a query", "over exact", "recall at 10", "pays from", "memory, GiB"]
PAGE = Path(__file__).parent / "LARGE.md"
HEADING = """\
# Large galleries: recall against time

Written by `python -m benchmarks.large --write`; do not edit. Embeddings are drawn, 128 numbers each, ten of each person, so
far apart that strangers come between; what is measured is the search alone, one query at a time. "plain" compares with every
picture, "exact" goes through FAISS's flat indices, "graph b" through its HNSW graphs, which keep b pictures in mind. Recall
is the share of the true ten nearest that are found. "Pays from" is the number of queries from which on a graph has saved the
time that it took to build: `xivlab find` builds it anew each time. Memory is the peak of the process so far.
"""


def drawn(
    size: int, queries: int, seed: int = 0
) -> tuple[NDArray[np.float32], dict[Any, NDArray[np.float32]]]:
    """Embeddings of queries (Q, D) and, by face, of a gallery (size, D), each of length 1."""
    rng = np.random.default_rng(seed)
    people = rng.standard_normal((max(1, size // PICTURES), WIDTH), np.float32)
    person = np.arange(size) % len(people)

    def near(who: NDArray, spread: float) -> NDArray[np.float32]:
        seen = people[who] + np.float32(spread) * rng.standard_normal((len(who), WIDTH), np.float32)
        seen /= np.linalg.norm(seen, axis=1, keepdims=True)
        return seen

    return near(rng.integers(0, len(people), queries), QUERY_SPREAD), {
        "visible": near(person, GALLERY_SPREAD),
        "x": near(person, GALLERY_SPREAD),
    }


def rows_of(size: int, queries: int, graphs: bool = True) -> Iterator[list[list[str]]]:
    """The lines of one size of gallery; then those of the graphs, which take long to build, if they are wanted."""
    infrared, gallery = drawn(size, queries)
    # The matrix of the plain way has double precision: a million pictures and a few queries are enough to time it.
    few = infrared[: max(1, min(queries, 2_000_000 // size))]
    start = time.perf_counter()
    plain = nearest(few, gallery, "v+x", WANTED)
    plainly = (time.perf_counter() - start) / len(few)
    build, index = _built(gallery, "exact")
    exactly, exact = _asked(index, infrared)
    memory = peak() / 1024
    assert (exact[: len(few)] == plain.rows).all(), "the exact search is not exact"
    yield [
        [f"{size:,}", "plain", "–", seconds(plainly), f"{exactly / plainly:.2f}x", "100.0 %", "", ""],
        [f"{size:,}", "exact", seconds(build), seconds(exactly), "1.00x", "100.0 %", "", f"{memory:.1f}"],
    ]
    if not graphs:
        return
    lines = []
    build, index = _built(gallery, "approximate")
    for breadth in BREADTHS:
        index.breadth = breadth
        taken, found = _asked(index, infrared)
        recall = np.mean([len(np.intersect1d(a, b)) / WANTED for a, b in zip(found, exact)])
        over, share = f"{exactly / taken:.1f}x", f"{100 * recall:.1f} %"
        # From so many queries on, a graph has saved what it took to build.
        pays = f"{build / (exactly - taken):,.0f}" if taken < exactly else "never"
        cells = [seconds(build), seconds(taken), over, share, pays, f"{peak() / 1024:.1f}"]
        lines.append([f"{size:,}", f"graph {breadth}", *cells])
    yield lines


def _built(gallery: dict[Any, NDArray[np.float32]], way: Way) -> tuple[float, LargeGallery]:
    """Seconds to build, and what was built."""
    start = time.perf_counter()
    index = LargeGallery(gallery, "v+x", way)
    return time.perf_counter() - start, index


def _asked(index: LargeGallery, infrared: NDArray[np.float32]) -> tuple[float, NDArray[np.intp]]:
    """Seconds of one query, and the ranked rows of all."""
    start = time.perf_counter()
    found = index.nearest(infrared, WANTED).rows
    return (time.perf_counter() - start) / len(infrared), found


def main(args: list[str] | None = None) -> int:
    """Measure every size, print the table, and keep it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument(
        "--to", type=int, default=1_000_000, metavar="N", help="pictures of the largest gallery"
    )
    parser.add_argument(
        "--graphs-to",
        type=int,
        default=1_000_000,
        metavar="N",
        help="pictures of the largest that has graphs",
    )
    parser.add_argument("--queries", type=int, default=100, help="that each way is asked")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/LARGE.md")
    chosen = parser.parse_args(args)
    table = [HEAD]
    size = min(10_000, chosen.to)
    while size <= chosen.to:
        for lines in rows_of(size, chosen.queries, size <= chosen.graphs_to):
            table += lines
            if chosen.write:  # at once: the graphs of a large gallery may take longer than one has
                page = f"{HEADING}\n{_told(table, chosen.queries)}"
                write_atomically(PAGE, lambda path, page=page: path.write_text(page, encoding="utf-8"))
        size *= 10
    print(_told(table, chosen.queries), end="")
    return 0


def _told(table: list[list[str]], queries: int) -> str:
    """The table, and where and when it was measured."""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return f"{text_table(table)}\n\nMeasured on {today}, {queries} queries: {machine()}.\n"


if __name__ == "__main__":
    raise SystemExit(main())
