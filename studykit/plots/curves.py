"""Curves over one axis: spectra, and a few lines."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from studykit.plots.picture import CHANNELS, CURVES, DASHES, FONT, Picture, plot_axes

BANDS = {"visible light": (400, 700), "near infrared": (700, 1000)}  # nm


def spectra(
    wavelength: NDArray[np.floating],
    curves: Mapping[str, NDArray[np.floating]],
    label: str = "reflectance",
    alt: str = "",
    colours: Sequence[str] = CURVES,
) -> Picture:
    """Curves over the wavelength, with the visible and the near-infrared band marked.

    Args:
        wavelength: (n,), nm.
        curves: (n,) each, by name.
        label: of the vertical axis.
        alt: what the picture shows.
        colours: of the curves, used in turn.
    """
    picture = Picture(3.6, alt or f"{label} from 400 to 1000 nm of {', '.join(curves)}.")
    axes = plot_axes(picture, "wavelength (nm)", label)
    for name, (first, last) in BANDS.items():
        shade = "#EAF3FA" if first < 700 else "#FBEEE6"
        axes.axvspan(first, last, color=shade, linewidth=0, zorder=0)
        axes.text(
            (first + last) / 2, 1.02, name, transform=axes.get_xaxis_transform(), ha="center", fontsize=FONT
        )
    for i, (name, curve) in enumerate(curves.items()):
        look = {"color": colours[i % len(colours)], "linestyle": DASHES[i % len(DASHES)]}
        axes.plot(wavelength, curve, linewidth=2.2, label=name, **look)
    axes.legend(
        loc="center left",
        bbox_to_anchor=(1.01, 0.5),
        frameon=False,
        fontsize=FONT,
        handlelength=3,
        labelspacing=0.9,
    )
    axes.set_xlim(wavelength[0], wavelength[-1])
    axes.set_ylim(0, None)
    return picture


def lines(
    across: NDArray[np.floating],
    curves: Mapping[str, NDArray[np.floating]],
    xlabel: str,
    ylabel: str,
    alt: str,
    styles: Mapping[str, tuple[str, str]] = CHANNELS,
) -> Picture:
    """A few curves with a legend; `styles` gives colour and line style by name (R, G and B if not given)."""
    picture = Picture(3.0, alt, 5.2)
    axes = plot_axes(picture, xlabel, ylabel)
    for name, curve in curves.items():
        colour, dash = styles[name]
        axes.plot(across, curve, color=colour, linestyle=dash, linewidth=2.2, label=name)
    axes.legend(frameon=False, fontsize=FONT)
    return picture
