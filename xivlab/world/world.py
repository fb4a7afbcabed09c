"""Synthetic world: geometry buffers + reflectance spectra + a camera -> pixels, at any wavelength.

A pixel of a camera with light L, filter F and sensor S sees of a material with reflectance R the share

    sum R L F S / sum L F S      over 400-1000 nm,

which is one small table (material x channel) per camera and person; an image is a gather from it, times the light
that reaches each point. Thermal images follow temperatures instead: `xivlab.world.thermal`.
"""

from __future__ import annotations

import hashlib
import io
import json
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from PIL import Image

from xivlab.errors import XivlabError
from xivlab.files import ASSETS, NEW_ASSETS, content_of, reading
from xivlab.world import fabrics, spectra, thermal
from xivlab.world import labels as label_names
from xivlab.world.cameras import CAMERAS, Camera, turned
from xivlab.world.geometry import (
    HEIGHT,
    PLANE_MAX,
    REFERENCE_DISTANCE,
    SHADOW_SHAPE,
    WIDTH,
    Buffers,
    Layers,
    Plate,
)
from xivlab.world.knobs import SYNTHETIC, is_synthetic, knobs_of, plain_name, with_knobs
from xivlab.world.wear import dressed

T = TypeVar("T")
VERSION = 2  # of the image formation: a change makes packed caches out of date
DAYLIGHT = "light:daylight"
PERSON_LABELS = 16  # labels below are the person's, from here on the plate's
SPLITS = ("train", "val", "test")
EVEN_LIGHT = (0.85, 0.15)  # of a narrow band: from the dome, and from a lamp at the camera
BAND_GAMMA = 2.2


class World:
    """One synthetic data set, exposed on demand.

    Attributes: index (a row per image: path, person, camera, modality, split; sorted by split); size (height, width);
    fingerprint (changes with the asset, the spectra, the cameras and the image formation).
    """

    size = (HEIGHT, WIDTH)

    def __init__(self, name: str, asset: Path | None = None):
        """Opens the shipped buffers, or those of other people seen by the same cameras in `asset`.

        Args:
            name: of the world, its knobs behind an "@": "synthetic-sysu@carbon=0.8".
            asset: of other people.

        Raises XivlabError for an unknown name or knob, or a damaged asset.
        """
        if not is_synthetic(name):
            raise XivlabError(f"There is no synthetic data set {name!r}: choose {' or '.join(SYNTHETIC)}.")
        self.kind, self.knobs = plain_name(name), knobs_of(name)
        self.name = with_knobs(self.kind, self.knobs)
        self.cameras = {camera.number: turned(camera, self.knobs) for camera in CAMERAS[self.kind]}
        self._buffers = Buffers(asset or ASSETS / f"{self.kind.replace('-', '_')}.safetensors")
        self._people = dressed(self._buffers.people, self.knobs)
        self._tables: dict[tuple, np.ndarray] = {}
        tables = []
        sees_heat = any(not camera.sensors for camera in CAMERAS[self.kind])
        for table in (spectra, fabrics, thermal) if sees_heat else (spectra, fabrics):
            with reading(table.PATH, NEW_ASSETS):
                tables.append(content_of(table.PATH).decode())
        content = [self._buffers.fingerprint, *tables, repr(CAMERAS[self.kind])]
        if self.knobs.turned:
            content.append(json.dumps(self.knobs.turned, sort_keys=True))
        self.fingerprint = hashlib.sha256(json.dumps([VERSION, *content]).encode()).hexdigest()

    @cached_property
    def index(self) -> pd.DataFrame:
        return self._rows[["path", "person", "camera", "modality", "split"]]

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """The index, with the buffer that each image shows."""
        buffers = self._buffers
        table = pd.DataFrame({"person": buffers.person, "plate": buffers.camera, "frame": buffers.frame})
        table["buffer"] = table.index
        table["split"] = pd.Categorical([self._people[p]["split"] for p in table["person"]], SPLITS)
        seen = [
            table[table["plate"] == c.plate].assign(camera=c.number, modality=int(c.infrared))
            for c in self.cameras.values()
        ]
        rows = pd.concat(seen).sort_values(["split", "person", "camera", "frame"], ignore_index=True)
        if self.knobs.people is not None:
            train = rows["split"] == "train"
            first = rows["person"][train].unique()[: self.knobs.people]
            rows = rows[~train | rows["person"].isin(first)].reset_index(drop=True)
        seen_as = rows[["person", "camera", "frame"]].itertuples(index=False)
        rows["path"] = [self._path(*row) for row in seen_as]
        rows["split"] = rows["split"].astype(str)
        return rows

    def _path(self, person: int, camera: int, frame: int) -> str:
        """Where the image lies in the folder tree of the real data set."""
        if self.kind == "synthetic-sysu":
            return f"cam{camera}/{person:04d}/{frame:04d}.jpg"
        someone = self._people[person]
        folder, letter = ("Visible", "v") if camera == 1 else ("Thermal", "t")
        return f"{folder}/{person}/{someone['gender']}_{someone['facing']}_{letter}_{frame:05d}_{person}.bmp"

    def person(self, number: int) -> dict:
        """What is known of a person: split, gender, materials and temperatures by label name."""
        return self._people[number]

    def expose(self, rows: np.ndarray) -> np.ndarray:
        """The images of rows of the index, uint8 (n, 128, 64, 3), as their own cameras see them.

        A row gives the same bytes alone and in company. Grey images have three equal channels.
        """
        buffers, cameras = (self._rows[name].to_numpy()[np.asarray(rows)] for name in ("buffer", "camera"))
        out = np.empty((len(buffers), *self.size, 3), np.uint8)
        for i, (buffer, camera) in enumerate(zip(buffers, cameras)):
            random = np.random.default_rng([VERSION, buffer, camera])
            out[i] = self._photograph(buffer, self.cameras[camera], random)
        return out

    def expose_as(self, row: int, camera: Camera) -> np.ndarray:
        """The scene of one row as another camera would see it, uint8 (128, 64, 3): the same moment in another light."""
        buffer = int(self._rows["buffer"].iloc[row])
        return self._photograph(buffer, camera, np.random.default_rng([VERSION, buffer, camera.number]))

    def expose_band(self, row: int, wavelength: float, width: float = 20.0) -> np.ndarray:
        """The scene of one row in a narrow band around a wavelength (nm), in even light: uint8 (128, 64).

        No noise, no blur: what the materials do, nothing else. Raises XivlabError outside 400-1000 nm.
        """
        return _develop(self.band_light(row, wavelength, width), BAND_GAMMA)

    def band_light(self, row: int, wavelength: float, width: float = 20.0) -> np.ndarray:
        """What `expose_band` develops: light, float32 (128, 64); white in full light is 1."""
        buffer = int(self._rows["buffer"].iloc[row])
        band = spectra.load().band(wavelength, width)
        names = self._material_names(buffer)
        table = (_reflectances(names) @ band)[:, None].astype(np.float32)
        return self._compose(buffer, table, np.array([EVEN_LIGHT]))[0]

    def layers(self, row: int) -> Layers:
        """What the image of one row is made of, before any light falls on it."""
        return self._layers(int(self._rows["buffer"].iloc[row]))

    def shown(self, row: int) -> dict[str, float]:
        """Share of the image of one row that each label of the person covers, by name, the largest first."""
        names = self.layers(row).labels
        share = np.bincount(names.ravel(), minlength=PERSON_LABELS)[: len(label_names.NAMES)] / names.size
        order = [i for i in np.argsort(-share, kind="stable") if share[i] > 0]
        return {label_names.NAMES[i]: float(share[i]) for i in order}

    def _material_names(self, buffer: int) -> tuple[str, ...]:
        """Spectra of the labels a crop can show: the person's 16, then the plate's."""
        person = self._people[int(self._buffers.person[buffer])]
        return (*_by_label(person["materials"], "scene:eye"), *self._plate(buffer).materials)

    def _plate(self, buffer: int) -> Plate:
        return self._buffers.plates[int(self._buffers.camera[buffer])]

    def _photograph(self, buffer: int, camera: Camera, rng: np.random.Generator) -> np.ndarray:
        # Here, since it takes a quarter of a second, and who loads an exposed world or trains does without.
        from scipy.ndimage import gaussian_filter

        if not camera.sensors:
            linear = self._thermal(buffer, rng)
        else:
            linear = self._reflected(buffer, camera, rng)
        linear *= camera.exposure * np.exp(camera.exposure_spread * rng.standard_normal())
        _, top, _, bottom = self._buffers.window[buffer]
        # A far person covers few sensor rows: the crop is enlarged, hence soft, and its noise is coarse.
        sensor_pixel = HEIGHT / (bottom - top)
        blur, grain = camera.blur * max(sensor_pixel, 0.5), 0.35 * max(sensor_pixel - 0.5, 0.0)
        linear = gaussian_filter(linear, (0, blur, blur), truncate=3.0)
        noise = _channels_first(rng.standard_normal((HEIGHT, WIDTH, len(linear)), np.float32))
        if grain >= 0.25:  # below, the filter would be one sample wide
            noise = gaussian_filter(noise, (0, grain, grain), truncate=2.0)
        linear += noise * np.sqrt(camera.shot_noise * np.clip(linear, 0, None) + camera.read_noise**2)
        return _jpeg(_develop(linear, camera.gamma), camera.jpeg)

    def _reflected(self, buffer: int, camera: Camera, rng: np.random.Generator) -> np.ndarray:
        """Linear image (channels, 128, 64) of reflected light; white in full light is 1."""
        person = int(self._buffers.person[buffer])
        key = (person, int(self._buffers.camera[buffer]), camera.number, camera.filter, camera.lights)
        if key not in self._tables:
            self._tables[key] = _responses(self._material_names(buffer), camera)
        mixing = np.array([[dome, lamp] for _, dome, lamp in camera.lights])
        linear = self._compose(buffer, self._tables[key], mixing)
        if len(camera.sensors) == 3:
            balance = np.array(camera.white_balance) * np.exp(camera.colour_spread * rng.standard_normal(3))
            grey = linear.mean(0)
            linear = np.clip(grey + camera.saturation * (linear - grey), 0, None)
            linear *= balance.astype(np.float32)[:, None, None]
        else:  # the camera turns its gain up for far people, most of the way
            linear *= (self._buffers.distance[buffer] / REFERENCE_DISTANCE) ** 1.5
        return linear * self._vignette(buffer, camera.vignetting)

    def _compose(self, buffer: int, table: np.ndarray, mixing: np.ndarray) -> np.ndarray:
        """Linear image (C, 128, 64) from a table (labels, lights * C) and each light's (dome, lamp) strengths.

        Person and plate are averaged over 2 x 2 samples apart, because each has its own planes.
        """
        names, planes, shadow, back_planes = self._geometry(buffer)
        width = table.shape[1]
        apart = np.zeros((len(table), 2 * width), np.float32)  # person's colours first, then the plate's
        apart[:PERSON_LABELS, :width] = table[:PERSON_LABELS] / 4
        apart[PERSON_LABELS:, width:] = table[PERSON_LABELS:] / 4
        # Whole rows are taken: ten times faster than columns.
        mean = np.take(apart, names[0::2, 0::2], axis=0, mode="clip")
        for y, x in ((0, 1), (1, 0), (1, 1)):
            mean += np.take(apart, names[y::2, x::2], axis=0, mode="clip")
        mean = _channels_first(mean)
        falloff = (REFERENCE_DISTANCE / self._buffers.distance[buffer]) ** 2
        channels = width // len(mixing)
        out = np.zeros((channels, HEIGHT, WIDTH), np.float32)
        for i, (dome, lamp) in enumerate(mixing.astype(np.float32)):
            first = i * channels
            out += mean[first : first + channels] * (
                planes[2] * (dome * planes[1] + lamp * falloff * planes[0])
            )
            back = back_planes[2] * (dome * back_planes[1] * shadow + lamp * back_planes[0])
            out += mean[width + first : width + first + channels] * back
        return out

    def _layers(self, buffer: int) -> Layers:
        left, top, right, bottom = self._buffers.window[buffer]
        plate = self._plate(buffer)

        def behind(frame: np.ndarray, rows: int, columns: int) -> np.ndarray:
            """The window of a frame at rows x columns sample points, nearest neighbour."""
            y = (top + (np.arange(rows) + 0.5) / rows * (bottom - top)).astype(int)
            x = (left + (np.arange(columns) + 0.5) / columns * (right - left)).astype(int)
            part = frame[y[0] : y[-1] + 1, x[0] : x[-1] + 1]  # first a view: a row of the whole frame is long
            return np.take(part[y - y[0]], x - x[0], axis=1)

        person = self._buffers.labels(buffer)
        names = behind(plate.labels, 2 * HEIGHT, 2 * WIDTH) + np.uint8(PERSON_LABELS)
        np.copyto(names, person, where=person > 0)
        return Layers(
            names, self._buffers.planes(buffer), self._buffers.shadow[buffer], behind(plate.planes, HEIGHT, WIDTH),
            float(self._buffers.distance[buffer]), self._material_names(buffer),
        )  # fmt: skip

    def _geometry(self, buffer: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """What a crop shows, without colour.

        Labels (256, 128), the plate's counted from PERSON_LABELS; the person's planes (3, 128, 64) float32; shadow on
        the ground (128, 64); the plate's planes (3, 128, 64) float32.
        """
        layers = self._layers(buffer)
        rows, columns = _enlargers()
        shadow = rows @ (layers.shadow / np.float32(255)) @ columns
        scale = (PLANE_MAX / np.float32(255))[:, None, None]
        return (
            layers.labels, _channels_first(layers.planes) * scale, shadow, _channels_first(layers.back_planes) * scale
        )  # fmt: skip

    def _vignette(self, buffer: int, strength: float) -> np.ndarray:
        """What the lens leaves of the light, (128, 64): darker towards the corners of the camera's frame."""
        left, top, right, bottom = self._buffers.window[buffer]
        height, width = self._plate(buffer).labels.shape
        x = (np.linspace(left, right, WIDTH, dtype=np.float32) / width - 0.5) * 2
        y = (np.linspace(top, bottom, HEIGHT, dtype=np.float32) / height - 0.5) * 2
        return 1 - strength / 2 * (x**2 + y[:, None] ** 2)

    def _thermal(self, buffer: int, rng: np.random.Generator) -> np.ndarray:
        """Thermal image (1, 128, 64) in [0, 1]: emitted radiance after the camera's automatic gain."""
        names, planes, _, back_planes = self._geometry(buffer)
        person, plate = self._people[int(self._buffers.person[buffer])], self._plate(buffer)
        own = _by_label(person["temperatures"], thermal.value("air"))
        back = [thermal.of_material(name) for name in plate.materials]
        celsius = np.array([*own, *back], np.float32)
        lights = {light for c in self.cameras.values() if c.plate == plate.camera for light, _, _ in c.lights}
        outdoors = DAYLIGHT in lights
        sunned = thermal.heating(celsius, self._absorbed(buffer)) if outdoors else np.zeros_like(celsius)
        warmth = self._buffers.warmth(buffer)
        temperature = thermal.surface(names, celsius, sunned, PERSON_LABELS, warmth, planes, back_planes)
        return thermal.automatic_gain(temperature, rng)[None]

    def _absorbed(self, buffer: int) -> np.ndarray:
        """Share of daylight that the labels of a crop absorb, (n,) float32; beyond 1000 nm as it is up to there."""
        key = (int(self._buffers.person[buffer]), int(self._buffers.camera[buffer]), "absorbed")
        if key not in self._tables:
            light = thermal.daylight(spectra.load().wavelength)
            self._tables[key] = (1 - _reflectances(self._material_names(buffer)) @ light).astype(np.float32)
        return self._tables[key]


def _by_label(values: dict[str, T], missing: T) -> list[T]:
    """Sixteen values in the order of the person's labels, those without an entry `missing`."""
    own = [values.get(name, missing) for name in label_names.NAMES]
    return own + [missing] * (PERSON_LABELS - len(own))


def _channels_first(image: np.ndarray) -> np.ndarray:
    """(h, w, c) as (c, h, w), contiguous: arithmetic over three values at a time is slow."""
    return np.ascontiguousarray(image.transpose(2, 0, 1))


@cache
def _enlargers() -> tuple[np.ndarray, np.ndarray]:
    """Matrices that enlarge the coarse shadow to the image, bilinearly."""

    def matrix(small: int, large: int) -> np.ndarray:
        place = np.clip((np.arange(large) + 0.5) / large * small - 0.5, 0, small - 1)
        low = np.minimum(place.astype(int), small - 2)
        out = np.zeros((large, small), np.float32)
        out[np.arange(large), low] = 1 - (place - low)
        out[np.arange(large), low + 1] = place - low
        return out

    return matrix(SHADOW_SHAPE[0], HEIGHT), matrix(SHADOW_SHAPE[1], WIDTH).T


def _reflectances(names: tuple[str, ...]) -> np.ndarray:
    table = spectra.load()
    return np.stack([table[name] for name in names])


def _responses(names: tuple[str, ...], camera: Camera) -> np.ndarray:
    """(materials, lights * channels) float32: the share of a perfect white that each sensor sees under each light."""
    table = spectra.load()
    reflectance, columns = _reflectances(names), []
    for light, _, _ in camera.lights:
        for sensor in camera.sensors:
            weight = table[light] * table[camera.filter] * table[sensor]
            columns.append(reflectance @ (weight / weight.sum()))
    return np.stack(columns, 1).astype(np.float32)


def exposed_patch(material: str, camera: Camera) -> np.ndarray:
    """What a camera's sensors see of a material in its main light, (channels,) in [0, 1], before colour correction."""
    return _responses((material,), camera)[0, : len(camera.sensors)]


def _develop(linear: np.ndarray, gamma: float) -> np.ndarray:
    """Linear values as uint8: clipped to [0, 1], gamma-coded by a table of 4096 steps, as sensors do."""
    return _gamma_table(gamma)[(np.clip(linear, 0, 1) * np.float32(4095)).astype(np.uint16)]


@cache
def _gamma_table(gamma: float) -> np.ndarray:
    return ((np.arange(4096) / 4095) ** (1 / gamma) * 255 + 0.5).astype(np.uint8)


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """(1 or 3, h, w) uint8 through JPEG, (h, w, 3): the marks that real crops carry."""
    memory = io.BytesIO()
    picture = image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    Image.fromarray(picture).save(memory, "JPEG", quality=quality)
    out = np.asarray(Image.open(memory, formats=["JPEG"]))
    return np.repeat(out[..., None], 3, 2) if out.ndim == 2 else out
