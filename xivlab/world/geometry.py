"""Shipped geometry buffers of the synthetic people: how they are stored, read and checked.

One asset per data set, a safetensors file: for every crop a WebP of labels (256 x 128, lossless) and one of three
planes (128 x 64), a coarse contact shadow, its window in the camera's frame; for every camera a plate, the empty view.
An asset of the second format has a grey WebP of warmth (128 x 64) as well, which thermal images use.
The people (who wears what) and the places are JSON in the header. Colour is not in it: `xivlab.world.world` adds it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from safetensors import safe_open

from xivlab.errors import XivlabError
from xivlab.files import NEW_ASSETS, reading

HEIGHT, WIDTH = 128, 64  # of an image; labels have twice as many samples each way
SHADOW_SHAPE = (24, 12)
# Value that a plane stores as 255: facing the camera (plates: times the lamp's fall-off), light from the dome, texture.
PLANE_MAX = np.array([2.0, 1.6, 2.0], np.float32)
REFERENCE_DISTANCE = 5.0  # metres at which a lamp at the camera gives 1
WARMTH_MAX = 2.0  # what the warmth plane stores as 255
FORMAT, FORMAT_WITH_WARMTH = "xivlab-buffers-1", "xivlab-buffers-2"  # the second is the first and warmth


def _decode(data: np.ndarray) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data.tobytes()), formats=["WEBP"]))


@dataclass(frozen=True)
class Plate:
    """The empty view of a camera. labels (720, 960) uint8 into `materials`; planes (720, 960, 3) uint8."""

    camera: int
    materials: list[str]
    labels: np.ndarray
    planes: np.ndarray


class Layers(NamedTuple):
    """What an image is made of, as it is stored.

    Attributes:
        labels: what each of 2 x 2 samples of a pixel shows, (256, 128) uint8: places in `materials`. Those below
            `xivlab.world.world.PERSON_LABELS` are the person's, the others the place's.
        planes: of the person, (128, 64, 3) uint8 in units of PLANE_MAX / 255: facing the camera, light from the dome,
            texture.
        shadow: what is left of the dome's light on the ground, (24, 12) uint8 in units of 1 / 255, to be enlarged.
        back_planes: of the place, (128, 64, 3) uint8, as `planes`.
        distance: of the person from the camera, metres.
        materials: names of spectra.
    """

    labels: np.ndarray
    planes: np.ndarray
    shadow: np.ndarray
    back_planes: np.ndarray
    distance: float
    materials: tuple[str, ...]

    @property
    def falloff(self) -> float:
        """What the distance leaves of a lamp at the camera, over REFERENCE_DISTANCE."""
        return (REFERENCE_DISTANCE / self.distance) ** 2


class Buffers:
    """Read access to one asset.

    Attributes: people (list of dict: person, split, materials by label name, temperatures by label name);
    plates (dict camera -> Plate); person, camera, frame (n,) int; window (n, 4), distance (n,) float32;
    shadow (n, 24, 12) uint8; fingerprint (SHA-256 of the file).
    """

    def __init__(self, path: Path):
        """Opens and checks an asset. Raises XivlabError if it is missing, cut short or of another version."""
        if not path.is_file():
            raise XivlabError(f"The shipped asset {path} is missing: {NEW_ASSETS}.")
        with reading(path, NEW_ASSETS, "is damaged ({error})"):
            with safe_open(path, framework="numpy") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
                header = json.loads((file.metadata() or {}).get("xivlab", "{}"))
            if header.get("format") != (FORMAT_WITH_WARMTH if "warmth" in tensors else FORMAT):
                raise ValueError(f"it is not a {FORMAT} or {FORMAT_WITH_WARMTH} file")
            if header["checksum"] != checksum_of(tensors, header["people"], header["plates"]):
                raise ValueError("its checksum does not fit")
        self.fingerprint = header["checksum"]
        self.people = json.loads(header["people"])
        self.person, self.camera, self.frame = (
            tensors[name].astype(int) for name in ("person", "camera", "frame")
        )
        self.window, self.distance = tensors["window"], tensors["distance"]
        shadow = zlib.decompress(tensors["shadow"].tobytes())
        self.shadow = np.frombuffer(shadow, np.uint8).reshape(-1, *SHADOW_SHAPE)
        self._labels, self._planes = (
            _Blobs(tensors[name], tensors[f"{name}_end"]) for name in ("labels", "planes")
        )
        self._warmth = _Blobs(tensors["warmth"], tensors["warmth_end"]) if "warmth" in tensors else None
        plates = _Blobs(tensors["plates"], tensors["plates_end"])
        self.plates = {
            plate["camera"]: Plate(
                plate["camera"],
                plate["materials"],
                _decode(plates[2 * i])[..., 0],
                _decode(plates[2 * i + 1]),
            )
            for i, plate in enumerate(json.loads(header["plates"]))
        }

    def __len__(self) -> int:
        return len(self.person)

    def labels(self, row: int) -> np.ndarray:
        """(256, 128) uint8: what each sample shows, see `xivlab.world.labels`."""
        return np.ascontiguousarray(_decode(self._labels[row])[..., 0])

    def planes(self, row: int) -> np.ndarray:
        """(128, 64, 3) uint8 in units of PLANE_MAX / 255, valid where the person is."""
        return _decode(self._planes[row])

    def warmth(self, row: int) -> np.ndarray:
        """(128, 64) float32: factor on the person's excess over the air; 1 everywhere where an asset has none."""
        if self._warmth is None:
            return np.ones((HEIGHT, WIDTH), np.float32)
        return _decode(self._warmth[row])[..., 0] * np.float32(WARMTH_MAX / 255)


class _Blobs:
    """Variable-length byte strings in one array."""

    def __init__(self, data: np.ndarray, end: np.ndarray):
        self.data, self.start = data, np.concatenate([[0], end])

    def __getitem__(self, i: int) -> np.ndarray:
        return self.data[self.start[i] : self.start[i + 1]]


def checksum_of(tensors: dict[str, np.ndarray], *texts: str) -> str:
    """SHA-256 of all tensors by name, and of texts."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode() + np.ascontiguousarray(tensors[name]).tobytes())
    for text in texts:
        digest.update(text.encode())
    return digest.hexdigest()
