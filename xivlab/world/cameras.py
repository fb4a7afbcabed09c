"""Synthetic cameras: what lights a place, which wavelengths reach the sensor, and what the electronics make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xivlab.world.knobs import Knobs


@dataclass(frozen=True)
class Camera:
    """One camera. Names of lights, filters and sensors are columns of the spectra table.

    A pixel is the sum over the lights of (dome * light from the sky or ceiling + lamp * facing the camera), times the
    material's response under that light, times texture. White in full light is 1 at exposure 1.
    """

    number: int
    plate: int  # whose empty view it has
    sensors: tuple[str, ...]  # three for colour, one for grey; () for thermal
    filter: str
    lights: tuple[tuple[str, float, float], ...]  # (light, dome, lamp)
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0  # of the colour correction; 1 leaves the sensor's colours as they are
    exposure: float = 1.0
    exposure_spread: float = 0.15  # standard deviation of ln(exposure) from image to image
    colour_spread: float = 0.03  # the same for the white balance
    gamma: float = 2.2
    blur: float = 0.5  # pixels, where one sensor row is one image row
    shot_noise: float = 0.001  # variance per unit of signal
    read_noise: float = 0.008  # standard deviation
    vignetting: float = 0.15  # share of light lost in the corners of the frame
    jpeg: int = 85

    @property
    def infrared(self) -> bool:
        return len(self.sensors) != 3


RGB = ("sensor:r", "sensor:g", "sensor:b")
MONO = ("sensor:mono",)

# Values of the electronics are assumed: chosen by eye to look like surveillance crops of different quality.
SYSU = (
    Camera(
        1, 1, RGB, "filter:ir-cut", (("light:fluorescent", 0.95, 0.10),), (1.04, 1.0, 0.98),
        saturation=1.8, exposure=1.35, blur=0.45, read_noise=0.004,
    ),
    Camera(
        2, 2, RGB, "filter:ir-cut", (("light:tungsten", 0.85, 0.12),), (1.13, 1.0, 0.80),
        saturation=1.5, exposure=1.30, exposure_spread=0.2, colour_spread=0.05,
        blur=0.65, shot_noise=0.0016, read_noise=0.006, vignetting=0.3, jpeg=75,
    ),
    Camera(
        3, 3, MONO, "filter:ir-pass", (("light:led-850", 0.0, 0.80), ("light:tungsten", 0.16, 0.0)),
        exposure=1.0, blur=0.65, shot_noise=0.0014, read_noise=0.007, vignetting=0.45, jpeg=78,
    ),
    Camera(
        4, 4, RGB, "filter:ir-cut", (("light:daylight", 1.0, 0.08),), (0.97, 1.0, 1.05),
        saturation=1.7, exposure=1.10, exposure_spread=0.25, blur=0.5, read_noise=0.004, vignetting=0.2,
    ),
    Camera(
        5, 5, RGB, "filter:ir-cut", (("light:daylight", 0.95, 0.10),), (1.00, 1.0, 1.12),
        saturation=1.3, exposure=1.05, exposure_spread=0.28, colour_spread=0.05,
        blur=0.7, shot_noise=0.0014, read_noise=0.006, vignetting=0.25, jpeg=72,
    ),
    Camera(
        6, 6, MONO, "filter:ir-pass", (("light:led-850", 0.0, 0.85), ("light:tungsten", 0.08, 0.0)),
        exposure=1.05, exposure_spread=0.22,
        blur=0.8, shot_noise=0.0020, read_noise=0.007, vignetting=0.55, jpeg=72,
    ),
)  # fmt: skip
REGDB = (
    Camera(
        1, 1, RGB, "filter:ir-cut", (("light:daylight", 0.95, 0.10),), (1.0, 1.0, 1.03),
        saturation=1.6, exposure=1.15, blur=0.6, read_noise=0.005,
    ),
    Camera(2, 1, (), "filter:none", (), exposure_spread=0.02, gamma=1.0, blur=0.8, read_noise=0.006, vignetting=0.05),
)  # fmt: skip
CAMERAS = {"synthetic-sysu": SYSU, "synthetic-regdb": REGDB}


def turned(camera: Camera, knobs: Knobs) -> Camera:
    """The camera in a world with knobs: another lamp if it sees the near-infrared, more or less noise."""
    default = Knobs()
    if knobs.wavelength != default.wavelength and camera.sensors == MONO:
        lamp = f"lamp:{knobs.wavelength:g}"
        lights = tuple(
            (lamp if light.startswith("light:led") else light, power, spread)
            for light, power, spread in camera.lights
        )
        camera = replace(camera, lights=lights)
    if knobs.noise != default.noise:
        shot, read = knobs.noise**2 * camera.shot_noise, knobs.noise * camera.read_noise
        camera = replace(camera, shot_noise=shot, read_noise=read)
    return camera
