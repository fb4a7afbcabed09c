"""Nearest pictures of a large gallery through FAISS: exactly by the test distance, or approximately in a fraction of the time.

FAISS knows Euclidean distances, and Eq. 2 is the sum of two. So there is an index for each face, V and X, and what
both bring is ordered by the sum itself, in double precision. The exact search takes more and more from both until
nothing else can be nearer: what is not among the m nearest of either face is at least as far as the sum of both
m-th distances (the threshold algorithm; Fagin, Lotem and Naor 2003).
"""

from types import ModuleType
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from studykit.find.nearest import DIGITS, Faces, Nearest, ranked_rows
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import test_distance
from xivlab.model import Face, TestDistance

Way = Literal["exact", "approximate"]
LARGE = 100_000  # pictures of a gallery from which on FAISS is used unasked
LINKS = 32  # of each picture in the graph of HNSW
# Pictures that a search in that graph keeps in mind, at least; and in a gallery of more than `MANY`, where by the first
# measurement (benchmarks/LARGE.md) a graph misses a fifth of the nearest with so few.
BREADTH, MANY, BROAD = 128, 300_000, 512
TAKEN = 8  # times as many as are wanted are taken from each face at first


class LargeGallery:
    """Indices of a gallery: flat ones for an exact search, graphs (HNSW) for an approximate one.

    Args:
        gallery: embeddings by face, (G, D) float32.
        kind: through V, X or both.
        way: exact or approximate.
        breadth: pictures that an approximate search keeps in mind: more find more, and take longer. If not given, 512 in a
            gallery of more than 300,000, else 128.

    Raises:
        XivlabError: FAISS is not installed.
    """

    def __init__(self, gallery: Faces, kind: TestDistance, way: Way, breadth: int | None = None) -> None:
        faiss = _faiss()
        self.gallery, self.kind, self.way = gallery, kind, way
        letters: dict[Face, str] = {"visible": "v", "x": "x"}
        self.faces = [face for face in gallery if letters[face] in kind.split("+")]
        self.indices = {}
        for face in self.faces:
            features = np.ascontiguousarray(gallery[face], np.float32)
            width = features.shape[1]
            index = faiss.IndexFlatL2(width) if way == "exact" else faiss.IndexHNSWFlat(width, LINKS)
            index.add(features)
            self.indices[face] = index
        self.breadth = breadth or (BROAD if len(gallery["visible"]) > MANY else BREADTH)
        # How far a squared distance of FAISS, in single precision, may be from the true one, as a part of the norms.
        self.slack = 4 * np.finfo(np.float32).eps * next(iter(gallery.values())).shape[1]
        self.longest = {face: float(np.square(gallery[face]).sum(1).max()) for face in self.faces}

    def nearest(self, infrared: NDArray[np.float32], count: int) -> Nearest:
        """The nearest pictures of each query, as `studykit.find.nearest.nearest` gives them.

        Args:
            infrared: embeddings of the queries, (Q, D).
            count: k, at most G.
        """
        found = [self._one(query[None], count) for query in np.ascontiguousarray(infrared, np.float32)]
        return Nearest(np.stack([rows for rows, _ in found]), np.stack([far for _, far in found]))

    def _one(self, query: NDArray[np.float32], count: int) -> tuple[NDArray, NDArray]:
        size, taken = len(self.gallery["visible"]), TAKEN * count
        while True:
            taken = min(taken, size)
            candidates, beyond = self._candidates(query, taken)
            chosen = {face: features[candidates] for face, features in self.gallery.items()}
            far = test_distance(query, chosen["visible"], chosen.get("x"), self.kind)[0]
            rows, far = ranked_rows(far, candidates, count)
            # A graph may miss some, and has fewer to give than are asked for where parts of it hang together badly.
            enough = self.way == "approximate" or far[-1] < beyond - 10.0**-DIGITS
            if taken == size or (enough and len(rows) == count):
                return rows, far
            taken *= 4

    def _candidates(self, query: NDArray[np.float32], taken: int) -> tuple[NDArray[np.intp], float]:
        """Rows that any face finds near, ascending, and how far all others are at least (if the search is exact)."""
        rows, beyond = [], 0.0
        for face, index in self.indices.items():
            if self.way == "approximate":
                index.hnsw.efSearch = max(self.breadth, taken)
            squared, near = index.search(query, taken)
            rows.append(near[0][near[0] >= 0])
            room = self.slack * (float(np.square(query).sum()) + self.longest[face])
            beyond += float(np.sqrt(max(0.0, float(squared[0, -1]) - room)))
        if taken == len(self.gallery["visible"]) and self.way == "approximate":
            return np.arange(taken), beyond  # nothing is left to save
        return np.unique(np.concatenate(rows)), beyond


def _faiss() -> ModuleType:
    try:
        import faiss
    except ImportError as error:
        raise XivlabError(
            "A large gallery needs FAISS: type pip install '.[large]' in the project, or name a gallery of fewer than "
            f"{LARGE:,} pictures without --large."
        ) from error
    return cast(ModuleType, faiss)
