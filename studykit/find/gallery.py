"""Embeddings of pictures by a run; those of a gallery are kept in the cache, each known by the content of its file."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from studykit.find.photos import LeftOut, Photo, content_and_digest, decoded, photos
from xivlab import __version__
from xivlab.config import Config
from xivlab.data.datasets import cache_folder
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.files import content_of, digest_of, write_sealed
from xivlab.model import Face, XIVNet
from xivlab.resources import FREE_SOME, computing
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model

BATCH = 256  # pictures that are decoded and embedded at a time
DECODING = 1  # raised when the same file would be decoded to other pixels


@dataclass(frozen=True)
class Embedded:
    """Pictures with their embeddings by one run; row i of the arrays is picture i.

    Attributes:
        paths: N files.
        faces: by face ("infrared", or "visible" and, where there is g, "x"), (N, D) float32.
        left_out: files that are no pictures, with the reason.
        scenes: how many of those that were decoded now are large enough to be of whole scenes.
        fresh: how many were embedded now, not found in the cache.
    """

    paths: list[Path]
    faces: dict[Face, NDArray[np.float32]]
    left_out: list[LeftOut]
    scenes: int
    fresh: int

    def __len__(self) -> int:
        return len(self.paths)


class Embedder:
    """f, and g where there is one, of a run, made for single pictures.

    Args:
        run: whose best model.

    Raises:
        XivlabError: the run cannot be read, has no model yet, or was changed.
    """

    def __init__(self, run: Run) -> None:
        if run.finished:
            run.check()
        self.run = run
        self.config: Config = run.config()
        self.model: XIVNet = load_model(run)
        self.size = (self.config.height, self.config.width)

    @property
    def key(self) -> str:
        """Another one for another model, other settings, another version or another way to decode."""
        weights = digest_of((self.run.folder / "model.safetensors").read_bytes())
        said = [DECODING, __version__, weights, asdict(self.config)]
        return digest_of(json.dumps(said, sort_keys=True).encode())

    def features(self, pixels: Sequence[NDArray[np.uint8]], face: Face) -> NDArray[np.float32]:
        """Test features of pictures, (N, D) float32, of length 1 if the settings say so.

        Args:
            pixels: N of (H, W, 3) uint8 at the size of the settings.
            face: what they are embedded as.
        """
        nobody = np.zeros(len(pixels), np.int64)
        images = Images(np.stack(pixels), nobody, nobody, nobody)
        with torch.no_grad(), computing(self.model, FREE_SOME):
            seen = images.batch(np.arange(len(pixels)), self.model.device)
            found = getattr(self.model.embed(seen, face), self.config.test_feature).float()
            if self.config.normalize:
                found = torch.nn.functional.normalize(found)
        return found.cpu().numpy()


def embed_queries(paths: Sequence[Path], embedder: Embedder) -> Embedded:
    """Infrared pictures embedded; nothing is kept.

    Raises:
        XivlabError: none of them is a picture.
    """
    kept, rows, left_out, scenes = [], [], [], 0
    for good, bad in _parts(photos(paths, embedder.size)):
        left_out += bad
        scenes += sum(one.scene for one in good)
        if good:
            kept += [one.path for one in good]
            rows.append(embedder.features([one.pixels for one in good], "infrared"))
    if not kept:
        raise XivlabError(_none("queries", left_out))
    return Embedded(kept, {"infrared": np.concatenate(rows)}, left_out, scenes, len(kept))


def embed_gallery(
    folder: Path, paths: Sequence[Path], embedder: Embedder, cache: Path | None = None
) -> Embedded:
    """Visible pictures of a folder embedded, as themselves and, where there is g, as X.

    What was embedded before, by the same model, is taken from the cache: each picture is known by the content of its
    file, so neither a changed file nor another run finds what is not its own. Pictures that have gone from the folder go
    from the cache with the next change.

    Args:
        folder: whose gallery it is.
        paths: of its files.
        embedder: of the run.
        cache: folder to keep embeddings in; the kit's if not given.

    Raises:
        XivlabError: none of the files is a picture.
    """
    faces = embedder.model.faces["visible"]
    where = f"{embedder.key}\n{folder.resolve()}"
    kept = (cache or cache_folder()) / "find" / f"{digest_of(where.encode())[:32]}.npz"
    store = _Store.read(kept, faces)
    found: dict[Path, str] = {}
    left_out: list[LeftOut] = []
    scenes = 0
    new: dict[str, None] = {}

    def unknown() -> Iterator[Photo]:
        nonlocal scenes
        for path in paths:
            try:
                content, digest = content_and_digest(path)
                if digest not in store.row and digest not in new:
                    pixels, scene = decoded(content, path, embedder.size)
                    scenes += scene
                    new[digest] = None
                    yield Photo(path, digest, pixels, scene)
                found[path] = digest
            except XivlabError as error:
                left_out.append(LeftOut(path, str(error)))

    for good, _ in _parts(unknown()):
        pixels = [one.pixels for one in good]
        store.add([one.digest for one in good], {face: embedder.features(pixels, face) for face in faces})
    if not found:
        raise XivlabError(_none(f"files in {folder}", left_out))
    whole, used = store.whole(), [store.row[digest] for digest in found.values()]
    if new or len(set(used)) < len(store.row):
        _Store.write(kept, store, sorted(set(used)))
    rows = {face: whole[face][used] for face in faces}
    return Embedded(list(found), rows, left_out, scenes, len(new))


class _Store:
    """Embeddings by the digest of their picture, in a file of the cache."""

    def __init__(self, digests: Sequence[str], faces: dict[Face, list[NDArray[np.float32]]]) -> None:
        self.row = {digest: row for row, digest in enumerate(digests)}
        self.parts = faces

    @classmethod
    def read(cls, path: Path, faces: Sequence[Face]) -> "_Store":
        """What the file has; nothing if it is not there, or not as it was written."""
        # NumPy raises half a dozen kinds for a file that is not whole; whatever it is, all is embedded anew.
        with suppress(Exception), np.load(io.BytesIO(content_of(path))) as file:
            digests = file["digests"].tolist()
            arrays = {face: [file[face]] for face in faces}
            if all(len(parts[0]) == len(digests) for parts in arrays.values()):
                return cls(digests, arrays)
        return cls([], {face: [] for face in faces})

    @staticmethod
    def write(path: Path, store: "_Store", rows: Sequence[int]) -> None:
        """Keep some rows. A cache that cannot be written costs time the next time, and nothing else."""
        digests = np.array(list(store.row))[list(rows)]
        arrays = {str(face): whole[list(rows)] for face, whole in store.whole().items()}
        with suppress(OSError, XivlabError):
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = io.BytesIO()
            np.savez(whole, digests=digests, **arrays)
            write_sealed(path, lambda scratch: scratch.write_bytes(whole.getvalue()))

    def add(self, digests: Sequence[str], features: dict[Face, NDArray[np.float32]]) -> None:
        """More rows at the end."""
        for digest in digests:
            self.row[digest] = len(self.row)
        for face, part in features.items():
            self.parts[face].append(part)

    def whole(self) -> dict[Face, NDArray[np.float32]]:
        """All rows of each face, (N, D)."""
        self.parts = {face: [np.concatenate(parts)] for face, parts in self.parts.items()}
        return {face: parts[0] for face, parts in self.parts.items()}


def _parts(found: Iterable[Photo | LeftOut]) -> Iterator[tuple[list[Photo], list[LeftOut]]]:
    """Some files at a time, so that a folder of any size fits into the memory: pictures, and what is none."""
    stream = iter(found)
    while part := list(islice(stream, BATCH)):
        yield (
            [one for one in part if isinstance(one, Photo)],
            [one for one in part if isinstance(one, LeftOut)],
        )


def _none(what: str, left_out: Sequence[LeftOut]) -> str:
    why = f" The first: {left_out[0].reason}" if left_out else ""
    return f"None of the {what} is a picture: name others.{why}"
