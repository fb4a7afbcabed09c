"""Geometry asset of a set of people, written: `xivlab.world.geometry` reads it."""

import io
import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

from xivlab.world.geometry import FORMAT, FORMAT_WITH_WARMTH, PLANE_MAX, WARMTH_MAX, checksum_of


def quantise(planes: np.ndarray) -> np.ndarray:
    """Planes (..., 3) as uint8 in units of PLANE_MAX / 255."""
    return np.clip(planes / PLANE_MAX * 255 + 0.5, 0, 255).astype(np.uint8)


def quantise_warmth(warmth: np.ndarray) -> np.ndarray:
    """Warmth (h, w) as uint8 in units of WARMTH_MAX / 255."""
    return np.clip(warmth / WARMTH_MAX * 255 + 0.5, 0, 255).astype(np.uint8)


def encode_labels(labels: np.ndarray) -> bytes:
    """Lossless WebP of a label image (h, w) uint8."""
    out = io.BytesIO()
    Image.fromarray(labels).save(out, "WEBP", lossless=True, quality=100, method=4)
    return out.getvalue()


def encode_planes(planes: np.ndarray, quality: int) -> bytes:
    """WebP of three planes (h, w, 3) uint8, or of one (h, w)."""
    out = io.BytesIO()
    Image.fromarray(planes).save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def write(path: Path, crops: Mapping[str, Any], people: list[dict], plates: list[dict]) -> str:
    """Writes an asset under a temporary name, then renames it; returns its checksum.

    crops: labels, planes and, for thermal images, warmth (lists of WebP bytes), shadow, window, distance, person, camera,
    frame (arrays).
    plates: dicts with camera, materials, labels and planes (arrays).
    """
    tensors = {
        name: np.ascontiguousarray(crops[name])
        for name in ("window", "distance", "person", "camera", "frame")
    }
    blobs = [name for name in ("labels", "planes", "warmth") if name in crops]
    for name in blobs:
        tensors |= _join(name, crops[name])
    plate_bytes = [
        data for p in plates for data in (encode_labels(p["labels"]), encode_planes(p["planes"], 85))
    ]
    tensors |= _join("plates", plate_bytes)
    tensors["shadow"] = np.frombuffer(
        zlib.compress(np.ascontiguousarray(crops["shadow"]).tobytes(), 9), np.uint8
    )
    about = json.dumps([{"camera": p["camera"], "materials": p["materials"]} for p in plates])
    kind = FORMAT_WITH_WARMTH if "warmth" in blobs else FORMAT
    header = {"format": kind, "people": json.dumps(people), "plates": about}
    header["checksum"] = checksum_of(tensors, header["people"], header["plates"])
    temporary = path.with_suffix(".part")
    # one entry only: safetensors writes several in an order of its own, and the same set must give the same bytes
    save_file(tensors, temporary, metadata={"xivlab": json.dumps(header)})
    temporary.chmod(0o644)  # safetensors makes it private
    temporary.replace(path)
    return header["checksum"]


def _join(name: str, parts: Sequence[bytes]) -> dict[str, np.ndarray]:
    return {
        name: np.frombuffer(b"".join(parts), np.uint8),
        f"{name}_end": np.cumsum([len(part) for part in parts]).astype(np.int64),
    }
