"""Pictures as other programs write them, byte by byte, and what a viewer sees of them, reckoned without Pillow."""

import io
import struct
import zlib
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6  # as PNG counts them
CHANNELS = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}
# Colour type, bits of a sample, whether something is transparent that has no channel of alpha.
PNGS = [
    *((GREY, depth, see) for depth in (1, 2, 4, 8, 16) for see in (False, True)),
    *((PALETTE, depth, see) for depth in (1, 2, 4, 8) for see in (False, True)),
    (COLOUR, 8, False), (COLOUR, 8, True), (COLOUR, 16, False),
    *((kind, depth, False) for kind in (GREY_ALPHA, COLOUR_ALPHA) for depth in (8, 16)),
]  # fmt: skip


@dataclass(frozen=True)
class Png:
    """What a PNG holds.

    Attributes:
        samples: (H, W, channels) int.
        depth: bits of each.
        kind: of GREY and the others.
        palette: (n, 3) uint8.
        transparent: content of tRNS: one sample of each channel; of a palette, alpha of each entry.
        significant: content of sBIT.
        orientation: of EXIF.
    """

    samples: np.ndarray
    depth: int
    kind: int
    palette: np.ndarray | None = None
    transparent: tuple[int, ...] | None = None
    significant: tuple[int, ...] | None = None
    orientation: int | None = None

    @property
    def content(self) -> bytes:
        height, width, channels = self.samples.shape
        head = struct.pack(">IIBBBBB", width, height, self.depth, self.kind, 0, 0, 0)
        chunks = [(b"IHDR", head)]
        if self.significant:
            chunks.append((b"sBIT", bytes(self.significant)))
        if self.palette is not None:
            chunks.append((b"PLTE", self.palette.astype(np.uint8).tobytes()))
        if self.transparent is not None:
            form = "B" if self.kind == PALETTE else "H"
            chunks.append((b"tRNS", struct.pack(f">{len(self.transparent)}{form}", *self.transparent)))
        if self.orientation is not None:
            chunks.append((b"eXIf", exif(self.orientation)))
        flat = self.samples.reshape(height, width * channels)
        if self.depth == 16:
            rows = flat.astype(">u2").view(np.uint8).reshape(height, -1)
        else:
            bits = (flat[..., None] >> np.arange(self.depth - 1, -1, -1)) & 1
            rows = np.packbits(bits.reshape(height, -1).astype(np.uint8), axis=1)
        chunks.append((b"IDAT", zlib.compress(np.insert(rows, 0, 0, axis=1).tobytes())))
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in [*chunks, (b"IEND", b"")])

    @property
    def seen(self) -> np.ndarray:
        """(H, W, 3), in [0, 255], not rounded: scaled, on white, upright."""
        samples, most = self.samples, (1 << self.depth) - 1
        alpha = np.ones((*samples.shape[:2], 1))
        if self.kind == PALETTE:
            colours = self.palette[samples[..., 0]].astype(float)
            if self.transparent is not None:
                opaque = np.full(len(self.palette), 255.0)
                opaque[: len(self.transparent)] = self.transparent
                alpha = opaque[samples] / 255
        else:
            own = self.kind in (GREY_ALPHA, COLOUR_ALPHA)
            colours = (samples[..., :-1] if own else samples) * 255 / most
            if own:
                alpha = samples[..., -1:] / most
            elif self.transparent is not None:
                alpha = 1.0 - (samples == self.transparent).all(axis=2, keepdims=True)
        colours = np.broadcast_to(colours, (*colours.shape[:2], 3))
        return turned(colours * alpha + 255 * (1 - alpha), self.orientation)


def drawn_png(kind: int, depth: int, see: bool, orientation: int | None = None, seed: int = 0) -> Png:
    """A small PNG of random samples, the largest and the smallest among them."""
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 14, 2)
    samples = random.integers(0, 1 << depth, (height, width, CHANNELS[kind]))
    samples[0, 0] = (1 << depth) - 1
    picture = Png(samples, depth, kind, orientation=orientation)
    if kind == PALETTE:
        picture = replace(picture, palette=random.integers(0, 256, (1 << depth, 3)))
    if see:
        entries = random.integers(0, 256, max(1, (1 << depth) // 2))
        one = samples[random.integers(height), random.integers(width)]
        picture = replace(picture, transparent=tuple(map(int, entries if kind == PALETTE else one)))
    return picture


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def exif(orientation: int) -> bytes:
    """A block of EXIF with nothing but the orientation."""
    return b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHxxI", 0x0112, 3, 1, orientation, 0)


def turned(pixels: np.ndarray, orientation: int | None) -> np.ndarray:
    """Pixels (H, W, 3) as EXIF wants them seen."""
    return {
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, -1),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(pixels),
    }.get(orientation, pixels)


def saved(image: Image.Image, kind: str, orientation: int | None = None, **how) -> bytes:
    """An image of Pillow's as a file of a kind."""
    out = io.BytesIO()
    if orientation is not None:
        how["exif"] = b"Exif\0\0" + exif(orientation)
    image.save(out, kind, **how)
    return out.getvalue()
