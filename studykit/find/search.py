"""Search in pictures of one's own: queries and a gallery in, ranked lists out, as a table, as a page and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studykit.find.gallery import Embedded, Embedder, embed_gallery, embed_queries
from studykit.find.large import LARGE, LargeGallery, Way
from studykit.find.nearest import Nearest, nearest
from studykit.find.photos import IN_WORDS, SCENE_PIXELS, files_of
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.methods import METHODS
from xivlab.model import TestDistance
from xivlab.runs.run import Run

MOST = 1000  # pictures of a ranked list
NAMED = 5  # files that are left out, in what is printed; the page and the JSON have all
THROUGH = {"v": "D(I, V)", "x": "D(I, X)", "v+x": "D(I, V) + D(I, X), Eq. 2"}


@dataclass(frozen=True)
class Found:
    """What a search has found.

    Attributes:
        run: whose model searched.
        title: of its method.
        kind: test distance, that of the run's settings.
        way: through FAISS, or None: every picture was compared.
        folder: of the gallery.
        queries, gallery: pictures with their embeddings.
        lists: a row per query.
    """

    run: Run
    title: str
    kind: TestDistance
    way: Way | None
    folder: Path
    queries: Embedded
    gallery: Embedded
    lists: Nearest


def find(
    run: Run,
    queries: Sequence[Path],
    gallery: Path,
    top: int = 10,
    large: Way | None = None,
    cache: Path | None = None,
) -> Found:
    """Search infrared pictures in a folder of visible ones, by the run's own test distance.

    Args:
        run: with a model.
        queries: infrared pictures, or folders of them.
        gallery: folder of visible pictures, with those below it.
        top: how many of the gallery are shown for each query.
        large: search through FAISS, exactly or approximately; a gallery of `LARGE` pictures is searched exactly
            through FAISS if nothing is said.
        cache: folder for the embeddings of the gallery; the kit's if not given.

    Raises:
        XivlabError: the run cannot be used, nothing is where something is named, none of the files is a picture, or
            FAISS is needed and not installed.
    """
    if not 1 <= top <= MOST:
        raise XivlabError(f"--top must be between 1 and {MOST}, not {top}.")
    if not queries:
        raise XivlabError("There is no query: name an infrared picture, or a folder of them.")
    asked = files_of(queries)
    if not asked:
        raise XivlabError(f"{queries[0]} has no files: name a folder with {IN_WORDS} pictures.")
    if not gallery.is_dir():
        raise XivlabError(f"There is no folder {gallery}: name one with visible pictures of people.")
    searched = files_of([gallery])
    if not searched:
        raise XivlabError(f"The gallery {gallery} has no files: name a folder with {IN_WORDS} pictures.")
    embedder = Embedder(run)
    infrared = embed_queries(asked, embedder)
    visible = embed_gallery(gallery, searched, embedder, cache)
    kind, count = embedder.config.test_distance, min(top, len(visible))
    way = large or ("exact" if len(visible) >= LARGE else None)
    features = infrared.faces["infrared"]
    if way is None:
        lists = nearest(features, visible.faces, kind, count)
    else:
        lists = LargeGallery(visible.faces, kind, way).nearest(features, count)
    title = METHODS[embedder.config.method].title
    return Found(run, title, kind, way, gallery, infrared, visible, lists)


def remarks(found: Found) -> list[str]:
    """What one should know of a search beside its lists, in sentences."""
    said = []
    if found.kind == "v":
        said.append(
            "The run searches through V alone: it has no X, or its settings say so; the paper's Eq. 2 adds "
            "the distance to X."
        )
    if len(found.gallery) == 1:
        said.append("The gallery has one picture, so it comes first whoever is asked for.")
    if scenes := found.queries.scenes + found.gallery.scenes:
        whole = "1 picture has" if scenes == 1 else f"{scenes:,} pictures have"
        said.append(
            f"{whole} {SCENE_PIXELS:,} pixels or more: the network sees a person who fills the picture, so cut "
            "people out of scenes first."
        )
    return said


def left_out(found: Found) -> list[str]:
    """Which files are not searched, and why, the first few of them, to print."""
    said = []
    for what, embedded in (("queries", found.queries), ("gallery", found.gallery)):
        if out := embedded.left_out:
            said.append(f"Left out of the {what}: {len(out):,} of {len(embedded) + len(out):,} files.")
            said += [f"  {one.reason}" for one in out[:NAMED]]
            if len(out) > NAMED:
                said.append(f"  and {len(out) - NAMED:,} others, which the page names.")
    return said


def as_text(found: Found) -> str:
    """The ranked lists as a table: a line per query and place."""
    lines = [("query", "place", "distance", "picture")]
    for query, rows, far in zip(found.queries.paths, found.lists.rows, found.lists.distance):
        for place, (row, distance) in enumerate(zip(rows, far), start=1):
            name = found.gallery.paths[row].relative_to(found.folder)
            lines.append((str(query) if place == 1 else "", str(place), f"{distance:.4f}", str(name)))
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join(
        f"{query:{widths[0]}}  {place:>{widths[1]}}  {far:>{widths[2]}}  {name}"
        for query, place, far, name in lines
    )


def as_json(found: Found) -> dict[str, Any]:
    """The same for programs: paths, places from 1, distances, and what was left out with its reason."""
    return {
        "run": str(found.run.folder),
        "method": found.title,
        "test_distance": found.kind,
        "search": found.way or "every picture",
        "gallery": {
            "folder": str(found.folder),
            "pictures": len(found.gallery),
            "left_out": _reasons(found.gallery),
        },
        "left_out": _reasons(found.queries),
        "queries": [
            {
                "query": str(query),
                "found": [
                    {
                        "place": place,
                        "picture": str(found.gallery.paths[row]),
                        "distance": float(distance),
                    }
                    for place, (row, distance) in enumerate(zip(rows, far), start=1)
                ],
            }
            for query, rows, far in zip(found.queries.paths, found.lists.rows, found.lists.distance)
        ],
    }


def _reasons(embedded: Embedded) -> list[dict[str, str]]:
    return [{"file": str(one.path), "reason": one.reason} for one in embedded.left_out]


def write_json(found: Found, path: Path) -> None:
    """Write `as_json`, whole or not at all.

    Raises:
        XivlabError: it could not be written.
    """
    text = json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write_text(text, encoding="utf-8", errors="replace"))
